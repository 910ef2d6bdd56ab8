"""What the page "Find a time" shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.book.actions.wanted import Wanted, wanted_with
from frontdesk.book.engine.reasons import PartOfDay, Preference
from frontdesk.book.models import Appointment, Hold
from frontdesk.book.ports import Ask
from frontdesk.book.queries.find import HORIZON, Option, Wish, find, nearest, providers_for
from frontdesk.book.queries.wish import parts_for
from frontdesk.clinic.choices import Language
from frontdesk.clinic.models import Provider, Resource, Site, VisitType
from frontdesk.people.models import Patient
from frontdesk.triage.models import Handoff, Request
from frontdesk.triage.rules import OPENS_BOOKING, standing_direction

SIGNED = "an offered time"


@dataclass(frozen=True)
class Offer:
    """One option with the names of its resources and its signed form."""

    option: Option
    provider: str
    room: str
    arrive: datetime
    signed: str


class FindPage:
    """Everything is read when it is asked for, and once. `asked` is the form as it was sent."""

    parts = [(part.value, part.value.capitalize()) for part in PartOfDay]

    def __init__(self, request: Request, *, user: User, now: datetime, asked: Mapping[str, Any]) -> None:
        self.request, self.user, self.now, self.asked = request, user, now, asked

    @property
    def today(self) -> date:
        return self.now.astimezone(self.request.site.zone).date()

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
        )

    @property
    def url(self) -> str:
        kept = {key: str(self.asked.get(key, "")) for key in ("visit_type", "with", "where", "from", "part")}
        query = urlencode({key: value for key, value in kept.items() if value})
        return reverse("desk:find", args=[self.request.pk]) + (f"?{query}" if query else "")

    # What was asked

    @cached_property
    def directed(self) -> Handoff | None:
        """The clinician's direction, where the lane needs one."""
        found = standing_direction(self.request)
        return found if found is not None and found.direction in OPENS_BOOKING else None

    @cached_property
    def visit_types(self) -> list[VisitType]:
        if self.directed and self.directed.direct_visit_type:
            return [self.directed.direct_visit_type]
        return list(
            VisitType.objects.filter(active=True)
            .select_related("specialty")
            .order_by("specialty__name", "name")
        )

    @cached_property
    def visit_type(self) -> VisitType | None:
        code = str(self.asked.get("visit_type", ""))
        if self.directed and self.directed.direct_visit_type:
            return self.directed.direct_visit_type
        return next((one for one in self.visit_types if one.code == code), None)

    @cached_property
    def own_provider(self) -> Provider | None:
        """The provider whom the patient last came to see, in the specialty asked for."""
        rows = Appointment.objects.filter(patient=self.patient, start__lt=self.now)
        if self.visit_type:
            rows = rows.filter(provider__specialty=self.visit_type.specialty_id)
        last = rows.select_related("provider").order_by("-start").first()
        return last.provider if last else None

    @cached_property
    def sites(self) -> list[Site]:
        return list(Site.objects.of(self.user))

    @cached_property
    def where(self) -> list[Site]:
        code = str(self.asked.get("where", ""))
        chosen = [site for site in self.sites if site.code == code]
        return chosen or self.sites

    @property
    def where_code(self) -> str:
        return self.where[0].code if len(self.where) == 1 and len(self.sites) > 1 else ""

    @cached_property
    def providers(self) -> list[Provider]:
        if self.visit_type is None:
            return []
        ids = providers_for(self.visit_type, self.sites)
        return list(Provider.objects.filter(pk__in=ids).order_by("family"))

    @cached_property
    def with_provider(self) -> Provider | None:
        wanted = str(self.asked.get("with", ""))
        return next((one for one in self.providers if str(one.pk) == wanted), None)

    @property
    def part(self) -> PartOfDay:
        value = str(self.asked.get("part", ""))
        return PartOfDay(value) if value in set(PartOfDay) else PartOfDay.ANY

    @cached_property
    def first_day(self) -> date:
        try:
            day = date.fromisoformat(str(self.asked.get("from", "")))
        except ValueError:
            return self.today
        return min(max(day, self.today), self.last_day)

    @property
    def last_day(self) -> date:
        return self.today + timedelta(days=HORIZON)

    @property
    def due(self) -> date | None:
        return self.directed.direct_by if self.directed else None

    # What was found

    @cached_property
    def wish(self) -> Wish | None:
        if self.visit_type is None:
            return None
        zone = self.request.site.zone
        chosen = [self.with_provider.pk] if self.with_provider else providers_for(self.visit_type, self.where)
        return Wish(
            visit_type=self.visit_type,
            sites=self.where,
            providers=chosen,
            earliest=max(
                self.now, datetime(self.first_day.year, self.first_day.month, self.first_day.day, tzinfo=zone)
            ),
            until=self.due or self.last_day,
            language=self.patient.language,
            interpreter=self.patient.needs_interpreter,
            part_of_day=self.part,
        )

    @cached_property
    def offers(self) -> list[Offer]:
        if self.wish is None:
            return []
        options = find(self.wish, self._preference, now=self.now)
        names = dict(Resource.objects.filter(pk__in=_ids(options)).values_list("pk", "name"))
        words = [_in_words(option, names) for option in options]
        return [
            self._offer(option, names, [one for place, one in enumerate(words) if place != index])
            for index, option in enumerate(options)
        ]

    @cached_property
    def hold(self) -> Hold | None:
        mine = Hold.objects.standing(self.now).filter(asked_for=self.request.pk)
        return mine.select_related("provider", "site", "visit_type", "room").last()

    @property
    def hold_seconds(self) -> float:
        return (self.hold.expires_at - self.now).total_seconds() if self.hold else 0

    def nearest_in_words(self, wanted: Wanted) -> str:
        """The nearest free times, for whoever was just told that one is taken."""
        wish = Wish(
            visit_type=wanted.visit_type,
            sites=[wanted.site],
            providers=providers_for(wanted.visit_type, [wanted.site]),
            earliest=max(wanted.start, self.now),
            until=self.last_day,
            language=self.patient.language,
            interpreter=self.patient.needs_interpreter,
        )
        free = [f"{option.local_start:%a %d %b, %H:%M}" for option in nearest(wish, now=self.now)]
        return f"Nearest free: {'; '.join(free)}." if free else "Nothing else is free soon."

    @property
    def _preference(self) -> Preference:
        own = self.own_provider
        return Preference(
            today=self.today,
            own_provider=own.pk if own else None,
            home_site=own.site_id if own else None,
            part_of_day=self.part,
            due=self.due,
            language=Language(self.patient.language).label,
            interpreter=self.patient.needs_interpreter,
            directed_by=self.directed.directed_by.name if self.directed and self.directed.directed_by else "",
        )

    def _offer(self, option: Option, names: Mapping[int, str], others: list[str]) -> Offer:
        assert self.visit_type is not None  # noqa: S101  there is no offer without one
        plain = {
            "visit_type": self.visit_type.pk,
            "site": option.site.pk,
            "provider": option.provider,
            "resources": option.resources,
            "modality": option.modality,
            "start": option.start.isoformat(),
            "request": self.request.pk,
            "others": others,
        }
        return Offer(
            option=option,
            provider=names.get(option.provider, ""),
            room=names.get(option.room or 0, ""),
            arrive=option.start - timedelta(minutes=self.visit_type.arrive_before),
            signed=signing.dumps(plain, salt=SIGNED, compress=True),
        )


def option_from(signed: Mapping[str, Any], request: Request) -> Wanted:
    """The time that was offered, as the book takes it. Raises LookupError where it was for another request."""
    if signed["request"] != request.pk or request.patient is None:
        raise LookupError
    kind = VisitType.objects.filter(pk=signed["visit_type"]).first() or _missing()
    language = request.patient.language if request.patient.needs_interpreter else ""
    resources, by = signed["resources"], signed["modality"]
    return wanted_with(
        kind,
        Site.objects.filter(pk=signed["site"]).first() or _missing(),
        datetime.fromisoformat(signed["start"]),
        resources=resources,
        parts=parts_for(kind, provider=resources[0], modality=by, language=language),
        by=by,
    )


def _missing() -> Any:
    raise LookupError


def _ids(options: list[Option]) -> set[int]:
    return {pk for one in options for pk in one.resources}


def _in_words(option: Option, names: Mapping[int, str]) -> str:
    return f"{option.local_start:%a %d %b %Y, %H:%M}, {names.get(option.provider, '')}, {option.site}"
