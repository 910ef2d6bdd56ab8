"""A protocol is written as a draft, one change at a time, by its author alone, until it is handed in for approval.

A version that was approved is never edited: a change is a new version. See protocol_approval.py for what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.actions.protocol_parts import (
    check_fits_beside,
    check_in_writing,
    check_is_draft,
    check_may_draft,
    hold_the_protocols,
    locked,
    read,
    reason_of,
)
from frontdesk.triage.engine.change import Content, new_content
from frontdesk.triage.engine.protocol import ProtocolError
from frontdesk.triage.facts_protocol import (
    ProtocolBegun,
    ProtocolHandedIn,
    ProtocolTakenBack,
    ProtocolWithdrawn,
    ProtocolWritten,
)
from frontdesk.triage.models import Protocol
from frontdesk.triage.models.in_force import is_scoped, newest
from frontdesk.triage.models.scope import Scope, draft_mark
from frontdesk.triage.starter import read_starter

MOVED_ON = (
    "This draft was changed in another window meanwhile, and nothing was saved. "
    "Look at the whole draft before you save this again."
)
LONGEST_NAME = 80


@transaction.atomic
def begin(*, version: Protocol, by: User, now: datetime) -> Protocol:
    """A draft of a protocol's next version, with what `version` says. Whoever is writing one gets that one.

    Raises Refused where somebody else writes the next version, or where one waits for approval.
    """
    check_may_draft(by)
    hold_the_protocols()
    standing = _open_draft(version.name)
    if standing is not None and standing.drafted_by_id == by.pk and standing.handed_in_at is None:
        return standing
    source = Protocol.objects.get(pk=version.pk)
    return _made(version.name, source.content, Scope.of(source), str(source), by, now)


@transaction.atomic
def begin_starter(*, by: Actor, now: datetime) -> Protocol:
    """A draft of the protocol that Frontdesk ships, or of its next version here."""
    check_may_draft(by)
    hold_the_protocols()
    content = read_starter()
    return _made(str(content["name"]), content, Scope(), "What Frontdesk ships", by, now)


@transaction.atomic
def begin_scoped(*, name: str, scope: Scope, by: User, now: datetime) -> Protocol:
    """A draft without rules that is to be read beside the general protocol. It takes over its word lists and scripts.

    Raises BadValue with its field where the name is taken or missing, or where there is no scope.
    """
    check_may_draft(by)
    hold_the_protocols()
    if scope.is_general:
        raise BadValue(
            "Say for whom or when: without a scope it would be the general protocol.", field="scope"
        )
    _check_ages(scope)
    kept = _name(name)
    if Protocol.objects.filter(name=kept, withdrawn_at=None).exists():
        raise BadValue(
            "There is a protocol of this name. Begin its next version from its page.", field="name"
        )
    general = next((row for row in newest(now) if not is_scoped(row)), None)
    ground = Protocol.objects.get(pk=general.pk).content if general is not None else read_starter()
    return _made(kept, new_content(kept, ground), scope, "Begun empty", by, now)


@transaction.atomic
def take_in(
    *, content: Mapping[str, Any], scope: Scope, by: Actor, now: datetime, source: str = "A file"
) -> Protocol:
    """A draft of what a file says: of the next version where there is a protocol of its name. Raises BadValue."""
    check_may_draft(by)
    hold_the_protocols()
    _check_ages(scope)
    name = _name(str(content.get("name", "")))
    return _made(name, {**content, "name": name}, scope, source, by, now)


@transaction.atomic
def write(
    *, draft: Protocol, mark: str, change: Callable[[Content], Content], what: str, by: User, now: datetime
) -> Protocol:
    """Make one change to a draft that is being written.

    `mark` is that of the draft which its author saw; `what` says in words what was done. Raises Refused where it was
    changed since, and BadValue (field "content") with the sentence of the protocol's own rules.
    """
    check_may_draft(by)
    found = _in_writing(draft, mark, by)
    try:
        content = change(found.content)
    except ProtocolError as bad:
        raise BadValue(str(bad), field="content") from bad
    read(content, unfinished=True)
    found.content, found.written_at, found.drafted_by = content, now, by
    found.save(update_fields=["content", "written_at", "drafted_by"])
    _note(ProtocolWritten, found, by, now, what=what[:200])
    return found


@transaction.atomic
def set_scope(*, draft: Protocol, mark: str, scope: Scope, by: User, now: datetime) -> Protocol:
    """For whom and when a scoped draft is to be read. What is general stays general, and the other way round."""
    check_may_draft(by)
    found = _in_writing(draft, mark, by)
    _check_ages(scope)
    if scope.is_general == is_scoped(found):
        raise BadValue(
            "Say for whom or when: without a scope it would be the general protocol."
            if scope.is_general
            else "This is the general protocol: it is read for every request.",
            field="scope",
        )
    for field, value in scope.as_fields().items():
        setattr(found, field, value)
    found.written_at, found.drafted_by = now, by
    found.save(update_fields=[*scope.as_fields(), "written_at", "drafted_by"])
    _note(ProtocolWritten, found, by, now, what=f"Read for: {scope.words}"[:200])
    return found


@transaction.atomic
def hand_in(*, draft: Protocol, because: str, by: User, now: datetime) -> Protocol:
    """The draft is finished: from now on it waits for a clinician's approval.

    Raises BadValue with what must be put right, and Refused where nothing is different from what holds.
    """
    check_may_draft(by)
    reason, found = reason_of(because), locked(draft)
    check_in_writing(found, by)
    rules = read(found.content)
    check_fits_beside(found, rules)
    standing = next((one for one in newest(now) if one.name == found.name), None)
    if standing is not None and draft_mark(standing) == draft_mark(found):
        raise Refused("Nothing is different from what holds now.", code="NO_CHANGE")
    found.because, found.handed_in_at, found.drafted_by = reason, now, by
    found.save(update_fields=["because", "handed_in_at", "drafted_by"])
    _note(ProtocolHandedIn, found, by, now, because=reason, rules=len(rules.rules))
    return found


@transaction.atomic
def take_back(*, draft: Protocol, by: User, now: datetime) -> Protocol:
    """Go on writing a draft of one's own that waits for approval."""
    check_may_draft(by)
    found = locked(draft)
    check_is_draft(found)
    if found.drafted_by is not None and found.drafted_by_id != by.pk:
        raise NotAllowed(f"Only {found.drafted_by.name}, who writes this draft, may change it.")
    found.handed_in_at, found.drafted_by = None, by
    found.save(update_fields=["handed_in_at", "drafted_by"])
    _note(ProtocolTakenBack, found, by, now)
    return found


