"""One visit in the drawer beside the day: when, who, where, is everything in place, may it move, what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.engine.why import CHANGES, MISSES, why
from frontdesk.book.models import Appointment, AppointmentStatus
from frontdesk.clinic.choices import Modality, Moves
from frontdesk.daybook.models import Entry
from frontdesk.desk.pages.acts import ActForm, Acts, Refusal, acts_for, open_form
from frontdesk.desk.pages.calendar_links import VisitLinks, visit_links
from frontdesk.desk.pages.chain import Light, kept_lights, passed
from frontdesk.desk.pages.day_parts import State, state_of
from frontdesk.outreach.models import Message, MessageState
from frontdesk.people.models import Patient
from frontdesk.people.phones import show_phone
from frontdesk.triage.models import Request

MAY_MOVE = {
    Moves.FREELY: ("pass", "Yes, freely."),
    Moves.APPROVED: ("lock", "Only with approval, unless the patient asks."),
    Moves.NEVER: ("lock", "No, unless the patient asks or the visit itself is at fault."),
}
TOLD = {
    MessageState.QUEUED: ("waiting", ""),
    MessageState.SENT: ("pass", "pass"),
    MessageState.FAILED: ("fail", "fail"),
}
_HOW = {"partner": ", another system"}  # beside the name of who booked


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
    version: int
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
    history: tuple[str, ...]
    trail: int
    told: tuple[Told, ...]
    lights: tuple[Light, ...]
    may_move: tuple[str, str, str]
    acts: Acts
    form: ActForm | None
    refused: str = ""
    calendar: VisitLinks | None = None

    @property
    def passed(self) -> int:
        return passed(self.lights)


@dataclass(frozen=True)
class Wanted:
    """What the address asks of the drawer: which form is open, for which link; and why it was refused before.

    `address` is a calendar link that was made this moment, shown once.
    """

    act: str = ""
    link: int = 0
    refusal: Refusal | None = None
    address: str = ""


def drawer_of(visit: Appointment, *, user: User, now: datetime, wanted: Wanted | None = None) -> Drawer:
    """The drawer of a visit that `user` may see. The visit comes with its rows loaded (see `views/kit.py`)."""
    wanted = wanted or Wanted()
    zone, reason = visit.site.zone, user.may(Permission.SEE_REASON)
    minutes = (visit.end - visit.start).total_seconds() // 60
    told = Message.objects.visible_to(user).about_visits().filter(about_ref=visit.pk)
    start, end = (moment.astimezone(zone) for moment in (visit.start, visit.end))
    patient, acts = visit.patient, acts_for(visit, user=user, now=now)
    form = open_form(
        wanted.act, visit, acts=acts, user=user, now=now, link=wanted.link, refusal=wanted.refusal
    )
    return Drawer(
        id=visit.pk,
        version=visit.version,
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
        booked=_stamp(visit.booked_at, visit.booked_by, zone) + _HOW.get(visit.booked_how, ""),
        history=_history(visit, zone),
        trail=_trail(visit, user),
        told=tuple(_told(one, zone) for one in told.order_by("queued_at")),
        lights=_lights(visit, user) if reason else (),
        may_move=(*MAY_MOVE[visit.moves], visit.may_move_because or visit.visit_type.moves_because),
        acts=acts,
        form=form,
        refused=wanted.refusal.sentence if wanted.refusal and form is None else "",
        calendar=visit_links(visit, user=user, address=wanted.address),
    )


def _lights(visit: Appointment, user: User) -> tuple[Light, ...]:
    rows = visit.chain.select_related("waived_by")
    return kept_lights(rows, may_waive=user.may(Permission.WAIVE_CHECKS))


def _history(visit: Appointment, zone: ZoneInfo) -> tuple[str, ...]:
    """What became of it since it was booked, a sentence each."""
    said = [_moved(visit, zone)] if visit.moved else []
    if visit.status == AppointmentStatus.CANCELLED and visit.cancelled_at:
        late = "late, " if visit.late_cancel else ""
        stamp = _stamp(visit.cancelled_at, visit.cancelled_by, zone)
        said.append(f"Cancelled {late}{stamp}. {_ended(visit)}".strip())
    if visit.status == AppointmentStatus.NO_SHOW and visit.missed_at:
        stamp = _stamp(visit.missed_at, visit.missed_by, zone)
        said.append(f"Marked as not kept {stamp}. {_ended(visit)}".strip())
    return tuple(said)


def _moved(visit: Appointment, zone: ZoneInfo) -> str:
    last = Entry.objects.about("appointment", visit.pk).filter(kind="AppointmentMoved").last()
    times = "once" if visit.moved == 1 else f"{visit.moved} times"
    if last is None:
        return f"Moved {times}."
    local = last.at.astimezone(zone)
    return f"Moved {times}, last {local.day} {local:%b %Y, %H:%M} by {last.actor_name}. {last.reason}".strip()


def _ended(visit: Appointment) -> str:
    found = why(visit.ended_code, CHANGES) or why(visit.ended_code, MISSES)
    words = f"{found.words}." if found else ""
    return f"{words} {visit.ended_note}".strip()


def _trail(visit: Appointment, user: User) -> int:
    """The request that asked for the visit, where the reader may see its trail; else 0."""
    if not visit.asked_for or not user.may(Permission.SEE_TRAIL):
        return 0
    found = Request.objects.visible_to(user).filter(pk=visit.asked_for)
    return visit.asked_for if found.exists() else 0


def _place(visit: Appointment) -> str:
    if visit.modality != Modality.IN_PERSON:
        return f"{visit.get_modality_display()}, {visit.site.name}"
    return f"{visit.room.name}, {visit.site.name}" if visit.room else visit.site.name


def _interpreter(visit: Appointment) -> str:
    if visit.interpreter:
        return visit.interpreter.name
    patient, language = visit.patient, visit.patient.get_language_display()
    if not patient.needs_interpreter:
        return ""
    if patient.language in visit.provider.languages:
        return f"Not needed: {visit.provider.name} speaks {language}"
    return f"Needs {language}, none is held"


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
