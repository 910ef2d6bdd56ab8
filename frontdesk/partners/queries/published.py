"""What is published for anybody to see: which visit types, and when they are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from frontdesk.book.queries.open_starts import OpenStart, open_starts
from frontdesk.clinic.models import Site, VisitType
from frontdesk.kit.clock import local_day

MOST = 20_000  # times in one publication; what is further ahead is left out


@dataclass(frozen=True)
class Publication:
    """The open times of the local days first..last, nearest first, and where and for what there are any."""

    first: date
    last: date
    sites: Sequence[Site]
    offered: Sequence[tuple[VisitType, Site]]
    times: Sequence[tuple[VisitType, OpenStart]]


def published_types() -> QuerySet[VisitType]:
    """Visit types whose open time anybody may see: never a sensitive one, whatever else is set."""
    found = VisitType.objects.filter(active=True, public=True, sensitive=False, kept_only=False, places=1)
    return found.select_related("specialty").order_by("pk")


def publication(*, days: int, now: datetime) -> Publication:
    """Every published time of `days` local days, today included, as anybody may have it at this moment."""
    sites = list(Site.objects.order_by("pk"))
    first = min((local_day(now, site.time_zone) for site in sites), default=now.date())
    last = first + timedelta(days=days - 1)
    if last < first:
        return Publication(first, last, (), (), ())
    times = [
        (visit_type, one)
        for visit_type in published_types()
        for one in open_starts(visit_type, sites, first=first, last=last, now=now)
    ]
    times.sort(key=lambda one: (one[1].start, one[1].site.pk, one[0].pk))
    times = times[:MOST]
    offered = {(kind.pk, one.site.pk): (kind, one.site) for kind, one in times}
    there = {site.pk: site for _, site in offered.values()}
    pairs = [offered[key] for key in sorted(offered)]
    return Publication(first, last, [there[pk] for pk in sorted(there)], pairs, times)


def state_of_the_book(now: datetime) -> str:
    """A mark that is the same only where no fact was recorded, no hold has run out, and the minute is the same.

    The links of the daybook's chain are numbered as transactions commit, one after another, so nothing that an
    action did can hide behind a higher number. Whoever remembers something by the mark asks for it first, and reads
    after. Empty inside a transaction that has written something itself: nothing may be remembered there.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT max(seq) FROM daybook_link), pg_current_xact_id_if_assigned() IS NOT NULL,"
            " (SELECT count(*) FROM book_hold WHERE ended_at IS NULL AND expires_at <= %s)",
            [now],
        )
        last, is_writing, run_out = cursor.fetchone()
    return "" if is_writing else f"{last}/{run_out}/{now:%Y-%m-%dT%H:%M}"
