"""Clinics drawn at random: providers, rooms, machines, interpreters, visit types with segments, sessions, blocks.

The same seed draws the same clinic. It stands beside the universe, at sites and with specialties of its own.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from frontdesk.book.actions.days import open_days
from frontdesk.book.models import Appointment, AppointmentStatus, Block, Session
from frontdesk.clinic.choices import Audience, BlockKind, InterpreterMode, Modality, ResourceKind, RoomType
from frontdesk.clinic.models import (
    Equipment,
    Interpreter,
    Provider,
    Resource,
    Segment,
    Site,
    SlotClass,
    Specialty,
    VisitLength,
    VisitType,
)
from frontdesk.people.models import Patient
from frontdesk.triage.models import Request
from tests.factories import clinic as factory
from tests.factories.callers import callers
from tests.universe import LAST_OPEN, NOW, OPENER, TODAY, Universe, at

MACHINE = "ultrasound"


@dataclass
class Drawn:
    """A clinic and the people who want to come; `chance` is what it was drawn with and may go on drawing."""

    universe: Universe
    chance: Random
    sites: list[Site] = field(default_factory=list)
    doctors: list[Provider] = field(default_factory=list)
    nurses: list[Provider] = field(default_factory=list)
    others: list[Resource] = field(default_factory=list)
    classes: list[SlotClass] = field(default_factory=list)
    kinds: list[VisitType] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def one_in(self, number: int) -> bool:
        return self.chance.randrange(number) == 0


def draw(universe: Universe, seed: int, *, people: int = 120) -> Drawn:
    """A clinic whose days are open from TODAY to LAST_OPEN, with nobody booked yet."""
    made = Drawn(universe, Random(seed))
    made.sites = [factory.site(f"drawn-{n}", f"Drawn {n}") for n in range(made.chance.choice([1, 1, 2]))]
    doctors = factory.specialty("drawn", "Drawn medicine")
    nurses = factory.specialty("drawn-nursing", "Drawn nursing")
    _people(made, doctors, nurses)
    _things(made)
    _classes(made)
    _kinds(made, doctors, nurses)
    for resource in [*made.doctors, *made.nurses, *made.others]:
        _week(made, resource)
    everybody = [*made.doctors, *made.nurses, *made.others]
    _blocks(made, everybody)
    open_days(resources=everybody, first=TODAY, last=LAST_OPEN, by=OPENER, now=NOW - timedelta(days=1))
    _callers(made, people)
    return made


def _people(made: Drawn, doctors: Specialty, nurses: Specialty) -> None:
    for number in range(made.chance.randint(2, 4)):
        home = made.chance.choice(made.sites)
        made.doctors.append(factory.provider(f"Dr. Drawn {number}", at=home, in_=doctors))
    for number in range(made.chance.randint(1, 2)):
        made.nurses.append(
            factory.provider(f"Nurse Drawn {number}", at=made.chance.choice(made.sites), in_=nurses)
        )
    spanish = [one.pk for one in made.doctors[1::2]]
    Provider.objects.filter(pk__in=spanish).update(languages=["en", "es"])


def _things(made: Drawn) -> None:
    for site in made.sites:
        rooms = [factory.room(f"Exam {n}", at=site) for n in range(made.chance.randint(1, 3))]
        rooms.append(factory.room("Procedures", at=site, kind=RoomType.PROCEDURE))
        made.others += rooms
        made.others += [
            Equipment.objects.create(
                kind=ResourceKind.EQUIPMENT, name=f"Ultrasound {n}", site=site, equipment_type=MACHINE
            )
            for n in range(made.chance.randint(1, 2))
        ]
        made.others.append(factory.interpreter("Drawn interpreter", at=site, languages=["es"]))
    line = factory.interpreter("Drawn line", at=made.sites[0], languages=["es", "zh"])
    Interpreter.objects.filter(pk=line.pk).update(mode=InterpreterMode.VIDEO)
    made.others.append(line)


def _classes(made: Drawn) -> None:
    for number in range(made.chance.randint(1, 3)):
        released = made.one_in(2)
        made.classes.append(
            SlotClass.objects.create(
                code=f"drawn-{number}",
                name=f"Drawn class {number}",
                audience=made.chance.choice(list(Audience)),
                modalities=made.chance.choice([[], [], [Modality.IN_PERSON], [Modality.VIDEO]]),
                by_direction=made.one_in(5),
                release_days=made.chance.choice([0, 1, 3]) if released else None,
                release_at=made.chance.choice([time(8), time(12)]) if released else None,
            )
        )


def _kinds(made: Drawn, doctors: Specialty, nurses: Specialty) -> None:
    chance = made.chance
    for number in range(chance.randint(2, 4)):
        minutes = chance.choice([10, 15, 20, 30, 40, 45])
        kind = VisitType.objects.create(
            code=f"drawn-{number}",
            name=f"Drawn visit {number}",
            name_es=f"Visita {number}",
            specialty=doctors,
            minutes=minutes,
            room_type=chance.choice([RoomType.EXAM, RoomType.EXAM, ""]),
            converts_to=chance.choice([[], [Modality.VIDEO]]),
            kept_only=made.one_in(6),
            lead_least=chance.choice([0, 0, 60, 24 * 60]),
            lead_most=chance.choice([None, None, 5]),
            prep_hours=chance.choice([0, 0, 0, 24]),
            buffer_before=chance.choice([0, 5]),
            buffer_after=chance.choice([0, 10]),
            turnover=chance.choice([0, 10]),
        )
        if made.one_in(2):
            _segments(made, kind, nurses)
        for doctor in made.doctors:
            if made.one_in(4):
                own = chance.choice([10, 20, 25, 50])
                VisitLength.objects.create(visit_type=kind, provider=doctor, minutes=own)
        for one in made.classes:
            if made.one_in(2):
                one.visit_types.add(kind)
        made.kinds.append(kind)


def _segments(made: Drawn, kind: VisitType, nurses: Specialty) -> None:
    """A doctor some way into the visit, and any of: a nurse, a room or two, a machine, each at offsets of its own."""
    chance = made.chance
    offset = chance.choice([0, 5, 10, 15])
    rows = [
        Segment(
            visit_type=kind, kind=ResourceKind.PROVIDER, leads=True, offset=offset,
            minutes=kind.minutes - offset if kind.minutes - offset >= 5 else 5,
        )
    ]  # fmt: skip
    for what in chance.sample(["nurse", "room", "second room", "machine"], chance.randint(1, 4)):
        begins = chance.choice([0, 0, 5, 10, 20])
        rows.append(
            Segment(
                visit_type=kind,
                kind={"nurse": ResourceKind.PROVIDER, "machine": ResourceKind.EQUIPMENT}.get(
                    what, ResourceKind.ROOM
                ),
                specialty=nurses if what == "nurse" else None,
                room_type={"room": RoomType.EXAM, "second room": RoomType.PROCEDURE}.get(what, ""),
                equipment_type=MACHINE if what == "machine" else "",
                offset=begins,
                minutes=chance.choice([5, 10, 20, 30]),
            )
        )
    chance.shuffle(rows)
    Segment.objects.bulk_create(rows)


def _week(made: Drawn, resource: Resource) -> None:
    """Sessions from 8:00 to 17:00 on every day, in up to three stretches, at home and sometimes elsewhere too."""
    chance = made.chance
    sites = [resource.site]
    if resource.kind in (ResourceKind.PROVIDER, ResourceKind.INTERPRETER) and made.one_in(2):
        sites = made.sites
    plain = resource.kind != ResourceKind.PROVIDER and not made.one_in(5)
    for site in sites:
        cuts = sorted(chance.sample(range(17, 33), 0 if plain else chance.randint(0, 2)))
        edges = [16, *cuts, 34]  # half hours
        for begins, ends in itertools.pairwise(edges):
            row = _session(made, resource, site, begins, ends, plain=plain)
            Session.objects.bulk_create(Session(**row, weekday=day) for day in range(7))


def _session(
    made: Drawn, resource: Resource, site: Site, begins: int, ends: int, *, plain: bool
) -> dict[str, object]:
    chance = made.chance
    row: dict[str, object] = {
        "resource": resource, "site": site, "valid_from": date(2026, 1, 1),
        "starts": time(begins // 2, begins % 2 * 30), "ends": time(ends // 2, ends % 2 * 30),
    }  # fmt: skip
    if plain:
        return row
    what = chance.choice(["open", "open", "open", "class", "class", "block"])
    row["slot_class"] = chance.choice(made.classes) if what == "class" else None
    row["block"] = BlockKind.MEETING if what == "block" else ""
    row["capacity"] = chance.choice([None, None, 1, 3])
    row["align"] = chance.choice([None, None, 10, 15, 20, 30])
    if what != "open" and made.one_in(2):
        row["release_days"], row["release_at"] = chance.choice([0, 2]), time(9)
    return row


def _blocks(made: Drawn, resources: list[Resource]) -> None:
    chance = made.chance
    for resource in chance.sample(resources, min(len(resources), 6)):
        day = TODAY + timedelta(days=chance.randrange(9))
        start = at(chance.randint(8, 15), chance.choice([0, 10, 25]), day=day)
        kept = chance.choice(made.classes) if made.one_in(3) else None
        released = made.one_in(3)
        Block.objects.create(
            resource=resource,
            kind=BlockKind.MEETING,
            slot_class=kept,
            start=start,
            end=start + timedelta(minutes=chance.choice([20, 60, 26 * 60])),
            release_days=1 if released else None,
            release_at=time(12) if released else None,
            recorded_at=NOW,
            recorded_by=made.universe.alice,
        )


def _callers(made: Drawn, people: int) -> None:
    """A third need an interpreter, unless the doctor speaks Spanish; half have been here before."""
    made.requests = callers(people, site=made.sites[0], by=made.universe.alice, now=NOW - timedelta(days=1))
    patients = [request.patient_id for request in made.requests if request.patient_id is not None]
    Patient.objects.filter(pk__in=patients[::3]).update(language="es", needs_interpreter=True)
    doctor, kind = made.doctors[0], made.kinds[0]
    Appointment.objects.bulk_create(
        _seen_before(patient, doctor, kind, NOW - timedelta(days=30)) for patient in patients[::2]
    )
    made.requests = list(
        Request.objects.filter(pk__in=[one.pk for one in made.requests])
        .select_related("patient")
        .order_by("pk")
    )


def _seen_before(patient: int, doctor: Provider, kind: VisitType, start: datetime) -> Appointment:
    return Appointment(
        patient_id=patient, visit_type=kind, site=doctor.site, provider=doctor, start=start,
        end=start + timedelta(minutes=20), status=AppointmentStatus.DONE, booked_at=start, booked_how="import",
    )  # fmt: skip
