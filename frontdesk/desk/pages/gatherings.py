"""What the pages of group visits and case conferences show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.core import signing
from django.http import QueryDict

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions.gatherings import ConferenceWanted, GroupWanted
from frontdesk.book.engine.why import CHANGES
from frontdesk.book.models import Appointment, AppointmentStatus, Gathering, GatheringKind
from frontdesk.book.queries.find import HORIZON, providers_for
from frontdesk.book.queries.gatherings import (
    MOST_REQUIRED,
    CommonTime,
    coming,
    common_times,
    group_times,
    places_of,
)
from frontdesk.clinic.choices import RoomType
from frontdesk.clinic.models import Interpreter, Provider, Room, Site, VisitType
from frontdesk.desk.pages.acts import Groups, reason_groups
from frontdesk.desk.pages.asked import asked_id, asked_text
from frontdesk.people.models import Patient
from frontdesk.triage.models import Request

SALT = "a gathering's time"
LENGTHS = (15, 30, 45, 60, 90, 120)
GROUP, CONFERENCE = GatheringKind.GROUP, GatheringKind.CONFERENCE


@dataclass(frozen=True)
class GroupsPage:
    """Gatherings to come. With `request`, a place may be taken for it."""

    user: User
    now: datetime
    request: Request | None = None

    @cached_property
    def groups(self) -> list[Gathering]:
        return [one for one in self._coming if one.kind == GROUP]

    @cached_property
    def conferences(self) -> list[Gathering]:
        return [one for one in self._coming if one.kind == CONFERENCE]

    @cached_property
    def _coming(self) -> list[Gathering]:
        return coming(self.user, now=self.now)

    @property
    def may_book(self) -> bool:
        return self.user.may(Permission.BOOK)


class GatheringPage:
    """One group visit or conference. `error` is why a form was refused."""

    def __init__(
        self,
        gathering: Gathering,
        *,
        user: User,
        now: datetime,
        error: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> None:
        self.gathering, self.user, self.now, self.error = gathering, user, now, error
        self.typed = typed or {}

    @cached_property
    def visits(self) -> list[Appointment]:
        return places_of(self.gathering)

    @property
    def is_group(self) -> bool:
        return self.gathering.kind == GROUP

    @property
    def left(self) -> int:
        live = [one for one in self.visits if one.is_live]
        return self.gathering.places - len(live)

    @property
    def required(self) -> list[Provider]:
        return list(self.gathering.required.order_by("family"))

    @property
    def interpreters(self) -> list[Interpreter]:
        """Who interprets for some of the places."""
        return list(dict.fromkeys(one.interpreter for one in self.visits if one.interpreter is not None))

    @property
    def is_coming(self) -> bool:
        return self.gathering.cancelled_at is None and self.gathering.start >= self.now

    @property
    def may_change(self) -> bool:
        return self.is_coming and self.user.may(Permission.BOOK)

    @property
    def may_open(self) -> set[int]:
        """The visits whose place may be given back or moved."""
        return {one.pk for one in self.visits if one.status == AppointmentStatus.BOOKED}

    @cached_property
    def others(self) -> list[Gathering]:
        """Other groups of the same type that have a place."""
        rows = coming(self.user, now=self.now, kind=GROUP, visit_type=self.gathering.visit_type_id)
        return [one for one in rows if one.pk != self.gathering.pk and one.taken < one.places]  # type: ignore[attr-defined]

    @property
    def reasons(self) -> Groups:
        return reason_groups(CHANGES)

    @property
    def own_reasons(self) -> Groups:
        """The clinic's own reasons, for cancelling the whole."""
        return reason_groups(tuple(one for one in CHANGES if one.whose != "patient"))


@dataclass(frozen=True)
class Time:
    """One time that can be planned: its words and its signed form."""

    words: str
    signed: str


