"""Booking without a hold is the same booking: what is written, and what is refused, is what a hold and its booking do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from frontdesk.book.actions import appointments, holds
from frontdesk.book.actions.holds import Wanted
from frontdesk.book.models import Appointment, ChainLink, Claim, Hold, ResourceDay
from frontdesk.book.queries.check_days import differences
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import Refused
from frontdesk.outreach.models import Message
from frontdesk.people.models import Patient
from frontdesk.triage.models import Request
from tests.factories.clinic import interpreter
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
_keys = count(1)


def book_now(
    universe: Universe,
    wanted: Wanted,
    *,
    patient: Patient | None = None,
    request: Request | None = None,
    key: str = "",
    by: str = "alice",
) -> Appointment:
    """Booked by Alice for Ben, unless told otherwise."""
    patient = patient or universe.ben
    request = request or universe.ready(patient)
    return appointments.book_now(
        wanted=wanted, patient=patient, request_id=request.pk, key=key or f"now-{next(_keys)}",
        by=getattr(universe, by), now=NOW,
    )  # fmt: skip


def held_and_booked(universe: Universe, wanted: Wanted, *, patient: Patient, request: Request) -> Appointment:
    """The same by the two steps of the desk."""
    hold = holds.place(
        wanted=wanted, patient=patient, request_id=request.pk, key=f"two-{next(_keys)}",
        by=universe.alice, now=NOW,
    )  # fmt: skip
    return appointments.book(hold=hold, by=universe.alice, now=NOW)


def _everything(visit: Appointment) -> dict[str, Any]:
    """What a booking leaves behind, without its numbers."""
    own = {"id", "_state", "asked_for", "idempotency_key"}
    fact = Entry.objects.about("appointment", visit.pk).get(kind="AppointmentBooked")
    numbers = {"appointment_id", "request_id", "hold_id"}
    links = ChainLink.objects.filter(appointment=visit).order_by("pk")
    message = Message.objects.get(about_ref=visit.pk)
    return {
        "visit": {name: value for name, value in vars(visit).items() if name not in own},
        "fact": {name: value for name, value in fact.facts.items() if name not in numbers},
        "links": list(links.values_list("link", "verdict", "sentence", "code", "checked_at", "waived_because")),
        "claims": sorted(
            Claim.objects.live().filter(appointment=visit).values_list("resource", "unit", "start", "end")
        ),
        "days": list(
            ResourceDay.objects.filter(day=TODAY).order_by("resource", "site").values_list("free_bits", "longest", "hours")
        ),
        "message": (message.to, message.subject, message.body, message.queued_at, message.queued_by),
        "jobs": ProcrastinateJob.objects.filter(args={"message_id": message.pk}).count(),
    }  # fmt: skip


def test_it_leaves_behind_what_a_hold_and_its_booking_do(universe: Universe) -> None:
    wanted = universe.wanted(at(11), interpreter=universe.marisol)
    request = universe.ready(universe.ana)
    straight = book_now(universe, wanted, patient=universe.ana, request=request)
    now = _everything(Appointment.objects.get(pk=straight.pk))
    assert not Hold.objects.exists()
    assert (straight.asked_for, straight.booked_by) == (request.pk, universe.alice)
    Claim.objects.filter(appointment=straight).update(released_at=NOW)
    ended = {"status": "cancelled", "cancelled_at": NOW, "cancelled_by": universe.alice}
    Appointment.objects.filter(pk=straight.pk).update(**ended)
    for day in ResourceDay.objects.filter(day=TODAY):
        day.free_bits = day.open_bits
        day.save()
    visit = held_and_booked(universe, wanted, patient=universe.ana, request=universe.ready(universe.ana))
    in_two_steps = _everything(Appointment.objects.get(pk=visit.pk))
    for part, what in now.items():
        if part != "days":  # the hints of a day that was put back by hand may differ
            assert what == in_two_steps[part], part
    assert [day[0] for day in now["days"]] == [day[0] for day in in_two_steps["days"]]


def test_one_fact_and_nothing_of_a_hold(universe: Universe) -> None:
    request = universe.ready()
    before = Entry.objects.count()
    visit = book_now(universe, universe.wanted(at(11)), request=request)
    kinds = list(Entry.objects.order_by("pk").values_list("kind", flat=True))[before:]
    assert kinds == ["AppointmentBooked", "MessageQueued"]
    assert Entry.objects.about("appointment", visit.pk).get().facts["hold_id"] is None
    assert differences(now=NOW) == []


def test_the_same_key_answers_the_same_visit(universe: Universe) -> None:
    request = universe.ready()
    wanted = universe.wanted(at(11))
    first = book_now(universe, wanted, request=request, key="once")
    assert book_now(universe, wanted, request=request, key="once") == first
    assert Appointment.objects.count() == 1
    assert Message.objects.filter(about_ref=first.pk).count() == 1


def test_a_key_is_its_senders_own(universe: Universe) -> None:
    first = book_now(universe, universe.wanted(at(11)), key="mine")
    second = book_now(universe, universe.wanted(at(12)), patient=universe.chen, key="mine", by="bob")
    assert first != second


def test_an_earlier_hold_of_the_request_is_let_go(universe: Universe) -> None:
    request = universe.ready()
    first = universe.hold(at(11), request=request)
    book_now(universe, universe.wanted(at(11, 15)), request=request)
    first.refresh_from_db()
    assert first.ended_how == "let_go"
    assert differences(now=NOW) == []


def test_an_expired_hold_in_the_way_is_written_off(universe: Universe) -> None:
    old = universe.hold(at(11), now=NOW - holds.STANDS_FOR)
    book_now(universe, universe.wanted(at(11)), patient=universe.chen)
    old.refresh_from_db()
    assert (old.ended_how, old.ended_at) == ("expired", NOW)
    assert differences(now=NOW) == []


def test_where_only_the_room_is_gone_another_is_taken(universe: Universe) -> None:
    book_now(universe, universe.wanted(at(11)))
    wanted = universe.wanted(at(11), provider=universe.dr_yusuf)
    assert book_now(universe, wanted, patient=universe.chen).room == universe.exam_2


def _wrong_room(universe: Universe) -> Wanted:
    return universe.wanted(at(11), room=universe.harbor_room)


def _wrong_language(universe: Universe) -> Wanted:
    arabic = interpreter("Sami Haddad", at=universe.main, languages=["ar"])
    return universe.wanted(at(11), interpreter=arabic)


REFUSED: dict[str, tuple[Callable[[Universe], Wanted], str]] = {
    "taken": (lambda universe: universe.wanted(at(14)), "ben"),
    "overlaps": (lambda universe: universe.wanted(at(14, 15)), "ben"),
    "past": (lambda universe: universe.wanted(at(9, 45)), "ben"),
    "not open": (lambda universe: universe.wanted(at(7)), "ben"),
    "not open yet": (lambda universe: universe.wanted(at(11, day=TODAY + timedelta(days=60))), "ben"),
    "busy": (
        lambda universe: universe.wanted(at(14), provider=universe.dr_yusuf, room=universe.exam_2), "chen"
    ),
    "wrong provider": (lambda universe: universe.wanted(at(11), provider=universe.dr_lena), "ben"),
    "wrong room": (_wrong_room, "ben"),
    "wrong language": (_wrong_language, "ana"),
    "no interpreter": (lambda universe: universe.wanted(at(11)), "ana"),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_it_refuses_what_the_two_steps_refuse_in_the_same_words(universe: Universe, why: str) -> None:
    make, who = REFUSED[why]
    wanted, patient = make(universe), getattr(universe, who)
    book_now(universe, universe.wanted(at(14)), patient=universe.chen)
    request = universe.ready(patient)
    with pytest.raises(Refused) as straight:
        book_now(universe, wanted, patient=patient, request=request)
    assert (Appointment.objects.count(), Claim.objects.live().count()) == (1, 2)
    assert differences(now=NOW) == []
    with pytest.raises(Refused) as in_two_steps:
        held_and_booked(universe, wanted, patient=patient, request=request)
    assert type(straight.value) is type(in_two_steps.value)
    assert (straight.value.code, straight.value.sentence) == (
        in_two_steps.value.code,
        in_two_steps.value.sentence,
    )


@pytest.mark.parametrize("who", ["carol", "erin", "pat"])
def test_some_roles_may_not(universe: Universe, who: str) -> None:
    with pytest.raises(Refused, match="may not"):
        book_now(universe, universe.wanted(at(11)), by=who)
    assert not Claim.objects.exists()


def test_without_a_request_nothing_is_booked(universe: Universe) -> None:
    with pytest.raises(Refused) as refusal:
        appointments.book_now(
            wanted=universe.wanted(at(11)), patient=universe.ben, request_id=None, key="k",
            by=universe.alice, now=NOW,
        )  # fmt: skip
    assert refusal.value.code == "GATE_NO_REQUEST"
