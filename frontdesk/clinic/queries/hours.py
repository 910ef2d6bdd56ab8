"""When a site answers: is it open, and when have so many open minutes passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from frontdesk.clinic.engine.cover import Stretch
from frontdesk.clinic.models import Closure, Site, SiteHours

Span = tuple[time, time]

# What holds for a site whose hours nobody has written down yet.
USUAL: Mapping[int, Sequence[Span]] = {weekday: [(time(8), time(17))] for weekday in range(5)}
FARTHEST = 400  # days: a site that is not open in so long is closed for good


@dataclass(frozen=True)
class OpeningHours:
    """A site's week, by weekday (0 is Monday), in its own zone; and the local days on which it is closed."""

    zone: ZoneInfo
    week: Mapping[int, Sequence[Span]]
    closed: frozenset[date] = frozenset()

    def on(self, day: date) -> list[Stretch]:
        """The stretches (instants, UTC, half-open) in which it is open on a local day, in order, none overlapping."""
        found: list[Stretch] = []
        for opens, closes in sorted(self.week.get(day.weekday(), ())) if day not in self.closed else ():
            begin, end = self._instant(day, opens), self._instant(day, closes)
            if found:
                begin = max(begin, found[-1][1])
            if begin < end:
                found.append((begin, end))
        return found

    def is_open(self, moment: datetime) -> bool:
        """Is it open at the aware `moment`? The minute of closing is closed."""
        return any(begin <= moment < end for begin, end in self.on(moment.astimezone(self.zone).date()))

    def add(self, start: datetime, minutes: int) -> datetime:
        """The first instant (UTC) by which so many open minutes have passed since the aware `start`.

        Where it is never open within a year, minutes of the clock are counted: work is never without a due time.
        """
        left = timedelta(minutes=minutes)
        if left <= timedelta(0):
            return start.astimezone(UTC)
        for begin, end in self._from(start):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        return (start + timedelta(minutes=minutes)).astimezone(UTC)

    def _from(self, start: datetime) -> Iterator[Stretch]:
        """What is open from `start` on."""
        first = start.astimezone(self.zone).date()
        for number in range(FARTHEST):
            for begin, end in self.on(first + timedelta(days=number)):
                if end > start:
                    yield max(begin, start.astimezone(UTC)), end

    def _instant(self, day: date, at: time) -> datetime:
        """A clock time as an instant: of an hour that comes twice the first, of one that is missing the next."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def opening_hours(site: Site) -> OpeningHours:
    """The hours of a site, from its SiteHours and Closures.

    A site without any row counts as open Monday to Friday, 08:00 to 17:00.
    """
    week: dict[int, list[Span]] = {}
    for row in SiteHours.objects.filter(site=site):
        week.setdefault(row.weekday, []).append((row.opens, row.closes))
    closed = frozenset(Closure.objects.filter(site=site).values_list("day", flat=True))
    return OpeningHours(site.zone, week or USUAL, closed)


def is_open(site: Site, moment: datetime) -> bool:
    """Does the site answer at the aware `moment`, by its own hours, zone and closures?

    A site without any SiteHours rows counts as open Monday to Friday, 08:00 to 17:00.
    """
    return opening_hours(site).is_open(moment)


def add_open_minutes(site: Site, start: datetime, minutes: int) -> datetime:
    """The first instant (UTC) by which the site was open for `minutes` since the aware `start`.

    A site without any SiteHours rows counts as open Monday to Friday, 08:00 to 17:00.
    """
    return opening_hours(site).add(start, minutes)
