"""Puts the demo into an empty database: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TextIO

from django.db import connection, transaction

from frontdesk.clinic.models import Site
from frontdesk.config.demo import rows
from frontdesk.config.demo.absences import add_absences
from frontdesk.config.demo.accounts import (
    DOLORES,
    INES,
    PRIYA,
    TOMAS,
    add_staff,
    add_users,
    bookers,
)
from frontdesk.config.demo.care import assign
from frontdesk.config.demo.catalog import EASTERN
from frontdesk.config.demo.chains import add_chains
from frontdesk.config.demo.clinic import Clinic, build_clinic
from frontdesk.config.demo.closures import Closed, closed_days
from frontdesk.config.demo.copy import FromSequences, copy_rows
from frontdesk.config.demo.counter import add_counter
from frontdesk.config.demo.duties import add_doctors, add_duties
from frontdesk.config.demo.facts import DemoLoaded
from frontdesk.config.demo.hours import midnight
from frontdesk.config.demo.library import add_texts, read_texts
from frontdesk.config.demo.papers import add_papers
from frontdesk.config.demo.people import People, build_people
from frontdesk.config.demo.queues import add_queues
from frontdesk.config.demo.sizes import Size
from frontdesk.config.demo.together import Booked, add_together
from frontdesk.config.demo.visits import DayRows, Filler
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import Refused
from frontdesk.kit.progress import Progress

NUMBERED = (
    "clinic_site", "clinic_department", "clinic_specialty", "clinic_visittype", "clinic_slotclass", "clinic_resource",
    "people_patient", "book_appointment",
)  # fmt: skip
FILLED = (
    *NUMBERED, "clinic_closure", "clinic_segment", "clinic_visitlength", "clinic_slotclass_visit_types",
    "clinic_provider", "clinic_room", "clinic_equipment", "clinic_interpreter", "book_session",
    "people_contactpoint", "people_riskflag", "book_claim", "book_resourceday",
    "book_chainlink",
)  # fmt: skip
CLOSED_BEFORE = timedelta(days=60)
DESK_CLOSED = timedelta(hours=8)  # before the present midnight: until then the desk worked
CHUNK = 4_000  # visits that are made before they are sent


class NotEmpty(Refused):
    """The demo goes into an empty database only."""

    code = "NOT_EMPTY"

    def __init__(self) -> None:
        super().__init__("This database already has a clinic. The demo is loaded only where there is none.")


def has_clinic() -> bool:
    """Whether there is a site, and so something that the demo must leave alone."""
    return Site.objects.exists()


@transaction.atomic
def load_demo(
    *, size: Size, seed: int, today: date, by: Actor, now: datetime, stream: TextIO | None = None
) -> DemoLoaded:
    """Load the demo clinic as of the local day `today` and record it; the fact says how much there is.

    Shows its progress on `stream` (standard error unless given). Raises NotEmpty where there is a clinic.
    """
    _alone()
    if has_clinic():
        raise NotEmpty
    texts = read_texts()
    numbers = FromSequences()
    users = add_users(seed=seed, today=today)
    clinic = build_clinic(size, seed=seed, today=today, users=users, numbers=numbers)
    _copy_clinic(clinic)
    add_staff(users=users, sites=clinic.sites)
    registrars = {name: users[name] for name in (DOLORES, TOMAS)}
    people = build_people(size.patients, seed=seed, today=today, users=registrars, numbers=numbers)
    _copy_people(people, stream)
    filler = _filler(size, clinic, people, seed, today, users)
    _add_roster(filler, users)
    totals = _copy_visits(filler, numbers, stream)
    present = midnight(today, EASTERN)
    add_texts(texts, users=users, present=present)
    totals = _with(totals, add_together(filler, at=present - DESK_CLOSED))
    if size.chains:
        add_chains(present=present, waived_by=users[PRIYA], seed=seed)
    _settle()
    fact = DemoLoaded(
        size=size.name, seed=seed, today=today, sites=len(clinic.sites), providers=len(clinic.workers),
        nurses=len(clinic.nurses), patients=len(people.patients), **totals,
    )  # fmt: skip
    record(fact, by=by, now=now)
    _as_the_desk(filler, users, present - DESK_CLOSED)
    add_counter(users=users, first_site=clinic.sites[0].id, now=now)
    return fact


def _alone() -> None:
    """Let nobody else write these tables meanwhile, and have every COPY check its own foreign keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('frontdesk demo'))")
        cursor.execute(f"LOCK TABLE {', '.join(FILLED)} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _settle() -> None:
    """Let the daybook link its entry at the commit again, and tell the planner how much there is now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"ANALYZE {', '.join(FILLED)}")


def _copy(table: str, row: type[Any], made: Iterable[Sequence[Any]], bar: Progress | None = None) -> None:
    copy_rows(table, row._fields, made, bar)


def _copy_clinic(clinic: Clinic) -> None:
    _copy("clinic_site", rows.SiteRow, clinic.sites)
    _copy("clinic_department", rows.DepartmentRow, clinic.departments)
    _copy("clinic_specialty", rows.SpecialtyRow, clinic.specialties)
    _copy("clinic_visittype", rows.VisitTypeRow, clinic.visit_types)
    _copy("clinic_resource", rows.ResourceRow, clinic.resources)
    _copy("clinic_provider", rows.ProviderRow, clinic.providers)
    _copy("clinic_room", rows.RoomRow, clinic.rooms)
    _copy("clinic_equipment", rows.EquipmentRow, clinic.equipment)
    _copy("clinic_interpreter", rows.InterpreterRow, clinic.interpreters)
    _copy("clinic_segment", rows.SegmentRow, clinic.segments)
    _copy("clinic_visitlength", rows.LengthRow, clinic.lengths)
    _copy("clinic_slotclass", rows.SlotClassRow, clinic.slot_classes)
    _copy("clinic_slotclass_visit_types", rows.ClassTypeRow, clinic.class_types)
    _copy("book_session", rows.SessionRow, clinic.sessions)


def _copy_closures(closed: Iterable[Closed], by: int, at: datetime) -> None:
    found = [
        rows.ClosureRow(one.site_id, one.day, one.name, holiday=True, closed_at=at, closed_by_id=by)
        for one in closed
    ]
    _copy("clinic_closure", rows.ClosureRow, found)


def _copy_people(people: People, stream: TextIO | None) -> None:
    with Progress("Patients", len(people.patients), stream) as bar:
        _copy("people_patient", rows.PatientRow, people.patients, bar)
    _copy("people_contactpoint", rows.ContactRow, people.contacts)
    _copy("people_riskflag", rows.FlagRow, people.flags)


def _filler(
    size: Size, clinic: Clinic, people: People, seed: int, today: date, users: Mapping[str, int]
) -> Filler:
    """The filler of the days, with the closed ones stored."""
    closed = closed_days(clinic, size=size, today=today)
    _copy_closures(closed, users[PRIYA], midnight(today - CLOSED_BEFORE, EASTERN))
    booked_by = bookers(users, clinic.sites)
    book_begins = today.fromordinal(today.toordinal() - size.history_days)
    care = assign(clinic, people.persons, seed=seed, book_begins=book_begins)
    shut = {(one.site_id, one.day) for one in closed}
    return Filler(size, clinic, care, seed=seed, today=today, bookers=booked_by, closed=shut)


def _add_roster(filler: Filler, users: Mapping[str, int]) -> None:
    add_duties(
        doctors=add_doctors(filler.clinic, users),
        nurse=users[INES],
        manager=users[PRIYA],
        clinic=filler.clinic,
        reserved=filler.reserved,
        opening=filler.opening,
        size=filler.size,
        today=filler.today,
    )


def _as_the_desk(filler: Filler, users: Mapping[str, int], at: datetime) -> None:
    """What the actions themselves do, so that their facts are in the daybook as on any other day."""
    add_papers(users=users, today=filler.today, now=at)
    add_queues(users=users, now=at)
    first_site = filler.clinic.sites[0].id
    add_absences(filler.reserved, users=users, first_site=first_site, today=filler.today, now=at)


def _with(totals: Mapping[str, int], more: Booked) -> dict[str, int]:
    """The totals with what was booked by hand, all of it ahead."""
    added = {"visits": more.visits, "visits_ahead": more.visits, "claims": more.claims}
    return {name: count + added.get(name, 0) for name, count in totals.items()}


def _copy_visits(filler: Filler, numbers: FromSequences, stream: TextIO | None) -> dict[str, int]:
    """Fill the book day by day and send it in chunks; the totals by the names of the fact's fields."""
    totals = {"visits": 0, "visits_ahead": 0, "claims": 0, "open_days": 0}
    chunk = DayRows([], [], [])
    days = filler.days
    with Progress("Days of visits", len(days), stream) as bar:
        for day in days:
            made = filler.fill(day, numbers)
            totals["visits"] += len(made.visits)
            totals["visits_ahead"] += len(made.visits) if day >= filler.today else 0
            totals["claims"] += len(made.claims)
            totals["open_days"] += len(made.days)
            chunk.add(made)
            if len(chunk.visits) >= CHUNK or day == days[-1]:
                _copy_days(chunk)
                chunk = DayRows([], [], [])
            bar.add()
    return totals


def _copy_days(chunk: DayRows) -> None:
    visits = ((number, *visit) for number, visit in chunk.visits)
    copy_rows("book_appointment", ("id", *rows.Visit._fields), visits)
    _copy("book_claim", rows.ClaimRow, chunk.claims)
    _copy("book_resourceday", rows.DayRow, chunk.days)
