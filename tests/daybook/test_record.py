from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from frontdesk.book.actions import appointments
from frontdesk.book.models import Appointment
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry, Look
from frontdesk.daybook.record import NoTransaction, look, record
from frontdesk.outreach.models import Message
from tests.factories.daybook import a_fact
from tests.universe import NOW, Universe, at

CLOCK = System("a clock")


@pytest.mark.django_db
def test_an_entry_says_what_when_by_whom_why_and_instead_of_what(universe: Universe) -> None:
    cause = record(a_fact(1), by=CLOCK, now=NOW)
    other = {"words": "10:30 with Dr. Demir"}
    entry = record(
        a_fact(), by=universe.bob, now=NOW, because="It was asked", approved_by=universe.carol,
        instead_of=[other], rule_version="Rules, version 3", caused_by=cause,
    )  # fmt: skip
    entry.refresh_from_db()
    assert (entry.kind, entry.at, entry.actor, entry.actor_name) == (
        "SomethingHappened", NOW, universe.bob, "Bob Blden, RN",
    )  # fmt: skip
    assert (entry.reason, entry.approved_by, entry.alternatives) == ("It was asked", universe.carol, [other])
    assert (entry.rule_version, entry.caused_by) == ("Rules, version 3", cause)
    assert entry.facts == {
        "request_id": 7, "patient_id": None, "day": "2026-03-03",
        "moment": "2026-03-03T15:00:00+00:00", "parts": ["a", "b"],
    }  # fmt: skip


@pytest.mark.django_db
def test_an_entry_is_found_by_what_it_is_about(universe: Universe) -> None:
    first, second = record(a_fact(), by=CLOCK, now=NOW), record(a_fact(), by=CLOCK, now=NOW)
    record(a_fact(8), by=CLOCK, now=NOW)
    assert list(Entry.objects.about("request", 7)) == [first, second]
    assert not Entry.objects.about("patient", 7).exists()


@pytest.mark.django_db
def test_an_entry_without_an_actor_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        record(a_fact(), by=System(""), now=NOW)


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused() -> None:
    with pytest.raises(NoTransaction):
        record(a_fact(), by=CLOCK, now=NOW)
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_written() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        record(a_fact(), by=CLOCK, now=NOW)
        raise RuntimeError("The power failed.")
    assert not Entry.objects.exists()


def _jobs() -> int:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(task_name="outreach.send_message").count()


@pytest.mark.django_db
def test_what_follows_from_a_fact_commits_or_vanishes_with_it(universe: Universe) -> None:
    hold = universe.hold(at(11))
    with pytest.raises(RuntimeError), transaction.atomic():
        appointments.book(hold=hold, by=universe.alice, now=NOW)
        assert (Message.objects.count(), _jobs()) == (1, 1)
        raise RuntimeError("The power failed.")
    assert not Appointment.objects.exists()
    assert (Message.objects.count(), _jobs()) == (0, 0)
    assert not Entry.objects.filter(kind__in=["AppointmentBooked", "MessageQueued"]).exists()


@pytest.mark.django_db
def test_a_booking_its_message_and_their_entries_come_together(universe: Universe) -> None:
    visit = universe.book(at(11))
    booked = Entry.objects.get(kind="AppointmentBooked")
    queued = Entry.objects.get(kind="MessageQueued")
    assert queued.caused_by == booked
    assert (Message.objects.get().about_ref, _jobs()) == (visit.pk, 1)


@pytest.mark.django_db
def test_a_look_is_written_down(universe: Universe) -> None:
    look(
        by=universe.dan, kind="patient", ref=universe.ana.pk, where="record page", now=NOW, reason="Complaint"
    )
    seen = Look.objects.get()
    assert (seen.user, seen.kind, seen.ref, seen.at) == (universe.dan, "patient", universe.ana.pk, NOW)
    assert (seen.where, seen.reason) == ("record page", "Complaint")
