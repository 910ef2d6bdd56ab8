"""Taking and giving back time. The one place that locks days (docs/locking.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime

from frontdesk.book.engine import bits
from frontdesk.book.engine.kept import Kept, Moment, closed_to
from frontdesk.book.models import Claim, Hold, HoldEnd, ResourceDay
from frontdesk.book.queries.derive import fill, load
from frontdesk.book.queries.open_time import mask_of
from frontdesk.clinic.models import Site
from frontdesk.kit import rows
from frontdesk.kit.errors import Refused

Key = tuple[int, date]  # resource id, local day

_LOCK_DAYS = """WHERE resource_id = ANY(%s::bigint[]) AND day = ANY(%s::date[])
    ORDER BY resource_id, day, site_id FOR NO KEY UPDATE"""
_SAVE_DAYS = """
    UPDATE book_resourceday AS day SET free_bits = new.free, longest = new.longest, hours = new.hours
    FROM unnest(%s::bigint[], %s::bytea[], %s::smallint[], %s::integer[]) AS new (id, free, longest, hours)
    WHERE day.id = new.id
"""
_EXPIRED_THERE = """
    SELECT DISTINCT hold.id FROM book_claim AS claim JOIN book_hold AS hold ON hold.id = claim.hold_id
    WHERE claim.resource_id = ANY(%s::bigint[]) AND claim.start < %s AND claim."end" > %s AND claim.released_at IS NULL
    AND hold.ended_at IS NULL AND hold.expires_at <= %s
"""
_STANDING_FOR = "SELECT id FROM book_hold WHERE asked_for = %s AND ended_at IS NULL AND expires_at > %s"
_EITHER = f"""
    SELECT id, true FROM ({_EXPIRED_THERE}) AS stale UNION ALL SELECT id, false FROM ({_STANDING_FOR}) AS own
"""  # noqa: S608  our own text


class TimeTaken(Refused):
    """Somebody else has the time."""

    code = "TIME_TAKEN"

    def __init__(self, sentence: str = "This time was just taken.") -> None:
        super().__init__(sentence)


class Days:
    """Days under lock: every row of the named resources and days, locked in one fixed order."""

    def __init__(self, keys: Collection[Key]) -> None:
        resources, days = {key[0] for key in keys}, sorted({key[1] for key in keys})
        found = rows.read(ResourceDay, _LOCK_DAYS, [rows.ids(resources), days]) if keys else []
        self.rows = [row for row in found if (row.resource_id, row.day) in keys]
        self._changed: set[int] = set()

    def is_free(self, key: Key, mask: int, site: Site) -> bool:
        """Is all of `mask` open and free for the resource at this site?"""
        return any(row.free & mask == mask for row in self._at(key, site))

    def is_open(self, key: Key, mask: int, site: Site) -> bool:
        """Is all of `mask` open for the resource at this site, whoever has it?"""
        return any(row.open & mask == mask for row in self._at(key, site))

    def kept(self, key: Key, mask: int, site: Site, now: datetime) -> list[Kept]:
        """What keeps any of `mask` from everybody at this moment."""
        moment = Moment.of(now.astimezone(site.zone))
        return [
            one
            for row in self._at(key, site)
            for one in row.kept_for
            if closed_to([one], key[1], classes=(), now=moment) & mask
        ]

    def take(self, key: Key, mask: int) -> None:
        """Close the time at every site: somebody who works at two can only be at one."""
        self._set(key, lambda row: row.free & ~mask)

    def give_back(self, key: Key, mask: int) -> None:
        self._set(key, lambda row: row.free | (mask & row.open))

    def save(self) -> None:
        """Store what changed. Called when the claims are written: sessions with a capacity are counted anew."""
        self.recount()
        changed = [row for row in self.rows if row.pk in self._changed]
        for row in changed:
            row.longest, row.hours = bits.longest(row.free), bits.hours(row.free)
        if changed:
            values = [
                rows.ids(row.pk for row in changed), [bytes(row.free_bits) for row in changed],
                rows.ids(row.longest for row in changed), rows.ids(row.hours for row in changed),
            ]  # fmt: skip
            rows.run(_SAVE_DAYS, values)
        self._changed.clear()

    def recount(self) -> None:
        """Count the visits of sessions with a capacity anew, from the claims as they are written."""
        rows = [row for row in self.rows if row.pk in self._changed and row.counted]
        by_day: dict[date, set[int]] = defaultdict(set)
        for row in rows:
            by_day[row.day].add(row.resource_id)
        for day, resources in by_day.items():
            source = load(resources, day, day)
            fresh = {place: made for one in resources for place, made in source.day(one, day)}
            for row in rows:
                if (place := (row.resource_id, row.day, row.site_id)) in fresh:
                    fill(row, fresh[place])

    def on_grid(self, key: Key, start: int, site: Site) -> bool:
        """May a visit begin at the `start` tick (as bits), where the resource's sessions have a grid of their own?"""
        rows = [row for row in self._at(key, site) if row.start_bits is not None]
        return not rows or any(bits.from_bytes(row.start_bits or b"") & start for row in rows)

    def _at(self, key: Key, site: Site) -> Iterable[ResourceDay]:
        return (row for row in self.rows if (row.resource_id, row.day) == key and row.site_id == site.pk)

    def _set(self, key: Key, change: Callable[[ResourceDay], int]) -> None:
        for row in self.rows:
            if (row.resource_id, row.day) == key:
                row.free_bits = bits.to_bytes(change(row))
                self._changed.add(row.pk)


