from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, cast

import pytest
from django.conf import settings
from django.db import connection, connections
from icalendar import Calendar
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from frontdesk.daybook.models import Entry
from frontdesk.outreach import jobs
from frontdesk.outreach.actions.messages import confirm_booking, settle
from frontdesk.outreach.models import Message, MessageState, MessageTemplate
from frontdesk.outreach.ports import NotNow
from frontdesk.people.models import ContactPoint, Patient
from frontdesk.work.models import Queue, Task
from tests.factories.mail_server import Answers, mail_server
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db


def _confirmed(universe: Universe, patient: Patient, *, hour: int = 11) -> Message:
    visit = universe.book(at(hour), request=universe.ready(patient))
    return Message.objects.get(about_kind="appointment", about_ref=visit.pk)


class TestConfirmation:
    def test_english(self, universe: Universe) -> None:
        message = _confirmed(universe, universe.ben)
        assert message.to == "ben@mail.example"
        assert message.subject == "Your visit on Tuesday, March 3, 2026 at 11:00 AM"
        assert "lease arrive at 10:45 AM" in message.body
        assert "Main Street, 1 Main Street Street, New York, NY" in message.body
        assert "(212) 555-0100" in message.body
        assert "nterpreter" not in message.body

    def test_spanish_with_an_interpreter(self, universe: Universe) -> None:
        message = _confirmed(universe, universe.ana)
        assert message.template.language == "es"
        assert message.subject == "Su visita del martes 3 de marzo de 2026 a las 11:00 a. m."
        assert "or favor, llegue a las 10:45 a. m." in message.body
        assert "Habrá un intérprete para usted" in message.body

    def test_a_language_that_the_library_lacks_gets_english(self, universe: Universe) -> None:
        message = _confirmed(universe, universe.chen)
        assert message.template.language == "en"

    @pytest.mark.parametrize("who", ["ana", "ben", "chen"])
    def test_it_tells_nothing_of_the_care(self, universe: Universe, who: str) -> None:
        message = _confirmed(universe, getattr(universe, who))
        said = message.subject + message.body
        for word in ("Carol", "Calden", "Follow-up", "Primary", "check-up", "Lucero", "Okafor"):
            assert word not in said

    def test_its_job_is_what_the_library_would_defer(self, universe: Universe) -> None:
        message = _confirmed(universe, universe.ben)
        ours = ProcrastinateJob.objects.order_by("pk").last()
        pk = app.configure_task("outreach.send_message").defer(message_id=message.pk)
        theirs = ProcrastinateJob.objects.get(pk=pk)
        columns = (
            "queue_name",
            "task_name",
            "priority",
            "lock",
            "queueing_lock",
            "args",
            "status",
            "scheduled_at",
        )
        assert ours is not None
        assert ours.pk != pk
        for column in columns:
            assert getattr(ours, column) == getattr(theirs, column), column

    def test_a_phone_visit_has_nobody_arrive(self, universe: Universe) -> None:
        wanted = universe.wanted(at(11), visit_type=universe.phone_call)
        visit = universe.book(at(11), wanted=wanted)
        assert "arrive" not in Message.objects.get(about_ref=visit.pk).body

    def test_the_newest_approved_version_is_sent(self, universe: Universe) -> None:
        old = MessageTemplate.objects.get(key="visit_booked", language="en")
        old.pk, old.version, old.subject = None, 2, "New words for {day}"
        old.save()
        MessageTemplate.objects.filter(version=2).update(in_force_from=NOW + timedelta(days=1))
        draft = MessageTemplate.objects.get(version=2)
        draft.pk, draft.version, draft.approved_at, draft.approved_by = None, 3, None, None
        draft.save()
        assert _confirmed(universe, universe.ben).template.version == 1
        MessageTemplate.objects.filter(version=2).update(in_force_from=NOW)
        assert _confirmed(universe, universe.chen, hour=12).subject.startswith("New words")

    def test_the_preferred_address_is_used_and_one_not_agreed_to_is_not(self, universe: Universe) -> None:
        for value, allowed in (("b2@mail.example", True), ("b3@mail.example", False)):
            ContactPoint.objects.create(patient=universe.ben, kind="email", value=value, allowed=allowed)
        ContactPoint.objects.filter(value="ben@mail.example").update(preferred=False)
        ContactPoint.objects.filter(value="b2@mail.example").update(preferred=True)
        assert _confirmed(universe, universe.ben).to == "b2@mail.example"

    @pytest.mark.parametrize("no_email", ["dora", "not allowed"])
    def test_without_an_address_a_person_tells_the_patient(self, universe: Universe, no_email: str) -> None:
        patient = universe.dora if no_email == "dora" else universe.ben
        ContactPoint.objects.filter(kind="email", patient=patient).update(allowed=False)
        universe.book(at(11), request=universe.ready(patient))
        assert not Message.objects.exists()
        task = Task.objects.open().get(queue=Queue.CONTACT)
        assert (task.patient, task.title) == (patient, "Tell the patient of the visit on Tue 3 Mar, 11:00")
        assert task.due_at == at(11)

    def test_without_a_template_a_person_does_too(self, universe: Universe) -> None:
        MessageTemplate.objects.update(approved_at=None, approved_by=None)
        universe.book(at(11))
        assert Task.objects.open().filter(queue=Queue.CONTACT).count() == 1

    def test_a_visit_is_confirmed_once(self, universe: Universe) -> None:
        from django.db import IntegrityError, transaction

        visit = universe.book(at(11))
        with pytest.raises(IntegrityError), transaction.atomic():
            confirm_booking(appointment=visit, by=universe.alice, now=NOW)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """A mail server that the settings name."""
    with mail_server() as (address, answers):
        monkeypatch.setattr(settings, "EMAIL", address)
        jobs._carrier.cache_clear()
        yield answers
    jobs._carrier.cache_clear()


