"""Finding a patient, one patient's record, and who looked at it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment, AppointmentStatus, PastVisit, Plan
from frontdesk.book.queries.plans import plans_of
from frontdesk.daybook.models import Look
from frontdesk.desk.pages.glance import Glance, glance, open_items
from frontdesk.kit.text import fold
from frontdesk.outreach.models import Message
from frontdesk.people.models import ContactPoint, Patient, RiskFlag
from frontdesk.people.phones import show_phone
from frontdesk.people.queries import search
from frontdesk.triage.models import Contact as Talk
from frontdesk.triage.models import Request
from frontdesk.triage.queries.counter import contacts_with

SHORTEST = 2  # letters; fewer would find half the clinic
MOST_FOUND = 30
MOST_VISITS = 20
MOST_REQUESTS = 20
MOST_MESSAGES = 20
MOST_TALKS = 20
MOST_LOOKS = 50
LOOKS_PER_PAGE = 200


@dataclass(frozen=True)
class Found:
    """One patient who fits what was typed; nothing here is a look at the record."""

    pk: int
    name: str
    birth_date: date | None
    age: int | None
    mrn: str
    phone: str
    next_visit: Appointment | None
    open_items: int


@dataclass(frozen=True)
class Search:
    """`text` as it was searched for; `more`: others fit too and are not shown."""

    text: str
    rows: Sequence[Found] = ()
    more: bool = False

    @property
    def too_short(self) -> bool:
        return 0 < len(self.text) < SHORTEST


@dataclass(frozen=True)
class Contact:
    words: str
    kind: str
    allowed: bool
    preferred: bool


@dataclass(frozen=True)
class Record:
    """All that the page of one patient shows. `looks` is None for who may not see the access log."""

    patient: Patient
    age: int | None
    identifiers: Sequence[str]
    contacts: Sequence[Contact]
    flags: Sequence[RiskFlag]
    upcoming: Sequence[Appointment]
    upcoming_count: int
    earlier: Sequence[Appointment]
    requests: Sequence[Request]
    messages: Sequence[Message]
    imported: Sequence[PastVisit]
    imported_count: int
    looks: Sequence[Look] | None
    shows_reason: bool
    plans: Sequence[Plan] = ()
    talks: Sequence[Talk] = ()
    glance: Glance | None = None


@dataclass(frozen=True)
class SeenRecord:
    look: Look
    mrn: str


@dataclass(frozen=True)
class Looks:
    """One page of the access log, the newest first; `before` leads to the next page where there is one.

    `of`: whose looks alone these are; None for everybody's.
    """

    rows: Sequence[SeenRecord]
    before: int | None
    is_first: bool
    of: User | None = None


def find_patients(text: str, *, by: User, today: date, now: datetime) -> Search:
    """Whoever fits `text`, at most MOST_FOUND, each with the next visit and the open work at the sites of `by`."""
    found = search(text, by=by, today=today, limit=MOST_FOUND + 1)
    shown = found[:MOST_FOUND]
    visits = _next_visits(shown, by, now)
    waiting = open_items(shown, user=by)
    rows = [_found(patient, visits.get(patient.pk), waiting[patient.pk], today) for patient in shown]
    return Search(text, sorted(rows, key=lambda row: fold(row.name)), len(found) > MOST_FOUND)


def record_of(patient: Patient, *, by: User, today: date, now: datetime) -> Record:
    """The record of a patient whom `by` may see; visits and requests only of the sites of `by`."""
    visits = Appointment.objects.visible_to(by).filter(patient=patient)
    visits = visits.select_related("visit_type", "provider", "site")
    earlier = visits.exclude(start__gte=now, status=AppointmentStatus.BOOKED).order_by("-start", "-pk")
    imported = PastVisit.objects.visible_to(by).filter(patient=patient).order_by("-day", "-pk")
    requests = Request.objects.visible_to(by).filter(patient=patient).order_by("-opened_at", "-pk")
    return Record(
        patient=patient,
        age=patient.age_on(today),
        identifiers=[str(one) for one in patient.identifiers.order_by("system", "pk")],
        contacts=_contacts(patient.contact_points.order_by("kind", "-preferred", "pk")),
        flags=list(patient.risk_flags.filter(ended_at=None).order_by("label")),
        upcoming=list(visits.upcoming(now)[:MOST_VISITS]),
        upcoming_count=visits.upcoming(now).count(),
        earlier=list(earlier[:MOST_VISITS]),
        requests=list(requests.select_related("site")[:MOST_REQUESTS]),
        messages=list(
            Message.objects.visible_to(by).filter(patient=patient).order_by("-queued_at")[:MOST_MESSAGES]
        ),
        imported=list(imported[:MOST_VISITS]),
        imported_count=imported.count(),
        looks=_looks_at(patient) if by.may(Permission.SEE_ACCESS_LOG) else None,
        shows_reason=by.may(Permission.SEE_REASON),
        plans=plans_of(patient, by)[:MOST_VISITS],
        talks=contacts_with(patient, by=by, limit=MOST_TALKS),
        glance=glance(patient, user=by, now=now),
    )


def looks_page(*, before: int | None, by: int | None = None) -> Looks:
    """The latest looks at patients' records in the organization, older than the look `before`.

    `by`: those of one person or system alone (a user's number); everybody's where there is no such user.
    """
    looks = Look.objects.filter(kind="patient").select_related("user").order_by("-pk")
    of = User.objects.filter(pk=by).first() if by is not None else None
    if of is not None:
        looks = looks.filter(user=of)
    if before is not None:
        looks = looks.filter(pk__lt=before)
    found = list(looks[: LOOKS_PER_PAGE + 1])
    shown = found[:LOOKS_PER_PAGE]
    numbers = dict(Patient.objects.filter(pk__in={look.ref for look in shown}).values_list("pk", "mrn"))
    rows = [SeenRecord(look, numbers.get(look.ref, "")) for look in shown]
    return Looks(rows, shown[-1].pk if len(found) > LOOKS_PER_PAGE else None, before is None, of)


def _next_visits(patients: Sequence[Patient], by: User, now: datetime) -> dict[int, Appointment]:
    ahead = Appointment.objects.visible_to(by).upcoming(now).filter(patient__in=patients)
    first = ahead.order_by("patient", "start", "pk").distinct("patient")
    return {visit.patient_id: visit for visit in first.select_related("provider", "site")}


def _found(patient: Patient, next_visit: Appointment | None, waiting: int, today: date) -> Found:
    phones = [one for one in patient.contact_points.all() if one.kind == ContactPoint.Kind.PHONE]
    first = min(phones, key=lambda one: (not one.preferred, one.pk), default=None)
    return Found(
        pk=patient.pk,
        name=patient.sort_name,
        birth_date=patient.birth_date,
        age=patient.age_on(today),
        mrn=patient.mrn,
        phone=show_phone(first.value) if first else "",
        next_visit=next_visit,
        open_items=waiting,
    )


def _contacts(points: Iterable[ContactPoint]) -> list[Contact]:
    phone = ContactPoint.Kind.PHONE
    return [
        Contact(
            words=show_phone(point.value) if point.kind == phone else point.value,
            kind=point.get_kind_display(),
            allowed=point.allowed,
            preferred=point.preferred,
        )
        for point in points
    ]


def _looks_at(patient: Patient) -> list[Look]:
    looks = Look.objects.filter(kind="patient", ref=patient.pk).select_related("user")
    return list(looks.order_by("-at", "-pk")[:MOST_LOOKS])
