"""A patient's place in a group visit: an appointment with the group's time and none of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import once
from frontdesk.book.actions.chains import keep_chain
from frontdesk.book.actions.changes import describe, lock, reason
from frontdesk.book.actions.group_interpreters import Helped, change_interpreter
from frontdesk.book.actions.taking import PatientBusy, check_free_patient
from frontdesk.book.actions.together import lock_gathering
from frontdesk.book.engine.why import CHANGES
from frontdesk.book.facts import AppointmentBooked, AppointmentMoved
from frontdesk.book.models import Appointment, AppointmentStatus, Gathering, GatheringKind
from frontdesk.book.ports import Ask, Finding
from frontdesk.book.queries.chain import chain
from frontdesk.book.queries.gatherings import LIVE, interpreter_for
from frontdesk.book.rules import Waivers, check_can_book, in_words
from frontdesk.book.rules_changes import Ended
from frontdesk.clinic.models import Interpreter, VisitType
from frontdesk.daybook.record import record
from frontdesk.kit.errors import Refused
from frontdesk.people.models import Patient


class GroupFull(Refused):
    """Every place of the group is taken."""

    code = "GROUP_FULL"


def take_place(
    *,
    gathering: Gathering,
    patient: Patient,
    request_id: int | None,
    key: str,
    by: User,
    now: datetime,
    waivers: Waivers | None = None,
) -> Appointment:
    """Give a patient the smallest free place of a group. `key` makes a repeat harmless.

    Whoever needs an interpreter shares the one who is in the group for their language; else one who is free is taken
    for all of it. Raises NotAllowed, BookingGate, GroupFull, Ended, TimePast, PatientBusy, TimeTaken or KeptTime.
    """
    by.check_may(Permission.BOOK)
    try:
        with transaction.atomic():
            if (same := once.done_before(key=key, what="place", by=by)) is not None:
                return Appointment.objects.get(pk=same)
            taken = _take(gathering, patient, request_id, by, now, waivers)
            once.remember(key=key, what="place", ref=taken.pk, by=by, now=now)
            return taken
    except IntegrityError:
        if (same := once.done_before(key=key, what="place", by=by)) is not None:
            return Appointment.objects.get(pk=same)
        raise PatientBusy("The patient has another visit at this time.") from None


def move_place(
    *, visit: Appointment, to: Gathering, why: str, note: str, version: int, key: str, by: User, now: datetime
) -> Appointment:
    """Give somebody who has a place in one group a place in another instead.

    Raises NotAllowed, BadValue, Stale, Ended, BookingGate, GroupFull, TimePast, PatientBusy, TimeTaken or KeptTime;
    then the place stands where it stood.
    """
    by.check_may(Permission.BOOK)
    because = reason(why, CHANGES)
    try:
        with transaction.atomic():
            if (same := once.done_before(key=key, what="move place", by=by)) is not None:
                return Appointment.objects.get(pk=same)
            moved = _move(visit, to, because.code, f"{because.words}. {note}".strip(), version, by, now)
            once.remember(key=key, what="move place", ref=moved.pk, by=by, now=now)
            return moved
    except IntegrityError:
        raise PatientBusy("The patient has another visit at this time.") from None


def _take(
    gathering: Gathering,
    patient: Patient,
    request_id: int | None,
    by: User,
    now: datetime,
    waivers: Waivers | None,
) -> Appointment:
    """Locks: the request (its check does so), the gathering, the patient, an interpreter's day."""
    ask = _ask(gathering, patient, request_id, by, now)
    found = check_can_book(ask, waivers, (chain,))
    locked = lock_gathering(gathering)
    place = _free_place(locked, patient, now)
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    check_free_patient(patient, locked.start, locked.end, now=now)
    comes = Helped.by(ask.interpreter, locked)
    change_interpreter(leaves=None, comes=comes, but=None, by=by, now=now)
    made = Appointment.objects.create(
        patient=patient,
        visit_type=_type(locked),
        site=locked.site,
        provider=locked.provider,
        room=locked.room,
        interpreter=ask.interpreter,
        modality=_type(locked).modality,
        start=locked.start,
        end=locked.end,
        asked_for=request_id,
        booked_at=now,
        booked_by=by,
        gathering=locked,
        place=place,
    )
    keep_chain(appointment=made, found=found, by=by, now=now)
    record(_booked(made, locked, found), by=by, now=now)
    return made