def _try(message: Message) -> Message:
    """One try by the job, without the queue around it."""
    cast(Any, jobs.send_message)(cast(JobContext, None), message.pk)
    message.refresh_from_db()
    return message


class TestSending:
    def test_a_message_that_the_server_takes_is_sent(self, universe: Universe, server: Answers) -> None:
        message = _try(_confirmed(universe, universe.ana))
        assert (message.state, message.tries, message.receipt) == ("sent", 1, "250 taken by 127.0.0.1")
        (mail,) = server.taken
        assert (mail["To"], mail["Content-Language"]) == ("ana@mail.example", "es")
        words, (entry,) = mail.get_body(preferencelist=("plain",)), mail.iter_attachments()
        assert words is not None
        assert words.get_content().splitlines() == message.body.splitlines()
        assert (entry.get_content_type(), entry.get_filename()) == ("text/calendar", "visit.ics")
        (event,) = cast(list[Any], Calendar.from_ical(entry.get_content()).walk("VEVENT"))
        assert (event["DTSTART"].dt, event["SUMMARY"]) == (at(11), "Visita en Main Street")
        settled = Entry.objects.get(kind="MessageSettled")
        assert (settled.actor_name, settled.facts["state"]) == ("message sender", "Taken by the mail server")

    def test_a_second_run_sends_nothing(self, universe: Universe, server: Answers) -> None:
        message = _try(_try(_confirmed(universe, universe.ben)))
        assert (len(server.taken), message.tries) == (1, 1)

    @pytest.mark.parametrize("answer", ["450 Busy", "421 Closing"])
    def test_a_server_that_asks_to_wait_is_tried_again(
        self, universe: Universe, server: Answers, answer: str
    ) -> None:
        message = _confirmed(universe, universe.ben)
        server.to_recipient = answer
        for count in range(1, jobs.TRIES):
            with pytest.raises(NotNow):
                _try(message)
            message.refresh_from_db()
            assert (message.state, message.tries) == ("queued", count)
        server.to_recipient = "250 OK"
        assert _try(message).state == "sent"

    def test_the_last_try_gives_up_and_a_person_calls(self, universe: Universe, server: Answers) -> None:
        message = _confirmed(universe, universe.ben)
        server.to_recipient = "450 Busy"
        for _ in range(1, jobs.TRIES):
            with pytest.raises(NotNow):
                _try(message)
            message.refresh_from_db()
        assert _try(message).state == "failed"
        assert (
            Task.objects.open().get(queue=Queue.CONTACT).next_step
            == "Call them. The e-mail could not be delivered"
        )

    def test_a_server_that_refuses_is_not_asked_again(self, universe: Universe, server: Answers) -> None:
        server.to_recipient = "550 No such mailbox"
        message = _try(_confirmed(universe, universe.ben))
        assert (message.state, message.tries, message.receipt) == ("failed", 1, "550 No such mailbox")
        task = Task.objects.open().get(queue=Queue.CONTACT)
        assert (task.patient, task.site) == (universe.ben, universe.main)

    def test_a_settled_message_stays_settled(self, universe: Universe) -> None:
        message = _confirmed(universe, universe.ben)
        settle(message=message, state=MessageState.SENT, receipt="250 taken", now=NOW)
        settle(message=message, state=MessageState.FAILED, receipt="550 late", now=NOW)
        assert (message.state, message.receipt) == ("sent", "250 taken")
        assert Entry.objects.filter(kind="MessageSettled").count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_the_worker_takes_it_from_the_queue_and_retries_what_may_go_later(
        self, universe: Universe, server: Answers
    ) -> None:
        sent = _confirmed(universe, universe.ben)
        _work()
        sent.refresh_from_db()
        assert (sent.state, len(server.taken)) == ("sent", 1)
        server.to_recipient = "450 Busy"
        waiting = _confirmed(universe, universe.chen, hour=12)
        _work()
        job = ProcrastinateJob.objects.get(args__message_id=waiting.pk)
        assert (job.status, job.attempts, waiting.state) == ("todo", 1, "queued")
        assert job.scheduled_at is not None
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")


def _work() -> None:
    """Let a real worker do what waits in the queue, then stop."""

    async def work() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))  # one thread, so that its connection can be closed
        worker = app.with_connector(cast(Any, app.connector).get_worker_connector())
        async with worker.open_async():
            await worker.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
        await loop.run_in_executor(None, connections.close_all)

    asyncio.run(work())
