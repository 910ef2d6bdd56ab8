"""Moving a visit: the new time is taken before the old one is given back, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import once
from frontdesk.book.actions.chains import keep_chain
from frontdesk.book.actions.changes import check_version, describe, live_claims, lock, reason
from frontdesk.book.actions.expiry import write_off
from frontdesk.book.actions.taking import (
    For,
    check_free_patient,
    check_notice,
    keys_of_wanted,
    take,
    write_claims,
)
from frontdesk.book.actions.time import Days, TimeTaken, expired_in_the_way, keys_of, keys_of_hold, release
from frontdesk.book.actions.wanted import Wanted, ask_for, check_fits, wanted_of
from frontdesk.book.engine.why import CHANGES, Why
from frontdesk.book.facts import AppointmentMoved, MovabilitySet
from frontdesk.book.models import Appointment, HoldEnd
from frontdesk.book.ports import Finding
from frontdesk.book.queries.chain import chain
from frontdesk.book.rules import Waivers, check_can_book, in_words, is_directed, only_in, open_only
from frontdesk.book.rules_changes import Ended, NotMovable, check_can_move
from frontdesk.clinic.choices import Moves
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue

__all__ = ["Ended", "Move", "NotMovable", "check_can_move", "move", "set_movability", "wanted_of"]


@dataclass(frozen=True)
class Move:
    """Why a visit moves: a code of engine/why.py and words; who approved it; what else was offered.

    `made_way_for`: the request for whose visit it makes room.
    """

    why: str
    note: str = ""
    approved_by: User | None = None
    instead_of: Sequence[dict[str, Any]] = ()
    made_way_for: int | None = None


def move(
    *,
    visit: Appointment,
    to: Wanted,
    move: Move,
    version: int,
    key: str,
    by: User,
    now: datetime,
    waivers: Waivers | None = None,
) -> Appointment:
    """Give a booked visit another time, provider, room or visit type.

    `version` is that of the visit as it was shown; `key` makes a repeat harmless. The chain is checked anew.
    Raises NotAllowed, Stale, Ended, NotMovable, BookingGate, TimeTaken, KeptTime, PatientBusy, TimePast,
    DoesNotFit or BadValue; then the visit stands where it stood.
    """
    by.check_may(Permission.BOOK)
    why = reason(move.why, CHANGES)
    try:
        with transaction.atomic():
            if once.done_before(key=key, what="move", by=by) is not None:
                return Appointment.objects.get(pk=visit.pk)
            found = _checked(visit, to, by, now, waivers)
            visit = lock(visit)
            if once.done_before(key=key, what="move", by=by) is not None:
                return visit
            check_version(visit, version)
            moved = _move(visit, to, move, why, found, by, now)
            once.remember(key=key, what="move", ref=moved.pk, by=by, now=now)
            return moved
    except IntegrityError:
        if (same := once.done_before(key=key, what="move", by=by)) is not None:
            return Appointment.objects.get(pk=same)
        raise TimeTaken from None


@transaction.atomic
def set_movability(
    *, visit: Appointment, moves: Moves, because: str, version: int, by: User, now: datetime
) -> Appointment:
    """Say of one visit that it moves more or less easily than its type. Raises NotAllowed, Stale or BadValue."""
    by.check_may(Permission.APPROVE_MOVES)
    if len(because.strip()) < 3:
        raise BadValue("Say why.", field="because")
    visit = lock(visit, version)
    visit.may_move, visit.may_move_because = moves, because.strip()[:200]
    visit.version += 1
    visit.save(update_fields=["may_move", "may_move_because", "version"])
    fact = MovabilitySet(appointment_id=visit.pk, patient_id=visit.patient_id, moves=moves.value)
    record(fact, by=by, now=now, because=visit.may_move_because)
    return visit


def _checked(
    visit: Appointment, to: Wanted, by: User, now: datetime, waivers: Waivers | None
) -> list[Finding]:
    """The chain of the new place; the check locks the patient's open requests, before anything else is locked."""
    ask = replace(ask_for(to, visit.patient, None, by, now), moving=visit.pk)
    return check_can_book(ask, waivers, (chain,))


def _move(
    visit: Appointment,
    to: Wanted,
    move: Move,
    why: Why,
    found: list[Finding],
    by: User,
    now: datetime,
) -> Appointment:
    check_can_move(visit, why, move.approved_by, now=now)
    check_fits(to, visit.patient)
    check_free_patient(visit.patient, to.start, to.end, now=now, but=visit.pk)
    if to.start != visit.start:
        check_notice(to.visit_type, to.start, to.site, now=now)
    was = describe(visit)
    _retake(visit, to, found, by, now)
    _place_at(visit, to)
    keep_chain(appointment=visit, found=found, by=by, now=now)
    fact = AppointmentMoved(
        appointment_id=visit.pk,
        patient_id=visit.patient_id,
        request_id=visit.asked_for,
        why=why.code,
        whose=why.whose,
        was=was,
        now_is=describe(visit),
        start=visit.start,
        checks=in_words(found),
        made_way_for_id=move.made_way_for,
    )
    words = f"{why.words}. {move.note}".strip()
    record(
        fact, by=by, now=now, because=words[:300], approved_by=move.approved_by, instead_of=move.instead_of
    )
    return visit


def _retake(visit: Appointment, to: Wanted, found: list[Finding], by: User, now: datetime) -> None:
    """All days are locked, the new time is seen to be free with the visit's own taken away, then claims change.

    The visit's own claims stand in nobody's way but its own: they are lifted and put back within the transaction,
    so that a visit may move by ten minutes.
    """
    own = live_claims(visit)
    stale = expired_in_the_way(to.resources, to.start, to.end, now)
    old_keys = {key for key, _ in keys_of(own, visit.site).values()}
    days = Days(keys_of_wanted(to).union(old_keys, *(keys_of_hold(hold) for hold in stale)))
    write_off(stale, HoldEnd.EXPIRED, days, by, now)
    release(own, visit.site, days=days, now=now)
    take(to, For(visit.patient, is_directed(found), only_in(found), open_only(found)), days, now=now)
    write_claims(to, appointment=visit)
    days.save()


def _place_at(visit: Appointment, to: Wanted) -> None:
    visit.visit_type, visit.site, visit.provider = to.visit_type, to.site, to.provider
    visit.room, visit.interpreter, visit.modality = to.room, to.interpreter, to.by
    visit.overbooked_by = to.overbook
    visit.start, visit.end = to.start, to.end
    visit.version += 1
    visit.moved += 1
    visit.save()
