"""What came while a person was away: for the first look at the morning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Window
from django.db.models.functions import Lag
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment, AppointmentStatus
from frontdesk.clinic.models import Site
from frontdesk.daybook.models import Entry
from frontdesk.triage.actions.intake import CHANNELS
from frontdesk.triage.models import Request
from frontdesk.triage.models.request import RequestQuerySet
from frontdesk.triage.rules import CLINICAL

AWAY = timedelta(hours=4)  # a pause as long as this is an absence
LOOKED_BACK = timedelta(days=21)
SHOWN_FOR = timedelta(hours=12)
MOST = 5


@dataclass(frozen=True)
class Away:
    """From when until when somebody did nothing that is written down; `until` is now where they have just come."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Item:
    """One thing that came meanwhile. `at` is an instant; the page shows it in the site's own time."""

    words: str
    more: str
    url: str
    at: datetime
    lane: str = ""


@dataclass(frozen=True)
class Part:
    title: str
    items: Sequence[Item]
    count: int

    @property
    def rest(self) -> int:
        return self.count - len(self.items)


@dataclass(frozen=True)
class Since:
    """What came to one site while this person was away."""

    away: Away
    parts: Sequence[Part]


def since_left(*, user: User, site: Site, now: datetime) -> Since | None:
    """What came to the site in the person's last absence; None where they were never here, or are back for long."""
    away = last_absence(user, now)
    if away is None or now - away.until > SHOWN_FOR:
        return None
    parts = (
        _part("Urgent requests", _urgent(user, site, away)),
        _part("Voicemail and messages", _messages(user, site, away)),
        _part("Cancelled", _cancelled(user, site, away)),
        _part("Moved", _moved(user, site, away)),
    )
    return Since(away, parts)


def last_absence(user: User, now: datetime) -> Away | None:
    """The last pause of AWAY or longer between two things that the person did; logging in and out are such things."""
    mine = Entry.objects.filter(actor=user, at__gte=now - LOOKED_BACK, at__lte=now)
    last = mine.order_by("-at").values_list("at", flat=True).first()
    if last is None:
        return None
    if now - last >= AWAY:
        return Away(last, now)
    paused = mine.annotate(before=Window(Lag("at"), order_by=F("at").asc()))
    found = [
        (before, at) for before, at in paused.values_list("before", "at") if before and at - before >= AWAY
    ]
    return Away(*max(found)) if found else None


def _part(title: str, items: Iterable[Item]) -> Part:
    found = list(items)
    return Part(title, found[:MOST], len(found))


def _cancelled(user: User, site: Site, away: Away) -> list[Item]:
    """Visits that were still to come, cancelled by somebody else: time that has become free."""
    visits = Appointment.objects.visible_to(user).filter(
        site=site,
        status=AppointmentStatus.CANCELLED,
        cancelled_at__gt=away.since,
        cancelled_at__lte=away.until,
        start__gte=away.since,
    )
    rows = visits.exclude(cancelled_by=user).select_related("patient", "provider").order_by("start", "pk")
    return [
        Item(one.patient.sort_name, f"with {one.provider.name}", _record(one.patient_id), one.start)
        for one in rows
    ]


def _moved(user: User, site: Site, away: Away) -> list[Item]:
    """Visits that were moved, each once, with the time they have now."""
    told = Entry.objects.filter(kind="AppointmentMoved", at__gt=away.since, at__lte=away.until)
    ids = {entry.facts["appointment_id"] for entry in told.exclude(actor=user)}
    visits = (
        Appointment.objects.visible_to(user)
        .filter(pk__in=ids, site=site)
        .select_related("patient", "provider")
    )
    return [
        Item(one.patient.sort_name, f"now with {one.provider.name}", _record(one.patient_id), one.start)
        for one in visits.order_by("start", "pk")
    ]


def _urgent(user: User, site: Site, away: Away) -> list[Item]:
    lanes = [lane.value for lane in CLINICAL]
    found = _opened(user, site, away).filter(lane__in=lanes)
    return sorted((_request(one) for one in found), key=lambda one: (one.lane != "emergency", one.at))


def _messages(user: User, site: Site, away: Away) -> list[Item]:
    """Those that nobody has taken yet."""
    channels = [one.value for one in CHANNELS]
    found = _opened(user, site, away).open().filter(channel__in=channels, taken_by=None)
    return [_request(one) for one in found.exclude(lane__in=[lane.value for lane in CLINICAL])]


def _opened(user: User, site: Site, away: Away) -> RequestQuerySet:
    found = Request.objects.visible_to(user).filter(
        site=site, opened_at__gt=away.since, opened_at__lte=away.until
    )
    return found.select_related("patient").order_by("opened_at", "pk")


def _request(one: Request) -> Item:
    name = (one.patient.sort_name if one.patient else one.said_name) or "Name not yet given"
    more = one.rule_title or one.get_channel_display()
    return Item(
        name,
        more.lower() if not one.rule_title else more,
        reverse("desk:request", args=[one.pk]),
        one.opened_at,
        one.lane,
    )


def _record(patient: int) -> str:
    return reverse("desk:patient", args=[patient])
