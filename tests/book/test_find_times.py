from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from frontdesk.book.actions.days import open_days
from frontdesk.book.engine.reasons import PartOfDay, Preference
from frontdesk.book.models import ResourceDay, Session
from frontdesk.book.queries.find import HORIZON, Option, Wish, find, nearest, open_times, providers_for
from frontdesk.clinic.models import Interpreter, Provider, Room
from tests.factories import clinic
from tests.factories.callers import callers
from tests.universe import AUTUMN, LAST_OPEN, NOW, OPENER, SPRING, TODAY, ZONE, Universe, at

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


def _wish(universe: Universe, **changed: object) -> Wish:
    providers = [universe.dr_carol.pk, universe.dr_yusuf.pk]
    wish = Wish(universe.follow_up, [universe.main], providers, at(10), LAST_OPEN)
    return replace(wish, **changed)  # type: ignore[arg-type]


def _starts(options: Iterable[Option]) -> list[datetime]:
    return [option.start for option in options]


def test_it_offers_every_time_that_fits_earliest_first(universe: Universe) -> None:
    found = list(open_times(_wish(universe, until=TODAY), now=NOW))
    quarters = [at(10) + timedelta(minutes=15 * step) for step in range(27)]
    assert _starts(found) == sorted(quarters * 2)
    assert {option.provider for option in found} == {universe.dr_carol.pk, universe.dr_yusuf.pk}
    assert {option.room for option in found} == {universe.exam_1.pk}


def test_what_is_remembered_of_the_clinic_is_never_older_than_the_clinic(universe: Universe) -> None:
    wish = _wish(universe, until=TODAY)
    assert {option.room for option in open_times(wish, now=NOW)} == {universe.exam_1.pk}
    Room.objects.filter(pk=universe.exam_1.pk).update(active=False)
    assert {option.room for option in open_times(wish, now=NOW)} == {universe.exam_2.pk}


def test_taken_time_is_not_offered_and_its_room_is_passed_over(universe: Universe) -> None:
    universe.book(at(10))
    found = list(open_times(_wish(universe, until=TODAY), now=NOW))
    early = [(option.start, option.provider, option.room) for option in found if option.start < at(10, 30)]
    assert early == [
        (at(10), universe.dr_yusuf.pk, universe.exam_2.pk),
        (at(10, 15), universe.dr_yusuf.pk, universe.exam_2.pk),
    ]


@pytest.mark.parametrize(("minutes", "offered"), [(9, False), (10, True)])
def test_the_time_of_an_expired_hold_is_offered_again(
    universe: Universe, minutes: int, offered: bool
) -> None:
    universe.hold(at(11))
    wish = _wish(universe, providers=[universe.dr_carol.pk], until=TODAY)
    starts = _starts(open_times(wish, now=NOW + timedelta(minutes=minutes)))
    assert (at(11) in starts) is offered


@pytest.mark.parametrize(
    ("changed", "first"),
    [
        ({"part_of_day": PartOfDay.AFTERNOON}, at(12)),
        ({"part_of_day": PartOfDay.MORNING, "earliest": at(11, 40)}, at(11, 45)),
        ({"part_of_day": PartOfDay.MORNING, "earliest": at(13)}, at(8, day=TOMORROW)),
        ({"earliest": at(10, 1)}, at(10, 15)),
        ({"earliest": at(8)}, at(10)),  # never the past
        ({"weekdays": frozenset({4})}, at(8, day=date(2026, 3, 6))),
        ({"weekdays": frozenset({5, 6})}, None),
        ({"until": TODAY - timedelta(days=1)}, None),
        ({"providers": []}, None),
        ({"sites": []}, None),
    ],
)  # fmt: skip
def test_a_wish_narrows_what_is_offered(
    universe: Universe, changed: dict[str, object], first: datetime | None
) -> None:
    assert _starts(nearest(_wish(universe, **changed), now=NOW, limit=1)) == ([first] if first else [])


