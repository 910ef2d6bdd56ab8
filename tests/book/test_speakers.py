"""A provider who speaks the patient's language needs no interpreter: offered so, booked so, moved so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from frontdesk.book.actions import appointments, holds, moves, plans
from frontdesk.book.actions.moves import Move
from frontdesk.book.actions.plans import PlanVisit
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.actions.wanted import Wanted, wanted_from
from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Free, Slice
from frontdesk.book.engine.plans import NOBODY, Rhythm, Seat, may_begin, seated
from frontdesk.book.engine.reasons import Preference
from frontdesk.book.models import Appointment, Plan
from frontdesk.book.queries.family_offers import Family, Member, family_offers
from frontdesk.book.queries.find import Option, Wish, find, nearest, open_times
from frontdesk.book.queries.moving import Target, place_for
from frontdesk.book.queries.overbook import extra_times
from frontdesk.book.queries.plan_offers import Course, series_offers
from frontdesk.book.queries.resolve import wish_of
from frontdesk.book.queries.why_not import why_not
from frontdesk.book.queries.wish import takings
from frontdesk.book.rules import BookingGate
from frontdesk.clinic.models import Interpreter, Provider
from tests.book.test_overbook import signed
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
_keys = count(1)
SPOKEN = "Speaks Spanish, no interpreter needed"


@pytest.fixture(autouse=True)
def _carol_speaks_spanish(universe: Universe) -> None:
    universe.dr_carol.languages = ["en", "es"]
    universe.dr_carol.save()


def wish_of_ana(cast: Universe, **changed: object) -> Wish:
    providers = [cast.dr_carol.pk, cast.dr_yusuf.pk]
    wish = Wish(
        cast.follow_up, [cast.main], providers, at(10), TODAY, language="es", interpreter=True,
        new_patient=True,
    )  # fmt: skip
    return replace(wish, **changed)  # type: ignore[arg-type]


def helpers(wish: Wish) -> dict[int, set[int | None]]:
    """With whom each provider is offered."""
    found: dict[int, set[int | None]] = {}
    for one in open_times(wish, now=NOW):
        found.setdefault(one.provider, set()).add(one.interpreter)
    return found


def book(cast: Universe, wanted: Wanted) -> Appointment:
    request = cast.ready(cast.ana)
    hold = holds.place(
        wanted=wanted, patient=cast.ana, request_id=request.pk, key=f"spoken-{next(_keys)}", by=cast.alice,
        now=NOW,
    )  # fmt: skip
    return appointments.book(hold=hold, by=cast.alice, now=NOW)


class TestOffers:
    def test_only_who_does_not_speak_it_comes_with_an_interpreter(self, universe: Universe) -> None:
        found = helpers(wish_of_ana(universe))
        assert found == {universe.dr_carol.pk: {None}, universe.dr_yusuf.pk: {universe.marisol.pk}}

    def test_it_is_one_search_for_both(self, universe: Universe) -> None:
        assert len(takings(wish_of_ana(universe))) == 1

    def test_where_nobody_interprets_those_who_speak_it_are_left(self, universe: Universe) -> None:
        Interpreter.objects.update(active=False)
        assert helpers(wish_of_ana(universe)) == {universe.dr_carol.pk: {None}}
        assert helpers(wish_of_ana(universe, always=True)) == {}

    def test_an_interpreter_who_is_busy_is_in_nobodys_way_who_speaks_it(self, universe: Universe) -> None:
        other = universe.newcomer("Luz", "Prado", language="es", needs_interpreter=True)
        wanted = universe.wanted(at(11), provider=universe.dr_yusuf, interpreter=universe.marisol)
        universe.book(at(11), request=universe.ready(other), wanted=wanted)
        at_eleven = [one for one in open_times(wish_of_ana(universe), now=NOW) if one.start == at(11)]
        assert [(one.provider, one.interpreter) for one in at_eleven] == [(universe.dr_carol.pk, None)]

    def test_one_may_be_asked_for_on_purpose(self, universe: Universe) -> None:
        both = {universe.marisol.pk}
        assert helpers(wish_of_ana(universe, always=True)) == {
            universe.dr_carol.pk: both, universe.dr_yusuf.pk: both,
        }  # fmt: skip

    def test_a_change_of_languages_counts_at_once(self, universe: Universe) -> None:
        assert helpers(wish_of_ana(universe))[universe.dr_carol.pk] == {None}
        Provider.objects.filter(pk=universe.dr_carol.pk).update(languages=["en"])
        assert helpers(wish_of_ana(universe))[universe.dr_carol.pk] == {universe.marisol.pk}

    def test_the_option_says_so_and_comes_before_one_with_an_interpreter(self, universe: Universe) -> None:
        preference = Preference(today=TODAY, language="Spanish", interpreter=True)
        (first, *rest) = find(wish_of_ana(universe), preference, now=NOW)
        assert (first.provider, first.reasons[-1].sentence) == (universe.dr_carol.pk, SPOKEN)
        others = [one for one in rest if one.provider == universe.dr_yusuf.pk]
        assert {one.reasons[-1].sentence for one in others} == {
            "Spanish interpreter is free and held with it"
        }
        assert rest.index(others[0]) == 2  # after the three of Dr. Carol's

    def test_where_one_is_left_to_be_arranged_it_says_so_too(self, universe: Universe) -> None:
        preference = Preference(today=TODAY, language="Spanish", interpreter=True)
        found = find(wish_of_ana(universe, interpreter=False), preference, now=NOW)
        assert {one.provider for one in found if one.reasons[-1].sentence == SPOKEN} == {universe.dr_carol.pk}
        assert all(one.interpreter is None for one in found)

    def test_extra_visits_inside_a_rule_too(self, universe: Universe) -> None:
        signed(universe)
        universe.book(at(10, 30))
        Interpreter.objects.update(active=False)
        wish = wish_of_ana(universe, providers=[universe.dr_carol.pk])
        found = [one.option for one in extra_times(wish, now=NOW)]
        assert found
        assert all(one.spoken and one.interpreter is None for one in found)


class TestWhyNot:
    def test_it_tells_that_none_is_needed(self, universe: Universe) -> None:
        Interpreter.objects.update(active=False)
        found = why_not(wish_of_ana(universe, providers=[universe.dr_carol.pk]), at(11), now=NOW)
        assert found is not None and found.fits
        assert {one.link: one.sentence for one in found.findings}["Interpreter"] == f"{SPOKEN}."

    def test_who_does_not_speak_it_lacks_one(self, universe: Universe) -> None:
        Interpreter.objects.update(active=False)
        found = why_not(wish_of_ana(universe, providers=[universe.dr_yusuf.pk]), at(11), now=NOW)
        assert found is not None
        assert [one.link for one in found.in_the_way] == ["Interpreter"]


class TestBooking:
    def test_what_is_offered_without_one_is_booked_without_a_waiver(self, universe: Universe) -> None:
        (first, *_) = nearest(wish_of_ana(universe, providers=[universe.dr_carol.pk]), now=NOW, limit=1)
        visit = book(universe, wanted_from(first, universe.follow_up))
        link = visit.chain.get(link="Interpreter")
        assert (link.verdict, link.sentence) == ("pass", "Dr. Carol Calden speaks Spanish: none needed.")

    def test_another_provider_without_one_is_refused(self, universe: Universe) -> None:
        with pytest.raises(BookingGate) as refused:
            book(universe, universe.wanted(at(11), provider=universe.dr_yusuf))
        assert refused.value.code == "NO_INTERPRETER"

    def test_one_asked_for_on_purpose_stays_though_the_room_is_taken_meanwhile(
        self, universe: Universe
    ) -> None:
        wanted = universe.wanted(at(11), interpreter=universe.marisol)
        yusuf = universe.wanted(at(11), provider=universe.dr_yusuf)
        universe.book(at(11), request=universe.ready(universe.ben), wanted=yusuf)
        visit = book(universe, wanted)
        assert (visit.interpreter, visit.room) == (universe.marisol, universe.exam_2)

    def test_one_asked_for_on_purpose_and_taken_meanwhile_is_not_left_out(self, universe: Universe) -> None:
        other = universe.newcomer("Luz", "Prado", language="es", needs_interpreter=True)
        yusuf = universe.wanted(
            at(11), provider=universe.dr_yusuf, room=universe.exam_2, interpreter=universe.marisol
        )
        universe.book(at(11), request=universe.ready(other), wanted=yusuf)
        with pytest.raises(TimeTaken):
            book(universe, universe.wanted(at(11), interpreter=universe.marisol))


class TestMoving:
    def moved(self, cast: Universe, visit: Appointment, to: Provider) -> Appointment:
        where = place_for(visit, Target(visit.visit_type, cast.main, to, at(14)), now=NOW)
        assert where is not None
        return moves.move(
            visit=visit, to=wanted_from(where, visit.visit_type), move=Move(why="patient-asked"),
            version=visit.version, key=f"m{next(_keys)}", by=cast.alice, now=NOW,
        )  # fmt: skip

    def test_to_somebody_who_does_not_speak_it_takes_one(self, universe: Universe) -> None:
        visit = book(universe, universe.wanted(at(11)))
        moved = self.moved(universe, visit, universe.dr_yusuf)
        assert (moved.provider, moved.interpreter) == (universe.dr_yusuf, universe.marisol)

    def test_to_somebody_who_speaks_it_gives_the_interpreter_back(self, universe: Universe) -> None:
        wanted = universe.wanted(at(11), provider=universe.dr_yusuf, interpreter=universe.marisol)
        moved = self.moved(universe, book(universe, wanted), universe.dr_carol)
        assert (moved.provider, moved.interpreter) == (universe.dr_carol, None)
        assert not moved.claims.filter(resource=universe.marisol, released_at=None).exists()

    def test_one_asked_for_on_purpose_comes_along(self, universe: Universe) -> None:
        visit = book(universe, universe.wanted(at(11), interpreter=universe.marisol))
        nearest_wish = wish_of(visit, now=NOW)
        assert (nearest_wish.interpreter, nearest_wish.always) == (True, True)
        assert self.moved(universe, visit, universe.dr_carol).interpreter == universe.marisol


class TestPlans:
    def test_a_series_with_who_speaks_it_needs_none(self, universe: Universe) -> None:
        Interpreter.objects.update(active=False)
        asked = Course(
            universe.ana,
            universe.follow_up,
            universe.main,
            TODAY + timedelta(days=1),
            3,
            Rhythm(every_days=2),
        )
        chosen = [row.choices[0] for row in series_offers(asked, now=NOW)]
        assert {one.provider for one in chosen} == {universe.dr_carol.pk}
        assert booked(universe, chosen).visits.filter(interpreter=None).count() == 3

    @pytest.mark.parametrize("at_once", [False, True])
    def test_a_family_of_whom_two_need_one(self, universe: Universe, at_once: bool) -> None:
        """One interpreter cannot be with two at once; with Dr. Carol nobody needs her."""
        luz = universe.newcomer("Luz", "Prado", language="es", needs_interpreter=True)
        members = [Member(one, universe.follow_up) for one in (universe.ana, luz)]
        (first, *_) = family_offers(
            Family(members, universe.main, TODAY + timedelta(days=1), LAST_OPEN, at_once=at_once), now=NOW
        ).rows
        pairs = {(one.provider, one.interpreter) for one in first}
        carol, yusuf = universe.dr_carol.pk, universe.dr_yusuf.pk
        assert pairs == ({(carol, None), (yusuf, universe.marisol.pk)} if at_once else {(carol, None)})
        assert all(one.spoken == (one.interpreter is None) for one in first)

    def test_where_nobody_interprets_the_row_is_with_who_speaks_it(self, universe: Universe) -> None:
        Interpreter.objects.update(active=False)
        members = [Member(universe.ana, universe.follow_up)]
        found = family_offers(Family(members, universe.main, TODAY, LAST_OPEN, at_once=True), now=NOW)
        assert {one.provider for row in found.rows for one in row} == {universe.dr_carol.pk}


def booked(cast: Universe, chosen: list[Option]) -> Plan:
    request = cast.ready(cast.ana)
    visits = [PlanVisit(wanted_from(one, cast.follow_up), cast.ana, request.pk) for one in chosen]
    return plans.book_series(
        visits=visits, order_ref="", every_days=2, ends_on=None, key="k", by=cast.alice, now=NOW
    )


def test_a_seat_that_the_provider_fills_alone() -> None:
    """Of two providers the second speaks the language; the interpreter comes at the fourth tick."""
    hour = Slice(0, 2)
    both = [Free(1, bits.span(100, 8)), Free(2, bits.span(100, 8))]
    seats = [Seat(hour, both, leads=True), Seat(hour, [Free(9, bits.span(104, 4))], alone=frozenset({2}))]
    assert list(bits.ticks(may_begin(seats))) == list(range(100, 107))
    assert seated(seats, 100, one_provider=True) == (2, NOBODY)
    assert seated(seats, 104, one_provider=True) == (1, 9)
    assert list(bits.ticks(may_begin([seats[0]._replace(pool=both[:1]), seats[1]]))) == [104, 105, 106]