class NewGathering:
    """The form for a group visit or a conference, and the times at which it could be."""

    lengths = LENGTHS
    room_types = RoomType.choices
    most_required = MOST_REQUIRED

    def __init__(
        self,
        *,
        user: User,
        now: datetime,
        query: QueryDict,
        error: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> None:
        self.user, self.now, self.query, self.error = user, now, query, error
        self.typed = typed or {}

    @property
    def kind(self) -> str:
        return CONFERENCE if asked_text(self.query, "kind") == CONFERENCE else GROUP

    @property
    def is_group(self) -> bool:
        return self.kind == GROUP

    @cached_property
    def sites(self) -> list[Site]:
        return list(Site.objects.of(self.user))

    @cached_property
    def where(self) -> Site | None:
        code = asked_text(self.query, "where")
        return next((one for one in self.sites if one.code == code), self.sites[0] if self.sites else None)

    @cached_property
    def visit_types(self) -> list[VisitType]:
        rows = VisitType.objects.filter(active=True, places__gt=1).select_related("specialty")
        return list(rows.order_by("specialty__name", "name"))

    @cached_property
    def visit_type(self) -> VisitType | None:
        code = asked_text(self.query, "visit_type")
        return next((one for one in self.visit_types if one.code == code), None)

    @cached_property
    def providers(self) -> list[Provider]:
        """Who may lead it: for a group those of its type, for a conference everybody at the user's sites."""
        if self.where is None:
            return []
        if self.is_group:
            ids = providers_for(self.visit_type, [self.where]) if self.visit_type else []
            return list(Provider.objects.filter(pk__in=ids).order_by("family"))
        near = Provider.objects.filter(active=True, sessions__site__time_zone=self.where.time_zone)
        return list(near.select_related("specialty").distinct().order_by("family", "pk"))

    @cached_property
    def provider(self) -> Provider | None:
        wanted = asked_id(self.query, "with")
        return next((one for one in self.providers if one.pk == wanted), None)

    @cached_property
    def required(self) -> list[Provider]:
        wanted = set(self.query.getlist("required"))
        found = [one for one in self.providers if str(one.pk) in wanted and one != self.provider]
        return found[:MOST_REQUIRED]

    @property
    def minutes(self) -> int:
        wanted = asked_id(self.query, "minutes")
        return wanted if wanted in LENGTHS else 30

    @property
    def room_type(self) -> str:
        value = asked_text(self.query, "room_type")
        return value if value in RoomType else ""

    @property
    def today(self) -> date:
        return self.now.astimezone(self.where.zone).date() if self.where else self.now.date()

    @property
    def first(self) -> date:
        try:
            day = date.fromisoformat(asked_text(self.query, "from"))
        except ValueError:
            return self.today + timedelta(days=1)
        return min(max(day, self.today), self.today + timedelta(days=HORIZON))

    @property
    def at(self) -> time | None:
        try:
            return time.fromisoformat(asked_text(self.query, "at")[:5])
        except ValueError:
            return None

    @property
    def is_asked(self) -> bool:
        if self.is_group:
            return self.visit_type is not None and self.provider is not None
        return self.provider is not None and bool(self.required)

    @cached_property
    def times(self) -> list[Time]:
        if not self.is_asked or self.where is None or self.provider is None:
            return []
        last = self.first + timedelta(days=HORIZON)
        if self.is_group and self.visit_type is not None:
            found = group_times(
                visit_type=self.visit_type, provider=self.provider, site=self.where, first=self.first, last=last,
                at=self.at, now=self.now,
            )  # fmt: skip
        else:
            found = common_times(
                providers=[self.provider, *self.required], minutes=self.minutes, site=self.where,
                room_type=self.room_type, first=self.first, last=last, at=self.at, now=self.now,
            )  # fmt: skip
        return self._signed(found, self.where)

    def _signed(self, found: Sequence[CommonTime], where: Site) -> list[Time]:
        rooms = dict(
            Room.objects.filter(pk__in=[one.room for one in found if one.room]).values_list("pk", "name")
        )
        return [
            Time(
                f"{one.start.astimezone(where.zone):%a %-d %b, %H:%M}–{one.end.astimezone(where.zone):%H:%M}"
                + (f", {rooms[one.room]}" if one.room else ""),
                signing.dumps(self._plain(one, where), salt=SALT, compress=True),
            )
            for one in found
        ]

    def _plain(self, one: CommonTime, where: Site) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "type": self.visit_type.pk if self.visit_type else None,
            "site": where.pk,
            "provider": self.provider.pk if self.provider else None,
            "required": [other.pk for other in self.required],
            "room": one.room,
            "start": one.start.isoformat(),
            "minutes": self.minutes,
        }


def wanted_from_token(
    text: str, *, title: str, places: int, patient: Patient | None
) -> GroupWanted | ConferenceWanted:
    """What was signed, as the book takes it. Raises LookupError for anything else."""
    try:
        signed = signing.loads(text, salt=SALT, max_age=3600)
    except signing.BadSignature as error:
        raise LookupError from error
    provider, site = (
        Provider.objects.filter(pk=signed["provider"]).first(),
        Site.objects.filter(pk=signed["site"]).first(),
    )
    room = Room.objects.filter(pk=signed["room"]).first() if signed["room"] else None
    if provider is None or site is None:
        raise LookupError
    start = datetime.fromisoformat(signed["start"])
    if signed["kind"] == CONFERENCE:
        required = list(Provider.objects.filter(pk__in=signed["required"]))
        return ConferenceWanted(title, site, provider, required, start, signed["minutes"], room, patient)
    kind = VisitType.objects.filter(pk=signed["type"]).first()
    if kind is None:
        raise LookupError
    return GroupWanted(kind, site, provider, start, room, title, places)
