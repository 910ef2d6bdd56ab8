"""Why not then? For any time: what stands in the way of a visit, link by link, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Free
from frontdesk.book.engine.gates import OF_KIND, Gate
from frontdesk.book.ports import Finding, Verdict
from frontdesk.book.queries.derive import tick_at
from frontdesk.book.queries.find import earliest
from frontdesk.book.queries.gated import Gated, gated, last_day
from frontdesk.book.queries.why_provider import OfProvider, read_day
from frontdesk.book.queries.wish import Wish
from frontdesk.clinic.choices import Language
from frontdesk.clinic.models import Provider, Resource, Site

MOST = 60  # providers who are asked one by one

LINKS = {
    Gate.NOTICE: "Notice",
    Gate.HORIZON: "Booking window",
    Gate.DUE: "Due date",
    Gate.WEEKDAY: "Weekday",
    Gate.HOURS: "Time of day",
    Gate.PATIENT: "Patient",
    Gate.SESSION: "Provider",
    Gate.GRID: "Start",
    Gate.BOOKED: "Booked",
    Gate.LENGTH: "Length",
    Gate.KEPT: "Protection",
    Gate.ROOM: "Room",
    Gate.EQUIPMENT: "Machine",
    Gate.SOMEBODY: "Staff",
    Gate.INTERPRETER: "Interpreter",
    Gate.TOGETHER: "All at once",
}
ONLY_IF_SHUT = {Gate.HORIZON, Gate.HOURS, Gate.WEEKDAY, Gate.GRID, Gate.TOGETHER, Gate.BOOKED, Gate.KEPT}


@dataclass(frozen=True)
class WhyNot:
    """What is said of one provider at `start` (local to the site): the findings, what stands in the way first."""

    provider: str
    provider_id: int
    site: Site
    start: datetime
    findings: tuple[Finding, ...]

    @property
    def fits(self) -> bool:
        return not self.in_the_way

    @property
    def in_the_way(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.verdict is Verdict.FAIL)


def why_not(wish: Wish, start: datetime, *, now: datetime) -> WhyNot | None:
    """What stands in the way at the instant `start`: for the one of the wish's providers and sites with the least.

    Nothing does exactly where `find.open_times` offers that time with one of them. None for a wish without
    providers or sites. At most `MOST` providers are asked.
    """
    if not wish.sites or not wish.providers:
        return None
    days = {start.astimezone(site.zone).date() for site in wish.sites}
    first = replace(wish, providers=list(wish.providers)[:MOST])
    rows = [
        one
        for one in gated(first, min(days), max(days), now=now)
        if one.day == start.astimezone(one.site.zone).date()
    ]
    best = min(rows, key=lambda one: _badness(one, start))
    return _answer(best, wish, start, now)


def _badness(one: Gated, start: datetime) -> tuple[int, bool]:
    """How many gates are shut; at one number, those come first who are in session on the day."""
    return len(_shut(one, start)), not one.lead.open


def _shut(one: Gated, start: datetime) -> set[Gate]:
    tick, on_tick = _tick(one, start)
    mark = bits.span(tick, 1)
    shut = {gate for gate, mask in one.gates.items() if not mask & mark}
    if not on_tick:
        shut.add(Gate.GRID)
    if Gate.SESSION in shut:
        shut -= {Gate.BOOKED, Gate.LENGTH, Gate.KEPT}
    if shut - {Gate.TOGETHER}:
        shut.discard(Gate.TOGETHER)
    return shut


def _tick(one: Gated, start: datetime) -> tuple[int, bool]:
    tick = tick_at(start, one.midnight)
    return tick, one.midnight + timedelta(minutes=bits.TICK_MINUTES * tick) == start


def _answer(one: Gated, wish: Wish, start: datetime, now: datetime) -> WhyNot:
    shut = _shut(one, start)
    teller = _Teller(one, wish, start, now)
    gates = [gate for gate in Gate if gate in one.gates]
    shown = [gate for gate in gates if gate in shut or teller.is_told(gate, shut)]
    findings = [
        Finding(LINKS[gate], Verdict.FAIL if gate in shut else Verdict.PASS, teller.tell(gate, gate in shut))
        for gate in sorted(shown, key=lambda gate: gate not in shut)
    ]
    provider = Provider.objects.filter(pk=one.provider).first()
    name = provider.name if provider else ""
    return WhyNot(name, one.provider, one.site, start.astimezone(one.site.zone), tuple(findings))


class _Teller:
    """Puts the gates of one time into words."""

    def __init__(self, one: Gated, wish: Wish, start: datetime, now: datetime) -> None:
        self.one, self.wish, self.now = one, wish, now
        self.start = start.astimezone(one.site.zone)
        self.tick, _ = _tick(one, start)
        self._day: OfProvider | None = None

    @property
    def day(self) -> OfProvider:
        """The provider's day, read when something must be said of it."""
        if self._day is None:
            self._day = read_day(self.one)
        return self._day

    def is_told(self, gate: Gate, shut: set[Gate]) -> bool:
        """Is it worth a line that this gate is open?"""
        if gate is Gate.NOTICE:
            return bool(self.wish.visit_type.lead_least or self.wish.visit_type.prep_hours)
        if gate is Gate.DUE:
            return self.wish.until < last_day(self.wish, self.now)
        if gate is Gate.PATIENT:
            return bool(self.wish.busy)
        if gate is Gate.LENGTH:
            return not shut & {Gate.SESSION, Gate.BOOKED}
        return gate not in ONLY_IF_SHUT

    def tell(self, gate: Gate, shut: bool) -> str:
        words: dict[Gate, Callable[[bool], str]] = {
            Gate.NOTICE: self._notice,
            Gate.HORIZON: self._horizon,
            Gate.DUE: self._due,
            Gate.WEEKDAY: lambda _: f"{self.start:%A}s were not asked for.",
            Gate.HOURS: self._hours,
            Gate.PATIENT: self._patient,
            Gate.SESSION: self._session,
            Gate.GRID: self._grid,
            Gate.BOOKED: self._booked,
            Gate.LENGTH: self._length,
            Gate.INTERPRETER: self._interpreter,
            Gate.KEPT: lambda _: self.day.kept(self._lead_span(), self.wish, self.now),
            Gate.TOGETHER: lambda _: (
                "Each is free by itself, but the same one would be needed twice at once."
            ),
        }
        return words[gate](shut) if gate in words else self._other(gate, shut)

    # What the wish and the visit type say

    def _notice(self, shut: bool) -> str:
        kind = self.wish.visit_type
        if not shut:
            return "Enough notice."
        if self.start < self.now:
            return "This time has passed."
        soonest = earliest(self.wish, self.now).astimezone(self.one.site.zone)
        if self.start >= self.wish.earliest:
            need = (
                f"{kind.prep_hours} h to prepare" if kind.prep_hours else f"{kind.lead_least} min of notice"
            )
            return f"{kind.name} needs {need}: the earliest is {_when(soonest)}."
        return f"Before {_when(soonest)}, from which it was asked."

    def _horizon(self, _: bool) -> str:
        return f"Booked until {_day(last_day(self.wish, self.now))} only, as of today."

    def _due(self, shut: bool) -> str:
        return f"{'After' if shut else 'Not after'} {_day(self.wish.until)}, the last day asked for."

    def _hours(self, _: bool) -> str:
        low, high = self.wish.hours or self.wish.part_of_day.hours
        return f"Outside {low:02}:00 to {high:02}:00, which was asked for."

    def _patient(self, shut: bool) -> str:
        if not shut:
            return "Has no other visit then."
        end = self.start + timedelta(minutes=5 * self.one.need.ticks)
        for begins, ends in self.wish.busy:
            if begins < end and ends > self.start:
                return (
                    f"Has another visit, or is on the way, until {ends.astimezone(self.one.site.zone):%H:%M}."
                )
        return "Has another visit then, or is on the way."

    # What the provider's day says

    def _session(self, shut: bool) -> str:
        return self.day.away(self.start) if shut else self.day.in_session(self.tick)

    def _grid(self, _: bool) -> str:
        near = list(bits.ticks(self.one.gates[Gate.GRID] & self.one.gates[Gate.SESSION]))
        before = [tick for tick in near if self._at(tick) < self.start][-1:]
        after = [tick for tick in near if self._at(tick) > self.start][:1]
        times = " or ".join(self._clock(tick) for tick in before + after)
        return (
            f"No visit begins at this minute; the nearest that do: {times}."
            if times
            else "No visit begins then."
        )

    def _booked(self, _: bool) -> str:
        return self.day.taken(self._at(self.tick + self.one.need.parts[0].offset))

    def _length(self, shut: bool) -> str:
        part = self.one.need.parts[0]
        needed = self.one.parts[0].minutes
        if not shut:
            return f"{needed} min are free."
        begin = self.tick + part.offset
        free = next((n for n in range(part.ticks) if not bits.holds(self.one.lead.free, begin + n, 1)), 0)
        return f"{5 * free} min are free, {needed} are needed. {self.day.next_after(self._at(begin + free))}"

    # What else is needed

    def _other(self, gate: Gate, shut: bool) -> str:
        for place, part in enumerate(self.one.parts):
            if place and OF_KIND[part.kind] is gate:
                taking = self.one.need.parts[place]
                pool = self.one.there.pools[place]
                free = [one for one in pool if bits.holds(one.bits, self.tick + taking.offset, taking.ticks)]
                if not free or not shut:
                    return self._of_kind(gate, part.of, pool, free)
        return "Is not free then."

    def _interpreter(self, shut: bool) -> str:
        if self.one.spoken:
            return f"Speaks {_language(self.wish.language)}, no interpreter needed."
        return self._other(Gate.INTERPRETER, shut)

    def _of_kind(self, gate: Gate, of: str, pool: list[Free], free: list[Free]) -> str:
        if free:
            return f"{Resource.objects.get(pk=free[0].resource).name} is free."
        what = {
            Gate.ROOM: "room of its kind",
            Gate.EQUIPMENT: f"machine ({of})",
            Gate.SOMEBODY: "second person it needs",
            Gate.INTERPRETER: f"{_language(of)} interpreter",
        }[gate]
        nearest = next(self._next_free(gate, pool), "")
        return f"No {what} is free then at {self.one.site.name}.{nearest}"

    def _next_free(self, gate: Gate, pool: list[Free]) -> Iterator[str]:
        later = self.one.gates[gate] & bits.span(self.tick, bits.TICKS - self.tick)
        for tick in bits.ticks(later):
            yield f" From {self._clock(tick)} one is."
        if not pool:
            yield " None is there that day."

    def _at(self, tick: int) -> datetime:
        moment = self.one.midnight + timedelta(minutes=bits.TICK_MINUTES * tick)
        return moment.astimezone(self.one.site.zone)

    def _clock(self, tick: int) -> str:
        return f"{self._at(tick):%H:%M}"

    def _lead_span(self) -> int:
        part = self.one.need.parts[0]
        return bits.span(self.tick + part.offset, part.ticks)


def _language(code: str) -> str:
    return str(Language(code).label) if code in Language.values else code


def _when(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b}, {moment:%H:%M}"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
