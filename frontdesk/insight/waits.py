"""How long patients wait for a visit: the third next available time.

Definition. The days from today to the day of the third free time that a new request could be offered, counted on the
site's calendar; today is 0. The third, since the first two are often free by chance (a cancellation, an hour ago).
Time that opens by a clinician's direction only is not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from frontdesk.book.queries.find import HORIZON, Wish, open_times
from frontdesk.book.queries.wish import providers_for
from frontdesk.clinic.models import Site, VisitType
from frontdesk.kit.clock import local_day

NTH = 3


@dataclass(frozen=True)
class Wait:
    """Days until the first and the third free time of a visit type; None where there is none within the horizon."""

    visit_type: VisitType
    first: int | None
    third: int | None
    providers: int


def waits(*, site: Site, now: datetime, provider: int | None = None) -> list[Wait]:
    """For each visit type that is booked at the site: with anybody of its specialty, or with one provider."""
    types = VisitType.objects.filter(active=True, places=1).select_related("specialty")
    types = types.prefetch_related("lengths", "segments").order_by("specialty__name", "name")
    found = []
    for visit_type in types:
        able = providers_for(visit_type, [site])
        chosen = [one for one in able if provider in (None, one)]
        if chosen:
            found.append(_wait(visit_type, site, chosen, now))
    return found


def _wait(visit_type: VisitType, site: Site, providers: Sequence[int], now: datetime) -> Wait:
    today = local_day(now, site.time_zone)
    wish = Wish(visit_type, [site], list(providers), now, today + timedelta(days=HORIZON))
    days = [(one.local_start.date() - today).days for one in islice(open_times(wish, now=now), NTH)]
    return Wait(
        visit_type, days[0] if days else None, days[NTH - 1] if len(days) == NTH else None, len(providers)
    )
