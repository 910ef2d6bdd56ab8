"""A named clinician approves a protocol, with the moment from which it holds; and it is ended, or read by the staff."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.triage.actions.protocol_parts import (
    ProtocolSettled,
    check_fits_beside,
    check_is_draft,
    locked,
    others_may_approve,
    read,
    reason_of,
)
from frontdesk.triage.facts_protocol import ProtocolApproved, ProtocolEnded, ProtocolRead
from frontdesk.triage.models import Acknowledgement, Protocol
from frontdesk.triage.models.in_force import is_scoped
from frontdesk.triage.models.scope import Scope

FARTHEST = timedelta(days=730)


@transaction.atomic
def approve(*, draft: Protocol, in_force_from: datetime | None, by: User, now: datetime) -> Protocol:
    """A clinician approves a draft that is handed in. It holds from `in_force_from` (None: from `now`).

    Nobody approves what they wrote themselves, unless nobody else may approve here. Raises ProtocolSettled, Refused
    (OWN_DRAFT, OUT_OF_ORDER), and BadValue with its field.
    """
    by.check_may(Permission.APPROVE_PROTOCOLS)
    found = locked(draft)
    check_is_draft(found)
    if found.handed_in_at is None:
        raise ProtocolSettled("This draft is still being written.")
    own = found.drafted_by_id == by.pk
    if own and others_may_approve(by):
        raise Refused("Somebody else must approve what you have drafted.", code="OWN_DRAFT")
    begins = in_force_from or now
    _check_begins(found, begins, now)
    check_fits_beside(found, read(found.content))
    found.approved_at, found.approved_by, found.in_force_from = now, by, begins
    found.save(update_fields=["approved_at", "approved_by", "in_force_from"])
    fact = ProtocolApproved(
        protocol_id=found.pk,
        protocol=str(found),
        drafted_by=found.drafted_by.name if found.drafted_by else "",
        in_force_from=begins,
        scope=Scope.of(found).words,
        own=own,
    )
    record(fact, by=by, now=now, because=found.because)
    return found


@transaction.atomic
def end(*, protocol: Protocol, because: str, by: User, now: datetime) -> Protocol:
    """From now on it is not read any more: a scoped protocol with all its versions, or one that has not begun yet.

    The general protocol is not ended: its successor takes its place, since without one nothing may be booked.
    """
    by.check_may(Permission.APPROVE_PROTOCOLS)
    reason, found = reason_of(because), locked(protocol)
    if found.approved_at is None or found.in_force_from is None or found.ended_at is not None:
        raise ProtocolSettled("Only a version that is approved and not ended can be ended.")
    if found.in_force_from > now:
        _end(found, by, now)
    elif is_scoped(found):
        for one in Protocol.objects.filter(name=found.name, approved_at__isnull=False, ended_at=None):
            _end(one, by, now)
    else:
        raise Refused(
            "The general protocol is not ended: without it nothing may be booked. Approve its next version, which "
            "takes its place.",
            code="GENERAL_STAYS",
        )
    record(ProtocolEnded(protocol_id=found.pk, protocol=str(found)), by=by, now=now, because=reason)
    return Protocol.objects.get(pk=found.pk)


@transaction.atomic
def acknowledge(*, protocol: Protocol, by: User, now: datetime) -> Acknowledgement:
    """Somebody says that they have read this version. Saying it again changes nothing."""
    by.check_may(Permission.USE_DESK)
    if protocol.approved_at is None:
        raise ProtocolSettled("This version is not approved yet.")
    made, is_new = Acknowledgement.objects.get_or_create(protocol=protocol, user=by, defaults={"at": now})
    if is_new:
        record(ProtocolRead(protocol_id=protocol.pk, protocol=str(protocol)), by=by, now=now)
    return made


def _end(row: Protocol, by: User, now: datetime) -> None:
    row.ended_at, row.ended_by = now, by
    row.save(update_fields=["ended_at", "ended_by"])


def _check_begins(found: Protocol, begins: datetime, now: datetime) -> None:
    """Not in the past, not too far off, and after those whose place it takes."""
    if not now <= begins <= now + FARTHEST:
        raise BadValue(
            "It can hold from now on, or from a moment in the next two years.", field="in_force_from"
        )
    rows = Protocol.objects.filter(approved_at__isnull=False, ended_at=None, in_force_from__gt=begins).defer(
        "content"
    )
    replaced = [one for one in rows if one.name == found.name or not (is_scoped(one) or is_scoped(found))]
    if replaced:
        last = max(replaced, key=lambda one: one.in_force_from or begins)
        raise Refused(
            f"{last} is approved and begins later, so it would take the place of this one. "
            "Let this one begin after it, or end that one first.",
            code="OUT_OF_ORDER",
        )
