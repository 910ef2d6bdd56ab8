"""What the actions on protocols share: the lock, who may do what, and whether a draft can be read beside the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Q

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import ROLE_PERMISSIONS, Permission
from frontdesk.daybook.record import Actor
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.engine.beside import check_beside
from frontdesk.triage.engine.protocol import ProtocolError, read_protocol
from frontdesk.triage.engine.shapes import Protocol as Rules
from frontdesk.triage.models import Protocol
from frontdesk.triage.models.in_force import by_id, is_scoped

APPROVERS = [role for role, may in ROLE_PERMISSIONS.items() if Permission.APPROVE_PROTOCOLS in may]


class ProtocolSettled(Refused):
    """It is approved or withdrawn already, or not as far yet."""

    code = "PROTOCOL_SETTLED"


def hold_the_protocols() -> None:
    """Protocols change rarely: whoever begins, writes or approves one waits for the one before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('frontdesk protocols'))")


def locked(protocol: Protocol) -> Protocol:
    """The version, to be changed in this transaction."""
    hold_the_protocols()
    found = Protocol.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("site", "specialty", "drafted_by", "approved_by").get(pk=protocol.pk)


def may_draft(by: User) -> bool:
    """Whoever drafts settings, and whoever approves protocols."""
    return by.may(Permission.DRAFT_SETTINGS) or by.may(Permission.APPROVE_PROTOCOLS)


def check_may_draft(by: Actor) -> None:
    """Raises NotAllowed for a person who may not; Frontdesk itself may make drafts, which hold nothing."""
    if isinstance(by, User) and not may_draft(by):
        by.check_may(Permission.DRAFT_SETTINGS)


def check_is_draft(found: Protocol) -> None:
    """Raises ProtocolSettled for one that is approved or withdrawn."""
    if found.approved_at is not None:
        raise ProtocolSettled("This version is approved. A change of it is a new version.")
    if found.withdrawn_at is not None:
        raise ProtocolSettled("This draft was withdrawn.")


def check_in_writing(found: Protocol, by: User) -> None:
    """Raises ProtocolSettled where it is handed in, NotAllowed where somebody else writes it."""
    check_is_draft(found)
    if found.handed_in_at is not None:
        raise ProtocolSettled("This draft is handed in, and not being written any more.")
    if found.drafted_by is not None and found.drafted_by_id != by.pk:
        raise NotAllowed(f"Only {found.drafted_by.name}, who writes this draft, may change it.")


def others_may_approve(by: User) -> bool:
    return User.objects.filter(is_active=True, role__in=APPROVERS).exclude(pk=by.pk).exists()


def reason_of(because: str) -> str:
    """Why, on one line. Raises BadValue where nothing is said, or too much."""
    reason = one_line(because, limit=301)
    if len(reason) > 300:
        raise BadValue("At most 300 characters.", field="because")
    if not reason:
        raise BadValue("Say why: it is kept with the version.", field="because")
    return reason


def read(content: Mapping[str, Any], *, unfinished: bool = False) -> Rules:
    """Raises BadValue with the sentence of the protocol's own rules."""
    try:
        return read_protocol(content, unfinished=unfinished)
    except ProtocolError as bad:
        raise BadValue(str(bad), field="content") from bad


def check_fits_beside(found: Protocol, rules: Rules) -> None:
    """No rule's code in two protocols that are read, or wait to be; and a tree for each target. Raises BadValue."""
    try:
        check_beside(rules, _others(found), _general_beside(found))
    except ProtocolError as bad:
        raise BadValue(str(bad), field="content") from bad


def _others(found: Protocol) -> list[tuple[str, Rules]]:
    """Of each other name its newest version, and those that are handed in. Of general ones only one is ever read."""
    rows = Protocol.objects.exclude(name=found.name).filter(withdrawn_at=None, ended_at=None)
    rows = rows.filter(Q(approved_at__isnull=False) | Q(handed_in_at__isnull=False)).defer("content")
    beside = [row for row in rows.order_by("name", "-version") if is_scoped(row) or is_scoped(found)]
    newest: dict[tuple[str, bool], Protocol] = {}
    for row in beside:
        newest.setdefault((row.name, row.approved_at is not None), row)
    return [(str(row), by_id(row.pk).rules) for row in newest.values()]


def _general_beside(found: Protocol) -> Rules | None:
    """The general protocol beside which a scoped one is to be read: the one that was approved to hold last."""
    if not is_scoped(found):
        return None
    rows = Protocol.objects.filter(approved_at__isnull=False, ended_at=None).order_by(
        "-in_force_from", "-version"
    )
    general = next((row for row in rows.defer("content") if not is_scoped(row)), None)
    return by_id(general.pk).rules if general is not None else None
