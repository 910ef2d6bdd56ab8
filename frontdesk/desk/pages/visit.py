"""One visit in the drawer beside the day: when, who, where, how it was booked, how the patient was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.clinic.choices import Modality
from frontdesk.desk.pages.day import State, state_of
from frontdesk.outreach.models import Message, MessageState
from frontdesk.people.models import Patient
from frontdesk.people.phones import show_phone

TOLD = {
    MessageState.QUEUED: ("waiting", ""),
    MessageState.SENT: ("pass", "pass"),
    MessageState.FAILED: ("fail", "fail"),
}


@dataclass(frozen=True)
class Told:
    """One message about the visit: the shape and colour of its state, what became of it, when, and to where."""

    icon: str
    css: str
    word: str
    when: str
    to: str


@dataclass(frozen=True)
class Drawer:
    """What the drawer shows. Empty text means that there is nothing to say of it, or that the reader may not see it."""

    id: int
    title: str
    patient: Patient
    open_record: bool
    state: State
    day: str
    hours: str
    provider: str
    place: str
    interpreter: str
    born: str
    language: str
    phone: str
    flags: tuple[str, ...]
    booked: str
    cancelled: str
    told: tuple[Told, ...]


def drawer_of(visit: Appointment, *, user: User, now: datetime) -> Drawer:
    """The drawer of a visit that `user` may see. The visit comes with its rows loaded (see `views/calendar.py`)."""
    zone, reason = visit.site.zone, user.may(Permission.SEE_REASON)
    minutes = (visit.end - visit.start).total_seconds() // 60
    told = Message.objects.visible_to(user).filter(about_kind="appointment", about_ref=visit.pk)
    start, end = (moment.astimezone(zone) for moment in (visit.start, visit.end))
    patient = visit.patient
    return Drawer(
        id=visit.pk,
        title=f"{visit.visit_type.name if reason else 'Visit'}, {minutes:.0f} min",
        patient=patient,
        open_record=user.may(Permission.SEE_PATIENTS),
        state=state_of(visit.status, visit.end, now),
        day=f"{start:%a} {start.day} {start:%b %Y}",
        hours=f"{start:%H:%M}–{end:%H:%M}",
        provider=visit.provider.name,
        place=_place(visit),
        interpreter=_interpreter(visit),
        born=_born(patient, start.date()),
        language=patient.get_language_display(),
        phone=_phone(patient),
        flags=tuple(flag.label for flag in patient.risk_flags.filter(ended_at=None)) if reason else (),
        booked=_stamp(visit.booked_at, visit.booked_by, zone),
        cancelled=_stamp(visit.cancelled_at, visit.cancelled_by, zone) if visit.cancelled_at else "",
        told=tuple(_told(one, zone) for one in told.order_by("queued_at")),
    )


def _place(visit: Appointment) -> str:
    if visit.modality != Modality.IN_PERSON:
        return f"{visit.get_modality_display()}, {visit.site.name}"
    return f"{visit.room.name}, {visit.site.name}" if visit.room else visit.site.name


def _interpreter(visit: Appointment) -> str:
    if visit.interpreter:
        return visit.interpreter.name
    patient = visit.patient
    return f"Needs {patient.get_language_display()}, none is held" if patient.needs_interpreter else ""


def _born(patient: Patient, day: date) -> str:
    if patient.birth_date is None:
        return "Not known"
    born = patient.birth_date
    return f"{born.day} {born:%b %Y}, age {patient.age_on(day)}"


def _phone(patient: Patient) -> str:
    numbers = patient.contact_points.filter(kind="phone", allowed=True).order_by("-preferred", "pk")
    best = numbers.values_list("value", flat=True).first()
    return show_phone(best) if best else ""


def _stamp(moment: datetime, who: User | None, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}{f', {who.name}' if who else ''}"


def _told(message: Message, zone: ZoneInfo) -> Told:
    icon, css = TOLD[MessageState(message.state)]
    local = (message.settled_at or message.queued_at).astimezone(zone)
    word = f"{message.get_channel_display()}: {message.get_state_display().lower()}"
    return Told(icon, css, word, f"{local.day} {local:%b, %H:%M}", message.to)