def _move(
    visit: Appointment, to: Gathering, code: str, words: str, version: int, by: User, now: datetime
) -> Appointment:
    ask = replace(_ask(to, visit.patient, None, by, now), moving=visit.pk)
    found = check_can_book(ask, None, (chain,))
    locked = lock_gathering(to)
    visit = lock(visit, version)
    if visit.status != AppointmentStatus.BOOKED or visit.start < now:
        raise Ended("Only a place that is still to come can be moved.")
    if visit.gathering_id is None or visit.gathering_id == locked.pk:
        raise Refused("Choose another group.", code="SAME_GROUP")
    place = _free_place(locked, visit.patient, now)
    check_free_patient(visit.patient, locked.start, locked.end, now=now, but=visit.pk)
    was = describe(visit)
    _put(visit, locked, place, ask.interpreter, by, now)
    keep_chain(appointment=visit, found=found, by=by, now=now)
    fact = AppointmentMoved(
        appointment_id=visit.pk,
        patient_id=visit.patient_id,
        request_id=visit.asked_for,
        why=code,
        whose=reason(code, CHANGES).whose,
        was=was,
        now_is=describe(visit),
        start=visit.start,
        checks=in_words(found),
    )
    record(fact, by=by, now=now, because=words[:300])
    return visit


def _put(
    visit: Appointment, to: Gathering, place: int, interpreter: Interpreter | None, by: User, now: datetime
) -> None:
    assert visit.gathering is not None  # noqa: S101  it has a place in one
    leaves, comes = Helped.by(visit.interpreter, visit.gathering), Helped.by(interpreter, to)
    change_interpreter(leaves=leaves, comes=comes, but=visit.pk, by=by, now=now)
    visit.gathering, visit.place, visit.interpreter = to, place, interpreter
    visit.visit_type, visit.site, visit.provider, visit.room = _type(to), to.site, to.provider, to.room
    visit.start, visit.end = to.start, to.end
    visit.version += 1
    visit.moved += 1
    visit.save()


def _free_place(gathering: Gathering, patient: Patient, now: datetime) -> int:
    """The smallest free number, with the gathering locked. Raises Ended, GroupFull or Refused."""
    if gathering.kind != GatheringKind.GROUP:
        raise Refused("A case conference has no places for patients.", code="NO_PLACES")
    if gathering.cancelled_at is not None or gathering.start < now:
        raise Ended("This group has begun or is cancelled.")
    live = gathering.visits.filter(status__in=LIVE)
    if live.filter(patient=patient).exists():
        raise PatientBusy(f"{patient.name} has a place in this group already.")
    taken = set(live.values_list("place", flat=True))
    free = next((one for one in range(1, gathering.places + 1) if one not in taken), None)
    if free is None:
        raise GroupFull(f"All {gathering.places} places of this group are taken.")
    return free


def _type(gathering: Gathering) -> VisitType:
    assert gathering.visit_type is not None  # noqa: S101  a group visit has one
    return gathering.visit_type


def _ask(gathering: Gathering, patient: Patient, request_id: int | None, by: User, now: datetime) -> Ask:
    if gathering.visit_type is None:
        raise Refused("A case conference has no places for patients.", code="NO_PLACES")
    return Ask(
        request_id=request_id,
        patient=patient,
        visit_type=gathering.visit_type,
        by=by,
        now=now,
        provider=gathering.provider,
        site=gathering.site,
        start=gathering.start,
        end=gathering.end,
        room=gathering.room,
        interpreter=interpreter_for(gathering, patient, now=now),
        modality=gathering.visit_type.modality,
    )


def _booked(made: Appointment, gathering: Gathering, found: list[Finding]) -> AppointmentBooked:
    return AppointmentBooked(
        appointment_id=made.pk,
        patient_id=made.patient_id,
        request_id=made.asked_for,
        hold_id=None,
        visit_type=made.visit_type.name,
        provider=gathering.provider.name,
        site=gathering.site.name,
        start=made.start,
        end=made.end,
        also=[one.name for one in (gathering.room, made.interpreter) if one is not None],
        checks=in_words(found),
        gathering_id=gathering.pk,
    )
