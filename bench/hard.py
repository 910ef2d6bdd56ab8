"""The hard case: near time is never the answer. Written by COPY, visits and their claims included.

Every provider has thirty-minute visits from 9:00 to 17:00 on each day; all days are full but for the last ten, of which
four slots in ten are taken. Providers have a room of their own at one of ten sites.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random

from django.db import connection, transaction

from bench.block import DAY_COLUMNS, ZONE, resources
from frontdesk.book.engine.bits import hours, longest, span, to_bytes
from frontdesk.book.models import ResourceDay, Session
from frontdesk.clinic.choices import Modality, RoomType
from frontdesk.clinic.models import Site, Specialty, VisitType
from frontdesk.config.demo.copy import FromSequences, copy_rows
from frontdesk.kit.clock import local_midnight

SITES, LAST = 10, 10
MINUTES = 30
TICKS = MINUTES // 5
OPENS, CLOSES = 9 * 12, 17 * 12  # ticks of five minutes
SHARE = 0.4  # of the slots of the last ten days
VISIT = ("id", "patient_id", "visit_type_id", "site_id", "provider_id", "room_id", "modality", "start", "end", "status",
         "booked_at", "booked_how", "version", "moved")  # fmt: skip
WRITTEN = ("book_resourceday, book_session, book_appointment, book_claim, clinic_resource, clinic_room, clinic_provider, "
           "people_patient")  # fmt: skip
CLAIM = ("resource_id", "unit", "start", "end", "appointment_id")
PATIENT = ("id", "mrn", "given", "family", "search_name", "sex", "language", "needs_interpreter", "created_at",
           "created_how")  # fmt: skip


@dataclass(frozen=True)
class Case:
    """`name` keeps several apart; the book of `providers` over `days` local days from `first` on."""

    name: str
    sites: list[Site]
    providers: list[int]
    visit_type: VisitType
    first: date
    days: int

    @property
    def open_from(self) -> date:
        """The first day on which anything is free."""
        return self.first + timedelta(days=self.days - LAST)


def case(name: str, today: date, *, providers: int, days: int, visits: bool = True) -> Case:
    """The case that begins tomorrow; made unless it is there. Without `visits` only its days are: no search reads more."""
    code = f"hard-{name}"
    if not Site.objects.filter(code=f"{code}-1").exists():
        with transaction.atomic():
            _make(code, today + timedelta(days=1), providers, days, visits=visits)
        with connection.cursor() as cursor:  # what autovacuum would do meanwhile, beside what is measured
            cursor.execute(f"VACUUM (ANALYZE) {WRITTEN}")
    sites = list(Site.objects.filter(code__startswith=f"{code}-").order_by("pk"))
    kind = VisitType.objects.select_related("specialty").get(code=code)
    sessions = Session.objects.filter(resource__provider__specialty=kind.specialty).order_by("resource")
    found = sessions.values_list("resource", "valid_from").distinct()
    return Case(code, sites, [one for one, _ in found], kind, found[0][1], days)


def with_room(name: str, today: date, *, providers: int, days: int) -> Case:
    """As `case`, and one of its own in whose last days there is time left for several runs: each books some of it."""
    numbers = (name, *(f"{name}{number}" for number in range(2, 100)))
    made = (case(one, today, providers=providers, days=days) for one in numbers)
    return next(one for one in made if _free_days(one) > providers * LAST * 3 // 4)


def _free_days(here: Case) -> int:
    """On how many days one of its providers has time for a visit."""
    return ResourceDay.objects.filter(resource__in=here.providers, longest__gte=TICKS).count()


def untouched(here: Case) -> int:
    """One that has more time left than three in four of the providers: earlier runs have booked out some of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resource_id FROM book_resourceday WHERE resource_id = ANY(%s) GROUP BY 1"
            " ORDER BY sum(bit_count(free_bits)) DESC, 1 LIMIT 1 OFFSET %s",
            [here.providers, len(here.providers) // 4],
        )
        return int(cursor.fetchone()[0])


