"""Keeping time while somebody decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions.time import (
    Days,
    Key,
    TimeTaken,
    end_hold,
    expired_in_the_way,
    keys_of_hold,
)
from frontdesk.book.facts import HoldEnded, TimeHeld
from frontdesk.book.models import Appointment, Claim, Hold, HoldEnd
from frontdesk.book.ports import Ask
from frontdesk.book.queries.open_time import mask_of
from frontdesk.book.rules import check_can_book
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import Interpreter, Provider, Room, Site, VisitType
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import Refused
from frontdesk.people.models import Patient

STANDS_FOR = timedelta(minutes=10)


class PatientBusy(Refused):
    """The patient has another visit then."""

    code = "PATIENT_BUSY"


class DoesNotFit(Refused):
    """The provider, the room or the interpreter is not one for this visit."""

    code = "DOES_NOT_FIT"


class TimePast(Refused):
    """Nobody can be booked into the past."""

    code = "TIME_PAST"


@dataclass(frozen=True)
class Wanted:
    """One time to take: everything a visit needs. `start` is an instant."""

    visit_type: VisitType
    site: Site
    provider: Provider
    start: datetime
    room: Room | None = None
    interpreter: Interpreter | None = None

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.visit_type.minutes)

    @property
    def resources(self) -> list[int]:
        parts = (self.provider, self.room, self.interpreter)
        return [part.pk for part in parts if part is not None]


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

    An earlier hold of the same request is let go once the new one is safe. Raises NotAllowed, BookingGate,
    TimePast, PatientBusy, or TimeTaken when somebody else has any part of it.
    """
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
    check_can_book(_ask(wanted, patient, request_id, by, now))
    _check_fits(wanted, patient)
    _check_free_patient(wanted, patient, now)
    day, mask = mask_of(wanted.start, wanted.end, wanted.site)
    keys: set[Key] = {(resource, day) for resource in wanted.resources}
    stale = expired_in_the_way(keys, wanted.start, wanted.end, now)
    earlier = _earlier(request_id, now)
    days = Days(keys.union(*(keys_of_hold(hold) for hold in [*stale, *earlier])))
    _write_off(stale, HoldEnd.EXPIRED, days, by, now)
    _write_off(earlier, HoldEnd.LET_GO, days, by, now)
    if not all(days.is_free(one, mask, wanted.site) for one in keys):
        raise TimeTaken
    for one in keys:
        days.take(one, mask)
    days.save()
    hold = _create(wanted, patient, request_id, key, by, now)
    record(_held(hold), by=by, now=now, instead_of=offered)
    return hold


@transaction.atomic
def let_go(*, hold: Hold, by: User, now: datetime) -> Hold:
    """Give the time back. A hold that has ended already stays as it is."""
    by.check_may(Permission.BOOK)
    days = Days(keys_of_hold(hold))
    _write_off([hold], HoldEnd.LET_GO, days, by, now)
    days.save()
    hold.refresh_from_db()
    return hold


@transaction.atomic
def sweep(*, by: Actor, now: datetime) -> int:
    """Write off what has expired, a hundred at a time. Answers how many."""
    stale = list(Hold.objects.expired(now).select_related("site").order_by("pk")[:100])
    days = Days(set().union(*(keys_of_hold(hold) for hold in stale)) if stale else set())
    ended = _write_off(stale, HoldEnd.EXPIRED, days, by, now)
    days.save()
    return ended


def _same(key: str, by: User) -> Hold | None:
    return Hold.objects.filter(idempotency_key=key, held_by=by).first()


def _ask(wanted: Wanted, patient: Patient, request_id: int | None, by: User, now: datetime) -> Ask:
    return Ask(
        request_id=request_id,
        patient=patient,
        visit_type=wanted.visit_type,
        by=by,
        now=now,
        provider=wanted.provider,
        site=wanted.site,
        start=wanted.start,
        end=wanted.end,
    )


def _check_fits(wanted: Wanted, patient: Patient) -> None:
    visit, room, interpreter = wanted.visit_type, wanted.room, wanted.interpreter
    if wanted.provider.specialty_id != visit.specialty_id:
        raise DoesNotFit(f"{wanted.provider.name} does not see patients for this visit type.")
    needs_room = visit.modality == Modality.IN_PERSON and bool(visit.room_type)
    if needs_room and (room is None or room.room_type != visit.room_type or room.site_id != wanted.site.pk):
        raise DoesNotFit("This visit needs a room of its own kind at the site.")
    if patient.needs_interpreter and (interpreter is None or patient.language not in interpreter.languages):
        raise DoesNotFit("This visit needs an interpreter who speaks the patient’s language.")


def _check_free_patient(wanted: Wanted, patient: Patient, now: datetime) -> None:
    if wanted.start < now:
        raise TimePast("This time has passed.")
    live = Appointment.objects.filter(patient=patient, status__in=["booked", "arrived"])
    other = live.filter(start__lt=wanted.end, end__gt=wanted.start).select_related("site").first()
    if other is not None:
        when = f"{other.start.astimezone(other.site.zone):%H:%M}"
        raise PatientBusy(f"The patient has another visit at {when} then.")


def _earlier(request_id: int | None, now: datetime) -> list[Hold]:
    if request_id is None:
        return []
    mine = Hold.objects.standing(now).filter(asked_for=request_id)
    return list(mine.select_related("site").order_by("pk"))


def _write_off(holds: Iterable[Hold], how: HoldEnd, days: Days, by: Actor, now: datetime) -> int:
    ended = 0
    for hold in holds:
        if end_hold(hold=hold, how=how, days=days, now=now):
            fact = HoldEnded(
                hold_id=hold.pk, patient_id=hold.patient_id, request_id=hold.asked_for, how=how.value
            )
            record(fact, by=by, now=now)
            ended += 1
    return ended


def _create(
    wanted: Wanted, patient: Patient, request_id: int | None, key: str, by: User, now: datetime
) -> Hold:
    hold = Hold.objects.create(
        patient=patient,
        visit_type=wanted.visit_type,
        site=wanted.site,
        provider=wanted.provider,
        room=wanted.room,
        interpreter=wanted.interpreter,
        start=wanted.start,
        end=wanted.end,
        asked_for=request_id,
        held_at=now,
        held_by=by,
        expires_at=now + STANDS_FOR,
        idempotency_key=key,
    )
    Claim.objects.bulk_create(
        Claim(resource_id=resource, start=wanted.start, end=wanted.end, hold=hold)
        for resource in sorted(wanted.resources)
    )
    return hold


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