@transaction.atomic
def withdraw(*, draft: Protocol, by: User, now: datetime, because: str = "") -> Protocol:
    """Give a draft up: its author may, and whoever may approve it."""
    check_may_draft(by)
    found = locked(draft)
    check_is_draft(found)
    if found.drafted_by_id not in (None, by.pk):
        by.check_may(Permission.APPROVE_PROTOCOLS)
    found.withdrawn_at, found.withdrawn_by = now, by
    found.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _note(ProtocolWithdrawn, found, by, now, because=one_line(because, limit=300))
    return found


def _open_draft(name: str) -> Protocol | None:
    found = Protocol.objects.filter(name=name, approved_at=None, withdrawn_at=None)
    return found.select_related("drafted_by").first()


def _made(
    name: str, content: Mapping[str, Any], scope: Scope, source: str, by: Actor, now: datetime
) -> Protocol:
    """One draft of a name at a time, so that no approval undoes another unseen."""
    if (standing := _open_draft(name)) is not None:
        who = standing.drafted_by.name if standing.drafted_by else "Frontdesk"
        raise Refused(
            f"A draft of “{name}” is there already: {standing}, by {who}. Go on with it, or withdraw it first.",
            code="ONE_AT_A_TIME",
        )
    read(content, unfinished=True)
    last = Protocol.objects.filter(name=name).aggregate(last=Max("version"))["last"] or 0
    _check_same_sort(name, scope)
    made = Protocol.objects.create(
        name=name, version=last + 1, content=dict(content), drafted_at=now,
        drafted_by=by if isinstance(by, User) else None, written_at=now, **scope.as_fields(),
    )  # fmt: skip
    _note(ProtocolBegun, made, by, now, source=source)
    return made


def _check_same_sort(name: str, scope: Scope) -> None:
    before = Protocol.objects.filter(name=name, approved_at__isnull=False).order_by("-version").first()
    if before is not None and is_scoped(before) == scope.is_general:
        was = "scoped" if is_scoped(before) else "general"
        raise BadValue(f"“{name}” is a {was} protocol here. Give this one another name.", field="name")


def _in_writing(draft: Protocol, mark_seen: str, by: User) -> Protocol:
    found = locked(draft)
    check_in_writing(found, by)
    if mark_seen != draft_mark(found):
        raise Refused(MOVED_ON, code="MOVED_ON")
    return found


def _name(text: str) -> str:
    name = one_line(text, limit=LONGEST_NAME + 1)
    if not name or len(name) > LONGEST_NAME:
        raise BadValue(f"Give it a name of at most {LONGEST_NAME} characters.", field="name")
    return name


def _check_ages(scope: Scope) -> None:
    if scope.age_from is not None and scope.age_under is not None and scope.age_from >= scope.age_under:
        raise BadValue("Nobody is of that age: the first must be less than the second.", field="age_under")


def _note(
    fact: Callable[..., Any], row: Protocol, by: Actor, now: datetime, *, because: str = "", **more: Any
) -> None:
    record(fact(protocol_id=row.pk, protocol=str(row), **more), by=by, now=now, because=because)
