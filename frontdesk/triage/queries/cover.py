"""Escalation trees at hours when nobody in them is on duty: then only the last resort is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from frontdesk.clinic.engine.cover import Stretch, gaps
from frontdesk.clinic.models import Duty, Site
from frontdesk.clinic.queries.hours import OpeningHours, opening_hours
from frontdesk.clinic.queries.roster import TARGETS
from frontdesk.kit.clock import day_span
from frontdesk.triage.engine.follow import ANYBODY
from frontdesk.triage.engine.shapes import Rule, Tree
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.rules import CLINICAL

DAYS = 7


@dataclass(frozen=True)
class Uncovered:
    """A tree of a site, and the stretches (instants) within the days ahead in which it asks nobody."""

    target: str
    title: str
    stretches: Sequence[Stretch]


def uncovered(site: Site, *, now: datetime, days: int = DAYS) -> list[Uncovered]:
    """Which trees of the protocol in force have hours with nobody at the site, from `now` on for so many days.

    Only those that rules of a clinical lane ask: the others wait in queues, which have owners.
    """
    protocol = in_force(now=now)
    if protocol is None:
        return []
    first = now.astimezone(site.zone).date()
    ahead = [first + timedelta(days=number) for number in range(days)]
    end = day_span(ahead[-1], site.time_zone)[1]
    duties = list(Duty.objects.filter(site=site, ends__gt=now, starts__lt=end, user__is_active=True))
    hours = opening_hours(site)
    found = []
    for tree in _asked(protocol.every_rule, protocol.rules.trees.values()):
        empty = _joined(_empty(tree, duties, hours, ahead, (now, end)))
        if empty:
            found.append(Uncovered(tree.target, tree.title, empty))
    return found


def unknown_duties(*, now: datetime) -> list[str]:
    """Duties that trees in force ask and that no roster has, so that such a step is skipped each time."""
    protocol = in_force(now=now)
    trees = protocol.rules.trees.values() if protocol else ()
    asked = {step.duty for tree in trees for step in (*tree.steps, *tree.after_hours)}
    return sorted(asked - set(TARGETS) - {ANYBODY})


def _asked(rules: Iterable[Rule], trees: Iterable[Tree]) -> list[Tree]:
    targets = {rule.target for rule in rules if rule.lane in CLINICAL}
    return [tree for tree in trees if tree.target in targets]


def _empty(
    tree: Tree, duties: Sequence[Duty], hours: OpeningHours, days: Sequence[date], whole: Stretch
) -> Iterator[Stretch]:
    """Open hours are covered by the steps of the day, the others by those after hours."""
    opened = [span for day in days for span in hours.on(day)]
    closed = gaps(opened, whole)
    for site_is_open, spans in ((True, opened), (False, closed)):
        asked = {step.duty for step in tree.at(site_is_open=site_is_open)}
        if ANYBODY in asked:
            continue
        there = [(one.starts, one.ends) for one in duties if one.target in asked]
        for begin, end in spans:
            span = (max(begin, whole[0]), min(end, whole[1]))
            if span[0] < span[1]:
                yield from gaps(there, span)


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order, those that touch made one: nobody minds whether the site was open meanwhile."""
    found: list[Stretch] = []
    for begin, end in sorted(stretches):
        if found and found[-1][1] >= begin:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found
