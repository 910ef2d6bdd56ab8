"""The clinic's settings change by drafts: one person proposes, another approves, and from a day on it holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.actions.draft_parts import (
    OVERTAKEN,
    DraftSettled,
    Overtaken,
    about,
    check_day,
    locked,
    reason_of,
)
from frontdesk.clinic.actions.settings_rows import write
from frontdesk.clinic.facts_settings import SettingApplied, SettingApproved, SettingDrafted, SettingWithdrawn
from frontdesk.clinic.models import Draft, DraftKind, Specialty
from frontdesk.clinic.proposals import checked
from frontdesk.clinic.queries.settings import as_it_is, clinic_day, is_being_written, is_overtaken
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import one_line


@transaction.atomic
def draft(
    *,
    kind: str,
    subject: int | None,
    proposal: Mapping[str, Any],
    because: str,
    holds_from: date,
    by: User,
    now: datetime,
) -> Draft:
    """Propose a change of one setting. `proposal` is whole, in the shape of queries/settings.as_it_is.

    `holds_from` is a day of the clinic's calendar; a draft of today holds as soon as it is approved. Raises
    BadValue with its field, and Refused where nothing would change or the row is gone.
    """
    by.check_may(Permission.DRAFT_SETTINGS)
    reason = reason_of(because)
    check_day(holds_from, clinic_day(now))
    wanted = checked(kind, subject, proposal)
    try:
        was = as_it_is(kind, subject, about=wanted)
    except LookupError:
        raise Refused("There is no such setting any more.", code="GONE") from None
    if kind == DraftKind.GRID:
        wanted = {code: row for code, row in wanted.items() if row != was[code]}
        was = {code: was[code] for code in wanted}
    if wanted == was:
        raise Refused("Nothing is different from what holds now.", code="NO_CHANGE")
    made = Draft.objects.create(
        kind=kind, subject=subject, title=_title(kind, wanted), proposal=wanted, was=was, because=reason,
        holds_from=holds_from, drafted_at=now, drafted_by=by,
    )  # fmt: skip
    fact = SettingDrafted(
        draft_id=made.pk, setting=kind, title=made.title, holds_from=holds_from, **about(kind, subject)
    )
    record(fact, by=by, now=now, because=reason)
    return made


@transaction.atomic
def approve(*, draft: Draft, by: User, now: datetime) -> Draft:
    """Sign a draft of somebody else. One that holds from today or earlier is applied at once.

    Raises DraftSettled, Overtaken where what it changes is not what it was, BadValue where it no longer fits the
    other settings, and Refused to its author or where another approved draft of the same row waits for its day.
    """
    by.check_may(Permission.APPROVE_SETTINGS)
    found = locked(draft)
    if found.approved_at is not None:
        raise DraftSettled("This draft is approved already.")
    if is_being_written(found):
        raise Refused("This draft is still being written.", code="BEING_WRITTEN")
    if found.drafted_by_id == by.pk:
        raise Refused("Somebody else must approve what you have drafted.", code="OWN_DRAFT")
    _check_still_fits(found)
    found.approved_at, found.approved_by = now, by
    found.save(update_fields=["approved_at", "approved_by"])
    fact = SettingApproved(
        draft_id=found.pk,
        setting=found.kind,
        title=found.title,
        drafted_by=found.drafted_by.name,
        holds_from=found.holds_from,
    )
    entry = record(fact, by=by, now=now)
    if found.holds_from <= clinic_day(now):
        _apply(found, by=by, now=now, cause=entry)
    return found


@transaction.atomic
def withdraw(*, draft: Draft, by: User, now: datetime, because: str = "") -> Draft:
    """Take a draft back that is not in force yet: its author may, and whoever may approve it."""
    by.check_may(Permission.DRAFT_SETTINGS)
    found = locked(draft)
    if found.drafted_by_id != by.pk:
        by.check_may(Permission.APPROVE_SETTINGS)
    found.withdrawn_at, found.withdrawn_by = now, by
    found.save(update_fields=["withdrawn_at", "withdrawn_by"])
    fact = SettingWithdrawn(draft_id=found.pk, setting=found.kind, title=found.title)
    record(fact, by=by, now=now, because=one_line(because, limit=300))
    return found


def apply_due(*, by: Actor, now: datetime) -> int:
    """Put in force every approved draft whose day has come. Answers how many; safe to run twice.

    One that was overtaken is left for a person: it stays approved, and the list of drafts says so.
    """
    due = Draft.objects.filter(approved_at__isnull=False, applied_at=None, withdrawn_at=None)
    due = due.filter(holds_from__lte=clinic_day(now)).order_by("holds_from", "approved_at", "pk")
    return sum(_apply_if_it_fits(one, by=by, now=now) for one in due)


@transaction.atomic
def _apply_if_it_fits(draft: Draft, *, by: Actor, now: datetime) -> bool:
    try:
        found = locked(draft)
        checked(found.kind, found.subject, found.proposal)
    except (DraftSettled, BadValue):
        return False
    if is_overtaken(found):
        return False
    _apply(found, by=by, now=now)
    return True


def _apply(draft: Draft, *, by: Actor, now: datetime, cause: Entry | None = None) -> None:
    row = write(kind=draft.kind, subject=draft.subject, proposal=draft.proposal)
    draft.subject, draft.applied_at = row, now
    draft.save(update_fields=["subject", "applied_at"])
    fact = SettingApplied(
        draft_id=draft.pk, setting=draft.kind, title=draft.title, was=draft.was, holds=draft.proposal,
        **about(draft.kind, row),
    )  # fmt: skip
    record(fact, by=by, now=now, because=draft.because, approved_by=draft.approved_by, caused_by=cause)


def _check_still_fits(draft: Draft) -> None:
    if is_overtaken(draft):
        raise Overtaken(OVERTAKEN)
    checked(draft.kind, draft.subject, draft.proposal)
    waiting = Draft.objects.filter(
        approved_at__isnull=False, applied_at=None, withdrawn_at=None, kind=draft.kind
    )
    if draft.subject is not None and waiting.filter(subject=draft.subject).exists():
        raise Refused(
            "Another change of the same setting is approved and waits for its day. Withdraw that one first.",
            code="ONE_AT_A_TIME",
        )


def _title(kind: str, proposal: Mapping[str, Any]) -> str:
    if kind == DraftKind.GRID:
        count = len(proposal)
        return f"Protection grid, {count} visit type{'' if count == 1 else 's'}"
    if kind == DraftKind.GUIDE:
        return f"Guide: {Specialty.objects.get(code=proposal['specialty']).name}"
    return f"{DraftKind(kind).label}: {proposal['name']}"[:120]
