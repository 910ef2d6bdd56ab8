"""The nights on which the clocks change, and midnight, in four zones: found, held, booked and moved at right instants.

New York changes in March and November 2026, Berlin in March and October; Phoenix and Kolkata never do, and Kolkata is
half an hour off the whole hours of UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, pairwise
from zoneinfo import ZoneInfo

import pytest

from frontdesk.book.actions import appointments, blocks, holds, moves
from frontdesk.book.actions.days import open_days
from frontdesk.book.actions.holds import Wanted
from frontdesk.book.actions.moves import Move, wanted_of
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.actions.wanted import wanted_from
from frontdesk.book.engine import bits
from frontdesk.book.models import Appointment, Hold, ResourceDay, Session
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.find import Option, Wish, open_times
from frontdesk.clinic.choices import BlockKind
from frontdesk.clinic.models import Provider, Room, Site, VisitType
from frontdesk.triage.models import Request
from tests.factories import clinic as factory
from tests.factories.callers import callers
from tests.factories.soundness import faults
from tests.universe import LONG_AGO, OPENER, Universe

pytestmark = pytest.mark.django_db

ZONES = ("America/New_York", "America/Phoenix", "Europe/Berlin", "Asia/Kolkata")
# (zone, the Sunday on which the clocks change, its hours)
SHORT = [("America/New_York", date(2026, 3, 8)), ("Europe/Berlin", date(2026, 3, 29))]
LONG = [("America/New_York", date(2026, 11, 1)), ("Europe/Berlin", date(2026, 10, 25))]
MISSING = {"America/New_York": 2, "Europe/Berlin": 2}  # the local hour that is not, and ...
TWICE = {"America/New_York": 1, "Europe/Berlin": 2}  # ... the one that is there twice
PLAIN = [(zone, date(2026, 3, 8)) for zone in ("America/Phoenix", "Asia/Kolkata")]
EVERY_NIGHT = [*SHORT, *LONG, *PLAIN]
QUARTER = timedelta(minutes=15)
_keys = count(1)


@dataclass
class Night:
    """A clinic that is open around midnight, on the days around one Sunday; everything is booked the day before."""

    universe: Universe
    site: Site
    doctor: Provider
    room: Room
    kind: VisitType
    sunday: date
    requests: list[Request]

    @property
    def zone(self) -> ZoneInfo:
        return self.site.zone

    @property
    def now(self) -> datetime:
        """The noon before."""
        return self.local(12, day=self.sunday - timedelta(days=1))

    def local(self, hour: int, minute: int = 0, *, day: date | None = None, fold: int = 0) -> datetime:
        """The instant, in UTC, of a local time of the Sunday."""
        chosen = day or self.sunday
        local = datetime(chosen.year, chosen.month, chosen.day, hour, minute, tzinfo=self.zone, fold=fold)
        return local.astimezone(UTC)

    def opens(self, starts: time, ends: time) -> None:
        for resource in (self.doctor, self.room):
            factory.sessions(resource, at=self.site, starts=starts, ends=ends, weekdays=range(7))

    def open_days(self) -> None:
        first, last = self.sunday - timedelta(days=1), self.sunday + timedelta(days=1)
        open_days(resources=[self.doctor, self.room], first=first, last=last, by=OPENER, now=self.now)

    def offered(self, day: date | None = None) -> list[Option]:
        day = day or self.sunday
        wish = Wish(self.kind, [self.site], [self.doctor.pk], self.local(0, day=day), day)
        return list(open_times(wish, now=self.now))

    def wanted(self, start: datetime) -> Wanted:
        return Wanted(self.kind, self.site, self.doctor, start, self.room)

    def hold(self, wanted: Wanted) -> Hold:
        """By another caller each time."""
        number = next(_keys)
        request = self.requests[number % len(self.requests)]
        assert request.patient is not None
        return holds.place(
            wanted=wanted, patient=request.patient, request_id=request.pk, key=f"night-{number}",
            by=self.universe.alice, now=self.now,
        )  # fmt: skip

    def book(self, wanted: Wanted) -> Appointment:
        return appointments.book(hold=self.hold(wanted), by=self.universe.alice, now=self.now)

    def move(self, visit: Appointment, start: datetime) -> Appointment:
        return moves.move(
            visit=visit, to=wanted_of(visit, start), move=Move(why="patient-asked"), version=visit.version,
            key="", by=self.universe.alice, now=self.now,
        )  # fmt: skip

    def free(self, day: date) -> int:
        return ResourceDay.objects.get(resource=self.doctor, site=self.site, day=day).free.bit_count()


@pytest.fixture
def night(request: pytest.FixtureRequest, universe: Universe) -> Iterator[Night]:
    zone, sunday = request.param
    site = factory.site("night", "Night clinic", zone=zone)
    doctor = factory.provider("Dr. Nadia Nightly", at=site, in_=universe.follow_up.specialty)
    made = Night(
        universe=universe,
        site=site,
        doctor=doctor,
        room=factory.room("Night room", at=site),
        kind=universe.follow_up,
        sunday=sunday,
        requests=callers(40, site=site, by=universe.alice, now=LONG_AGO),
    )
    yield made
    assert faults(now=made.now) == []


def nights(chosen: list[tuple[str, date]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "night", chosen, indirect=True, ids=[f"{zone} {day}" for zone, day in chosen]
    )


def _all_quarters(night: Night) -> list[Option]:
    """What is offered all through a night that is open from 00:00 to 03:30."""
    night.opens(time(0), time(3, 30))
    night.open_days()
    return night.offered()


@nights(EVERY_NIGHT)
def test_what_is_offered_in_the_night_lies_in_its_session_and_can_be_booked(night: Night) -> None:
    options = _all_quarters(night)
    begin, end = night.local(0), night.local(3, 30)
    assert options[0].start == begin
    assert options[-1].end == end
    assert [later.start - one.start for one, later in pairwise(options)] == [QUARTER] * (len(options) - 1)
    for option in options[::2]:
        visit = night.book(wanted_from(option, night.kind))
        assert (visit.start, visit.end - visit.start) == (option.start, timedelta(minutes=30))
    assert night.offered() == []


@nights(SHORT)
def test_nothing_is_offered_in_the_hour_that_is_missing(night: Night) -> None:
    options = _all_quarters(night)
    hours = {option.local_start.hour for option in options}
    assert MISSING[night.site.time_zone] not in hours
    assert len(options) == 9, "two and a half hours of half-hour visits, one every quarter"
    across = night.local(1, 45)
    visit = night.book(night.wanted(across))
    assert visit.end.astimezone(night.zone).strftime("%H:%M") == "03:15"
    assert differences(now=night.now) == []


@nights(LONG)
def test_both_half_pasts_of_the_repeated_hour_are_times_of_their_own(night: Night) -> None:
    options = _all_quarters(night)
    hour = TWICE[night.site.time_zone]
    twins = [one for one in options if (one.local_start.hour, one.local_start.minute) == (hour, 30)]
    assert len(twins) == 2
    first, second = twins
    assert second.start - first.start == timedelta(hours=1)
    visits = [night.book(wanted_from(one, night.kind)) for one in twins]
    assert [visit.start for visit in visits] == [night.local(hour, 30), night.local(hour, 30, fold=1)]
    assert len(options) == 17, "four and a half hours of half-hour visits, one every quarter"


@nights(LONG)
def test_a_local_time_in_the_repeated_hour_takes_as_long_as_the_visit_does(night: Night) -> None:
    """Whoever names a time by the clock on the wall: adding minutes to that clock would jump an hour."""
    _all_quarters(night)
    hour = TWICE[night.site.time_zone]
    wall = datetime.combine(night.sunday, time(hour, 45), night.zone)
    visit = night.book(night.wanted(wall))
    visit.refresh_from_db()
    assert visit.end - visit.start == timedelta(minutes=30)
    later = night.book(night.wanted(visit.end))
    assert later.start.astimezone(night.zone).strftime("%H:%M") == f"{hour:02}:15"
    assert later.start.astimezone(night.zone).fold == 1


@nights([*SHORT, *LONG])
def test_a_visit_moves_across_the_change_and_back(night: Night) -> None:
    options = _all_quarters(night)
    visit = night.book(wanted_from(options[0], night.kind))
    before = [option.start for option in night.offered()]
    moved = night.move(visit, options[-1].start)
    assert (moved.start, moved.end) == (options[-1].start, options[-1].end)
    assert options[0].start in [option.start for option in night.offered()]
    back = night.move(moved, options[0].start)
    assert (back.start, back.end) == (options[0].start, options[0].end)
    assert [option.start for option in night.offered()] == before


@nights(EVERY_NIGHT)
def test_before_midnight_never_leaks_into_the_next_day(night: Night) -> None:
    night.opens(time(22), time(23, 55))
    night.opens(time(0), time(3, 30))
    night.open_days()
    midnight, tomorrow = (
        night.local(0, day=night.sunday + timedelta(days=1)),
        night.sunday + timedelta(days=1),
    )
    untouched = night.free(tomorrow)
    late = [option for option in night.offered() if option.local_start.hour >= 22]
    assert late and all(option.end <= midnight for option in late)
    last = night.book(wanted_from(late[-1], night.kind))
    assert last.end <= midnight
    assert night.free(tomorrow) == untouched
    early = night.book(night.wanted(midnight))
    assert early.start == midnight
    assert night.free(tomorrow) == untouched - 6
    with pytest.raises(TimeTaken):
        night.hold(night.wanted(midnight - QUARTER))


@nights(EVERY_NIGHT)
def test_a_block_over_midnight_closes_both_sides_and_no_more(night: Night) -> None:
    night.opens(time(22), time(23, 55))
    night.opens(time(0), time(3, 30))
    night.open_days()
    tomorrow = night.sunday + timedelta(days=1)
    midnight = night.local(0, day=tomorrow)
    before = night.free(night.sunday), night.free(tomorrow)
    made = blocks.block(
        resource=night.doctor, kind=BlockKind.MEETING, start=midnight - timedelta(minutes=30),
        end=midnight + timedelta(minutes=20), by=night.universe.alice, now=night.now,
    ).block  # fmt: skip
    assert (night.free(night.sunday), night.free(tomorrow)) == (before[0] - 5, before[1] - 4)
    assert faults(now=night.now) == []
    blocks.lift(block=made, because="", by=night.universe.alice, now=night.now)
    assert (night.free(night.sunday), night.free(tomorrow)) == before


@nights(EVERY_NIGHT)
def test_the_day_has_as_many_ticks_as_its_hours(night: Night) -> None:
    night.opens(time(0), time(23, 55))
    night.open_days()
    missing = 12 if (night.site.time_zone, night.sunday) in SHORT else 0
    extra = 12 if (night.site.time_zone, night.sunday) in LONG else 0
    assert night.free(night.sunday) == 24 * 12 - 1 - missing + extra
    starts = [option.start for option in night.offered()]
    assert len(starts) == len(set(starts))
    assert {start.astimezone(night.zone).date() for start in starts} == {night.sunday}


@nights(SHORT)
@pytest.mark.parametrize(
    ("starts", "ends"), [(time(2), time(3)), (time(2, 15), time(2, 45)), (time(2, 30), time(3, 15))]
)
def test_a_session_that_begins_in_the_missing_hour_opens_only_what_there_is(
    night: Night, starts: time, ends: time
) -> None:
    """By the wall clock from 02:30 to 03:15 there are fifteen minutes that night, and from 02:00 to 03:00 none."""
    night.opens(starts, ends)
    night.open_days()
    there_is = {time(3, 15): 3}.get(ends, 0)
    assert night.free(night.sunday) == there_is
    assert night.free(night.sunday - timedelta(days=1)) > there_is


@nights(SHORT)
def test_a_session_that_ends_in_the_missing_hour_ends_with_the_hour_before(night: Night) -> None:
    night.opens(time(1), time(2, 30))
    night.open_days()
    assert all(option.end <= night.local(3) for option in night.offered())
    assert night.free(night.sunday) == 12


@pytest.mark.parametrize("zone", ZONES)
def test_ticks_of_a_day_cover_it_in_every_zone(universe: Universe, zone: str) -> None:
    """A session of the whole day never runs past the bits of a day, all year round."""
    site = factory.site("year", "Year clinic", zone=zone)
    room = factory.room("Year room", at=site)
    factory.sessions(room, at=site, starts=time(0), ends=time(23, 55), weekdays=range(7))
    first = date(2026, 1, 1)
    now = datetime.combine(first, time(12), ZoneInfo(zone))
    open_days(resources=[room], first=first, last=first + timedelta(days=364), by=OPENER, now=now)
    rows = list(ResourceDay.objects.filter(resource=room))
    assert len(rows) == 365
    found = {row.free.bit_count() for row in rows}
    assert found == ({287} if zone in ("America/Phoenix", "Asia/Kolkata") else {275, 287, 299})
    assert max(start + ticks for row in rows for start, ticks in bits.stretches(row.free)) <= bits.TICKS
    assert Session.objects.filter(resource=room).count() == 7
