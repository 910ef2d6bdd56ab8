"""Who and what is away in the weeks to come: recorded as the desk would, so that the visits they hit are work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db.models import Count

from frontdesk.accounts.models import User
from frontdesk.book.actions import blocks
from frontdesk.book.models import Claim
from frontdesk.clinic.choices import BlockKind, ResourceKind
from frontdesk.clinic.models import Resource, Site
from frontdesk.config.demo.accounts import DOLORES
from frontdesk.config.demo.hours import NOON, TICK, midnight
from frontdesk.config.demo.reserved import Reserved
from frontdesk.kit.clock import day_span

SEARCH = 10  # days in which a room that is used is looked for
HIT = 4  # visits at most that the broken room hits


def add_absences(
    reserved: Reserved, *, users: Mapping[str, int], first_site: int, today: date, now: datetime
) -> None:
    """A vacation next week, an on-call afternoon, and a room that is out of order from tomorrow noon."""
    by = User.objects.get(pk=users[DOLORES])
    if reserved.vacationer is not None:
        away = Resource.objects.get(pk=reserved.vacationer.id)
        blocks.block(
            resource=away,
            kind=BlockKind.VACATION,
            start=day_span(reserved.away[0], away.site.time_zone)[0],
            end=day_span(reserved.away[1], away.site.time_zone)[1],
            because="Vacation, asked for in spring",
            by=by,
            now=now,
        )
    for slot in reserved.on_call:
        start = midnight(slot.day, reserved.clinic.site_info[slot.site_id].zone) + TICK * slot.first
        blocks.block(
            resource=Resource.objects.get(pk=slot.worker.id),
            kind=BlockKind.ON_CALL,
            start=start,
            end=start + TICK * slot.ticks,
            because="On call for the hospital",
            by=by,
            now=now,
        )
    _break_a_room(Site.objects.get(pk=first_site), today=today, by=by, now=now)


def _break_a_room(site: Site, *, today: date, by: User, now: datetime) -> None:
    """Tomorrow afternoon, or on the first day after it on which the rooms are used."""
    for ahead in range(1, SEARCH):
        day = today + timedelta(days=ahead)
        noon = datetime.combine(day, NOON, site.zone)
        end = day_span(day, site.time_zone)[1]
        used = Claim.objects.live().filter(
            start__gte=noon,
            start__lt=end,
            resource__kind=ResourceKind.ROOM,
            resource__site=site,
            appointment__isnull=False,
        )
        counted = used.values("resource").annotate(visits=Count("pk")).filter(visits__lte=HIT)
        busiest = counted.order_by("-visits", "resource").first()
        if busiest is not None:
            blocks.block(
                resource=Resource.objects.get(pk=busiest["resource"]),
                kind=BlockKind.OUT_OF_ORDER,
                start=noon,
                end=end,
                because="Water under the sink: the plumber comes in the morning",
                by=by,
                now=now,
            )
            return
