"""A guide is written step by step: its draft is begun, changed by its author alone, and handed in for approval.

A draft that is being written may be unfinished. It has no reason yet, and nobody can approve it: see
queries/settings.is_being_written. What becomes of it once it is handed in is in drafts.py.
"""

from __future__ import annotations

from collections.abc import Callable
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
    hold_the_settings,
    locked,
    reason_of,
)
from frontdesk.clinic.engine.guide import BadGuide, Content, as_json, check_needs, shape
from frontdesk.clinic.engine.guide_picture import remarks
from frontdesk.clinic.facts_settings import DraftBegun, DraftTakenBack, DraftWritten, SettingDrafted
from frontdesk.clinic.models import Draft, DraftKind, Guide, Specialty, VisitType
from frontdesk.clinic.proposals import checked
from frontdesk.clinic.queries.settings import (
    as_it_is,
    clinic_day,
    drafts_in_writing,
    is_being_written,
    is_overtaken,
)
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue, NotAllowed, Refused

MOVED_ON = (
    "This draft was changed in another window meanwhile, and nothing was saved. "
    "Look at the whole guide before you save this again."
)


@transaction.atomic
def begin(*, specialty: Specialty, by: User, now: datetime) -> Draft:
    """A draft of the specialty's guide as it stands, or of a new one. Whoever has one in writing gets that one."""
    by.check_may(Permission.DRAFT_SETTINGS)
    hold_the_settings()
    mine = [one for one in drafts_in_writing(specialty=specialty.code) if one.drafted_by_id == by.pk]
    if mine:
        return mine[0]
    guide = Guide.objects.filter(specialty=specialty).first()
    was = as_it_is(DraftKind.GUIDE, guide.pk if guide else None)
    made = Draft.objects.create(
        kind=DraftKind.GUIDE, subject=guide.pk if guide else None, title=f"Guide: {specialty.name}", was=was,
        proposal={"specialty": specialty.code, "content": as_json(_readable(was.get("content")))},
        holds_from=clinic_day(now), drafted_at=now, drafted_by=by,
    )  # fmt: skip
    fact = DraftBegun(draft_id=made.pk, setting=made.kind, title=made.title, **about(made.kind, made.subject))
    record(fact, by=by, now=now)
    return made


@transaction.atomic
def write(
    *, draft: Draft, mark: str, change: Callable[[Content], Content], what: str, by: User, now: datetime
) -> Content:
    """Make one change to a draft that is being written, and answer what it is now.

    `mark` is that of the content which its author saw; `what` says in words what was done. Raises Refused where it
    has been changed since (MOVED_ON), and BadValue with the sentence of the guide's own rules.
    """
    by.check_may(Permission.DRAFT_SETTINGS)
    found = _mine(draft, by)
    standing = _readable(found.proposal["content"])
    if mark != standing.mark:
        raise Refused(MOVED_ON, code="MOVED_ON")
    try:
        content = shape(as_json(change(standing)), unfinished=True)
        check_needs(content)
    except BadGuide as bad:
        raise BadValue(bad.sentence, field="content") from bad
    found.proposal = {**found.proposal, "content": as_json(content)}
    found.save(update_fields=["proposal"])
    record(DraftWritten(draft_id=found.pk, setting=found.kind, title=found.title, what=what), by=by, now=now)
    return content


@transaction.atomic
def hand_in(*, draft: Draft, because: str, holds_from: date, by: User, now: datetime) -> Draft:
    """The draft is finished: from now on it waits for somebody else's approval.

    Raises BadValue with its field, Overtaken where the guide was changed since the draft was begun, and Refused
    where nothing would change.
    """
    by.check_may(Permission.DRAFT_SETTINGS)
    reason = reason_of(because)
    check_day(holds_from, clinic_day(now))
    found = _mine(draft, by)
    _check_finished(found)
    wanted = checked(found.kind, found.subject, found.proposal)
    if is_overtaken(found):
        raise Overtaken(OVERTAKEN)
    if wanted == found.was:
        raise Refused("Nothing is different from what holds now.", code="NO_CHANGE")
    found.proposal, found.because, found.holds_from, found.drafted_at = wanted, reason, holds_from, now
    found.save(update_fields=["proposal", "because", "holds_from", "drafted_at"])
    fact = SettingDrafted(
        draft_id=found.pk, setting=found.kind, title=found.title, holds_from=holds_from,
        **about(found.kind, found.subject),
    )  # fmt: skip
    record(fact, by=by, now=now, because=reason)
    return found


@transaction.atomic
def take_back(*, draft: Draft, by: User, now: datetime) -> Draft:
    """Go on writing a draft of one's own that waits for approval. It is handed in anew, with its reason."""
    by.check_may(Permission.DRAFT_SETTINGS)
    found = locked(draft)
    _check_own(found, by)
    if found.kind != DraftKind.GUIDE:
        raise Refused("Only the draft of a guide is written step by step. Withdraw it, and draft it anew.")
    if found.approved_at is not None:
        raise DraftSettled("This draft is approved already.")
    found.because = ""
    found.save(update_fields=["because"])
    record(DraftTakenBack(draft_id=found.pk, setting=found.kind, title=found.title), by=by, now=now)
    return found


def _check_finished(draft: Draft) -> None:
    """Raises BadValue with the first thing that must be put right, in the words of whoever writes the guide."""
    types = VisitType.objects.filter(specialty__code=draft.proposal["specialty"], active=True)
    codes = set(types.values_list("code", flat=True))
    found = remarks(_readable(draft.proposal["content"]), visit_types=codes)
    stop = next((one for one in found if one.stops), None)
    if stop is not None:
        raise BadValue(stop.sentence, field="content")


def _mine(draft: Draft, by: User) -> Draft:
    found = locked(draft)
    _check_own(found, by)
    if found.kind != DraftKind.GUIDE or not is_being_written(found):
        raise DraftSettled("This draft is not being written any more.")
    return found


def _check_own(draft: Draft, by: User) -> None:
    if draft.drafted_by_id != by.pk:
        raise NotAllowed(f"Only {draft.drafted_by.name}, who writes this draft, may change it.")


def _readable(raw: Any) -> Content:
    """What is stored; an empty guide where it cannot be read."""
    try:
        return shape(raw, unfinished=True)
    except BadGuide:
        return Content()
