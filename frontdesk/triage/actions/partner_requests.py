"""What another system asks for in a patient's name: a request, screened as the words of any caller are.

It has no clerk. In the routine lane it lives as long as its booking takes, or its hold stands. In any other lane, or
where nothing has screened it, it waits for people as a message does, and the system that asked cannot change that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions.holds import STANDS_FOR
from frontdesk.book.models import Appointment, Hold
from frontdesk.clinic.models import Site
from frontdesk.daybook.record import Actor, record, record_each
from frontdesk.kit import rows
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import clean, one_line
from frontdesk.kit.transactions import joined
from frontdesk.people.models import Patient
from frontdesk.triage.actions import words
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.facts import PatientMatched, RequestClosed, RequestOpened, WordsHeard
from frontdesk.triage.models import Channel, Kind, Outcome, Request, Utterance
from frontdesk.triage.models.in_force import InForce, in_force
from frontdesk.work.actions.tasks import open_task
from frontdesk.work.models import Queue, Task

AT_ONCE = 100
_WAITING = """
    SELECT id FROM triage_request WHERE patient_id = %s AND opened_by_id = %s AND channel = 'partner'
    AND closed_at IS NULL AND taken_by_id IS DISTINCT FROM %s ORDER BY id DESC LIMIT 1
"""
GRACE = timedelta(minutes=1)  # after a hold's own time, so that a booking in its last second is not disturbed


@dataclass(frozen=True)
class Taken:
    """A request as it was taken in, and what its words were read by; None where nothing has screened them.

    `new` until the transaction that made it has ended.
    """

    request: Request
    protocol: InForce | None
    new: bool = False

    @property
    def plain(self) -> bool:
        """Did the words meet nothing at all? Then nobody has to look at it, unless a visit comes of it."""
        return (
            self.protocol is not None
            and self.request.current_lane is Lane.ROUTINE
            and not self.request.rule_code
        )


@joined
def take_in(
    *,
    patient: Patient,
    site: Site,
    said: str,
    callback: str,
    matched_on: str,
    by: User,
    now: datetime,
    outside_id: str = "",
) -> Taken:
    """Open a request for what a system asks in the patient's name, and screen its words.

    Where a request of the same system for the same patient waits for people already, the words are added to that
    one: nobody gets a milder answer by asking again in other words. Raises BadValue for words that are too long.
    """
    by.check_may(Permission.TAKE_REQUESTS)
    kept = _fits(said)
    waiting = _waiting(patient, by)
    if waiting is not None:
        return say_more(request=waiting, said=kept, by=by, now=now)
    request = Request(
        site=site,
        channel=Channel.PARTNER,
        opened_at=now,
        opened_by=by,
        taken_by=by,
        lane_since=now,
        caller="other",
        caller_name=one_line(by.name, limit=170),
        callback=one_line(callback, limit=40),
        kind=Kind.ROUTINE,
        patient=patient,
        matched_at=now,
        matched_by=by,
        matched_on=one_line(matched_on, limit=80),
        outside_id=outside_id,
    )
    utterance = Utterance(request=request, text=kept, heard_at=now, heard_by=by)
    reading = words.read_first(request=request, text=kept, now=now)
    rows.insert_with(request, [utterance], *([[reading.row]] if reading else []))
    _write_down(request, utterance, by, now)
    if reading:
        words.screen_first(request=request, reading=reading, now=now)
    taken = Taken(request, reading.protocol if reading else None, new=True)
    if not taken.plain:
        _leave_to_people(taken, by, now)
    return taken


@transaction.atomic
def say_more(*, request: Request, said: str, by: User, now: datetime) -> Taken:
    """Add words to a request that is open, and screen all of them again. The same words are not kept twice."""
    by.check_may(Permission.TAKE_REQUESTS)
    request = locked(request)
    was_plain = request.current_lane is Lane.ROUTINE and not request.rule_code
    kept = clean(said, limit=words.MOST + 1)
    if kept and not request.utterances.filter(text=kept).exists():
        request = words.add(request=request, text=kept, by=by, now=now)
    taken = Taken(request, in_force(now=now, request=request))
    if was_plain and not taken.plain:
        _leave_to_people(taken, by, now)
    return taken


@joined
def end_as_booked(*, taken: Taken, by: User, now: datetime) -> Request:
    """Close the request with the visit that was booked for it, in the booking's own transaction.

    One that people have to do stays with them: its record may lack what a rule asks for.
    """
    request = taken.request
    if taken.plain:
        return _close(request, Outcome.BOOKED, by, now)
    if not Task.objects.open().filter(about_kind="request", about_ref=request.pk).exists():
        title = f"Booked by {by.name}: complete the record"
        _task(request, Queue.MESSAGES, title, "Open the request and see what is missing", "", by, now)
    return request


@transaction.atomic
def end_unbooked(*, request: Request, by: User, now: datetime) -> Request:
    """Its hold was given back: the request ends with it, unless people have it to do."""
    request = locked(request)
    if request.is_open and request.taken_by_id == request.opened_by_id:
        _close(request, Outcome.ANSWERED, by, now)
    return request


@transaction.atomic
def close_forgotten(*, by: Actor, now: datetime) -> int:
    """Close requests of other systems whose time is held no longer and for which nothing was booked.

    A hundred at a time; answers how many. Those that people have to do are left alone.
    """
    held = Hold.objects.standing(now).filter(asked_for=OuterRef("pk"))
    booked = Appointment.objects.filter(asked_for=OuterRef("pk"))
    rows = Request.objects.open().filter(
        ~Exists(held), ~Exists(booked),
        channel=Channel.PARTNER, taken_by=F("opened_by"), opened_at__lte=now - STANDS_FOR - GRACE,
    )  # fmt: skip
    found = rows.select_for_update(no_key=True, of=("self",), skip_locked=True).order_by("pk")[:AT_ONCE]
    closed = list(found)
    for request in closed:
        _close(request, Outcome.ANSWERED, by, now)
    return len(closed)


def _fits(said: str) -> str:
    kept = clean(said, limit=words.MOST + 1)
    if len(kept) > words.MOST:
        raise BadValue(
            f"The words of a request are at most {words.MOST:,} characters together.", field="words"
        )
    if not kept:
        raise BadValue("Say what the visit is for.", field="words")
    return kept


def _waiting(patient: Patient, by: User) -> Request | None:
    """What this system asked for this patient before, and people have to do."""
    found = rows.run(_WAITING, [patient.pk, by.pk, by.pk])
    return Request.objects.select_related("site").get(pk=found[0][0]) if found else None


def _write_down(request: Request, utterance: Utterance, by: User, now: datetime) -> None:
    pk, patient = request.pk, request.patient
    whose, mrn = (patient.pk, patient.mrn) if patient else (None, "")
    record_each(
        RequestOpened(request_id=pk, patient_id=whose, channel=request.channel, site=request.site.name),
        PatientMatched(request_id=pk, patient_id=whose, on=request.matched_on, mrn=mrn),
        WordsHeard(request_id=pk, patient_id=whose, utterance_id=utterance.pk, words=utterance.text),
        by=by,
        now=now,
    )


def _leave_to_people(taken: Taken, by: User, now: datetime) -> None:
    """From now on it waits where its lane says; where no protocol is in force a nurse reads it."""
    request = taken.request
    request.taken_by = None
    request.save(update_fields=["taken_by"])
    if taken.protocol is None:
        step = "Read it: no protocol is in force, so nothing has screened it"
        _task(request, Queue.NURSE, "Another system asks for a visit", step, "unscreened", by, now)


def _task(
    request: Request, queue: Queue, title: str, step: str, category: str, by: User, now: datetime
) -> None:
    open_task(
        queue=queue,
        site=request.site,
        patient=request.patient,
        about=("request", request.pk),
        title=title,
        next_step=step,
        category=category,
        weight=request.rank,
        restricted=request.restricted,
        by=by,
        now=now,
    )


def _close(request: Request, outcome: Outcome, by: Actor, now: datetime) -> Request:
    closer = by if isinstance(by, User) else request.opened_by
    request.closed_at, request.closed_by, request.outcome = now, closer, outcome
    request.told_at = request.told_at or now
    rows.update(request, "closed_at", "closed_by", "outcome", "told_at")
    fact = RequestClosed(
        request_id=request.pk,
        patient_id=request.patient_id,
        outcome=str(outcome.label),
        told="",
        lane=request.lane,
    )
    record(fact, by=by, now=now, of=request)
    return request
