"""A block of providers, nine tenths booked, written by COPY into the tables that find-a-time reads.

Their open days, sessions and rooms are there; the visits that took their time are not, since no search reads visits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random

from django.db import connection, transaction

from frontdesk.book.actions.holds import Wanted
from frontdesk.book.engine.bits import hours, longest, span, to_bytes
from frontdesk.book.models import ResourceDay
from frontdesk.book.queries.find import Option
from frontdesk.clinic.choices import Modality, ResourceKind, RoomType
from frontdesk.clinic.models import Provider, Room, Site, Specialty, VisitType
from frontdesk.config.demo.copy import FromSequences, copy_rows

CODE = "bench"
PROVIDERS, DAYS = 200, 60
SITES = 10
ZONE = "America/New_York"
OPENS, CLOSES = 8 * 12, 17 * 12  # ticks of five minutes
SHARE = 0.9
LENGTHS = (3, 4, 6, 6, 8)  # ticks of the visits that take the time
MINUTES = 30
DAY_COLUMNS = ("resource_id", "site_id", "day", "open_bits", "free_bits", "longest", "hours")


@dataclass(frozen=True)
class Block:
    """The block as a search needs it."""

    sites: list[Site]
    providers: list[int]
    visit_type: VisitType
    first: date
    days: int

    def wanted(self, option: Option) -> Wanted:
        """The option as a hold takes it, in the provider's own room: that is free whenever the provider is, so that
        clients do not meet in one by chance."""
        provider = Provider.objects.select_related("specialty").get(pk=option.provider)
        room = Room.objects.get(pk=option.provider + PROVIDERS)
        return Wanted(self.visit_type, option.site, provider, option.start, room)


def block(today: date) -> Block:
    """The block that begins tomorrow; made unless it is there."""
    first = today + timedelta(days=1)
    if not Site.objects.filter(code=f"{CODE}-1").exists():
        with transaction.atomic():
            _make(first)
    sites = list(Site.objects.filter(code__startswith=f"{CODE}-").order_by("pk"))
    providers = list(
        Provider.objects.filter(specialty__code=CODE).order_by("pk").values_list("pk", flat=True)
    )
    return Block(sites, providers, VisitType.objects.get(code=CODE), first, DAYS)


def booked_share(block: Block) -> float:
    """How much of the providers' open time is taken."""
    opened = free = 0
    for row in ResourceDay.objects.filter(resource__in=block.providers):
        opened += row.open.bit_count()
        free += row.free.bit_count()
    return 1 - free / opened


def _make(first: date) -> None:
    specialty = Specialty.objects.create(code=CODE, name="Bench medicine")
    VisitType.objects.create(
        code=CODE, name="Bench visit", name_es="Bench visit", specialty=specialty, minutes=MINUTES,
        modality=Modality.IN_PERSON, room_type=RoomType.EXAM,
    )  # fmt: skip
    sites = [
        Site.objects.create(
            code=f"{CODE}-{number}", name=f"Bench {number}", address="1 Bench Street", phone="+15555550100",
            time_zone=ZONE,
        )
        for number in range(1, SITES + 1)
    ]  # fmt: skip
    at = [sites[number % SITES].pk for number in range(PROVIDERS)]
    providers, rooms = resources(at, specialty)
    since = first - timedelta(days=30)
    sessions = (
        (one, site, weekday, time(8), time(17), since)
        for one, site in [*zip(providers, at, strict=True), *zip(rooms, at, strict=True)]
        for weekday in range(7)
    )
    columns = ("resource_id", "site_id", "weekday", "starts", "ends", "valid_from")
    copy_rows("book_session", columns, sessions)
    copy_rows("book_resourceday", DAY_COLUMNS, _days(list(zip(providers, rooms, at, strict=True)), first))
    with (
        connection.cursor() as cursor
    ):  # as autovacuum would soon do: the planner must know how much there is
        cursor.execute("ANALYZE book_resourceday, clinic_resource, clinic_room, clinic_provider")


def resources(at: list[int], specialty: Specialty) -> tuple[list[int], list[int]]:
    """A provider and a room for each place in `at`; their ids."""
    ids = FromSequences().take("clinic_resource", 2 * len(at))
    providers, rooms = list(ids[: len(at)]), list(ids[len(at) :])
    kinds = [(ResourceKind.PROVIDER, "Dr. Bench", providers), (ResourceKind.ROOM, "Bench room", rooms)]
    rows = (
        (one, kind.value, f"{name} {number}", site, True)
        for kind, name, which in kinds
        for number, (one, site) in enumerate(zip(which, at, strict=True))
    )
    copy_rows("clinic_resource", ("id", "kind", "name", "site_id", "active"), rows)
    columns = ("resource_ptr_id", "family", "specialty_id", "sex", "languages")
    copy_rows(
        Provider._meta.db_table,
        columns,
        ((one, f"Bench{one}", specialty.pk, "", ["en"]) for one in providers),
    )
    copy_rows(
        Room._meta.db_table, ("resource_ptr_id", "room_type"), ((one, RoomType.EXAM.value) for one in rooms)
    )
    return providers, rooms


def _days(places: list[tuple[int, int, int]], first: date) -> Iterator[tuple[object, ...]]:
    rng = Random("bench")  # the same block at every run
    opened = span(OPENS, CLOSES - OPENS)
    for ahead in range(DAYS):
        for provider, room, site in places:
            free = opened & ~_booked(rng)
            for one in (provider, room):
                day = first + timedelta(days=ahead)
                yield one, site, day, to_bytes(opened), to_bytes(free), longest(free), hours(free)


def _booked(rng: Random) -> int:
    taken, at = 0, OPENS
    while at < CLOSES:
        length = rng.choice(LENGTHS)
        if rng.random() < SHARE:
            taken |= span(at, length)
        at += length
    return taken
