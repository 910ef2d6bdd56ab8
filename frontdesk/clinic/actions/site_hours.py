"""When a site answers, week by week. Due times that count business hours follow them at once."""

from __future__ import annotations

from calendar import day_name
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.facts_sites import SiteHoursSet
from frontdesk.clinic.models import Site, SiteHours
from frontdesk.clinic.queries.hours import Span
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue

Week = Mapping[int, Sequence[Span]]
MOST_A_DAY = 4


@transaction.atomic
def set_hours(*, site: Site, week: Week, by: User, now: datetime) -> None:
    """Set a site's whole week, by weekday (0 is Monday), in its own time; a weekday without a stretch is closed.

    An empty week takes the hours away: then the usual ones count. Raises BadValue, with the weekday as its field,
    for a stretch that ends before it begins or overlaps another. The same again writes nothing down.
    """
    by.check_may(Permission.DRAFT_SETTINGS)
    for weekday, spans in week.items():
        _check(weekday, spans)
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    was = _in_words(site)
    SiteHours.objects.filter(site=site).delete()
    SiteHours.objects.bulk_create(
        SiteHours(site=site, weekday=weekday, opens=opens, closes=closes)
        for weekday, spans in sorted(week.items())
        for opens, closes in spans
    )
    if (holds := _in_words(site)) != was:
        record(SiteHoursSet(site_id=site.pk, site=site.name, was=was, holds=holds), by=by, now=now)


def _in_words(site: Site) -> dict[str, list[str]]:
    """A site's hours as the daybook keeps them: stretches by the number of the weekday."""
    found: dict[str, list[str]] = {}
    for row in SiteHours.objects.filter(site=site).order_by("weekday", "opens"):
        found.setdefault(str(row.weekday), []).append(f"{row.opens:%H:%M}–{row.closes:%H:%M}")
    return found


def _check(weekday: int, spans: Sequence[Span]) -> None:
    field = f"day_{weekday}"
    if not 0 <= weekday <= 6 or len(spans) > MOST_A_DAY:
        raise BadValue(f"At most {MOST_A_DAY} stretches a day, Monday to Sunday.", field=field)
    if any(closes <= opens for opens, closes in spans):
        raise BadValue(f"{day_name[weekday]}: it closes before it opens.", field=field)
    if any(one[1] > two[0] for one, two in pairwise(sorted(spans))):
        raise BadValue(f"{day_name[weekday]}: two stretches overlap.", field=field)
