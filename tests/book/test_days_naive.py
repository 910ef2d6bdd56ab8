"""A day as it is derived against a walk over its instants, five minutes a step, also when the clocks change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.book.engine import bits
from frontdesk.book.engine.kept import Moment, closed_to
from frontdesk.book.models import Block, Session
from frontdesk.book.queries.derive import Sources
from frontdesk.clinic.models import Site, SlotClass
from frontdesk.kit.clock import local_midnight

# Both clock changes where there are any, and days like any other.
DAYS = {
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1), date(2026, 5, 20)],
    "America/Phoenix": [date(2026, 3, 8), date(2026, 11, 1)],
    "Europe/Berlin": [date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1)],
    "Asia/Kolkata": [date(2026, 3, 29), date(2026, 12, 31)],
}
WHERE = [(zone, day) for zone, days in DAYS.items() for day in days]
STEP = timedelta(minutes=5)
RULE = st.sampled_from([None, (0, time(9)), (1, time(12)), (3, time(7, 30))])
CLASSES = {number: SlotClass(pk=number, code=f"c{number}", name=f"Class {number}") for number in (1, 2)}


@st.composite
def hours(draw: st.DrawFn) -> tuple[time, time]:
    """Hours of a session. None begins or ends in an hour that a clock change skips or repeats."""
    ticks = [tick for tick in range(288) if tick // 12 not in (1, 2)]
    first, last = sorted(draw(st.sets(st.sampled_from(ticks), min_size=2, max_size=2)))
    return time(first // 12, first % 12 * 5), time(last // 12, last % 12 * 5)


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    starts, ends = draw(hours())
    kept = draw(st.sampled_from([None, 1, 2]))
    block = "" if kept else draw(st.sampled_from(["", "", "meeting"]))
    rule = draw(RULE) if kept or block else None
    return Session(
        resource_id=1, site_id=1, starts=starts, ends=ends, slot_class=CLASSES[kept] if kept else None, block=block,
        release_days=rule[0] if rule else None, release_at=rule[1] if rule else None,
        capacity=draw(st.sampled_from([None, None, 1, 2])),
    )  # fmt: skip


@st.composite
def stretches(draw: st.DrawFn) -> tuple[int, int]:
    """Minutes from local midnight, also before it and after the next one."""
    start = draw(st.integers(-180, 1560))
    return start, start + draw(st.integers(1, 600))


@dataclass
class Naive:
    """What the walk finds: for each step of the day whether it is open, free, and closed to class 1."""

    open: list[bool]
    free: list[bool]
    closed: list[bool]


def walk(
    held: list[Session],
    blocks: list[Block],
    claims: list[tuple[datetime, datetime]],
    site: Site,
    day: date,
    now: datetime,
) -> Naive:
    begin = local_midnight(day, site.time_zone)
    steps = int((local_midnight(day + timedelta(days=1), site.time_zone) - begin) / STEP)
    found = Naive([], [], [])
    for number in range(steps):
        instant = begin + STEP * number
        wall = instant.astimezone(site.zone).time()
        there = [one for one in held if one.starts <= wall < one.ends]
        over = [one for one in blocks if one.start < instant + STEP and one.end > instant]
        said: list[Session | Block] = [*there, *over]
        is_open = bool(there) and all(not _shuts(one) for one in said)
        taken = any(start < instant + STEP and end > instant for start, end in claims)
        full = any(_is_full(one, claims, site, day) for one in there)
        found.open.append(is_open)
        found.free.append(is_open and not taken and not full)
        found.closed.append(is_open and any(_keeps(one, day, now) for one in said))
    return found


def _shuts(one: Session | Block) -> bool:
    """Closed for good: to nobody's visits, and never released by the clock."""
    is_closed = bool(one.block) if isinstance(one, Session) else one.slot_class_id is None
    return is_closed and one.release_days is None


def _keeps(one: Session | Block, day: date, now: datetime) -> bool:
    """Is it kept at `now` from a visit of class 1?"""
    is_closed = bool(one.block) if isinstance(one, Session) else one.slot_class_id is None
    if not is_closed and one.slot_class_id in (None, 1):
        return False
    if one.release_days is None or one.release_at is None:
        return True
    opens = datetime.combine(day - timedelta(days=one.release_days), one.release_at)
    return now.replace(tzinfo=None) < opens


def _is_full(one: Session, claims: list[tuple[datetime, datetime]], site: Site, day: date) -> bool:
    if one.capacity is None:
        return False
    begin = local_midnight(day, site.time_zone)
    starts = [begin + (start - begin) // STEP * STEP for start, _ in claims if start >= begin]
    same_day = [start.astimezone(site.zone) for start in starts]
    begun = [at for at in same_day if at.date() == day and one.starts <= at.time() < one.ends]
    return len(begun) >= one.capacity


@pytest.mark.parametrize(("zone", "day"), WHERE, ids=str)
@given(
    held=st.lists(sessions(), max_size=4),
    away=st.lists(st.tuples(stretches(), st.sampled_from([None, 1, 2]), RULE), max_size=3),
    booked=st.lists(stretches(), max_size=3),
    ahead=st.integers(0, 5 * 288),
)
def test_a_derived_day_is_what_a_walk_finds(
    zone: str,
    day: date,
    held: list[Session],
    away: list[tuple[tuple[int, int], int | None, tuple[int, time] | None]],
    booked: list[tuple[int, int]],
    ahead: int,
) -> None:
    site = Site(pk=1, code="x", name="X", time_zone=zone)
    midnight = local_midnight(day, zone)
    for one in held:
        one.weekday, one.valid_from = day.weekday(), day
    blocks = [
        Block(
            resource_id=1, start=midnight + timedelta(minutes=start), end=midnight + timedelta(minutes=end),
            slot_class=CLASSES[kept] if kept else None, release_days=rule[0] if rule else None,
            release_at=rule[1] if rule else None,
        )
        for (start, end), kept, rule in away
    ]  # fmt: skip
    claims = [
        (midnight + timedelta(minutes=start), midnight + timedelta(minutes=end)) for start, end in booked
    ]
    now = datetime.combine(day, time(23, 59), ZoneInfo(zone)) - STEP * ahead
    source = Sources(day, day, {1: site}, sessions={1: held}, blocks={1: blocks}, claims={1: claims})
    naive = walk(held, blocks, claims, site, day, now)
    made = dict(source.day(1, day)).get((1, day, 1))
    if made is None:
        assert not any(naive.open)
        return
    closed = closed_to(made.kept, day, classes={1}, now=Moment.of(now))
    for expected, mask in ((naive.open, made.open), (naive.free, made.free), (naive.closed, closed)):
        assert list(bits.ticks(mask)) == [tick for tick, is_set in enumerate(expected) if is_set]


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/Phoenix", date(2026, 3, 8), 24),
        ("Asia/Kolkata", date(2026, 10, 25), 24),
    ],
)
def test_a_session_of_the_whole_night_is_as_long_as_the_night(zone: str, day: date, length: int) -> None:
    night = Session(
        resource_id=1, site_id=1, weekday=day.weekday(), starts=time(0), ends=time(23, 55), valid_from=day
    )
    source = Sources(day, day, {1: Site(pk=1, time_zone=zone)}, sessions={1: [night]}, blocks={}, claims={})
    made = dict(source.day(1, day))[1, day, 1]
    assert made.open.bit_count() * 5 == length * 60 - 5
    first = local_midnight(day, zone)
    assert first.tzinfo is UTC
