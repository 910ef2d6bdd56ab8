"""What another system asks for: screened as a caller's words are, and closed with its booking or left to people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.triage.actions import partner_requests, words
from frontdesk.triage.actions.partner_requests import Taken
from frontdesk.triage.jobs import close_forgotten
from frontdesk.triage.models import Outcome, Request
from tests.factories import partners
from tests.factories.protocol import CHECK_UP, CHEST_PAIN, FEVER
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=12)
SWEEPER = System("hold sweeper")


def take_in(universe: Universe, said: str = CHECK_UP, *, by: User | None = None) -> Taken:
    """Asked for Ben by a system, a new one unless told otherwise."""
    return partner_requests.take_in(
        patient=universe.ben, site=universe.main, said=said, callback="+12125550102",
        matched_on="its record here, by reference", by=by or partners.register(universe).user, now=NOW,
    )  # fmt: skip


def test_it_holds_all_that_a_booking_asks_for(universe: Universe) -> None:
    taken = take_in(universe)
    request = taken.request
    assert taken.plain
    assert (request.channel, request.kind, request.callback) == ("partner", "routine", "+12125550102")
    assert (request.patient, request.matched_on) == (universe.ben, "its record here, by reference")
    assert [one.text for one in request.utterances.all()] == [CHECK_UP]
    kinds = Entry.objects.about("request", request.pk).values_list("kind", flat=True)
    assert list(kinds) == ["RequestOpened", "PatientMatched", "WordsHeard", "WordsScreened"]


def test_the_first_reading_is_what_a_later_one_would_be(universe: Universe) -> None:
    """`screen_first` looks little up; what it writes is what `screen_again` writes."""
    for said in (CHECK_UP, FEVER, CHEST_PAIN):
        first = take_in(universe, said).request
        second = universe.request(universe.ben)
        words.add(request=second, text=said, by=universe.alice, now=NOW)
        second.refresh_from_db()
        assert (first.lane, first.rule_code, first.script_key) == (
            second.lane,
            second.rule_code,
            second.script_key,
        )
        for name in ("text", "lane", "matches", "protocol_id"):
            assert getattr(first.screenings.get(), name) == getattr(second.screenings.get(), name)
        assert first.handoffs.count() == second.handoffs.count()


def test_in_a_clinical_lane_it_waits_for_people(universe: Universe) -> None:
    taken = take_in(universe, CHEST_PAIN)
    assert not taken.plain
    assert (taken.request.taken_by, taken.request.lane) == (None, "emergency")


def test_what_the_same_system_says_next_is_added_to_it(universe: Universe) -> None:
    by = partners.register(universe).user
    first = take_in(universe, FEVER, by=by)
    second = take_in(universe, CHEST_PAIN, by=by)
    assert (second.request.pk, second.request.lane) == (first.request.pk, "emergency")
    assert take_in(universe, CHECK_UP).request.pk != first.request.pk, "another system has its own"


def test_words_that_are_too_long_or_none_are_refused(universe: Universe) -> None:
    for said in ("x" * 5001, "  "):
        with pytest.raises(BadValue):
            take_in(universe, said)
    assert not Request.objects.filter(channel="partner").exists()


def test_only_who_may_take_requests(universe: Universe) -> None:
    with pytest.raises(NotAllowed):
        take_in(universe, by=universe.erin)
    assert universe.erin.role == Role.ADMINISTRATOR


def test_a_routine_one_closes_with_its_visit(universe: Universe) -> None:
    taken = take_in(universe)
    by = taken.request.opened_by
    assert by is not None
    closed = partner_requests.end_as_booked(taken=taken, by=by, now=NOW)
    assert (closed.outcome, closed.closed_by) == (Outcome.BOOKED, by)


class TestForgotten:
    def test_nothing_held_and_nothing_booked_is_closed(self, universe: Universe) -> None:
        request = take_in(universe).request
        assert partner_requests.close_forgotten(by=SWEEPER, now=NOW) == 0
        assert partner_requests.close_forgotten(by=SWEEPER, now=LATER) == 1
        request.refresh_from_db()
        assert (request.outcome, request.closed_by) == (Outcome.ANSWERED, request.opened_by)
        assert partner_requests.close_forgotten(by=SWEEPER, now=LATER) == 0

    def test_what_people_have_to_do_is_left_alone(self, universe: Universe) -> None:
        take_in(universe, FEVER)
        universe.ready(universe.dora)
        assert partner_requests.close_forgotten(by=SWEEPER, now=LATER) == 0

    def test_the_job(self, universe: Universe) -> None:
        take_in(universe)
        close_forgotten(0)
        assert not Request.objects.open().filter(channel="partner").exists()
