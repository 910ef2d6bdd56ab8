"""What the rule that a request met allows to follow from it: directions, slot classes, modalities, a last day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from frontdesk.book.models import Hold
from frontdesk.clinic.models import SlotClass
from frontdesk.triage.documentation import read_day
from frontdesk.triage.engine.shapes import Limits, Rule
from frontdesk.triage.models import Direction, Request
from frontdesk.triage.models.in_force import InForce, in_force
from frontdesk.triage.rules import rule_of


@dataclass(frozen=True)
class Allowed:
    """The limits of a request's rule, with slot classes as ids and the last day as a local day of its site.

    Where there are both modalities and classes, a visit needs to keep to one of the two.
    """

    directions: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    classes: frozenset[int] = frozenset()
    last_day: date | None = None
    conditional_hold: bool = False

    @property
    def limits_time(self) -> bool:
        return bool(self.modalities or self.classes or self.last_day)

    @property
    def same_day(self) -> bool:
        """May the visit be today?"""
        return not self.directions or Direction.SAME_DAY in self.directions

    def modality_fits(self, modality: str) -> bool:
        """Is a visit so done within the limits, whatever time it takes? Without a choice it is not."""
        return not self.modalities or modality in self.modalities

    def only_in(self, modality: str) -> frozenset[int]:
        """The slot classes (ids) in whose time a visit so done must lie; empty: in any."""
        return frozenset() if self.modalities and modality in self.modalities else self.classes


def limits_for(request: Request, *, now: datetime) -> Allowed:
    """What the rules in force allow: the one that set the request's lane, and others of that lane that the words met.

    No limits where no rule set the lane: a person did. A slot class that the clinic does not have limits nothing:
    otherwise a misspelt code would close the book.
    """
    protocol = in_force(now=now, request=request) if request.rule_code else None
    rule = rule_of(request, protocol)
    if protocol is None or rule is None:
        return Allowed()
    met = [rule, *_met(request, protocol)]
    here = [one.limits for one in met if one.lane is rule.lane]
    time = next((one for one in here if one.modalities or one.slot_classes or one.within_days), Limits())
    classes = SlotClass.objects.filter(code__in=time.slot_classes, active=True).values_list("pk", flat=True)
    found = frozenset(classes)
    return Allowed(
        tuple(dict.fromkeys(name for one in here for name in one.directions)),
        time.modalities if found or not time.slot_classes else (),
        found,
        _last_day(request, time),
        any(one.limits.conditional_hold for one in met),
    )


def may_be_kept(hold: Hold, *, now: datetime) -> bool:
    """Does a rule that its request met let this hold stand for hours, where somebody approves it?"""
    request = Request.objects.select_related("site", "patient").filter(pk=hold.asked_for or 0).first()
    return request is not None and limits_for(request, now=now).conditional_hold


def _met(request: Request, protocol: InForce) -> Iterator[Rule]:
    """The rules that the latest reading of the words met, whatever lane they are of."""
    last = request.screenings.last()
    rules = (protocol.rule(str(match["rule"])) for match in (last.matches if last else ()))
    return (rule for rule in rules if rule is not None)


def _last_day(request: Request, limits: Limits) -> date | None:
    """So many days after the day that the caller named; after that of the request where it names none that is read."""
    if limits.within_days is None:
        return None
    opened = request.opened_at.astimezone(request.site.zone).date()
    begins = read_day(request.answers.get(limits.counted_from, ""), today=opened) or opened
    return begins + timedelta(days=limits.within_days)
