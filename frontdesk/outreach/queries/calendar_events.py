"""Visits as they stand in a calendar outside the house: when and where, never what for.

No entry names a patient, a visit type, a specialty or a reason. A visit of a sensitive type is "Busy", without a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db.models import Max, Q

from frontdesk.book.models import Appointment, AppointmentStatus, Gathering
from frontdesk.book.models.plan import GatheringKind
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import Provider, Site
from frontdesk.daybook.models import EntrySubject
from frontdesk.outreach.engine.ics import Event, calendar
from frontdesk.people.phones import show_phone

BACK, AHEAD = timedelta(days=30), timedelta(days=180)
MOST = 3_000  # entries of one calendar
_CHANGES = (
    "AppointmentBooked", "AppointmentMoved", "AppointmentCancelled", "AppointmentRestored", "AppointmentMissed",
)  # fmt: skip
_WORDS = {
    "en": {
        "busy": "Busy", "visit": "Visit", "visit_at": "Visit at {}", "group": "Group visit",
        Modality.VIDEO: "By video", Modality.PHONE: "By telephone", "call": "To change or cancel, call {}.",
    },
    "es": {
        "busy": "Ocupado", "visit": "Visita", "visit_at": "Visita en {}", "group": "Visita en grupo",
        Modality.VIDEO: "Por video", Modality.PHONE: "Por teléfono", "call": "Para cambiar o cancelar, llame al {}.",
    },
}  # fmt: skip


def visit_calendar(visit: Appointment) -> bytes:
    """One visit for its patient, in the patient's language; cancelled, it stays as cancelled."""
    language = visit.patient.language if visit.patient.language in _WORDS else "en"
    said, site = _WORDS[language], visit.site
    note = said["call"].format(show_phone(site.phone))
    event = _event(visit, _last_changes([visit]), said, summary=said["visit_at"].format(site.name), note=note)
    return calendar([event], name=event.summary, zone=site.time_zone, language=language)


def provider_calendar(provider: Provider, *, now: datetime) -> bytes:
    """A provider's visits from 30 days back to 180 ahead. What is cancelled stays as cancelled for 30 days."""
    visits = _visits(provider, now)
    changes = _last_changes(visits)
    events = [_event(one, changes, _WORDS["en"], summary=_WORDS["en"]["visit"]) for one in visits]
    events += [_shared(one) for one in _gatherings(provider, now)]
    zone = provider.site.time_zone
    return calendar(events, name=f"Visits of {provider.name}", zone=zone)


def _visits(provider: Provider, now: datetime) -> Sequence[Appointment]:
    """A place in a group is no entry of its own: the group is."""
    found = Appointment.objects.filter(
        provider=provider, gathering=None, start__gte=now - BACK, start__lt=now + AHEAD
    ).exclude(status=AppointmentStatus.CANCELLED, cancelled_at__lt=now - BACK)
    return list(found.select_related("visit_type", "site").order_by("start", "pk")[:MOST])


def _gatherings(provider: Provider, now: datetime) -> Sequence[Gathering]:
    own = Q(provider=provider) | Q(required=provider)
    found = Gathering.objects.filter(own, start__gte=now - BACK, start__lt=now + AHEAD)
    kept = found.filter(Q(cancelled_at=None) | Q(cancelled_at__gte=now - BACK)).distinct()
    return list(kept.select_related("visit_type", "site").order_by("start", "pk")[:MOST])


def _event(
    visit: Appointment, changes: Mapping[int, datetime], said: Mapping[str, str], *, summary: str, note: str = ""
) -> Event:  # fmt: skip
    hidden = visit.visit_type.sensitive
    own = [one for one in (visit.cancelled_at, visit.missed_at, changes.get(visit.pk)) if one]
    return Event(
        uid=_uid("visit", visit.pk),
        start=visit.start,
        end=visit.end,
        zone=visit.site.time_zone,
        summary=said["busy"] if hidden else summary,
        sequence=visit.version,
        changed=max([visit.booked_at, *own]),
        place="" if hidden else said.get(visit.modality, "") or _place(visit.site),
        note="" if hidden else note,
        cancelled=visit.status == AppointmentStatus.CANCELLED,
        hidden=hidden,
    )


def _shared(one: Gathering) -> Event:
    """A group, or a conference: of a conference nothing is said, since it is about somebody."""
    said = _WORDS["en"]
    hidden = one.kind == GatheringKind.CONFERENCE or bool(one.visit_type and one.visit_type.sensitive)
    return Event(
        uid=_uid("group", one.pk),
        start=one.start,
        end=one.end,
        zone=one.site.time_zone,
        summary=said["busy"] if hidden else said["group"],
        sequence=1 if one.cancelled_at is None else 2,
        changed=one.cancelled_at or one.planned_at,
        place="" if hidden else _place(one.site),
        cancelled=one.cancelled_at is not None,
        hidden=hidden,
    )


def _place(site: Site) -> str:
    return f"{site.name}, {site.address}"


def _uid(kind: str, pk: int) -> str:
    """The same wherever the visit is shown, for as long as it exists."""
    domain = parseaddr(settings.MAIL_FROM)[1].partition("@")[2] or "frontdesk"
    return f"{kind}-{pk}@{domain}"


def _last_changes(visits: Iterable[Appointment]) -> Mapping[int, datetime]:
    """When each visit was last changed, as the daybook has it."""
    about = EntrySubject.objects.filter(kind="appointment", ref__in=[one.pk for one in visits])
    rows = about.filter(entry__kind__in=_CHANGES).values("ref").annotate(last=Max("entry__at"))
    return dict(rows.values_list("ref", "last"))
