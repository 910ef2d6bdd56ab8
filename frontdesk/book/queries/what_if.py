"""What a draft would do to the book, before anybody approves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from frontdesk.book.engine import bits
from frontdesk.book.engine.capacity import CapacityChange, compare
from frontdesk.book.engine.template import Difference, Row, differences
from frontdesk.book.models import Template
from frontdesk.book.queries.derive import load
from frontdesk.book.queries.outside import HELD, Outside, Taken, Week, outside, replace_week, visits_of
from frontdesk.book.queries.templates import rows_in, rows_on, sessions_of, words
from frontdesk.kit.clock import local_midnight

FAR = timedelta(days=800)


@dataclass(frozen=True)
class WhatIf:
    """What a draft changes from the day on which it would hold.

    `outside` are the visits that fit now and would not; `already` those that do not fit now either.
    """

    before: list[Row]
    after: list[Row]
    differences: list[Difference]
    change: CapacityChange
    outside: list[Outside] = field(default_factory=list)
    already: list[Outside] = field(default_factory=list)
    booked: int = 0


def what_if(template: Template, *, now: datetime) -> WhatIf:
    """The draft against what would hold on its day without it, and against every visit from that day on."""
    resource, site, first = template.resource, template.site, template.holds_from
    before, after = rows_on(resource, site, first), rows_in(template)
    start = max(local_midnight(first, site.time_zone), now)
    booked = [one for one in visits_of([resource.pk], start, start + FAR) if one.visit.site_id == site.pk]
    new, already = _split(template, after, booked, first, now)
    return WhatIf(
        before=before,
        after=after,
        differences=differences(before, after, words()),
        change=compare(before, after),
        outside=new,
        already=already,
        booked=len(booked),
    )


def _split(
    template: Template, rows: Sequence[Row], booked: Sequence[Taken], first: date, now: datetime
) -> tuple[list[Outside], list[Outside]]:
    resource, site = template.resource, template.site
    instead = Week(first, sessions_of(rows, resource=resource, site=site, valid_from=first))
    today = {one.visit.pk for one in outside(resource=resource, site=site, taken=booked, now=now)}
    then = outside(resource=resource, site=site, taken=booked, now=now, instead=instead)
    return (
        [one for one in then if one.visit.pk not in today],
        [one for one in then if one.visit.pk in today],
    )


@dataclass(frozen=True)
class DryRun:
    """A week that has passed, as if the draft had held in it. Minutes of the resource's own time at the site."""

    monday: date
    visits: int
    outside: list[Outside]
    open_before: int
    open_after: int
    taken: int


def dry_run(template: Template, *, monday: date) -> DryRun:
    """Hold the draft against the visits of the local week of `monday` that were not cancelled."""
    resource, site = template.resource, template.site
    monday -= timedelta(days=monday.weekday())
    start = local_midnight(monday, site.time_zone)
    end = local_midnight(monday + timedelta(days=7), site.time_zone)
    instead = Week(monday, sessions_of(rows_in(template), resource=resource, site=site, valid_from=monday))
    inside = [
        one for one in visits_of([resource.pk], start, end, statuses=HELD) if one.visit.site_id == site.pk
    ]
    taken = sum(int((one.end - one.start).total_seconds()) // 60 for one in inside)
    return DryRun(
        monday=monday,
        visits=len(inside),
        outside=outside(resource=resource, site=site, taken=inside, now=None, instead=instead),
        open_before=_open(template, monday, None),
        open_after=_open(template, monday, instead),
        taken=taken,
    )


def _open(template: Template, monday: date, instead: Week | None) -> int:
    """The minutes that are open in the week, closures and absences taken off."""
    source = load([template.resource_id], monday, monday + timedelta(days=6))
    if instead is not None:
        replace_week(source, template.resource, template.site, instead)
    return sum(
        made.open.bit_count() * bits.TICK_MINUTES
        for ahead in range(7)
        for place, made in source.day(template.resource_id, monday + timedelta(days=ahead))
        if place[2] == template.site_id
    )
