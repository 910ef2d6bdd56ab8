"""Keeping time while somebody decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions.expiry import write_off
from frontdesk.book.actions.taking import (
    For,
    KeptTime,
    NotOverbookable,
    PatientBusy,
    TimePast,
    check_free_patient,
    check_notice,
    keys_of_wanted,
    take,
    write_claims,
)
from frontdesk.book.actions.time import (
    Days,
    TimeTaken,
    earlier_holds,
    expired_in_the_way,
    in_the_way,
    keys_of_hold,
)
from frontdesk.book.actions.wanted import (
    DoesNotFit,
    Piece,
    Wanted,
    ask_for,
    check_fits,
    wanted_from,
    with_others,
)
from frontdesk.book.facts import TimeHeld
from frontdesk.book.models import Hold, HoldEnd
from frontdesk.book.ports import Ask
from frontdesk.book.queries.find import Option, Wish, open_times
from frontdesk.book.queries.wish import everybody
from frontdesk.book.rules import check_can_book, is_directed, only_in, open_only
from frontdesk.clinic.queries.changes import read_once
from frontdesk.daybook.record import Actor, record
from frontdesk.kit import rows
from frontdesk.kit.clock import day_span
from frontdesk.people.models import Patient

STANDS_FOR = timedelta(minutes=10)
_ATTEMPTS = 4

__all__ = [
    "STANDS_FOR", "DoesNotFit", "KeptTime", "NotOverbookable", "PatientBusy", "Piece", "TimePast", "TimeTaken",
    "Wanted", "ask_for", "let_go", "place", "place_first", "sweep", "write_off",
]  # fmt: skip


def place(
    *,
    wanted: Wanted,
    patient: Patient,
    request_id: int | None,
    key: str,
    by: User,
    now: datetime,
    offered: Sequence[dict[str, Any]] = (),
) -> Hold:
    """Hold a time for ten minutes. `key` makes a repeat harmless; `offered` is what else was offered.

    An earlier hold of the same request is let go once the new one is safe. Where only the room, the machine or
    the interpreter was taken meanwhile, another that fits is held. Raises NotAllowed, BookingGate, DoesNotFit,
    KeptTime, NotOverbookable, TimePast, PatientBusy, or TimeTaken when somebody else has the time.
    """
    with read_once():
        try:
            return _try(wanted.known(), patient, request_id, key, by, now, offered)
        except TimeTaken:
            other = with_others(wanted, patient, now)
            if other is None:
                raise
            return _try(other.known(), patient, request_id, key, by, now, offered)


def _try(
    wanted: Wanted,
    patient: Patient,
    request_id: int | None,
    key: str,
    by: User,
    now: datetime,
    offered: Sequence[dict[str, Any]],
) -> Hold:
    try:
        with transaction.atomic():
            return _place(wanted, patient, request_id, key, by, now, offered)
    except IntegrityError:
        if (same := _same(key, by)) is not None:
            return same
        raise TimeTaken from None


def _place(
    wanted: Wanted,
    patient: Patient,
    request_id: int | None,
    key: str,
    by: User,
    now: datetime,
    offered: Sequence[dict[str, Any]],
) -> Hold:
    if (same := _same(key, by)) is not None:
        return same
    found = check_can_book(ask_for(wanted, patient, request_id, by, now))
    check_fits(wanted, patient)
    check_free_patient(patient, wanted.start, wanted.end, now=now)
    check_notice(wanted.visit_type, wanted.start, wanted.site, now=now)
    stale, earlier = in_the_way(wanted.resources, wanted.start, wanted.end, request_id, now)
    days = Days(keys_of_wanted(wanted).union(*(keys_of_hold(hold) for hold in [*stale, *earlier])))
    write_off(stale, HoldEnd.EXPIRED, days, by, now)
    write_off(earlier, HoldEnd.LET_GO, days, by, now)
    take(wanted, For(patient, is_directed(found), only_in(found), open_only(found)), days, now=now)
    return _keep(_create(wanted, patient, request_id, key, by, now), wanted, days, by, now, offered)


def place_first(
    *, wish: Wish, patient: Patient, request_id: int | None, key: str, by: User, now: datetime
) -> Hold:
    """Hold the first time that fits the wish, whoever else is after it. `key` makes a repeat harmless.

    Many may ask for "first available" at once. Each names the first option and waits for the days it lies on;
    once it has them, it looks again at those days and takes the first that is still free there, so that nobody
    has to come back for a time that somebody else has just taken. Raises TimeTaken where nothing is left, and
    what `place` raises.
    """
    for _ in range(_ATTEMPTS):
        option = next(open_times(wish, now=now), None)
        if option is None:
            break
        try:
            with transaction.atomic():
                return _first_on(option, wish, patient, request_id, key, by, now)
        except (TimeTaken, IntegrityError):
            if (same := _same(key, by)) is not None:
                return same
    raise TimeTaken("Nothing that fits is free any more.")


def _first_on(
    option: Option, wish: Wish, patient: Patient, request_id: int | None, key: str, by: User, now: datetime
) -> Hold:
    """The first that is free on the option's day and at its site, looked for with that day locked."""
    if (same := _same(key, by)) is not None:
        return same
    found = check_can_book(Ask(request_id, patient, wish.visit_type, by, now, site=option.site))
    day = option.local_start.date()
    here = replace(wish, sites=[option.site], earliest=max(wish.earliest, option.start), until=day)
    earlier = earlier_holds(request_id, now)
    keys = {(one, day) for one in everybody(here)}
    stale = expired_in_the_way([one for one, _ in keys], *day_span(day, option.site.time_zone), now)
    days = Days(keys.union(*(keys_of_hold(hold) for hold in [*stale, *earlier])))
    again = next(open_times(here, now=now), None)
    if again is None:
        raise TimeTaken
    wanted = wanted_from(again, wish.visit_type)
    check_fits(wanted, patient)
    check_free_patient(patient, wanted.start, wanted.end, now=now)
    check_notice(wanted.visit_type, wanted.start, wanted.site, now=now)
    write_off(stale, HoldEnd.EXPIRED, days, by, now)
    write_off(earlier, HoldEnd.LET_GO, days, by, now)
    take(wanted, For(patient, is_directed(found), only_in(found), open_only(found)), days, now=now)
    return _keep(_create(wanted, patient, request_id, key, by, now), wanted, days, by, now)


