"""The options of find-a-time with their words, each signed so that it can be held as it was offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.core import signing

from frontdesk.book.actions.wanted import Wanted, wanted_with
from frontdesk.book.engine.reasons import PartOfDay, Preference, Reason, otherwise, reasons_for
from frontdesk.book.engine.segments import length_of
from frontdesk.book.models import OverbookRule
from frontdesk.book.queries.find import Option, Wish, candidate, find
from frontdesk.book.queries.known import known_of
from frontdesk.book.queries.overbook import extra_times
from frontdesk.book.queries.wish import parts_for
from frontdesk.clinic.choices import Modality, ResourceKind
from frontdesk.clinic.models import Resource, Site, VisitType
from frontdesk.triage.models import Request

SIGNED = "an offered time"
MOST = 9


@dataclass(frozen=True)
class Offer:
    """One option as the page shows it; `number` is its key, `start` and `arrive` are local to its site."""

    number: int
    option: Option
    provider: str
    place: str
    start: datetime
    minutes: int
    arrive: datetime | None
    reasons: tuple[Reason, ...]
    signed: str
    rule: str = ""

    @property
    def moves(self) -> str:
        return "Beside another visit" if self.rule else "Moves nobody"


class Offers:
    """What fits a wish, what nearly does, and what a signed rule adds."""

    def __init__(
        self, wish: Wish, preference: Preference, home: Site | None, request: Request, now: datetime
    ) -> None:
        self.wish, self.preference, self.home = wish, preference, home
        self.request, self.now = request, now

    @cached_property
    def best(self) -> list[Offer]:
        return self._shown(find(self.wish, self.preference, now=self.now, limit=MOST), 0)

    def otherwise(self, before: int) -> list[Offer]:
        """The best times at other hours and on other days of the week than were asked for."""
        loose = replace(self.wish, part_of_day=PartOfDay.ANY, hours=None, weekdays=frozenset(range(7)))
        there = {(one.option.start, one.option.provider) for one in self.best}
        found = find(loose, self.preference, now=self.now, limit=MOST)
        others = [one for one in found if (one.start, one.provider) not in there]
        return self._shown(others[: MOST - before], before)

    def inside_rules(self, before: int) -> list[Offer]:
        """Times inside signed rules. With the rule in words: "Inside Dr X’s signed rule (1 of 2 left)"."""
        found = extra_times(self.wish, now=self.now, limit=min(3, MOST - before))
        rules = [one.rule for one in found]
        shown = self._shown([one.option for one in found], before, rules)
        return [
            replace(offer, rule=_rule_in_words(extra.rule, extra.left, offer.start))
            for offer, extra in zip(shown, found, strict=True)
        ]

    def _shown(
        self, options: Sequence[Option], before: int, rules: Sequence[OverbookRule] = ()
    ) -> list[Offer]:
        names = dict(Resource.objects.filter(pk__in=_ids(options)).values_list("pk", "name"))
        words = [_in_words(option, names) for option in options]
        known = known_of(options, self.wish, home=self.home, now=self.now)
        shown = []
        for place, option in enumerate(options):
            not_asked = otherwise(option.local_start, self.wish.hours, self.wish.weekdays)
            facts = replace(known[place], asked_otherwise=not_asked)
            others = [one for number, one in enumerate(words) if number != place]
            shown.append(
                Offer(
                    number=before + place + 1,
                    option=option,
                    provider=names.get(option.provider, ""),
                    place=_place(option, names),
                    start=option.local_start,
                    minutes=length_of(option.parts),
                    arrive=self._arrive(option),
                    reasons=reasons_for(candidate(option), self.preference, facts),
                    signed=self._signed(option, others, rules[place] if rules else None),
                )
            )
        return shown

    def _arrive(self, option: Option) -> datetime | None:
        if option.modality != Modality.IN_PERSON:
            return None
        return option.local_start - timedelta(minutes=self.wish.visit_type.arrive_before)

    def _signed(self, option: Option, others: list[str], rule: OverbookRule | None) -> str:
        plain = {
            "visit_type": self.wish.visit_type.pk,
            "site": option.site.pk,
            "provider": option.provider,
            "resources": option.resources,
            "modality": option.modality,
            "start": option.start.isoformat(),
            "request": self.request.pk,
            "interpreter": option.interpreter is not None,
            "rule": rule.pk if rule else None,
            "others": others,
        }
        return signing.dumps(plain, salt=SIGNED, compress=True)


def option_from(signed: Mapping[str, Any], request: Request) -> Wanted:
    """The time that was offered, as the book takes it. Raises LookupError where it was for another request."""
    if signed["request"] != request.pk or request.patient is None:
        raise LookupError
    kind = VisitType.objects.filter(pk=signed["visit_type"]).first() or _missing()
    language = request.patient.language if signed["interpreter"] else ""
    resources, by = signed["resources"], signed["modality"]
    wanted = wanted_with(
        kind,
        Site.objects.filter(pk=signed["site"]).first() or _missing(),
        datetime.fromisoformat(signed["start"]),
        resources=resources,
        parts=parts_for(kind, provider=resources[0], modality=by, language=language),
        by=by,
    )
    if signed["rule"] is None:
        return wanted
    return replace(wanted, overbook=OverbookRule.objects.filter(pk=signed["rule"]).first() or _missing())


def _missing() -> Any:
    raise LookupError


def _ids(options: Sequence[Option]) -> set[int]:
    return {pk for one in options for pk in one.resources}


def _in_words(option: Option, names: Mapping[int, str]) -> str:
    return f"{option.local_start:%a %d %b %Y, %H:%M}, {names.get(option.provider, '')}, {option.site}"


def _place(option: Option, names: Mapping[int, str]) -> str:
    """Where the patient goes: the site and its rooms; or by what way the visit comes."""
    if option.modality != Modality.IN_PERSON:
        return f"{Modality(option.modality).label}, {option.site}"
    rooms = [
        names.get(resource, "")
        for part, resource in zip(option.parts, option.resources, strict=True)
        if part.kind == ResourceKind.ROOM
    ]
    return ", ".join(dict.fromkeys([str(option.site), *rooms]))


def _rule_in_words(rule: OverbookRule, left: int, start: datetime) -> str:
    return f"Inside {rule.provider.name}’s signed rule for extra visits ({left} of {rule.cap} left on {start:%a})"
