"""The days as sessions, blocks, closures and claims make them: what ResourceDay stores and the checker compares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from frontdesk.book.engine import bits
from frontdesk.book.engine.derive import DayBits, Release, Span, Taken, derive
from frontdesk.book.engine.kept import NEVER, pack
from frontdesk.book.models import Block, Claim, ResourceDay, Session
from frontdesk.book.models import Release as Released
from frontdesk.clinic.models import Closure, Site
from frontdesk.kit.clock import local_midnight, shown_at

Place = tuple[int, date, int]  # resource, local day, site
TICK = timedelta(minutes=bits.TICK_MINUTES)


@dataclass
class Sources:
    """Everything that the days first..last of some resources are made from, loaded at once."""

    first: date
    last: date
    sites: dict[int, Site]
    sessions: dict[int, list[Session]] = field(default_factory=lambda: defaultdict(list))
    blocks: dict[int, list[Block]] = field(default_factory=lambda: defaultdict(list))
    claims: dict[int, list[tuple[datetime, datetime]]] = field(default_factory=lambda: defaultdict(list))
    closed: set[tuple[int, date]] = field(default_factory=set)
    released: set[tuple[str, int, date]] = field(default_factory=set)

    def day(self, resource: int, day: date) -> Iterator[tuple[Place, DayBits]]:
        """Each site at which the resource has a session on the local day, and the day's bits there."""
        by_site: dict[int, list[Session]] = defaultdict(list)
        for session in self.sessions.get(resource, ()):
            if session.held_on(day):
                by_site[session.site_id].append(session)
        for site in sorted(by_site):
            yield (resource, day, site), self._derived(resource, day, self.sites[site], by_site[site])

    def _derived(self, resource: int, day: date, site: Site, sessions: list[Session]) -> DayBits:
        midnight = local_midnight(day, site.time_zone)
        next_midnight = local_midnight(day + timedelta(days=1), site.time_zone)
        spans = [] if (site.pk, day) in self.closed else [self._session(one, day, site) for one in sessions]
        blocks = [
            self._block(one, day, midnight)
            for one in self.blocks.get(resource, ())
            if one.start < next_midnight and one.end > midnight
        ]
        taken = [
            Taken(tick_at(start, midnight), span_of(start, end, midnight))
            for start, end in self.claims.get(resource, ())
            if start < next_midnight and end > midnight
        ]
        return derive(spans, blocks, taken)

    def _session(self, one: Session, day: date, site: Site) -> Span:
        kept = one.slot_class
        rule = (one.release_days, one.release_at)
        if kept is not None and one.release_days is None:
            rule = (kept.release_days, kept.release_at)
        return Span(
            mask=session_span(one, day, site),
            slot_class=one.slot_class_id or 0,
            closed=bool(one.block),
            release=_release(*rule),
            released=("session", one.pk, day) in self.released,
            capacity=one.capacity,
            align=one.align // bits.TICK_MINUTES if one.align else None,
        )

    def _block(self, one: Block, day: date, midnight: datetime) -> Span:
        kept = one.slot_class
        rule = (one.release_days, one.release_at)
        if kept is not None and one.release_days is None:
            rule = (kept.release_days, kept.release_at)
        return Span(
            mask=span_of(one.start, one.end, midnight),
            slot_class=one.slot_class_id or 0,
            closed=one.slot_class_id is None,
            release=_release(*rule),
            released=("block", one.pk, day) in self.released,
        )


def load(resources: Collection[int], first: date, last: date) -> Sources:
    """Read what the local days first..last of the resources are made from."""
    found = Sources(first, last, Site.objects.in_bulk())
    start = datetime.combine(first - timedelta(days=1), time.min, UTC)
    end = datetime.combine(last + timedelta(days=2), time.min, UTC)
    sessions = Session.objects.filter(resource__in=resources, valid_from__lte=last).exclude(
        valid_until__lt=first
    )
    for session in sessions.select_related("slot_class").order_by("pk"):
        found.sessions[session.resource_id].append(session)
    blocks = Block.objects.standing().between(start, end).filter(resource__in=resources)
    for block in blocks.select_related("slot_class").order_by("pk"):
        found.blocks[block.resource_id].append(block)
    claims = Claim.objects.live().between(start, end).filter(resource__in=resources, unit=1)
    for resource, begins, ends in claims.values_list("resource_id", "start", "end").iterator():
        found.claims[resource].append((begins, ends))
    found.closed = set(Closure.objects.filter(day__range=(first, last)).values_list("site_id", "day"))
    for session_id, block_id, day in Released.objects.filter(day__range=(first, last)).values_list(
        "session_id", "block_id", "day"
    ):
        found.released.add(("session", session_id, day) if session_id else ("block", block_id, day))
    return found


def row_of(place: Place, day: DayBits) -> ResourceDay:
    """The row that stores a derived day, not saved."""
    row = ResourceDay(resource_id=place[0], day=place[1], site_id=place[2])
    fill(row, day)
    return row


def fill(row: ResourceDay, day: DayBits) -> None:
    """Write a derived day into its row."""
    row.open_bits = bits.to_bytes(day.open)
    row.free_bits = bits.to_bytes(day.free)
    row.kept = pack(day.kept)
    row.start_bits = None if day.starts is None else bits.to_bytes(day.starts)
    row.longest, row.hours = day.longest, day.hours
    row.counted = day.counted


STORED = ("open_bits", "free_bits", "kept", "start_bits", "longest", "hours", "counted")


def tick_at(moment: datetime, midnight: datetime) -> int:
    """Ticks of elapsed time from local midnight; rounded down."""
    return (moment - midnight) // TICK


def span_of(start: datetime, end: datetime, midnight: datetime) -> int:
    """The bits of a stretch on the day that begins at `midnight`; a tick that is touched is taken whole."""
    first = tick_at(start, midnight)
    return bits.span(first, -((midnight - end) // TICK) - first)


def session_span(session: Session, day: date, site: Site) -> int:
    """The bits of one session on one local day; right on the days on which the clocks change."""
    midnight = local_midnight(day, site.time_zone)
    first, last = (
        tick_at(shown_at(day, at, site.time_zone), midnight) for at in (session.starts, session.ends)
    )
    return bits.span(first, last - first)


def _release(days: int | None, at: time | None) -> Release:
    if days is None or at is None:
        return Release(NEVER)
    return Release(days, at.hour * 60 + at.minute)
