"""What may be chosen on find-a-time: visit types, with whom, where, by what way; and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.book.ports import Ask, Finding
from frontdesk.book.queries.find import HORIZON, providers_for
from frontdesk.book.rules import findings, is_directed, only_in, open_only
from frontdesk.clinic.choices import Language, Modality, ResourceKind
from frontdesk.clinic.models import Provider, Room, Site, VisitType
from frontdesk.desk.pages.find_asked import Asked, read_asked
from frontdesk.people.models import Patient
from frontdesk.triage.models import Handoff, Request
from frontdesk.triage.rules import OPENS_BOOKING, standing_direction

BY = {Modality.VIDEO: "By video", Modality.PHONE: "By telephone", Modality.IN_PERSON: "In person"}
SEXES = {"F": "A woman", "M": "A man"}


# Where each field stands, and its label.
FIELDS = {
    "visit_type": ("a1", "Visit type"), "with": ("a2", "With"), "where": ("a3", "Where"), "from": ("a4", "From"),
    "until": ("a5", "No later than"), "interpreter": ("a6", "Interpreter"), "part": ("s1", "Part of the day"),
    "after": ("s2", "Not before"), "before": ("s3", "Begins before"), "day": ("a7", "Only these days"),
    "room": ("s4", "Room"),
}  # fmt: skip


class Choice(NamedTuple):
    value: str
    words: str


class Choices:
    """Everything is read when it is asked for, and once. `sent` is the form as it was sent."""

    def __init__(self, request: Request, *, user: User, now: datetime, asked: Mapping[str, Any]) -> None:
        self.request, self.user, self.now, self.sent = request, user, now, asked

    @property
    def today(self) -> date:
        return self.now.astimezone(self.request.site.zone).date()

    @property
    def last_day(self) -> date:
        return self.today + timedelta(days=HORIZON)

    @cached_property
    def asked(self) -> Asked:
        return read_asked(self.sent, today=self.today, last=self.last_day)

    @property
    def patient(self) -> Patient:
        assert self.request.patient is not None  # noqa: S101  the gate has made sure
        return self.request.patient

    @property
    def ask(self) -> Ask:
        return Ask(
            request_id=self.request.pk,
            patient=self.request.patient,
            visit_type=self.visit_type,
            by=self.user,
            now=self.now,
            site=self.request.site,
            modality=self.modality or (self.visit_type.modality if self.visit_type else ""),
        )

    # The visit type

    @cached_property
    def directed(self) -> Handoff | None:
        """The clinician's direction, where the lane needs one."""
        found = standing_direction(self.request)
        return found if found is not None and found.direction in OPENS_BOOKING else None

    @cached_property
    def opens_directed_time(self) -> bool:
        """Does the direction open time that is kept for directed visits? The book asks the same."""
        return is_directed(self.findings)

    @property
    def only_classes(self) -> frozenset[int]:
        """The slot classes in whose kept time the visit must lie; empty: in any time."""
        return only_in(self.findings)

    @property
    def open_time_only(self) -> bool:
        """Is kept time refused to the request, whatever its visit type?"""
        return bool(open_only(self.findings))

    @cached_property
    def findings(self) -> Sequence[Finding]:
        return findings(self.ask)

    @cached_property
    def visit_types(self) -> list[VisitType]:
        if self.directed and self.directed.direct_visit_type:
            return [self.directed.direct_visit_type]
        rows = VisitType.objects.filter(active=True, places=1).select_related("specialty")
        return list(rows.order_by("specialty__name", "name"))

    @cached_property
    def visit_type(self) -> VisitType | None:
        if self.directed and self.directed.direct_visit_type:
            return self.directed.direct_visit_type
        return next((one for one in self.visit_types if one.code == self.asked.text("visit_type")), None)

    # Where

    @cached_property
    def sites(self) -> list[Site]:
        return list(Site.objects.of(self.user))

    @cached_property
    def where(self) -> list[Site]:
        chosen = [site for site in self.sites if site.code == self.asked.text("where")]
        return chosen or self.sites

    @cached_property
    def modality(self) -> str:
        """The way that was directed or chosen, where it is not the visit type's own; "" else."""
        value = self._directed_way or self.asked.text("where")
        allowed = self.visit_type.converts_to if self.visit_type else []
        return value if value in allowed else ""

    @property
    def _directed_way(self) -> str:
        return self.directed.direct_modality if self.directed else ""

    @property
    def where_choices(self) -> list[Choice]:
        kind = self.visit_type
        places = [Choice(site.code, site.name) for site in self.sites] if len(self.sites) > 1 else []
        converts = kind.converts_to if kind and not self._directed_way else []
        ways = [Choice(one, BY[Modality(one)]) for one in converts]
        return [Choice("", self._anywhere), *places, *ways]

    @property
    def where_code(self) -> str:
        value = self.asked.text("where")
        return value if value in {one.value for one in self.where_choices} else ""

    @property
    def _anywhere(self) -> str:
        if self._directed_way in BY and self._directed_way != Modality.IN_PERSON:
            return BY[Modality(self._directed_way)]
        if self.visit_type and self.visit_type.modality != Modality.IN_PERSON:
            return BY[Modality(self.visit_type.modality)]
        return (
            f"Any of {len(self.sites)} sites"
            if len(self.sites) > 1
            else str(self.sites[0])
            if self.sites
            else ""
        )

    @cached_property
    def rooms(self) -> list[Room]:
        """The rooms that may be named: of the visit type's kind, at the chosen sites."""
        kind = self.visit_type
        if kind is None or (self.modality or kind.modality) != Modality.IN_PERSON:
            return []
        types = {one.room_type for one in kind.segments.all() if one.kind == ResourceKind.ROOM}
        wanted = types or {kind.room_type}
        rows = Room.objects.filter(
            site__in=self.where, active=True, room_type__in=[one for one in wanted if one]
        )
        return list(rows.select_related("site").order_by("site__name", "name"))

    @cached_property
    def room(self) -> Room | None:
        return next((one for one in self.rooms if str(one.pk) == self.asked.text("room")), None)

    # With whom

    @cached_property
    def own_provider(self) -> Provider | None:
        """The provider whom the patient last came to see, in the specialty asked for."""
        rows = Appointment.objects.filter(patient=self.patient, start__lt=self.now)
        if self.visit_type:
            rows = rows.filter(provider__specialty=self.visit_type.specialty_id)
        last = rows.select_related("provider__site").order_by("-start").first()
        return last.provider if last else None

    @cached_property
    def providers(self) -> list[Provider]:
        if self.visit_type is None:
            return []
        ids = providers_for(self.visit_type, self.sites)
        return list(Provider.objects.filter(pk__in=ids).order_by("family"))

    @cached_property
    def team(self) -> list[Provider]:
        """Who works with the own provider: of one department, or else of the specialty at the same home site."""
        own = self.own_provider
        if own is None:
            return []
        if own.department_id:
            return [one for one in self.providers if one.department_id == own.department_id]
        return [one for one in self.providers if one.site_id == own.site_id]

    @cached_property
    def with_choices(self) -> list[Choice]:
        """Everybody, then groups of people; those by name are `providers`."""
        found = [Choice("", "Anyone who does it")]
        if self.own_provider in self.providers:
            found.append(Choice("own", "Own provider"))
        if len(self.team) > 1:
            found.append(Choice("team", "Own provider or team"))
        found += [Choice(f"sex:{sex}", words) for sex, words in SEXES.items() if self._some_of(sex)]
        spoken = sorted({code for one in self.providers for code in one.languages} - {Language.ENGLISH})
        return found + [
            Choice(f"speaks:{code}", f"Speaks {Language(code).label}")
            for code in spoken
            if code in Language.values
        ]

    def _some_of(self, sex: str) -> bool:
        return any(one.sex == sex for one in self.providers)

    @cached_property
    def with_value(self) -> str:
        value = self.asked.text("with")
        known = {one.value for one in self.with_choices} | {str(one.pk) for one in self.providers}
        return value if value in known else ""

    @cached_property
    def with_provider(self) -> Provider | None:
        return next((one for one in self.providers if str(one.pk) == self.with_value), None)

    @cached_property
    def with_ids(self) -> list[int]:
        """The providers whose time is looked at."""
        if self.visit_type is None:
            return []
        group, _, value = self.with_value.partition(":")
        here = providers_for(
            self.visit_type,
            self.where,
            sex=value if group == "sex" else "",
            language=value if group == "speaks" else "",
        )
        if self.with_provider:
            return [self.with_provider.pk]
        groups: dict[str, list[Provider | None]] = {"own": [self.own_provider], "team": [*self.team]}
        among = groups.get(group)
        return here if among is None else [one.pk for one in among if one is not None and one.pk in here]

    # With an interpreter?

    @property
    def interpreter_choices(self) -> list[Choice]:
        """As the patient needs; none, which leaves one to be arranged; or one for whoever wants it.

        If needed: not with a provider who speaks the language. Always: with them too.
        """
        spoken = Language(self.patient.language).label
        if_needed, always = f"{spoken}, if needed", Choice("always", f"{spoken}, always")
        if self.patient.needs_interpreter:
            return [Choice("", if_needed), always, Choice("none", "To be arranged")]
        if self.patient.language == Language.ENGLISH:
            return [Choice("", "Not needed")]
        return [Choice("", "Not needed"), Choice("with", if_needed), always]

    @property
    def interpreter(self) -> bool:
        """Must somebody interpret, unless the provider speaks the language?"""
        value = self.asked.text("interpreter")
        if self.patient.needs_interpreter:
            return value != "none"
        return value in ("with", "always") and self.patient.language != Language.ENGLISH

    @property
    def always_interpreter(self) -> bool:
        """Is an interpreter wished for even with a provider who speaks the language?"""
        return self.interpreter and self.asked.text("interpreter") == "always"

    @property
    def due(self) -> date | None:
        """The last day: what was asked, and never after the clinician's."""
        given = [day for day in (self.asked.until, self.directed.direct_by if self.directed else None) if day]
        return min(given) if given else None

    @cached_property
    def errors(self) -> Mapping[str, str]:
        """One sentence for each field that could not be understood."""
        found = {name: words for name, words in self.asked.errors.items() if name in FIELDS}
        if self.asked.text("visit_type") and self.visit_type is None:
            found["visit_type"] = "Choose a visit type from the list."
        if self.visit_type is not None:
            pairs = (
                ("with", self.with_value, "Choose somebody"),
                ("where", self.where_code, "Choose a place"),
            )
            for name, kept, words in pairs:
                if self.asked.text(name) != kept:
                    found[name] = f"{words} from the list for this visit type."
            if self.asked.text("room") and self.room is None:
                found["room"] = "Choose a room from the list for this visit type."
        if self.asked.text("interpreter") not in {one.value for one in self.interpreter_choices}:
            found["interpreter"] = "Choose from the list."
        return found

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """The place of each field that could not be understood, its label and its sentence."""
        return [(*FIELDS[name], self.errors[name]) for name in FIELDS if name in self.errors]
