"""What can be offered for visits that belong together: whatever is offered here can be booked as it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from frontdesk.book.engine import bits
from frontdesk.book.engine.plans import (
    DAY,
    Gap,
    Rhythm,
    Stay,
    chains,
    due_days,
    nearness,
    windows,
    windows_of,
)
from frontdesk.book.models import ResourceDay
from frontdesk.book.queries.find import HORIZON, Option, Wish, open_times, providers_for
from frontdesk.book.queries.known import TRAVEL, busy_of
from frontdesk.book.queries.new_patients import is_new_patient
from frontdesk.clinic.models import Closure, Site, VisitType
from frontdesk.kit.clock import local_midnight
from frontdesk.people.models import Patient

MOST_VISITS = 40
SEARCHED = 45  # days in which linked and family visits are looked for
CHOICES = 6


@dataclass(frozen=True)
class Course:
    """A series as it is asked for: `count` visits from `first` on, at local time `at` if one is wished for."""

    patient: Patient
    visit_type: VisitType
    site: Site
    first: date
    count: int
    rhythm: Rhythm
    last: date | None = None
    at: time | None = None
    providers: Sequence[int] = ()
    directed: bool = False


@dataclass(frozen=True)
class Due:
    """One visit of a series: the day on which it is due and what is free near it, best first; or why nothing is."""

    number: int
    day: date
    choices: tuple[Option, ...]
    why_not: str = ""


@dataclass(frozen=True)
class Step:
    """One of several linked visits. Without `providers`, anybody of its specialty."""

    visit_type: VisitType
    providers: Sequence[int] = ()


@dataclass(frozen=True)
class Linked:
    """Visits in an order, with a gap between each and the next. The last is the one that is wished for."""

    patient: Patient
    steps: Sequence[Step]
    gaps: Sequence[Gap]
    sites: Sequence[Site]
    first: date
    last: date
    at: time | None = None
    directed: bool = False


@dataclass(frozen=True)
class Together:
    """Whole offers, each with one option for every visit; or why there is none."""

    rows: list[tuple[Option, ...]] = field(default_factory=list)
    why_not: str = ""


def series_offers(asked: Course, *, now: datetime) -> list[Due]:
    """For each due day the best option and alternatives; no two rows share a day, so any choice can be booked."""
    providers = list(asked.providers) or providers_for(asked.visit_type, [asked.site])
    limit = last_day(asked.visit_type, asked.site, now)
    end = asked.last or asked.first + timedelta(days=400)
    open_on = _Open(asked.site, providers, asked.first, end)
    count = min(asked.count, MOST_VISITS)
    due = due_days(asked.first, count, asked.rhythm, last=end, is_open=open_on.may_be_due)
    spans = windows(due, last=end)
    found = _by_window(asked, providers, spans, min(limit, end), now)
    return [
        Due(
            place + 1,
            day,
            _best(found[place], day, asked.at),
            "" if found[place] else open_on.why_not(spans[place], limit),
        )
        for place, day in enumerate(due)
    ]


def _by_window(
    asked: Course, providers: Sequence[int], spans: Sequence[tuple[date, date]], until: date, now: datetime
) -> Mapping[int, list[Option]]:
    """What is free in each window, read in one pass."""
    found: dict[int, list[Option]] = defaultdict(list)
    if not spans or not providers:
        return found
    wish = wish_for(
        asked.patient, Step(asked.visit_type, providers), asked.site, asked.first, until, asked.directed, now
    )
    place = 0
    for option in open_times(wish, now=now):
        day = option.local_start.date()
        while place < len(spans) and spans[place][1] < day:
            place += 1
        if place == len(spans):
            break
        if spans[place][0] <= day:
            found[place].append(option)
    return found


def _best(options: Iterable[Option], due: date, at: time | None) -> tuple[Option, ...]:
    """The nearest few, each time once."""
    ranked = sorted(options, key=lambda option: (*_near(option, due, at), option.start))
    by_start: dict[datetime, Option] = {}
    for option in ranked:
        by_start.setdefault(option.start, option)
        if len(by_start) == CHOICES:
            break
    return tuple(by_start.values())


def linked_offers(asked: Linked, *, now: datetime, limit: int = 5) -> Together:
    """The best choice for each of the first days on which the last visit can be, with every gap kept."""
    spans = windows_of(asked.gaps, asked.first, asked.last)
    if not spans:
        return Together(why_not="The order does not fit between the first and the last day.")
    options = [
        _candidates(asked, place, span, now)
        for place, span in enumerate(zip(asked.steps, spans, strict=True))
    ]
    for step, found in zip(asked.steps, options, strict=True):
        if not found:
            return Together(why_not=f"Nothing is free for {step.visit_type.name} in these days.")
    wished = spans[-1][0]
    stays = [
        [_stay(one, asked.at, wished if place + 1 == len(options) else None) for one in found]
        for place, found in enumerate(options)
    ]
    rows: dict[date, tuple[Option, ...]] = {}
    for chosen in chains(stays, asked.gaps, way=TRAVEL):
        row = tuple(found[place] for found, place in zip(options, chosen, strict=True))
        rows.setdefault(row[-1].local_start.date(), row)
        if len(rows) == limit:
            break
    why_not = "" if rows else "Each visit has free times, but none that keep the order and the gaps."
    return Together(sorted(rows.values(), key=lambda row: row[-1].start), why_not)


def _candidates(
    asked: Linked, place: int, span: tuple[Step, tuple[date, date]], now: datetime
) -> list[Option]:
    """A few times of each day, or all of them where another visit may be on the same day."""
    step, (low, high) = span
    near = [*asked.gaps[max(place - 1, 0) : place], *asked.gaps[place : place + 1]]
    per_day = 60 if any(gap.least_days == 0 for gap in near) else CHOICES
    by_day: dict[date, list[Option]] = defaultdict(list)
    for site in asked.sites:
        providers = step.providers or providers_for(step.visit_type, [site])
        wish = wish_for(
            asked.patient, replace(step, providers=providers), site, low, high, asked.directed, now
        )
        for option in open_times(wish, now=now):
            by_day[option.local_start.date()].append(option)
    found = []
    for day, options in by_day.items():
        once: dict[tuple[datetime, int], Option] = {}
        for option in options:
            once.setdefault((option.start, option.site.pk), option)
        found += sorted(once.values(), key=lambda one, day=day: _near(one, day, asked.at))[:per_day]  # type: ignore[misc]
    return sorted(found, key=lambda option: (option.start, option.site.pk))


def stay_of(option: Option, cost: int = 0) -> Stay:
    return Stay(option.local_start.date(), option.start, option.end, option.site.pk, cost)


def _stay(option: Option, at: time | None, wished: date | None) -> Stay:
    days, minutes = _near(option, wished or option.local_start.date(), at)
    return stay_of(option, days * 24 * 60 + minutes)


def _near(option: Option, due: date, at: time | None) -> tuple[int, int]:
    local = option.local_start
    wished = None if at is None else at.hour * 60 + at.minute
    return nearness(local.date(), local.hour * 60 + local.minute, due=due, wished=wished)


# What all three share


def wish_for(
    patient: Patient, step: Step, site: Site, first: date, last: date, directed: bool, now: datetime
) -> Wish:
    """A wish for one visit at one site between two local days, both included."""
    kind = step.visit_type
    return Wish(
        visit_type=kind,
        sites=[site],
        providers=list(step.providers),
        earliest=max(now, local_midnight(first, site.time_zone)),
        until=last,
        language=patient.language,
        interpreter=patient.needs_interpreter,
        busy=busy_of(patient, [site], kind.modality, now=now),
        new_patient=is_new_patient(patient, kind.specialty_id, now=now),
        directed=directed,
    )


def last_day(kind: VisitType, site: Site, now: datetime) -> date:
    """The last local day for which the visit type may be booked now."""
    today = now.astimezone(site.zone).date()
    return today + timedelta(days=HORIZON if kind.lead_most is None else kind.lead_most)


class _Open:
    """On which local days somebody of `providers` is in session at the site."""

    def __init__(self, site: Site, providers: Sequence[int], first: date, last: date) -> None:
        self._site = site
        rows = ResourceDay.objects.filter(resource__in=providers, site=site, day__range=(first, last))
        days = rows.exclude(open_bits=bytes(bits.BYTES)).values_list("day", flat=True).distinct()
        self._days = set(days)
        self._known_until = rows.order_by("-day").values_list("day", flat=True).first() or first - DAY
        self._closed = dict(
            Closure.objects.filter(site=site, day__range=(first, last)).values_list("day", "name")
        )

    def may_be_due(self, day: date) -> bool:
        """False where it is known that nobody is there."""
        return day not in self._closed and (day in self._days or day > self._known_until)

    def why_not(self, span: tuple[date, date], limit: date) -> str:
        """Why nothing is offered in the window, in one sentence."""
        low, high = span
        if low > limit:
            return f"This visit type can be booked until {limit:%-d %b} so far."
        if low > self._known_until:
            return f"The book at {self._site.name} is open until {self._known_until:%-d %b} so far."
        if not any(day in self._days for day in _each(low, high)):
            return f"Nobody who does it is at {self._site.name} {_in_words(low, high)}."
        return f"Everything is taken {_in_words(low, high)}."


def _each(low: date, high: date) -> Iterator[date]:
    return (low + step * DAY for step in range((high - low).days + 1))


def _in_words(low: date, high: date) -> str:
    if low == high:
        return f"on {low:%a %-d %b}"
    return (
        f"from {low:%a %-d} to {high:%a %-d %b}"
        if low.month == high.month
        else f"from {low:%a %-d %b} to {high:%a %-d %b}"
    )
