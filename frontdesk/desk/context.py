"""What every page of the desk shows around itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Duty, Site
from frontdesk.desk.pages.alert import Alert
from frontdesk.desk.pages.duty_now import DutyCard, duty_cards
from frontdesk.kit.clock import now
from frontdesk.triage.models import Channel, Request, WalkIn
from frontdesk.work.models import Task


@dataclass(frozen=True)
class RailItem:
    url: str
    icon: str
    label: str
    current: bool
    count: int = 0
    count_word: str = ""


@dataclass(frozen=True)
class Call:
    url: str
    label: str
    name: str
    matter: str
    seconds: int
    current: bool


@dataclass(frozen=True)
class OnDuty:
    name: str
    extension: str


RAIL = (
    ("desk:today", "today", "Today", Permission.USE_DESK),
    ("desk:requests", "phone", "Requests", Permission.TAKE_REQUESTS),
    ("desk:walk-ins", "arrived", "Walk-ins", Permission.SEE_QUEUES),
    ("desk:calendar", "calendar", "Calendar", Permission.SEE_CALENDAR),
    ("desk:groups", "patients", "Groups", Permission.SEE_CALENDAR),
    ("desk:conflicts", "repair", "Conflicts", Permission.SEE_CALENDAR),
    ("desk:queues", "queues", "Queues", Permission.SEE_QUEUES),
    ("desk:patients", "patients", "Patients", Permission.SEE_PATIENTS),
    ("desk:mailbox", "messages", "Mailbox", Permission.SEE_MAILBOX),
    ("desk:reports", "reports", "Reports", Permission.SEE_REPORTS),
    ("desk:protocol", "signed", "Protocol", Permission.USE_DESK),
    ("desk:settings", "settings", "Settings", Permission.USE_DESK),
)


class Frame:
    """The frame of one page for one person. Each part is read when a template asks for it."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self._path, self._user, self._now = request.path, user, now()
        match = request.resolver_match
        self._request_pk = match.kwargs.get("pk") if match and match.url_name in _REQUEST_PAGES else None

    @property
    def at(self) -> datetime:
        """The moment of this page; the clocks on it run from here."""
        return self._now

    @property
    def user_name(self) -> str:
        return self._user.name

    @property
    def user_role(self) -> str:
        return self._user.get_role_display()

    @property
    def initials(self) -> str:
        return self._user.initials

    @property
    def can_request(self) -> bool:
        return self._user.may(Permission.TAKE_REQUESTS) and self.home is not None

    @property
    def can_search(self) -> bool:
        return self._user.may(Permission.SEE_PATIENTS)

    @cached_property
    def home(self) -> Site | None:
        return home_site(self._user)

    @property
    def site(self) -> str:
        return self.home.name if self.home else "No site"

    @cached_property
    def duty(self) -> OnDuty | None:
        return on_duty(self.home, self._now)

    @property
    def can_see_duty(self) -> bool:
        return self._user.may(Permission.USE_DESK)

    @cached_property
    def duties(self) -> Sequence[DutyCard]:
        """Who answers what at the person's site now."""
        return duty_cards(self.home, now=self._now) if self.home else ()

    @property
    def can_be_asked(self) -> bool:
        return self._user.may(Permission.SEE_QUEUES)

    @cached_property
    def alert(self) -> Alert:
        return Alert(self._user, self._now)

    @cached_property
    def calls(self) -> Sequence[Call]:
        if not self._user.may(Permission.TAKE_REQUESTS):
            return ()
        mine = Request.objects.open().taken_by_user(self._user).select_related("patient").order_by("pk")
        return [self._call(one) for one in mine[:9]]

    @cached_property
    def rail(self) -> Sequence[RailItem]:
        return [
            self._item(name, icon, label)
            for name, icon, label, permission in RAIL
            if self._user.may(permission)
        ]

    def _call(self, one: Request) -> Call:
        current = one.pk == self._request_pk
        name = one.patient.name if one.patient else one.said_name
        return Call(
            url=reverse("desk:request", args=[one.pk]),
            label="Cut off" if one.dropped_at else "Live" if current else _set_aside(one),
            name=name,
            matter=one.get_kind_display().lower() if one.kind else "",
            seconds=max(0, int((self._now - one.opened_at).total_seconds())),
            current=current,
        )

    def _item(self, name: str, icon: str, label: str) -> RailItem:
        url = reverse(name)
        current = self._path == url if url == "/" else self._path.startswith(url)
        if name == "desk:walk-ins":
            return RailItem(url, icon, label, current, self._unweighed, "not weighed")
        late = self._overdue if name == "desk:queues" else 0
        return RailItem(url, icon, label, current, late, "overdue")

    @property
    def _unweighed(self) -> int:
        """Walk-ins whom no clinician has weighed."""
        return WalkIn.objects.visible_to(self._user).waiting().filter(tier=None).count()

    @property
    def _overdue(self) -> int:
        return Task.objects.visible_to(self._user).open().filter(due_at__lt=self._now).count()


_REQUEST_PAGES = {
    "request", "request-field", "request-state", "request-words", "find", "trail", "plan-several",
}  # fmt: skip


def _set_aside(one: Request) -> str:
    """What a request in the strip is while its page is not the one that is open."""
    if one.channel in (Channel.PHONE, Channel.PARTNER):
        return "Parked"
    return "Walk-in" if one.channel == Channel.WALK_IN else "Message"


def home_site(user: User) -> Site | None:
    """Where the person works first; for somebody who sees all sites, the first of all."""
    return Site.objects.of(user).order_by("pk").first()


def on_duty(site: Site | None, moment: datetime) -> OnDuty | None:
    """Who answers escalations at the site now."""
    if site is None:
        return None
    duty = Duty.objects.at(moment).for_target("nurse", site=site).select_related("user__staff").first()
    if duty is None:
        return None
    staff = getattr(duty.user, "staff", None)
    return OnDuty(duty.user.name, staff.extension if staff else "")


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor: `frame` on every page of somebody who is logged in."""
    user = getattr(request, "user", None)
    return {"frame": Frame(request, user)} if isinstance(user, User) else {}
