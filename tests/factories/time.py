"""Slot classes, rows of templates and looks at open time: what tests of the book's time share."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from frontdesk.accounts.permissions import Role
from frontdesk.book.engine import bits
from frontdesk.book.engine.template import Row
from frontdesk.book.models import ResourceDay
from frontdesk.clinic.models import Resource, Site, SlotClass, VisitType


def slot_class(code: str, name: str, *types: VisitType, **more: Any) -> SlotClass:
    """Kept for the visit types; released by hand by a nurse unless told otherwise."""
    made = SlotClass.objects.create(code=code, name=name, **{"released_by": Role.NURSE, **more})
    made.visit_types.set(types)
    return made


def row(weekday: int, starts: str, ends: str, **more: Any) -> Row:
    return Row(weekday, time.fromisoformat(starts), time.fromisoformat(ends), **more)


def week(starts: str = "08:00", ends: str = "17:00", **more: Any) -> list[Row]:
    """The same hours from Monday to Friday."""
    return [row(day, starts, ends, **more) for day in range(5)]


def hours(resource: Resource, day: date, site: Site, *, free: bool = False) -> list[tuple[str, str]]:
    """The stretches of a day that are open (or free), as local hours; for days on which no clock changes."""
    found = ResourceDay.objects.filter(resource=resource, day=day, site=site).first()
    if found is None:
        return []
    chosen = found.free if free else found.open
    return [(_at(start), _at(start + count)) for start, count in bits.stretches(chosen)]


def _at(tick: int) -> str:
    minutes = tick * bits.TICK_MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}"