def test_an_interpreter_is_offered_with_the_time_where_one_is_needed(universe: Universe) -> None:
    wish = _wish(universe, language="es", interpreter=True, until=TODAY)
    assert {option.interpreter for option in open_times(wish, now=NOW)} == {universe.marisol.pk}
    assert list(open_times(replace(wish, language="vi"), now=NOW)) == []


def test_a_phone_visit_takes_no_room(universe: Universe) -> None:
    Room.objects.update(active=False)
    found = nearest(_wish(universe, visit_type=universe.phone_call), now=NOW)
    assert [option.room for option in found] == [None, None, None]
    assert nearest(_wish(universe), now=NOW) == []


def test_nobody_is_offered_beyond_the_horizon(universe: Universe) -> None:
    last = TODAY + timedelta(days=HORIZON)
    open_days(resources=[universe.dr_carol, universe.exam_1], first=TODAY, last=last + timedelta(days=9),
              by=OPENER, now=NOW)  # fmt: skip
    found = list(open_times(_wish(universe, until=last + timedelta(days=400)), now=NOW))
    assert max(option.local_start.date() for option in found) <= last


def test_only_providers_of_the_visits_own_specialty_are_asked(universe: Universe) -> None:
    here, both = [universe.main], [universe.main, universe.harbor]
    assert providers_for(universe.follow_up, here) == [universe.dr_carol.pk, universe.dr_yusuf.pk]
    assert providers_for(universe.skin_check, both) == [universe.dr_lena.pk]
    Provider.objects.filter(pk=universe.dr_yusuf.pk).update(active=False)
    assert providers_for(universe.follow_up, here) == [universe.dr_carol.pk]


class TestRanking:
    def test_the_patients_own_provider_comes_before_a_stranger_a_day_sooner(self, universe: Universe) -> None:
        preference = Preference(today=TODAY, own_provider=universe.dr_yusuf.pk)
        found = find(_wish(universe), preference, now=NOW)
        assert found[0].provider == universe.dr_yusuf.pk
        assert [reason.sentence for reason in found[0].reasons] == ["The patient’s own provider", "Today"]

    def test_nine_at_most_and_not_more_than_three_of_one_provider_on_one_day(
        self, universe: Universe
    ) -> None:
        found = find(_wish(universe), Preference(today=TODAY), now=NOW)
        assert len(found) == 9
        per_day = [(option.provider, option.local_start.date()) for option in found]
        assert max(per_day.count(one) for one in per_day) <= 3

    def test_it_says_what_speaks_against_a_time_too(self, universe: Universe) -> None:
        preference = Preference(
            today=TODAY, own_provider=universe.dr_lena.pk, home_site=universe.harbor.pk,
            due=TODAY - timedelta(days=2), directed_by="Bob Blden, RN", part_of_day=PartOfDay.AFTERNOON,
        )  # fmt: skip
        (first, *_) = find(_wish(universe, part_of_day=PartOfDay.AFTERNOON), preference, now=NOW)
        assert [(reason.fits, reason.sentence) for reason in first.reasons] == [
            (False, "Not the patient’s own provider"),
            (True, "Today"),
            (True, "Afternoon, as asked"),
            (False, "Not the site where the patient usually comes"),
            (False, "2 days after the due date, as Bob Blden, RN directed"),
        ]


@pytest.mark.parametrize("interpreter", [False, True])
def test_what_is_offered_can_be_booked(universe: Universe, interpreter: bool) -> None:
    """On a quiet database everything that is offered until evening can be booked, one after the other."""
    wish = _wish(universe, until=TODAY, language="es", interpreter=interpreter)
    requests = callers(28, site=universe.main, by=universe.alice, now=NOW)
    booked = 0
    while found := nearest(wish, now=NOW, limit=1):
        option = found[0]
        wanted = universe.wanted(
            option.start,
            provider=Provider.objects.get(pk=option.provider),
            room=Room.objects.filter(pk__in=[option.room]).first(),
            interpreter=Interpreter.objects.filter(pk__in=[option.interpreter]).first(),
        )
        universe.book(option.start, request=requests[booked], wanted=wanted)
        booked += 1
    assert booked == (14 if interpreter else 28)


