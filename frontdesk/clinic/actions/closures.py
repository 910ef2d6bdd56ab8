"""Days on which a site sees nobody."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.facts_sites import SiteClosed, SiteReopened
from frontdesk.clinic.models import Closure, Site
from frontdesk.daybook.record import record
from frontdesk.kit.clock import local_day
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import one_line

FARTHEST = timedelta(days=1100)


class ClosedBefore(Refused):
    """The site is closed on that day already."""

    code = "CLOSED_BEFORE"


class OpenBefore(Refused):
    """The day is open already."""

    code = "OPEN_BEFORE"


@transaction.atomic
def close(*, site: Site, day: date, name: str, holiday: bool, by: User, now: datetime) -> Closure:
    """Close the site on a local day, whatever is booked: visits become work. Raises BadValue, ClosedBefore."""
    by.check_may(Permission.APPROVE_SETTINGS)
    title = one_line(name, limit=80)
    _check(site, day, title, now)
    values = {"name": title, "holiday": holiday, "closed_at": now, "closed_by": by}
    made, is_new = Closure.objects.get_or_create(site=site, day=day, defaults=values)
    if not is_new:
        raise ClosedBefore(f"{site.name} is closed on that day already: {made.name}.")
    fact = SiteClosed(closure_id=made.pk, site_id=site.pk, day=day, name=title, holiday=holiday)
    record(fact, by=by, now=now, because=title)
    return made


@transaction.atomic
def reopen(*, closure: Closure, because: str, by: User, now: datetime) -> None:
    """Open the day again. Raises OpenBefore where somebody was quicker, BadValue where it has passed."""
    by.check_may(Permission.APPROVE_SETTINGS)
    found = (
        Closure.objects.select_for_update(of=("self",)).select_related("site").filter(pk=closure.pk).first()
    )
    if found is None:
        raise OpenBefore("This day is open already.")
    if found.day < local_day(now, found.site.time_zone):
        raise BadValue("That day has passed.", field="day")
    fact = SiteReopened(closure_id=found.pk, site_id=found.site_id, day=found.day, name=found.name)
    found.delete()
    record(fact, by=by, now=now, because=one_line(because, limit=200))


def _check(site: Site, day: date, title: str, now: datetime) -> None:
    today = local_day(now, site.time_zone)
    if not title:
        raise BadValue("Say why the site is closed.", field="name")
    if day < today:
        raise BadValue("That day has passed.", field="day")
    if day - today > FARTHEST:
        raise BadValue("Choose a day within the next three years.", field="day")
