"""A client's wish becomes a screened request and a visit: in one transaction, with few statements, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.models import Appointment, Claim
from frontdesk.book.queries.check_days import differences
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import Refused
from frontdesk.partners.actions import changes, visits
from frontdesk.partners.actions.gate import NeedsAClinician
from frontdesk.partners.queries.orders import KeyUsed, Order
from frontdesk.partners.queries.persons import Person, matching
from frontdesk.partners.queries.places import Place
from frontdesk.triage.actions import partner_requests
from frontdesk.triage.models import Request
from tests.factories import partners
from tests.factories.partners import Registered
from tests.factories.protocol import CHEST_PAIN
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def ehr(universe: Universe) -> Registered:
    return partners.register(universe)


def order(universe: Universe, hour: int = 11, **more: Any) -> Order:
    place = Place(universe.follow_up, universe.main, universe.dr_carol, at(hour))
    return Order(**{"place": place, "who": universe.ben, "said": "Follow-up", **more})


def book(ehr: Registered, asked: Order) -> Appointment:
    return visits.book(order=asked, client=ehr.client, by=ehr.user, now=NOW).visit


def test_all_of_it_or_nothing(universe: Universe, ehr: Registered) -> None:
    book(ehr, order(universe))
    with pytest.raises(TimeTaken):
        book(ehr, order(universe, who=universe.dora))
    assert Request.objects.filter(opened_by=ehr.user).count() == Appointment.objects.count() == 1


def test_where_the_room_that_was_offered_is_gone_another_is_taken(
    universe: Universe, ehr: Registered
) -> None:
    """And what the first try wrote is gone: one request, one visit, one fact of each."""
    taken, left = universe.exam_1, universe.exam_2
    universe.hold(at(11), wanted=universe.wanted(at(11), provider=universe.dr_yusuf, room=taken))
    offered = Place(universe.follow_up, universe.main, universe.dr_carol, at(11), free=taken.pk)
    visit = book(ehr, order(universe, who=universe.dora, place=offered))
    assert visit.room == left
    request = Request.objects.get(opened_by=ehr.user)
    assert (visit.asked_for, request.outcome) == (request.pk, "booked")
    kinds = Entry.objects.about("request", request.pk).values_list("kind", flat=True)
    assert sorted(kinds) == sorted(set(kinds))
    assert (request.utterances.count(), request.screenings.count()) == (1, 1)
    assert differences(now=NOW) == []


def test_a_clinicians_words_are_given_with_the_refusal(universe: Universe, ehr: Registered) -> None:
    with pytest.raises(NeedsAClinician) as caught:
        book(ehr, order(universe, said=CHEST_PAIN))
    refusal = caught.value
    assert (refusal.code, refusal.script) == (
        "GATE_EMERGENCY",
        ("Stay on the line with me.", "Call 911 now."),
    )
    assert refusal.due_at is not None and (refusal.due_at - NOW).total_seconds() == 120
    with pytest.raises(NeedsAClinician) as spanish:
        book(ehr, order(universe, who=universe.ana, said="dolor de pecho"))
    assert spanish.value.script[1] == "Llame al 911 ahora."


def test_a_key_whose_request_came_to_nothing_is_not_used_again(universe: Universe, ehr: Registered) -> None:
    with pytest.raises(NeedsAClinician):
        book(ehr, order(universe, said=CHEST_PAIN, key="k"))
    Request.objects.filter(opened_by=ehr.user).update(closed_at=NOW, closed_by=universe.bob)
    with pytest.raises(KeyUsed):
        book(ehr, order(universe, key="k"))


def test_a_move_takes_the_new_time_and_gives_the_old_one_back(universe: Universe, ehr: Registered) -> None:
    visit = book(ehr, order(universe))
    place = Place(universe.follow_up, universe.main, universe.dr_yusuf, at(11, 15))
    moved = changes.move(
        visit=visit, place=place, why="patient-asked", said="", version=1, key="m", by=ehr.user, now=NOW
    )
    assert (moved.provider, moved.start) == (universe.dr_yusuf, at(11, 15))
    assert {claim.start for claim in Claim.objects.live()} == {at(11, 15)}
    with pytest.raises(TimeTaken, match="no open session"):
        changes.move(
            visit=moved, place=Place(universe.follow_up, universe.main, universe.dr_yusuf, at(22)), why="other", said="",
            version=2, key="", by=ehr.user, now=NOW,
        )  # fmt: skip


def test_routine_words_of_a_change_are_not_kept_as_a_request(universe: Universe, ehr: Registered) -> None:
    visit = book(ehr, order(universe))
    changes.cancel(visit=visit, why="patient-asked", said="No time", version=1, key="", by=ehr.user, now=NOW)
    assert Request.objects.filter(opened_by=ehr.user).count() == 1
    assert Appointment.objects.get().ended_note == "No time"


def test_two_identifiers_find_a_person_and_one_does_not(universe: Universe, ehr: Registered) -> None:
    born = universe.ben.birth_date
    assert born is not None
    one = Person(given="Benjamin", family="Okafor", birth_date=born)
    assert [found.on for found in matching(one, by=ehr.user)] == [("name", "birth date")]
    assert visits.who_is(person=one, by=ehr.user) == (universe.ben, "name and birth date")
    stranger = Person(given="Benjamin", family="Okafor")
    assert visits.who_is(person=stranger, by=ehr.user)[0] == stranger
    universe.newcomer("Benjamin", "Okafor", born=born)
    with pytest.raises(Refused, match="Several records"):
        visits.who_is(person=one, by=ehr.user)


def test_a_hold_given_back_closes_its_request(universe: Universe, ehr: Registered) -> None:
    held = visits.hold(order=order(universe), by=ehr.user, now=NOW)
    visits.let_go(hold=held, by=ehr.user, now=NOW)
    assert not Request.objects.open().filter(opened_by=ehr.user).exists()
    assert partner_requests.AT_ONCE and held.start == at(11, day=TODAY)
