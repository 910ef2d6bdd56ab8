"""Moving a visit: where to, and what the move would do, before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from frontdesk.book.actions.holds import ask_for
from frontdesk.book.actions.moves import check_can_move
from frontdesk.book.actions.taking import check_free_patient
from frontdesk.book.actions.wanted import Wanted, check_fits, wanted_from
from frontdesk.book.engine.why import CHANGES, why
from frontdesk.book.models import Appointment
from frontdesk.book.ports import Finding, Verdict
from frontdesk.book.queries.chain import chain
from frontdesk.book.queries.find import Option
from frontdesk.book.queries.moving import Target, nearest_to, place_for, why_not
from frontdesk.book.queries.wish import providers_for
from frontdesk.book.rules import findings
from frontdesk.clinic.choices import Moves
from frontdesk.clinic.models import Provider, Room, Site, VisitType
from frontdesk.desk.pages.acts import Groups, Refusal, new_key, reason_groups
from frontdesk.desk.pages.chain import Light, found_lights, passed
from frontdesk.desk.pages.choice import FARTHEST, back_to, kept, number
from frontdesk.desk.pages.move_effects import Effect, effects_of
from frontdesk.kit.errors import Refused

PLACE = ("day", "time", "with", "where", "room", "type")


@dataclass(frozen=True)
class Offer:
    """A time that fits instead: its address and its words."""

    url: str
    words: str


class MovePage:
    """Everything is read when it is asked for, and once. `asked` is the address or the form as it was sent."""

    def __init__(
        self,
        visit: Appointment,
        *,
        user: User,
        now: datetime,
        asked: Mapping[str, str],
        refusal: Refusal | None = None,
    ) -> None:
        self.visit, self.user, self.now, self.asked, self.refusal = visit, user, now, asked, refusal
        self.key = new_key()

    # Where to

    @cached_property
    def sites(self) -> list[Site]:
        return list(Site.objects.of(self.user).order_by("pk"))

    @cached_property
    def site(self) -> Site:
        code = self.asked.get("where", "")
        return next((one for one in self.sites if one.code == code), self.visit.site)

    @cached_property
    def visit_types(self) -> list[VisitType]:
        one_patient = VisitType.objects.filter(active=True, places=1)
        return list(one_patient.select_related("specialty").order_by("specialty__name", "name"))

    @cached_property
    def visit_type(self) -> VisitType:
        code = self.asked.get("type", "")
        return next((one for one in self.visit_types if one.code == code), self.visit.visit_type)

    @cached_property
    def providers(self) -> list[Provider]:
        """Those who see patients for the visit type at the site, and the one whom the visit has."""
        wanted = {*providers_for(self.visit_type, [self.site]), self.visit.provider_id}
        wanted.add(number(self.asked.get("with", "")))
        return list(Provider.objects.filter(pk__in=wanted).order_by("family", "pk"))

    @cached_property
    def provider(self) -> Provider:
        pk = number(self.asked.get("with", ""))
        return next((one for one in self.providers if one.pk == pk), self.visit.provider)

    @cached_property
    def rooms(self) -> list[Room]:
        kind = self.visit_type.room_type
        rooms = (
            Room.objects.filter(site=self.site, active=True, room_type=kind) if kind else Room.objects.none()
        )
        return list(rooms.order_by("name"))

    @cached_property
    def room(self) -> Room | None:
        """The room that was chosen; None for any that fits."""
        pk = number(self.asked.get("room", ""))
        return next((one for one in self.rooms if one.pk == pk), None)

    @property
    def day(self) -> str:
        return self.asked.get("day", "") or f"{self._was:%Y-%m-%d}"

    @property
    def time(self) -> str:
        return self.asked.get("time", "") or f"{self._was:%H:%M}"

    @property
    def _was(self) -> datetime:
        return self.visit.start.astimezone(self.visit.site.zone)

    @property
    def is_asked(self) -> bool:
        """Was a place named, so that there is something to show?"""
        return bool(self.asked.get("time") or self.asked.get("day"))

    @property
    def is_whole(self) -> bool:
        """Does the form name everything, and only what there is? A move never falls back to something else."""
        resolved = {"with": str(self.provider.pk), "where": self.site.code, "type": self.visit_type.code}
        named = all(self.asked.get(name) == value for name, value in resolved.items())
        room = str(self.room.pk) if self.room else ""
        when = self.asked.get("day") and self.asked.get("time")
        return bool(named and when and self.asked.get("room", "") == room)

    @cached_property
    def start(self) -> datetime | None:
        """The instant that was typed; None where it is none."""
        try:
            day, clock = date.fromisoformat(self.day), time.fromisoformat(self.time)
        except ValueError:
            return None
        if abs(day - self.now.date()) > FARTHEST or clock.tzinfo is not None:
            return None
        local = datetime.combine(day, clock.replace(second=0, microsecond=0), self.site.zone)
        return local if local.astimezone(UTC).astimezone(self.site.zone) == local else None

    @cached_property
    def target(self) -> Target | None:
        room = self.room.pk if self.room else None
        return Target(self.visit_type, self.site, self.provider, self.start, room) if self.start else None

    @cached_property
    def option(self) -> Option | None:
        return place_for(self.visit, self.target, now=self.now) if self.target else None

    @cached_property
    def wanted(self) -> Wanted | None:
        return wanted_from(self.option, self.visit_type) if self.option else None

    # What it would do

    @cached_property
    def stays(self) -> bool:
        """Is the place the very one where the visit stands?"""
        return (
            self.start == self.visit.start
            and self.provider.pk == self.visit.provider_id
            and self.visit_type.pk == self.visit.visit_type_id
            and (self.room is None or self.room.pk == self.visit.room_id)
        )

    @cached_property
    def refused(self) -> str:
        """Why the visit cannot go there; empty where it can."""
        if self.target is None:
            return "Choose a day, and a time as hours and minutes, for instance 14:30."
        if self.stays:
            return "The visit stands there already. Choose another time, provider, room or visit type."
        try:
            check_can_move(self.visit, _PATIENT, None, now=self.now)
            check_free_patient(
                self.visit.patient, self.target.start, self._end, now=self.now, but=self.visit.pk
            )
            if not self._sees:
                return (
                    f"{self.provider.name} does not see patients for {self.visit_type.name}: choose who does."
                )
            if self.wanted is None:
                return why_not(self.visit, self.target, now=self.now)
            check_fits(self.wanted, self.visit.patient)
        except Refused as refusal:
            return refusal.sentence
        return ""

    @property
    def _end(self) -> datetime:
        assert self.target is not None  # noqa: S101  asked after the target was found
        length = self.option.end - self.option.start if self.option else self.visit.end - self.visit.start
        return self.target.start + length

    @cached_property
    def found(self) -> list[Finding]:
        """What the checks say of the new place. They read and never write."""
        if self.wanted is None:
            return []
        ask = ask_for(self.wanted, self.visit.patient, None, self.user, self.now)
        ask = replace(ask, moving=self.visit.pk)
        return [*findings(ask), *chain(ask)]

    @cached_property
    def lights(self) -> tuple[Light, ...]:
        found = found_lights(self.found, may_waive=self.user.may(Permission.WAIVE_CHECKS))
        return tuple(replace(light, because=self.typed.get(light.name, "")) for light in found)

    @property
    def concerns(self) -> list[Light]:
        """What warns or fails: said beside the effects, before anything is confirmed."""
        return [light for light in self.lights if light.verdict in (Verdict.WARN, Verdict.FAIL)]

    @property
    def passed(self) -> int:
        return passed(self.lights)

    @property
    def is_stopped(self) -> bool:
        """Does a link of the chain fail that this person may not waive?"""
        may = self.user.may(Permission.WAIVE_CHECKS)
        return any(one.verdict is Verdict.FAIL and not (one.waivable and may) for one in self.found)

    @property
    def can_confirm(self) -> bool:
        return not self.refused and not self.is_stopped

    @cached_property
    def effects(self) -> Sequence[Effect]:
        return tuple(effects_of(self.visit, self.wanted)) if self.wanted else ()

    @cached_property
    def nearest(self) -> list[Offer]:
        """Three times that fit with the wished provider, where the wished time does not."""
        return self._near([self.provider.pk]) if self._sees else []

    @cached_property
    def nearest_with_others(self) -> list[Offer]:
        """Three with others of the specialty at the site, who are named."""
        others = [pk for pk in providers_for(self.visit_type, [self.site]) if pk != self.provider.pk]
        return self._near(others, name=True) if others else []

    @property
    def _sees(self) -> bool:
        """Does the wished provider see patients for the visit type?"""
        return self.provider.specialty_id == self.visit_type.specialty_id

    def _near(self, providers: Sequence[int], *, name: bool = False) -> list[Offer]:
        if self.target is None:
            return []
        found = nearest_to(self.visit, self.target, providers=providers, now=self.now)
        names = dict(
            Provider.objects.filter(pk__in=[one.provider for one in found]).values_list("pk", "name")
        )
        return [self._offer(one, names[one.provider] if name else "") for one in found]

    def _offer(self, option: Option, name: str) -> Offer:
        local = option.local_start
        words = f"{local:%a} {local.day} {local:%b}, {local:%H:%M}{f', {name}' if name else ''}"
        place = {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "with": str(option.provider)}
        return Offer(self.url(**place), words)

    # May it move, and for whom

    @cached_property
    def approval(self) -> str:
        """What is said of approval: empty where the visit moves freely."""
        if self.visit.moves == Moves.FREELY:
            return ""
        if self.user.may(Permission.APPROVE_MOVES):
            return "Unless the patient asks, this move is approved by you, in your name."
        who = _in_a_row(self.approvers)
        return f"Unless the patient asks, {who} must approve it: they log in and move it themselves."

    @property
    def approvers(self) -> list[str]:
        """Who may approve, by name where they work at the site, and by role where nobody does."""
        roles = [role for role, may in ROLE_PERMISSIONS.items() if Permission.APPROVE_MOVES in may]
        found = User.objects.filter(role__in=roles, is_active=True, staff__sites=self.visit.site)
        names = [one.name for one in found.order_by("last_name")[:3]]
        return names or [f"a {Role(role).label.lower()}" for role in roles]

    @property
    def approver(self) -> User | None:
        """Who answers for the move: the person at the desk, where they may. Nobody can be named by another."""
        return self.user if self.user.may(Permission.APPROVE_MOVES) else None

    @property
    def reasons(self) -> Groups:
        return reason_groups(CHANGES)

    # Addresses and forms

    def url(self, **other: str) -> str:
        said = {**{name: self.asked.get(name, "") for name in (*PLACE, "back")}, **other}
        query = urlencode({key: value for key, value in said.items() if value})
        return f"{reverse('desk:visit-move', args=[self.visit.pk])}?{query}"

    @property
    def place(self) -> dict[str, str]:
        """The place as the form that confirms it sends it: what was shown, and nothing else."""
        room = self.wanted.room if self.wanted else None
        return {
            "day": self.day, "time": self.time, "with": str(self.provider.pk), "where": self.site.code,
            "room": str(room.pk) if room else "", "type": self.visit_type.code,
        }  # fmt: skip

    @property
    def back(self) -> str:
        """The address of the calendar with the visit in its drawer."""
        return back_to(self.asked.get("back", ""), visit=self.visit.pk)

    @property
    def back_query(self) -> str:
        return urlencode(kept(self.asked.get("back", "")))

    @property
    def typed(self) -> Mapping[str, str]:
        return self.refusal.typed if self.refusal else {}

    @property
    def title(self) -> str:
        local = self.start or self._was
        return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"

    @property
    def from_words(self) -> str:
        was = self._was
        room = f", {self.visit.room.name}" if self.visit.room else ""
        return f"{was:%a} {was.day} {was:%b}, {was:%H:%M}, {self.visit.provider.name}{room}"

    @property
    def to_words(self) -> str:
        room = f", {self.wanted.room.name}" if self.wanted and self.wanted.room else ""
        return f"{self.title}, {self.provider.name}{room}"

    @property
    def said_reason(self) -> str:
        found = why(self.typed.get("why", ""), CHANGES)
        return found.code if found else ""


_PATIENT = next(one for one in CHANGES if one.whose == "patient")


def _in_a_row(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