def _born(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
class TestClockChange:
    @pytest.fixture(autouse=True)
    def _sundays(self, universe: Universe, day: date) -> None:
        """Dr. Carol and her room are there on Sundays, from midnight to late."""
        for resource in (universe.dr_carol, universe.exam_1):
            clinic.sessions(resource, at=universe.main, weekdays=[6], starts=time(0), ends=time(23, 30))
        open_days(resources=[universe.dr_carol, universe.exam_1], first=day, last=day, by=OPENER, now=NOW)

    def _options(self, universe: Universe, day: date) -> list[Option]:
        wish = _wish(universe, providers=[universe.dr_carol.pk], earliest=at(0, day=day), until=day)
        return list(open_times(wish, now=at(0, day=day)))

    def test_every_real_quarter_is_offered_once(self, universe: Universe, day: date) -> None:
        found = self._options(universe, day)
        hours = 23 if day == SPRING else 25
        assert len(found) == len(set(_starts(found))) == (hours * 60 - 30) // 15 - 1
        assert {option.local_start.date() for option in found} == {day}
        walls = [f"{option.local_start:%H:%M}" for option in found]
        assert walls.count("02:30") == (0 if day == SPRING else 1)
        assert walls.count("01:30") == (1 if day == SPRING else 2)

    def test_what_is_offered_around_the_change_can_be_held(self, universe: Universe, day: date) -> None:
        night = [option for option in self._options(universe, day) if option.local_start.hour in (0, 1, 3)]
        for number, option in enumerate(night[::2]):
            patient = universe.newcomer("Owl", "Night", born=_born(number))
            universe.hold(option.start, request=universe.ready(patient), now=at(0, day=day))

    def test_noon_is_noon(self, universe: Universe, day: date) -> None:
        wish = _wish(
            universe,
            providers=[universe.dr_carol.pk],
            earliest=at(0, day=day),
            until=day,
            part_of_day=PartOfDay.AFTERNOON,
        )
        assert _starts(nearest(wish, now=at(0, day=day), limit=1)) == [
            datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)
        ]


class TestOpenDays:
    def test_a_day_that_is_there_is_left_as_it_is(self, universe: Universe) -> None:
        universe.hold(at(11))
        before = list(ResourceDay.objects.order_by("pk").values_list("free_bits", flat=True))
        added = open_days(resources=[universe.dr_carol], first=TODAY, last=LAST_OPEN, by=OPENER, now=NOW)
        after = list(ResourceDay.objects.order_by("pk").values_list("free_bits", flat=True))
        assert (added, [bytes(one) for one in after]) == (0, [bytes(one) for one in before])

    def test_a_day_opened_late_knows_what_is_claimed(self, universe: Universe) -> None:
        universe.book(at(11))
        ResourceDay.objects.filter(resource=universe.dr_carol).delete()
        open_days(resources=[universe.dr_carol], first=TODAY, last=TODAY, by=OPENER, now=NOW)
        starts = _starts(open_times(_wish(universe, providers=[universe.dr_carol.pk], until=TODAY), now=NOW))
        assert at(11) not in starts and at(11, 30) in starts

    def test_a_session_counts_while_it_is_valid(self, universe: Universe) -> None:
        Session.objects.filter(resource=universe.dr_carol).update(valid_from=TOMORROW, valid_until=TOMORROW)
        ResourceDay.objects.filter(resource=universe.dr_carol).delete()
        open_days(resources=[universe.dr_carol], first=TODAY, last=LAST_OPEN, by=OPENER, now=NOW)
        assert list(ResourceDay.objects.filter(resource=universe.dr_carol).values_list("day", flat=True)) == [
            TOMORROW
        ]
