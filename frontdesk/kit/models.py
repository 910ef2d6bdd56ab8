"""Constraints that many models share."""

from __future__ import annotations

from django.db.models import CheckConstraint, Q


def paired(stem: str, *, table: str) -> CheckConstraint:
    """`<stem>_at` and `<stem>_by` are both there or both absent; the database refuses half a pair."""
    both = Q(**{f"{stem}_at__isnull": False, f"{stem}_by__isnull": False})
    neither = Q(**{f"{stem}_at__isnull": True, f"{stem}_by__isnull": True})
    return CheckConstraint(condition=both | neither, name=f"{table}_{stem}_at_has_by")
