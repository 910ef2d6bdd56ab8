"""How the providers' time is used: session minutes, minutes with patients, gaps between visits. Sums; no patient.

Definitions. *Session minutes*: what sessions open on the day, less blocks and closures. *Used*: session minutes that a
visit or a group visit takes of the provider's own time; cancelled visits take none. *Gap*: session minutes without a
visit after the first and before the last visit of the day. What is free before the first or after the last is no gap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from frontdesk.book.engine import bits
from frontdesk.book.models import Claim, ResourceDay
from frontdesk.book.queries.open_time import mask_of
from frontdesk.clinic.choices import ResourceKind
from frontdesk.clinic.models import Provider, Site
from frontdesk.kit.clock import day_span, local_midnight


@dataclass(frozen=True)
class Gap:
    """Instants [start, end) without a visit, between two."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        return (self.end - self.start) // timedelta(minutes=1)


@dataclass(frozen=True)
class Use:
    """Minutes of one provider on one day, or sums of them."""

    opened: int = 0
    used: int = 0
    idle: int = 0
    gaps: int = 0

    def __add__(self, other: Use) -> Use:
        return Use(
            self.opened + other.opened, self.used + other.used, self.idle + other.idle, self.gaps + other.gaps
        )

    @property
    def percent(self) -> float | None:
        """Used of session minutes, 0 to 100; None where there was no session."""
        return 100 * self.used / self.opened if self.opened else None

    @property
    def idle_percent(self) -> float | None:
        return 100 * self.idle / self.opened if self.opened else None


@dataclass(frozen=True)
class ProviderDay:
    """One provider on one local day at the site."""

    provider: int
    day: date
    use: Use
    gaps: Sequence[Gap]


@dataclass(frozen=True)
class ProviderUse:
    """One provider over all days of the report."""

    provider: int
    name: str
    days: int
    use: Use


@dataclass(frozen=True)
class Report:
    """A site's days first..last (local, included)."""

    site: Site
    first: date
    last: date
    days: Sequence[ProviderDay]
    names: dict[int, str]

    @property
    def total(self) -> Use:
        return sum((one.use for one in self.days), Use())

    @property
    def providers(self) -> list[ProviderUse]:
        """Those with most idle minutes in gaps first."""
        by_provider: dict[int, list[ProviderDay]] = defaultdict(list)
        for one in self.days:
            by_provider[one.provider].append(one)
        found = [
            ProviderUse(pk, self.names[pk], len(rows), sum((row.use for row in rows), Use()))
            for pk, rows in by_provider.items()
        ]
        return sorted(found, key=lambda one: (-one.use.idle, one.name))

    @property
    def by_day(self) -> list[tuple[date, Use]]:
        sums: dict[date, Use] = defaultdict(Use)
        for one in self.days:
            sums[one.day] += one.use
        return sorted(sums.items())

    def of(self, provider: int) -> list[ProviderDay]:
        return [one for one in self.days if one.provider == provider]


def report(*, site: Site, first: date, last: date, providers: Collection[int] = ()) -> Report:
    """The use of time at the site on the local days first..last; of all its providers unless some are named."""
    rows = ResourceDay.objects.filter(
        site=site, day__range=(first, last), resource__kind=ResourceKind.PROVIDER
    )
    if providers:
        rows = rows.filter(resource__in=providers)
    days = {
        (pk, day): bits.from_bytes(opened)
        for pk, day, opened in rows.values_list("resource_id", "day", "open_bits")
    }
    used = _used(site, first, last, {pk for pk, _ in days})
    found = [
        _day(pk, day, opened, used.get((pk, day), 0), site)
        for (pk, day), opened in sorted(days.items())
        if opened
    ]
    named = Provider.objects.filter(pk__in={one.provider for one in found})
    return Report(site, first, last, found, dict(named.values_list("pk", "name")))


def _used(site: Site, first: date, last: date, providers: Collection[int]) -> dict[tuple[int, date], int]:
    start, end = day_span(first, site.time_zone)[0], day_span(last, site.time_zone)[1]
    claims = Claim.objects.live().between(start, end).filter(resource__in=providers)
    claims = claims.exclude(appointment=None, gathering=None)
    found: dict[tuple[int, date], int] = defaultdict(int)
    for pk, begins, ends in claims.values_list("resource_id", "start", "end"):
        day, mask = mask_of(begins, ends, site)
        found[pk, day] |= mask
    return found


def _day(provider: int, day: date, opened: int, taken: int, site: Site) -> ProviderDay:
    used = opened & taken
    gaps = [
        Gap(*_instants(start, count, day, site))
        for start, count in bits.stretches(_between(used) & opened & ~taken)
    ]
    minutes = bits.TICK_MINUTES
    idle = sum(one.minutes for one in gaps)
    use = Use(opened.bit_count() * minutes, used.bit_count() * minutes, idle, len(gaps))
    return ProviderDay(provider, day, use, gaps)


def _between(used: int) -> int:
    """From the first tick with a visit to the last."""
    stretches = list(bits.stretches(used))
    if not stretches:
        return 0
    first, last = stretches[0][0], sum(stretches[-1])
    return bits.span(first, last - first)


def _instants(start: int, count: int, day: date, site: Site) -> tuple[datetime, datetime]:
    midnight = local_midnight(day, site.time_zone)
    tick = timedelta(minutes=bits.TICK_MINUTES)
    return midnight + start * tick, midnight + (start + count) * tick
