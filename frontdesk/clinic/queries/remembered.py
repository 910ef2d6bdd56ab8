"""Rows of what the clinic has, remembered in each process for as long as nothing about it changes (ADR 010)."""

from __future__ import annotations

from copy import copy
from functools import lru_cache
from typing import TypeVar, cast

from django.db.models import Model

from frontdesk.clinic.models import Interpreter, Provider, Room, Site, VisitType
from frontdesk.clinic.queries.changes import Marks, marks

REMEMBERED = 4096  # rows, in each process
M = TypeVar("M", Interpreter, Provider, Room, Site, VisitType)

_WITH: dict[type[Model], tuple[str, ...]] = {
    Provider: ("specialty", "site"), Room: ("site",), Interpreter: ("site",), VisitType: ("specialty",),
}  # fmt: skip
_AND_MANY: dict[type[Model], tuple[str, ...]] = {VisitType: ("segments", "lengths")}


def row(model: type[M], pk: int) -> M:
    """The row as it is now, with what it refers to: the caller's own copy, never to be saved.

    A visit type comes with its segments and lengths. Raises the model's DoesNotExist.
    """
    return cast(M, copy(_row(marks(), model, pk)))


def visit_types() -> list[VisitType]:
    """Every visit type, in use or not, as `row` has it; in their usual order."""
    return [copy(one) for one in _visit_types(marks())]


@lru_cache(maxsize=4)
def _visit_types(_marks: Marks) -> list[VisitType]:
    rows = VisitType.objects.select_related(*_WITH[VisitType])
    return list(rows.prefetch_related(*_AND_MANY[VisitType]))


@lru_cache(maxsize=REMEMBERED)
def _row(_marks: Marks, model: type[Model], pk: int) -> Model:
    found = model._default_manager.select_related(*_WITH.get(model, ()))
    return found.prefetch_related(*_AND_MANY.get(model, ())).get(pk=pk)
