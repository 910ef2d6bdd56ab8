"""Drafts as they are read: how each stands, what it changes, and what it would touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.clinic.engine.differences import Difference, differences
from frontdesk.clinic.models import Draft, DraftKind
from frontdesk.clinic.queries.settings import (
    Standing,
    drafts_in_writing,
    open_drafts,
    standing,
    words_for_values,
)

SETTLED_SHOWN = 30
CHIPS = {
    Standing.WRITING: ("", "edit"),
    Standing.WAITING: ("warn", "waiting"),
    Standing.APPROVED: ("accent", "signed"),
    Standing.STALE: ("fail", "fail"),
    Standing.APPLIED: ("pass", "pass"),
    Standing.WITHDRAWN: ("", "undo"),
}

_NOT_SIGNED = (Standing.WAITING, Standing.STALE)


@dataclass(frozen=True)
class DraftRow:
    draft: Draft
    standing: Standing

    @property
    def chip(self) -> str:
        return CHIPS[self.standing][0]

    @property
    def icon(self) -> str:
        return CHIPS[self.standing][1]

    @property
    def words(self) -> str:
        return self.standing.value.capitalize()


@dataclass(frozen=True)
class DraftPage:
    row: DraftRow
    lines: Sequence[Difference]
    names_things: bool
    touches: str
    may_approve: bool
    why_not: str
    may_withdraw: bool
    may_write: bool
    may_take_back: bool


def waiting() -> list[DraftRow]:
    """Those that are open, the newest first, and after them those that are still being written."""
    return [DraftRow(one, standing(one)) for one in (*open_drafts(), *drafts_in_writing())]


def settled() -> list[DraftRow]:
    """The latest that are in force or withdrawn."""
    found = Draft.objects.exclude(applied_at=None, withdrawn_at=None)
    found = found.select_related("drafted_by", "approved_by", "withdrawn_by").order_by("-drafted_at")
    return [DraftRow(one, standing(one)) for one in found[:SETTLED_SHOWN]]


def draft_page(draft: Draft, *, by: User, now: datetime) -> DraftPage:
    """One draft, with what this person may do with it."""
    row = DraftRow(draft, standing(draft))
    lines = differences(draft.kind, draft.was, draft.proposal, words=words_for_values())
    may_sign = by.may(Permission.APPROVE_SETTINGS)
    is_own = draft.drafted_by_id == by.pk
    waits = row.standing is Standing.WAITING
    return DraftPage(
        row=row,
        lines=lines,
        names_things=any(one.about for one in lines),
        touches=_touches(draft, now) if row.standing.is_open else "",
        may_approve=waits and may_sign and not is_own,
        why_not=_why_not(is_own=is_own, may_sign=may_sign) if waits else "",
        may_write=is_own and row.standing is Standing.WRITING,
        may_take_back=is_own and draft.kind == DraftKind.GUIDE and row.standing in _NOT_SIGNED,
        may_withdraw=row.standing.is_open and by.may(Permission.DRAFT_SETTINGS) and (is_own or may_sign),
    )


def _why_not(*, is_own: bool, may_sign: bool) -> str:
    if not may_sign:
        return "A manager, a provider or an administrator approves it."
    return "You have drafted this, so somebody else must approve it." if is_own else ""


def _touches(draft: Draft, now: datetime) -> str:
    """How many visits stand in the book that the change is about. They are not changed by it."""
    if draft.kind == DraftKind.VISIT_TYPE and draft.subject is not None:
        booked = Appointment.objects.upcoming(now).filter(visit_type=draft.subject)
    elif draft.kind == DraftKind.GRID:
        booked = Appointment.objects.upcoming(now).filter(visit_type__code__in=list(draft.proposal))
    else:
        return ""
    count = booked.count()
    if not count:
        return "No visit that is booked is touched."
    visits = "1 visit is" if count == 1 else f"{count:,} visits are"
    return f"{visits} booked that this is about. Their times and lengths stay as they were booked."
