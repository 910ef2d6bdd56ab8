"""Freed time: where it is open, and which visits could be booked into it now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import NamedTuple

from frontdesk.book.models import Claim, ResourceDay
from frontdesk.book.queries.find import Wish, open_times
from frontdesk.book.queries.open_time import mask_of
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.partners.engine.filters import By
from frontdesk.partners.models import Notice, Subscription

MOST_EACH = 8  # times of one visit type
MOST = 40  # times of one notice


class Time(NamedTuple):
    """A time that a visit of this type could have with this provider at this site. Ids, and instants in UTC."""

    provider: int
    site: int
    visit_type: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class _Stretch:
    """The freed time of a notice."""

    provider: Provider
    site: Site
    start: datetime
    end: datetime


def sites_open(claim: Claim) -> list[int]:
    """The sites at which the claimed stretch is open time of its resource, whoever has it. Reads `resource.site`."""
    day, mask = mask_of(claim.start, claim.end, claim.resource.site)
    rows = ResourceDay.objects.filter(resource=claim.resource_id, day=day).order_by("site")
    return [row.site_id for row in rows if row.open & mask]


def bookable(notice: Notice, subscription: Subscription, *, now: datetime) -> list[Time]:
    """What could be booked now that takes any of the notice's freed time: by anybody, in time that is kept for nobody.

    Of the visit types that the client may know of, and has asked for where its filters name some.
    """
    stretch = _stretch(notice)
    if stretch is None or stretch.end <= now:
        return []
    found: list[Time] = []
    for kind in _kinds(stretch.provider, subscription):
        found += islice(_times(kind, stretch, now), MOST_EACH)
        if len(found) >= MOST:
            break
    return sorted(found[:MOST], key=lambda one: (one.start, one.visit_type))


def _stretch(notice: Notice) -> _Stretch | None:
    provider = Provider.objects.filter(pk=notice.freed["provider"], active=True).first()
    if provider is None or notice.site is None:
        return None
    start, end = (datetime.fromisoformat(notice.freed[key]) for key in ("start", "end"))
    return _Stretch(provider, notice.site, start, end)


def _kinds(provider: Provider, subscription: Subscription) -> list[VisitType]:
    kinds = VisitType.objects.filter(specialty=provider.specialty_id, active=True, places=1)
    if not subscription.client.sees_sensitive:
        kinds = kinds.filter(sensitive=False)
    for one in subscription.filters:
        if one["by"] == By.SERVICE_TYPE:
            kinds = kinds.filter(pk__in=[int(pk) for pk in one["of"]])
    return list(kinds.order_by("pk").prefetch_related("segments", "lengths"))


def _times(kind: VisitType, stretch: _Stretch, now: datetime) -> Iterable[Time]:
    """Beginnings before the freed time count as well, where the visit reaches into it."""
    lengths = [one.minutes for one in kind.lengths.all()]
    ends = [one.offset + one.minutes for one in kind.segments.all()]
    longest = timedelta(minutes=max([kind.minutes, *lengths, *ends]))
    wish = Wish(
        visit_type=kind,
        sites=[stretch.site],
        providers=[stretch.provider.pk],
        earliest=max(stretch.start - longest, now),
        until=stretch.end.astimezone(stretch.site.zone).date(),
        open_only=True,
    )
    early = takewhile(lambda option: option.start < stretch.end, open_times(wish, now=now))
    return (
        Time(option.provider, option.site.pk, kind.pk, option.start, option.end)
        for option in early
        if option.end > stretch.start
    )
