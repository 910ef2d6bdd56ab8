"""Do the days that are searched agree with the sessions and the claims that they are made from?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from frontdesk.book.engine import bits
from frontdesk.book.models import Claim, ResourceDay, Session
from frontdesk.book.queries.open_time import mask_of, session_bits
from frontdesk.clinic.models import Site

Claimed = dict[tuple[str, int, date], int]  # time zone, resource, local day


@dataclass(frozen=True)
class Difference:
    """One day of one resource at one site that is not what it should be. `sentence` says how, without a patient."""

    resource: int
    site: int
    day: date
    sentence: str


def differences(*, now: datetime) -> list[Difference]:
    """Rebuild every kept day from the local day of `now` on, and list what differs; empty when all is well.

    Earlier days are left out: a session that has changed since says nothing about the past.
    """
    return list(_differences(now))


def _differences(now: datetime) -> Iterator[Difference]:
    sites = {site.pk: site for site in Site.objects.all()}
    since = min((now.astimezone(site.zone).date() for site in sites.values()), default=now.date())
    claimed, sessions = _claimed(since, sites), _sessions()
    days = ResourceDay.objects.filter(day__gte=since).order_by("day", "resource_id", "site_id")
    for day in days.iterator(chunk_size=5_000):
        opened = _opened(sessions[day.resource_id, day.site_id], day.day)
        taken = claimed.get((sites[day.site_id].time_zone, day.resource_id, day.day), 0)
        for sentence in _faults(day, opened, taken):
            yield Difference(day.resource_id, day.site_id, day.day, sentence)


def _opened(sessions: list[Session], day: date) -> int:
    """The bits of the sessions that are held on the day, together."""
    found = 0
    for session in sessions:
        begun = session.valid_from <= day
        if session.weekday == day.weekday() and begun and (session.valid_until or day) >= day:
            found |= session_bits(session, day)
    return found


def _faults(day: ResourceDay, opened: int, taken: int) -> Iterator[str]:
    where = f"{day.day}, resource {day.resource_id} at site {day.site_id}"
    if day.open != opened:
        yield f"{where}: open time is not what the sessions say ({_minutes(day.open ^ opened)} minutes differ)."
    if lost := day.open & ~taken & ~day.free:
        yield f"{where}: {_minutes(lost)} minutes are closed that nothing claims."
    if doubled := day.free & (taken | ~day.open):
        yield f"{where}: {_minutes(doubled)} minutes are offered that are claimed or not open."


def _minutes(mask: int) -> int:
    return mask.bit_count() * bits.TICK_MINUTES


def _claimed(since: date, sites: dict[int, Site]) -> Claimed:
    """What live claims take of each day. A day means another stretch in each time zone."""
    zones = {site.time_zone: site for site in sites.values()}
    found: Claimed = defaultdict(int)
    live = Claim.objects.live().filter(end__date__gte=since - timedelta(days=1))
    for resource, start, end in live.values_list("resource_id", "start", "end").iterator(chunk_size=5_000):
        for name, site in zones.items():
            day, mask = mask_of(start, end, site)
            found[name, resource, day] |= mask
    return found


def _sessions() -> dict[tuple[int, int], list[Session]]:
    found: dict[tuple[int, int], list[Session]] = defaultdict(list)
    for session in Session.objects.select_related("site"):
        found[session.resource_id, session.site_id].append(session)
    return found
