"""Nobody learns of a change at the door: what a patient is told when a visit moves, ends or stands again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from frontdesk.book.actions import cancels, moves
from frontdesk.book.actions.blocks import block
from frontdesk.book.actions.moves import Move, wanted_of
from frontdesk.book.models import Appointment
from frontdesk.clinic.choices import BlockKind
from frontdesk.daybook.models import Entry
from frontdesk.outreach.actions.messages import settle
from frontdesk.outreach.library import read_library
from frontdesk.outreach.models import Message, MessageState, MessageTemplate
from frontdesk.work.actions.tasks import open_task
from frontdesk.work.models import Queue, Task
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db

TOMORROW = TODAY + timedelta(days=1)
_keys = iter(range(10_000))


def _visit(universe: Universe, who: str = "ben", hour: int = 11) -> Appointment:
    return universe.book(at(hour, day=TOMORROW), request=universe.ready(getattr(universe, who)))


def _move(
    universe: Universe, visit: Appointment, hour: int, why: str = "patient-asked", **other: object
) -> None:
    to = replace(wanted_of(visit, at(hour, day=TOMORROW)), **other)  # type: ignore[arg-type]
    visit.refresh_from_db()
    moves.move(
        visit=visit, to=to, move=Move(why), version=visit.version, key=f"m{next(_keys)}", by=universe.alice, now=NOW
    )  # fmt: skip
    visit.refresh_from_db()


def _cancel(universe: Universe, visit: Appointment, why: str = "patient-asked") -> Appointment:
    visit.refresh_from_db()
    return cancels.cancel(
        visit=visit, why=why, note="", version=visit.version, key=f"c{next(_keys)}", by=universe.alice, now=NOW
    )  # fmt: skip


def _told(visit: Appointment) -> list[str]:
    rows = Message.objects.about_visits().filter(about_ref=visit.pk).order_by("pk")
    return [f"{one.template.key} {one.template.language}" for one in rows]


def _open(visit: Appointment) -> list[str]:
    rows = Task.objects.open().filter(about_kind="appointment", about_ref=visit.pk).order_by("pk")
    return [f"{one.queue}: {one.title}" for one in rows]


class TestMove:
    def test_the_new_time_is_told(self, universe: Universe) -> None:
        visit = _visit(universe)
        _move(universe, visit, 14)
        assert _told(visit) == ["visit_booked en", "visit_moved en"]
        message = Message.objects.get(template__key="visit_moved")
        assert message.subject == "Your visit has a new time: Wednesday, March 4, 2026 at 2:00 PM"
        assert "please arrive at 1:45 PM" in message.body
        moved = Entry.objects.about("appointment", visit.pk).get(kind="AppointmentMoved")
        assert Entry.objects.filter(kind="MessageQueued", caused_by=moved).count() == 1

    def test_each_of_two_moves_is_told(self, universe: Universe) -> None:
        visit = _visit(universe)
        _move(universe, visit, 14)
        _move(universe, visit, 11)
        assert _told(visit) == ["visit_booked en", "visit_moved en", "visit_moved en"]

    def test_in_spanish(self, universe: Universe) -> None:
        visit = _visit(universe, "ana")
        _move(universe, visit, 14)
        assert _told(visit)[-1] == "visit_moved es"
        assert "Habrá un intérprete" in Message.objects.get(template__key="visit_moved").body

    def test_another_room_concerns_nobody_but_the_clinic(self, universe: Universe) -> None:
        visit = _visit(universe)
        _move(universe, visit, 11, "room-or-machine", room=universe.exam_2)
        assert (_told(visit), _open(visit)) == (["visit_booked en"], [])

    def test_another_provider_is_told_by_a_person(self, universe: Universe) -> None:
        visit = _visit(universe)
        _move(universe, visit, 11, "provider-asked", provider=universe.dr_yusuf)
        assert _told(visit) == ["visit_booked en"]
        assert _open(visit) == ["contact: Tell the patient that the visit is now with Dr. Yusuf Demir"]

    def test_without_an_address_a_person_calls_with_the_new_time_only(self, universe: Universe) -> None:
        visit = _visit(universe, "dora")
        assert _open(visit) == ["contact: Tell the patient of the visit on Wed 4 Mar, 11:00"]
        _move(universe, visit, 14)
        assert _open(visit) == ["contact: Tell the patient that the visit is now on Wed 4 Mar, 14:00"]
        done = Task.objects.exclude(done_at=None).get(about_ref=visit.pk, about_kind="appointment")
        assert (done.outcome, done.done_by) == ("The visit was moved", universe.alice)

    def test_without_a_text_a_person_calls(self, universe: Universe) -> None:
        MessageTemplate.objects.filter(key="visit_moved").update(in_force_from=NOW + timedelta(days=1))
        visit = _visit(universe)
        _move(universe, visit, 14)
        assert (
            Task.objects.open().get(queue=Queue.CONTACT).next_step
            == "Call them. No approved message for this"
        )

    def test_the_worklist_of_an_absence_is_one_shorter(self, universe: Universe) -> None:
        visit = _visit(universe)
        start, end = at(8, day=TOMORROW), at(13, day=TOMORROW)
        block(
            resource=universe.dr_carol, kind=BlockKind.SICK, start=start, end=end, by=universe.alice, now=NOW
        )
        assert _open(visit) == ["contact: Dr. Carol Calden, sick: move or cancel, and tell the patient"]
        _move(universe, visit, 14, "provider-away")
        assert _open(visit) == []

    def test_other_work_about_the_visit_stays(self, universe: Universe) -> None:
        visit = _visit(universe)
        open_task(
            queue=Queue.DESK, site=visit.site, about=("appointment", visit.pk), title="Ask for the X-ray",
            due_at=visit.start, by=universe.alice, now=NOW,
        )  # fmt: skip
        _move(universe, visit, 14)
        assert _open(visit) == ["desk: Ask for the X-ray"]


class TestCancellation:
    def test_it_is_told(self, universe: Universe) -> None:
        visit = _visit(universe)
        _cancel(universe, visit)
        assert _told(visit)[-1] == "visit_cancelled en"
        assert "Please do not come" in Message.objects.get(template__key="visit_cancelled").body

    def test_by_a_person_where_no_message_goes(self, universe: Universe) -> None:
        visit = _visit(universe, "dora")
        _cancel(universe, visit)
        assert _open(visit) == ["contact: Tell the patient that the visit on Wed 4 Mar, 11:00 is cancelled"]

    @pytest.mark.parametrize("who", ["ben", "dora"])
    def test_nobody_writes_or_calls_where_the_patient_has_died(self, who: str, universe: Universe) -> None:
        visit = _visit(universe, who)
        told = _told(visit)
        _cancel(universe, visit, "deceased")
        assert (_told(visit), _open(visit)) == (told, [])

    def test_it_is_taken_back(self, universe: Universe) -> None:
        for who, last, work in (
            ("ben", "visit_restored en", []),
            (
                "dora",
                "",
                ["contact: Tell the patient that the visit on Wed 4 Mar, 14:00 takes place after all"],
            ),
        ):
            visit = _visit(universe, who, hour=14 if who == "dora" else 11)
            gone = _cancel(universe, visit)
            cancels.undo(visit=gone, version=gone.version, by=universe.alice, now=NOW)
            assert (_told(visit)[-1:] == [last]) is bool(last)
            assert _open(visit) == work

    def test_cancelled_again_after_that(self, universe: Universe) -> None:
        visit = _visit(universe)
        gone = _cancel(universe, visit)
        cancels.undo(visit=gone, version=gone.version, by=universe.alice, now=NOW)
        _cancel(universe, visit)
        assert _told(visit) == [
            "visit_booked en", "visit_cancelled en", "visit_restored en", "visit_cancelled en",
        ]  # fmt: skip


def test_a_missed_mark_that_is_taken_back_is_not_told(universe: Universe) -> None:
    visit = _visit(universe)
    later = visit.start + timedelta(minutes=20)
    missed = cancels.miss(visit=visit, why="no-word", note="", version=1, by=universe.alice, now=later)
    cancels.undo(visit=missed, version=missed.version, by=universe.alice, now=later)
    assert _told(visit) == ["visit_booked en"]


def test_one_that_could_not_be_delivered_becomes_a_call(universe: Universe) -> None:
    visit = _visit(universe)
    _move(universe, visit, 14)
    message = Message.objects.get(template__key="visit_moved")
    settle(message=message, state=MessageState.FAILED, receipt="550 No", now=NOW)
    assert _open(visit) == ["contact: Tell the patient that the visit is now on Wed 4 Mar, 14:00"]


_TEXTS = [one for one in read_library() if one["key"] != "visit_booked"]


@pytest.mark.parametrize("text", _TEXTS, ids=lambda one: f"{one['key']} {one['language']}")
def test_the_texts_are_plain_and_tell_nothing_of_the_care(text: dict[str, str]) -> None:
    assert text["content_level"] == "minimal"
    sentences = [one for one in re.split(r"[.:?]\s", text["body"].replace("\n", " ")) if one.strip()]
    words = [len(re.findall(r"\w+", re.sub(r"\{\w+\}", "x", one))) for one in sentences]
    assert max(words) <= 16
    assert not re.search(
        r"doctor|clinician|specialt|diagnos|treatment|tratamiento", text["body"], re.IGNORECASE
    )
    assert "{phone}" in text["body"] and "911" in text["body"]


def test_both_languages_have_every_text() -> None:
    keys = {(one["key"], one["language"]) for one in read_library()}
    assert keys == {
        (f"visit_{what}", tongue)
        for what in ("booked", "moved", "cancelled", "restored")
        for tongue in ("en", "es")
    }
