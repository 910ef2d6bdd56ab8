"""What the page "Plan several visits" shows: a form for each kind of plan, and what can be booked together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.http import QueryDict

from frontdesk.accounts.models import User
from frontdesk.book.engine.plans import Gap
from frontdesk.book.models import Plan
from frontdesk.book.ports import Ask
from frontdesk.book.queries.family_offers import Family, Member, family_offers
from frontdesk.book.queries.find import Option, providers_for
from frontdesk.book.queries.plan_offers import SEARCHED, Course, Linked, Step, linked_offers, series_offers
from frontdesk.book.queries.plans import running_series, visits_of
from frontdesk.clinic.models import Provider, Resource, Site, VisitType
from frontdesk.desk.pages.plan_asked import FAMILY, GAPS, HOW, LINKED, SERIES, TABS, Asked
from frontdesk.desk.pages.plan_tokens import Item, sign
from frontdesk.people.models import Patient
from frontdesk.triage.models import Handoff, Request
from frontdesk.triage.rules import OPENS_BOOKING, standing_direction

OTHERS = (2, 3, 4, 5)  # the further members of a family have these numbers in the form


@dataclass(frozen=True)
class Choice:
    """One time in a list: its words and its signed form."""

    words: str
    signed: str


@dataclass(frozen=True)
class SeriesRow:
    number: int
    day: date
    choices: tuple[Choice, ...]
    why_not: str

    @property
    def moved(self) -> bool:
        """Is the best choice on another day than the one on which the visit is due?"""
        return bool(self.choices) and not self.choices[0].words.startswith(f"{self.day:%a %-d %b}")


@dataclass(frozen=True)
class StepField:
    """One of the linked visits in the form, and the gap before it."""

    name: str
    words: str
    chosen: VisitType | None
    optional: bool = False
    gap: str = ""
    chosen_gap: str = ""

    @property
    def id(self) -> str:
        return f"p-{self.name}"

    @property
    def none(self) -> str:
        return "None" if self.optional else "Choose …"


@dataclass(frozen=True)
class MemberField:
    """One further member of a family in the form."""

    number: int
    request: Request | None
    chosen: VisitType | None

    @property
    def who(self) -> str:
        return f"who{self.number}"

    @property
    def type(self) -> str:
        return f"type{self.number}"

    @property
    def type_id(self) -> str:
        return f"p-{self.type}"


@dataclass(frozen=True)
class RowVisit:
    start: datetime
    end: datetime
    what: str
    who: str
    provider: str
    where: str


@dataclass(frozen=True)
class WholeRow:
    """Visits that are booked together or not at all."""

    visits: list[RowVisit]
    signed: str


class PlanSeveral:
    """Everything is read when it is asked for, and once. `typed` is what came with a form that was refused."""

    tabs, hows, gaps = TABS, HOW, GAPS

    def __init__(
        self,
        request: Request,
        *,
        user: User,
        now: datetime,
        query: QueryDict,
        typed: Mapping[str, str] | None = None,
    ) -> None:
        self.request, self.user, self.now, self.typed = request, user, now, typed or {}
        self.asked = Asked(query, now.astimezone(request.site.zone).date())

    @property
    def patient(self) -> Patient:
        assert self.request.patient is not None  # noqa: S101  the gate has made sure
        return self.request.patient

    @property
    def ask(self) -> Ask:
        kind = self.visit_type
        return Ask(
            request_id=self.request.pk, patient=self.request.patient, visit_type=kind, by=self.user, now=self.now,
            site=self.request.site,
        )  # fmt: skip

    # What may be asked for

    @cached_property
    def directed(self) -> Handoff | None:
        found = standing_direction(self.request)
        return found if found is not None and found.direction in OPENS_BOOKING else None

    @cached_property
    def visit_types(self) -> list[VisitType]:
        if self.directed and self.directed.direct_visit_type:
            return [self.directed.direct_visit_type]
        rows = VisitType.objects.filter(active=True, places=1).select_related("specialty")
        return list(rows.order_by("specialty__name", "name"))

    def type_of(self, name: str) -> VisitType | None:
        code = self.asked.text(name)
        return next((one for one in self.visit_types if one.code == code), None)

    @cached_property
    def visit_type(self) -> VisitType | None:
        if self.series is not None:
            first = visits_of(self.series)[0].visit_type
            return next((one for one in self.visit_types if one.pk == first.pk), None)
        return self.type_of("visit_type")

    @cached_property
    def series(self) -> Plan | None:
        """The running series to which visits are added, where one was chosen."""
        wanted = self.asked.number("plan")
        if wanted is None:
            return None
        return next((one for one in running_series(self.patient) if one.pk == wanted), None)

    @cached_property
    def sites(self) -> list[Site]:
        return list(Site.objects.of(self.user))

    @cached_property
    def where(self) -> Site:
        code = self.asked.text("where")
        return next((one for one in self.sites if one.code == code), self.request.site)

    @cached_property
    def providers(self) -> list[Provider]:
        if self.visit_type is None:
            return []
        return list(
            Provider.objects.filter(pk__in=providers_for(self.visit_type, [self.where])).order_by("family")
        )

    @cached_property
    def with_provider(self) -> Provider | None:
        wanted = self.asked.number("with")
        return next((one for one in self.providers if one.pk == wanted), None)

    @cached_property
    def others(self) -> list[Request]:
        """Open requests of other patients at the site, who may come along."""
        rows = (
            Request.objects.visible_to(self.user).open().filter(site=self.request.site, patient__isnull=False)
        )
        found = rows.exclude(patient=self.patient).select_related("patient", "site").order_by("-pk")
        return list({one.patient_id: one for one in reversed(found[:60])}.values())

    @cached_property
    def family_slots(self) -> list[MemberField]:
        """The further members as the form has them."""
        by_pk = {one.pk: one for one in self.others}
        return [
            MemberField(n, by_pk.get(self.asked.number(f"who{n}") or 0), self.type_of(f"type{n}"))
            for n in OTHERS
        ]

    @cached_property
    def steps(self) -> list[StepField]:
        """The linked visits as the form has them."""
        return [
            StepField("first", "First", self.type_of("first")),
            StepField("second", "Then", self.type_of("second"), False, "gap1", self.asked.gap("gap1")),
            StepField("third", "Then", self.type_of("third"), True, "gap2", self.asked.gap("gap2")),
        ]

    # What was found

    @property
    def is_asked(self) -> bool:
        """Is enough said to look for times?"""
        if self.asked.tab == LINKED:
            return self.type_of("first") is not None and self.type_of("second") is not None
        if self.asked.tab == FAMILY:
            return self.visit_type is not None and any(one.request for one in self.family_slots)
        return self.visit_type is not None

    @cached_property
    def rows(self) -> list[SeriesRow]:
        if self.asked.tab != SERIES or self.visit_type is None:
            return []
        course = Course(
            self.patient, self.visit_type, self.where, self.asked.first, self.asked.count, self.asked.rhythm,
            self.asked.until, self.asked.at, [self.with_provider.pk] if self.with_provider else (),
            self.directed is not None,
        )  # fmt: skip
        due = series_offers(course, now=self.now)
        names = self._names([option for one in due for option in one.choices])
        kind = self.visit_type
        return [
            SeriesRow(
                one.number,
                one.day,
                tuple(
                    Choice(
                        _words(option, names), sign(SERIES, self.request, [Item(option, kind, self.request)])
                    )
                    for option in one.choices
                ),
                one.why_not,
            )
            for one in due
        ]

    @property
    def bookable(self) -> int:
        return sum(1 for row in self.rows if row.choices)

    @property
    def left_out(self) -> int:
        return len(self.rows) - self.bookable

    @property
    def missing(self) -> int:
        """How many visits of the series do not fit before its end."""
        return self.asked.count - len(self.rows)

    @cached_property
    def whole(self) -> list[WholeRow]:
        return self._found[0]

    @property
    def why_not(self) -> str:
        return self._found[1]

    @cached_property
    def _found(self) -> tuple[list[WholeRow], str]:
        if not self.is_asked or self.asked.tab == SERIES:
            return [], ""
        return self._linked() if self.asked.tab == LINKED else self._family()

    def _linked(self) -> tuple[list[WholeRow], str]:
        types = [one.chosen for one in self.steps if one.chosen is not None]
        gaps = [self.asked.gap_of(f"gap{place}") for place in range(1, len(types))]
        first = self.asked.first
        last = self.asked.until or first + timedelta(days=SEARCHED)
        asked = Linked(
            self.patient, [Step(one) for one in types], gaps, [self.where], first,
            min(last, first + timedelta(days=SEARCHED)), self.asked.at, self.directed is not None,
        )  # fmt: skip
        found = linked_offers(asked, now=self.now)
        rows = [
            ([Item(option, kind, self.request) for option, kind in zip(row, types, strict=True)], gaps)
            for row in found.rows
        ]
        return self._whole(LINKED, rows), found.why_not

    def _family(self) -> tuple[list[WholeRow], str]:
        assert self.visit_type is not None  # noqa: S101  is_asked has seen to it
        chosen = {self.request.pk: (self.request, self.visit_type)}
        for one in self.family_slots:
            if one.request is not None:
                chosen.setdefault(one.request.pk, (one.request, one.chosen or self.visit_type))
        members = [
            Member(request.patient, kind) for request, kind in chosen.values() if request.patient is not None
        ]
        first = self.asked.first
        asked = Family(
            members, self.where, first, first + timedelta(days=SEARCHED), self.asked.at_once, self.asked.at,
            self.with_provider.pk if self.with_provider else None,
        )  # fmt: skip
        found = family_offers(asked, now=self.now)
        rows: list[tuple[list[Item], list[Gap]]] = [
            (
                [
                    Item(option, kind, request)
                    for option, (request, kind) in zip(row, chosen.values(), strict=True)
                ],
                [],
            )
            for row in found.rows
        ]
        return self._whole(FAMILY, rows), found.why_not

    def _whole(self, kind: str, rows: Sequence[tuple[list[Item], Sequence[Gap]]]) -> list[WholeRow]:
        names = self._names([item.option for items, _ in rows for item in items])
        return [
            WholeRow(
                sorted((_visit(item, names) for item in items), key=lambda one: one.start),
                sign(kind, self.request, items, gaps),
            )
            for items, gaps in rows
        ]

    def _names(self, options: Sequence[Option]) -> dict[int, str]:
        everything = {pk for one in options for pk in one.resources}
        return dict(Resource.objects.filter(pk__in=everything).values_list("pk", "name"))


def _words(option: Option, names: Mapping[int, str]) -> str:
    return f"{option.local_start:%a %-d %b, %H:%M}, {names.get(option.provider, '')}"


def _visit(item: Item, names: Mapping[int, str]) -> RowVisit:
    option = item.option
    room = names.get(option.room or 0, "")
    return RowVisit(
        option.start,
        option.end,
        item.visit_type.name,
        item.request.patient.name if item.request.patient else "",
        names.get(option.provider, ""),
        f"{option.site.name}, {room}" if room else option.site.name,
    )