def keys_of(claims: Iterable[Claim], site: Site) -> dict[int, tuple[Key, int]]:
    """For each claim, by id: its (resource, day) and its bits."""
    found = {}
    for claim in claims:
        day, mask = mask_of(claim.start, claim.end, site)
        found[claim.pk] = ((claim.resource_id, day), mask)
    return found


def expired_in_the_way(
    resources: Collection[int], start: datetime, end: datetime, now: datetime
) -> list[Hold]:
    """Expired holds whose claims overlap the wanted stretch on the wanted resources."""
    return _holds([pk for (pk,) in rows.run(_EXPIRED_THERE, [rows.ids(resources), end, start, now])])


def in_the_way(
    resources: Collection[int], start: datetime, end: datetime, request_id: int | None, now: datetime
) -> tuple[list[Hold], list[Hold]]:
    """What is written off when the stretch is taken: expired holds on it, and what stands for the same request."""
    found = rows.run(_EITHER, [rows.ids(resources), end, start, now, request_id, now])
    if not found:
        return [], []
    return _holds([pk for pk, stale in found if stale]), _holds([pk for pk, stale in found if not stale])


def earlier_holds(request_id: int | None, now: datetime) -> list[Hold]:
    """What stands already for the same request: it is let go once another time is safe."""
    if request_id is None:
        return []
    return _holds([pk for (pk,) in rows.run(_STANDING_FOR, [request_id, now])])


def _holds(numbers: Collection[int]) -> list[Hold]:
    """Nearly always there are none."""
    if not numbers:
        return []
    return list(Hold.objects.filter(pk__in=numbers).select_related("site").order_by("pk"))


def end_hold(*, hold: Hold, how: HoldEnd, days: Days, now: datetime) -> bool:
    """Write a hold off and give its time back, under `days`. False where somebody was quicker."""
    if not Hold.objects.filter(pk=hold.pk, ended_at=None).update(ended_at=now, ended_how=how):
        return False
    release(Claim.objects.live().filter(hold=hold, appointment=None), hold.site, days=days, now=now)
    return True


def release(claims: Iterable[Claim], site: Site, *, days: Days, now: datetime) -> None:
    """Give the time of live claims back, under `days`; the caller saves the days."""
    found = list(claims)
    # First the rows, so that a session with a capacity is counted without them.
    Claim.objects.filter(pk__in=[claim.pk for claim in found]).update(released_at=now)
    placed = keys_of(found, site)
    for claim in found:
        key, mask = placed[claim.pk]
        if claim.unit == 1:
            days.give_back(key, mask)
    days.recount()


def keys_of_hold(hold: Hold) -> set[Key]:
    return {key for key, _ in keys_of(hold.claims.live(), hold.site).values()}