def _make(code: str, first: date, providers: int, days: int, *, visits: bool) -> None:
    specialty = Specialty.objects.create(code=code, name=f"Hard {code}")
    kind = VisitType.objects.create(
        code=code, name=f"Visit {code}", name_es="Visita", specialty=specialty, minutes=MINUTES,
        modality=Modality.IN_PERSON, room_type=RoomType.EXAM,
    )  # fmt: skip
    sites = [
        Site.objects.create(
            code=f"{code}-{number}", name=f"{code.title()} {number}", address="1 Hard Street", phone="+15555550100",
            time_zone=ZONE,
        )
        for number in range(1, SITES + 1)
    ]  # fmt: skip
    at = [sites[number % SITES].pk for number in range(providers)]
    people, rooms = resources(at, specialty)
    sessions = (
        (one, site, weekday, time(9), time(17), first)
        for one, site in [*zip(people, at, strict=True), *zip(rooms, at, strict=True)]
        for weekday in range(7)
    )
    copy_rows("book_session", ("resource_id", "site_id", "weekday", "starts", "ends", "valid_from"), sessions)
    taken = _taken(providers, days)
    places = list(zip(people, rooms, at, strict=True))
    copy_rows("book_resourceday", DAY_COLUMNS, _days(places, first, taken))
    if visits:
        _visits(places, kind, first, taken)


def _taken(providers: int, days: int) -> list[list[list[int]]]:
    """For each day and provider the ticks at which a visit begins; the same at every run."""
    rng = Random("hard case")
    slots = range(OPENS, CLOSES, TICKS)
    full = list(slots)
    return [
        [
            full if day < days - LAST else [at for at in slots if rng.random() < SHARE]
            for _ in range(providers)
        ]
        for day in range(days)
    ]


def _days(
    places: Sequence[tuple[int, int, int]], first: date, taken: Sequence[Sequence[Sequence[int]]]
) -> Iterator[tuple[object, ...]]:
    opened = span(OPENS, CLOSES - OPENS)
    for ahead, of_day in enumerate(taken):
        for (provider, room, site), starts in zip(places, of_day, strict=True):
            free = opened
            for at in starts:
                free &= ~span(at, TICKS)
            for one in (provider, room):
                yield (
                    one, site, first + timedelta(days=ahead), to_bytes(opened), to_bytes(free), longest(free), hours(free)
                )  # fmt: skip


def _visits(
    places: Sequence[tuple[int, int, int]],
    kind: VisitType,
    first: date,
    taken: Sequence[Sequence[Sequence[int]]],
) -> None:
    """A visit with its two claims for each slot that is taken. Each provider has one patient, who is there all day."""
    made = local_midnight(first, ZONE)
    patients = FromSequences().take("people_patient", len(places))
    people = (
        (pk, f"H{pk}", "Busy", f"Patient {pk}", f"busy patient {pk}", "", "en", False, made, "bench") for pk in patients
    )  # fmt: skip
    copy_rows("people_patient", PATIENT, people)
    slots = [
        (place, ahead, at)
        for ahead, of_day in enumerate(taken)
        for place, starts in enumerate(of_day)
        for at in starts
    ]
    numbers = FromSequences().take("book_appointment", len(slots))
    midnights = [local_midnight(first + timedelta(days=ahead), ZONE) for ahead in range(len(taken))]
    spans = [midnights[ahead] + timedelta(minutes=5 * at) for _, ahead, at in slots]
    length = timedelta(minutes=MINUTES)
    copy_rows("book_appointment", VISIT, (
        (number, patients[place], kind.pk, places[place][2], places[place][0], places[place][1], "in_person", start,
         start + length, "booked", made, "bench", 1, 0)
        for number, (place, _, _), start in zip(numbers, slots, spans, strict=True)
    ))  # fmt: skip
    copy_rows("book_claim", CLAIM, (
        (places[place][which], 1, start, start + length, number)
        for number, (place, _, _), start in zip(numbers, slots, spans, strict=True) for which in (0, 1)
    ))  # fmt: skip
