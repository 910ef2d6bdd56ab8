"""Recording an absence: what the form says, as instants of the resource's own site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import DESK_ROLES
from frontdesk.book.actions.blocks import ReleaseRule
from frontdesk.book.models import Appointment, Block
from frontdesk.book.queries.affected import Affected, hit_now, in_order
from frontdesk.clinic.choices import BlockKind
from frontdesk.clinic.models import Resource, Site, SlotClass
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import Day, Line, Number, OneOf, SettingsForm, TimeOfDay
from frontdesk.desk.pages.settings_time import resources_of
from frontdesk.people.models import ContactPoint, Patient
from frontdesk.people.phones import show_phone

MOST_NAMES = 400
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


class AbsenceForm(SettingsForm):
    """Who is away, from when, until when, and why. Without times it is for whole days."""

    who = Line("Who or what", most=120)
    kind = OneOf("Why", BlockKind.choices)
    from_day = Day("From")
    from_time = TimeOfDay("At", required=False)
    to_day = Day("Until", required=False)
    to_time = TimeOfDay("At", required=False)
    because = Line("Note", most=200, required=False)
    weekly_until = Day("Every week until", required=False)
    slot_class = OneOf("Keep it for", (), required=False)
    release_days = Number("Days before", most=60, required=False)
    release_at = TimeOfDay("At", required=False)
    released_by = OneOf("By hand by", (), required=False)

    def __init__(self, data: QueryDict | None = None, *, user: User, **more: Any) -> None:
        super().__init__(data, **more)
        self.user = user
        self.classes = {one.code: one for one in SlotClass.objects.filter(active=True)}
        kept = [("", "Nobody: closed to visits"), *((code, one.name) for code, one in self.classes.items())]
        offer(self, "slot_class", kept)
        roles = [(role.value, role.label) for role in DESK_ROLES]
        offer(self, "released_by", [("", "Clinic manager only"), *roles])
        self.fields["who"].widget.attrs |= {"list": "names", "autocomplete": "off", "autofocus": True}

    def clean_who(self) -> Resource:
        """The one resource of the user's sites that is meant: by its whole name, else by a part of it."""
        text = self.cleaned_data["who"]
        found = resources_of(self.user).select_related("site").order_by("name", "pk")
        exact = list(found.filter(name__iexact=text)[:2])
        meant = exact or list(found.filter(name__icontains=text)[:4])
        if len(meant) == 1:
            return meant[0]
        if meant:
            names = ", ".join(f"{one.name} ({one.site.name})" for one in meant[:3])
            raise ValidationError(f"More than one fits: {names}. Type the whole name.")
        raise ValidationError("Nobody and nothing of your sites has this name.")

    def clean_from_day(self) -> date:
        return _sane(self.cleaned_data["from_day"])

    def clean_to_day(self) -> date | None:
        day = self.cleaned_data["to_day"]
        return day and _sane(day)

    def clean_weekly_until(self) -> date | None:
        day = self.cleaned_data["weekly_until"]
        return day and _sane(day)

    @property
    def more_is_said(self) -> bool:
        names = ("weekly_until", "slot_class", "release_days", "release_at", "released_by")
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def said(self) -> Said:
        """What was typed, as the action takes it. Only after `is_valid`."""
        typed = self.cleaned_data
        resource: Resource = typed["who"]
        zone = resource.site.zone
        last = typed["to_day"] or typed["from_day"]
        return Said(
            resource=resource,
            kind=typed["kind"],
            start=_instant(typed["from_day"], typed["from_time"] or time.min, zone),
            end=_instant(last, typed["to_time"], zone)
            if typed["to_time"]
            else _instant(last + timedelta(days=1), time.min, zone),
            because=typed["because"],
            slot_class=self.classes.get(typed["slot_class"]),
            release=ReleaseRule(typed["release_days"], typed["release_at"], typed["released_by"]),
            weekly_until=typed["weekly_until"],
        )


@dataclass(frozen=True)
class Said:
    """An absence as it was typed: [start, end) on the clock of the resource's site."""

    resource: Resource
    kind: str
    start: datetime
    end: datetime
    because: str
    slot_class: SlotClass | None
    release: ReleaseRule
    weekly_until: date | None

    def would_hit(self, user: User) -> list[Affected]:
        """The visits that would be hit by the first of it, and that the user may see, the most pressing first."""
        if self.end <= self.start:
            return []
        block = Block(resource=self.resource, slot_class=self.slot_class, start=self.start, end=self.end)
        visits = Appointment.objects.visible_to(user).filter(pk__in=[one.pk for one in hit_now(block)])
        with_all = visits.select_related("patient", "visit_type", "site", "provider", "interpreter")
        return in_order([Affected(one) for one in with_all])

    @property
    def arguments(self) -> dict[str, Any]:
        """For the actions `block` and `block_weekly`."""
        names = ("resource", "kind", "start", "end", "because", "slot_class", "release")
        return {name: getattr(self, name) for name in names}


# What a refusal of the action calls a field, and where it stands in the form.
FIELDS = {"end": "to_day", "start": "from_day", "until": "weekly_until"}


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone)


def _sane(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError("Choose a day of this century.")
    return day


def names(user: User) -> list[str]:
    """What the field for the name suggests: providers first, as many as a list can hold."""
    found = (
        resources_of(user)
        .filter(kind="provider")
        .order_by("name")
        .values_list("name", flat=True)[:MOST_NAMES]
    )
    providers = list(found)
    rest = resources_of(user).exclude(kind="provider").order_by("name").values_list("name", flat=True)
    return [*providers, *rest[: MOST_NAMES - len(providers)]]


@dataclass(frozen=True)
class BlockRow:
    """A block as a line of the list. `waiting` visits still stand in it."""

    block: Block
    when: str
    waiting: int


def visible_blocks(user: User) -> QuerySet[Block]:
    mine = resources_of(user).values("pk")
    people = ("resource__site", "slot_class", "recorded_by", "lifted_by")
    return Block.objects.filter(resource__in=mine).select_related(*people)


def block_rows(blocks: Sequence[Block]) -> list[BlockRow]:
    return [BlockRow(one, when(one), 0 if one.lifted_at else len(hit_now(one))) for one in blocks]


def when(block: Block) -> str:
    """The stretch in words, on the clock of the resource's site; whole days without hours."""
    zone = block.resource.site.zone
    start, end = block.start.astimezone(zone), block.end.astimezone(zone)
    if start.time() == end.time() == time.min:
        last = end.date() - timedelta(days=1)
        return _day(start.date()) if last == start.date() else f"{_day(start.date())} to {_day(last)}"
    if start.date() == end.date():
        return f"{_day(start.date())}, {start:%H:%M}–{end:%H:%M}"
    return f"{_day(start.date())}, {start:%H:%M} to {_day(end.date())}, {end:%H:%M}"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def phone_of(patient: Patient) -> str:
    """The number to call: one that the patient allows, the preferred one first."""
    kind = ContactPoint.Kind.PHONE
    usable = [one for one in patient.contact_points.all() if one.kind == kind and one.allowed]
    first = min(usable, key=lambda one: (not one.preferred, one.pk), default=None)
    return show_phone(first.value) if first else ""


def sites_of(user: User) -> list[Site]:
    return list(Site.objects.of(user).distinct())
