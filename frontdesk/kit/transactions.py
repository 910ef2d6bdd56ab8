"""Transactions of actions that are parts of other actions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

P = ParamSpec("P")
T = TypeVar("T")


def joined(action: Callable[P, T]) -> Callable[P, T]:
    """Run in the caller's transaction where there is one, else in one of its own.

    Unlike `transaction.atomic` it makes no savepoint, which costs two statements each time. So whoever catches what
    it raises, and goes on in the same transaction, must have made one.
    """

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if connection.in_atomic_block:
            return action(*args, **kwargs)
        with transaction.atomic():
            return action(*args, **kwargs)

    return run