def _keep(
    hold: Hold, wanted: Wanted, days: Days, by: User, now: datetime, offered: Sequence[dict[str, Any]] = ()
) -> Hold:
    """Write the claims of a hold whose time was taken, then the days, then the fact."""
    write_claims(wanted, hold=hold)
    days.save()
    record(_held(hold), by=by, now=now, instead_of=offered)
    return hold


@transaction.atomic
def let_go(*, hold: Hold, by: User, now: datetime) -> Hold:
    """Give the time back. A hold that has ended already stays as it is."""
    by.check_may(Permission.BOOK)
    days = Days(keys_of_hold(hold))
    write_off([hold], HoldEnd.LET_GO, days, by, now)
    days.save()
    hold.refresh_from_db()
    return hold


@transaction.atomic
def sweep(*, by: Actor, now: datetime) -> int:
    """Write off what has expired, a hundred at a time. Answers how many."""
    stale = list(Hold.objects.expired(now).select_related("site").order_by("pk")[:100])
    days = Days(set().union(*(keys_of_hold(hold) for hold in stale)) if stale else set())
    ended = write_off(stale, HoldEnd.EXPIRED, days, by, now)
    days.save()
    return ended


def _same(key: str, by: User) -> Hold | None:
    found = rows.read(Hold, "WHERE idempotency_key = %s AND held_by_id = %s", [key, by.pk])
    return found[0] if found else None


def _create(
    wanted: Wanted, patient: Patient, request_id: int | None, key: str, by: User, now: datetime
) -> Hold:
    hold = Hold(
        patient=patient,
        visit_type=wanted.visit_type,
        site=wanted.site,
        provider=wanted.provider,
        room=wanted.room,
        interpreter=wanted.interpreter,
        modality=wanted.by,
        overbooked_by=wanted.overbook,
        start=wanted.start,
        end=wanted.end,
        asked_for=request_id,
        held_at=now,
        held_by=by,
        expires_at=now + STANDS_FOR,
        idempotency_key=key,
    )
    return rows.insert(hold)


def _held(hold: Hold) -> TimeHeld:
    return TimeHeld(
        hold_id=hold.pk,
        patient_id=hold.patient_id,
        request_id=hold.asked_for,
        visit_type=hold.visit_type.name,
        provider=hold.provider.name,
        site=hold.site.name,
        start=hold.start,
        end=hold.end,
        expires_at=hold.expires_at,
        also=hold.also,
    )
