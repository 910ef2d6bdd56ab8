"""Every visit still ahead against the rules: a week at a time, with three queries for a week and ten for the rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Max, Q, QuerySet

from frontdesk.book.engine.audit import Code, Piece, Seen, Thing, against_its_type
from frontdesk.book.engine.kept import Kept, Moment, closed_to, unpack
from frontdesk.book.engine.segments import Part
from frontdesk.book.models import Appointment, AppointmentStatus, ChainLink, Claim, Conflict, ResourceDay
from frontdesk.book.ports import Link, Verdict
from frontdesk.book.queries.derive import span_of
from frontdesk.book.queries.outside import LIVE, classes_for, slot_classes
from frontdesk.book.queries.wish import parts_for
from frontdesk.clinic.models import Equipment, Interpreter, Provider, Room, Site, VisitType
from frontdesk.kit.clock import local_day, local_midnight

CHUNK = 20_000  # rows that are read at once
DAY, WEEK = timedelta(days=1), timedelta(days=7)
NO_ROW: tuple[int, None] = (0, None)


@dataclass(frozen=True)
class Mismatch:
    """One thing that is wrong. `about` is the (kind, id) of the visit, or of the hold or the group visit."""

    code: Code
    sentence: str
    about: tuple[str, int]
    site: int
    patient: int | None
    start: datetime


@dataclass(frozen=True)
class Audit:
    visits: int
    mismatches: Sequence[Mismatch]

    @property
    def counts(self) -> dict[str, int]:
        """How many by code, in the order of the codes."""
        counted = Counter(one.code for one in self.mismatches)
        return {code.value: counted[code] for code in Code if counted[code]}


class _Visit(NamedTuple):
    pk: int
    patient: int
    type: int
    site: int
    provider: int
    room: int | None
    interpreter: int | None
    modality: str
    start: datetime
    end: datetime
    plan: int | None
    gathering: int | None
    language: str
    needs_interpreter: bool


_FIELDS = (
    "pk", "patient_id", "visit_type_id", "site_id", "provider_id", "room_id", "interpreter_id", "modality",
    "start", "end", "plan_id", "gathering_id", "patient__language", "patient__needs_interpreter",
)  # fmt: skip


def audit(*, now: datetime) -> Audit:
    """Hold every booked visit that begins after `now` against the rules as they are now."""
    rules, twice = _Rules(now), _Twice()
    found: list[Mismatch] = []
    count = 0
    for start, end in _weeks(now):
        rows = _ahead(start, end).order_by("start", "pk").values_list(*_FIELDS)
        visits = [_Visit(*row) for row in rows]
        pieces = _pieces(start, end)
        rules.days.read(start, end)
        for visit in visits:
            found += rules.judge(visit, pieces.get(visit.pk, ()))
            found += twice.judge(visit, rules)
        count += len(visits)
    found += _stray_claims(now)
    return Audit(count, sorted(found, key=lambda one: (one.start, one.about, one.code)))


def _ahead(start: datetime, end: datetime) -> QuerySet[Appointment]:
    return Appointment.objects.filter(start__gte=start, start__lt=end, status=AppointmentStatus.BOOKED)


def _weeks(now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """From now to the last visit, so that no more than a week is in memory at once."""
    last = Appointment.objects.filter(status=AppointmentStatus.BOOKED).aggregate(last=Max("start"))["last"]
    start = now
    while last is not None and start <= last:
        yield start, start + WEEK
        start += WEEK


def _pieces(start: datetime, end: datetime) -> dict[int, list[Piece]]:
    rows = Claim.objects.live().filter(
        appointment__start__gte=start,
        appointment__start__lt=end,
        appointment__status=AppointmentStatus.BOOKED,
    )
    found: dict[int, list[Piece]] = defaultdict(list)
    told = rows.values_list("appointment_id", "resource_id", "start", "end")
    for visit, resource, begins, ends in told.iterator(CHUNK):
        if visit is not None:
            found[visit].append(Piece(resource, begins, ends))
    return found


@dataclass
class _Rules:
    """Everything that visits are held against, read once."""

    now: datetime
    sites: dict[int, Site] = field(init=False)
    types: dict[int, VisitType] = field(init=False)
    things: dict[int, Thing] = field(init=False)
    waived: set[int] = field(init=False)
    days: _Days = field(init=False)

    def __post_init__(self) -> None:
        self.sites = Site.objects.in_bulk()
        rows = VisitType.objects.prefetch_related("segments", "lengths")
        self.types = {one.pk: one for one in rows}
        self.things = dict(_things())
        links = ChainLink.objects.filter(link=Link.INTERPRETER, verdict=Verdict.WAIVED)
        self.waived = set(
            links.filter(appointment__start__gte=self.now).values_list("appointment_id", flat=True)
        )
        self.days = _Days(self.now, self.sites, self.types)
        self._parts: dict[tuple[int, int, str, bool], tuple[Part, ...]] = {}

    def judge(self, visit: _Visit, pieces: Sequence[Piece]) -> Iterator[Mismatch]:
        """Each mismatch of one visit."""
        seen = self._seen(visit, pieces)
        for code, sentence in against_its_type(seen, self.things):
            yield _mismatch(visit, code, sentence)
        for code, sentence in self.days.judge(visit, pieces, self.things):
            yield _mismatch(visit, code, sentence)

    def _seen(self, visit: _Visit, pieces: Sequence[Piece]) -> Seen:
        kind = self.types[visit.type]
        return Seen(
            type_name=kind.name,
            type_active=kind.active,
            specialty=str(kind.specialty_id),
            parts=() if visit.gathering else self._parts_of(visit, kind),
            site=visit.site,
            provider=visit.provider,
            room=visit.room,
            interpreter=visit.interpreter,
            language=visit.language,
            needs_interpreter=visit.needs_interpreter,
            waived=visit.pk in self.waived,
            start=visit.start,
            end=visit.end,
            pieces=pieces,
        )

    def _parts_of(self, visit: _Visit, kind: VisitType) -> tuple[Part, ...]:
        key = (visit.type, visit.provider, visit.modality, visit.interpreter is not None)
        if key not in self._parts:
            language = "any" if key[3] else ""
            self._parts[key] = parts_for(
                kind, provider=visit.provider, modality=visit.modality, language=language
            )
        return self._parts[key]


class _Days:
    """The open and kept time of every day that is kept, asked of one claim after another."""

    def __init__(self, now: datetime, sites: dict[int, Site], types: dict[int, VisitType]) -> None:
        self.now, self.sites, self.types = now, sites, types
        self.classes = list(slot_classes())
        self.names = {one.pk: one.name for one in self.classes}
        self._allowed: dict[tuple[int, str], set[int]] = {}
        self._midnights: dict[tuple[date, str], datetime] = {}
        self._moments = {pk: Moment.of(now.astimezone(site.zone)) for pk, site in sites.items()}
        self.rows: dict[tuple[int, date, int], tuple[int, bytes | memoryview | None]] = {}
        self.horizon = ResourceDay.objects.aggregate(last=Max("day"))["last"]

    def read(self, start: datetime, end: datetime) -> None:
        """Read the days on which visits of the stretch may lie, in the place of those that were read before."""
        rows = ResourceDay.objects.filter(day__range=(start.date() - DAY, end.date() + DAY))
        told = rows.values_list("resource_id", "day", "site_id", "open_bits", "kept")
        self.rows = {
            (resource, day, site): (int.from_bytes(opened, "big"), kept)
            for resource, day, site, opened, kept in told.iterator(CHUNK)
        }

    def judge(
        self, visit: _Visit, pieces: Sequence[Piece], things: dict[int, Thing]
    ) -> Iterator[tuple[Code, str]]:
        """Is the time of every claim open, and kept for nobody else? Days beyond those kept are not judged."""
        site = self.sites[visit.site]
        for piece in pieces:
            day = local_day(piece.start, site.time_zone)
            if self.horizon is None or day > self.horizon:
                return
            mask = span_of(piece.start, piece.end, self._midnight(day, site))
            opened, kept = self.rows.get((piece.resource, day, visit.site), NO_ROW)
            name = things[piece.resource].name
            if mask & ~opened:
                yield Code.OUTSIDE_OPEN, f"{name} is not in session for all of this time."
            elif kept and (others := self._kept_for(visit, unpack(kept), day, mask)):
                yield Code.KEPT_FOR_OTHERS, f"This time of {name} is kept for: {others}."

    def _kept_for(self, visit: _Visit, kept: list[Kept], day: date, mask: int) -> str:
        key = (visit.type, visit.modality)
        if key not in self._allowed:
            self._allowed[key] = classes_for(self.types[visit.type], visit.modality, self.classes)
        allowed, moment = self._allowed[key], self._moments[visit.site]
        shut = [one for one in kept if closed_to([one], day, classes=allowed, now=moment) & mask]
        return self.names.get(shut[0].slot_class, "nothing until it is released") if shut else ""

    def _midnight(self, day: date, site: Site) -> datetime:
        key = (day, site.time_zone)
        if key not in self._midnights:
            self._midnights[key] = local_midnight(day, site.time_zone)
        return self._midnights[key]


def _things() -> Iterator[tuple[int, Thing]]:
    """Every resource, by id."""
    base = ("pk", "kind", "name", "site_id", "active")
    told = Provider.objects.values_list(*base, "specialty_id", "languages")
    for pk, kind, name, site, active, specialty, tongues in told:
        yield pk, Thing(kind, name, site, active, str(specialty), tuple(tongues))
    for pk, kind, name, site, active, of in Room.objects.values_list(*base, "room_type"):
        yield pk, Thing(kind, name, site, active, of)
    for pk, kind, name, site, active, of in Equipment.objects.values_list(*base, "equipment_type"):
        yield pk, Thing(kind, name, site, active, of)
    for pk, kind, name, site, active, tongues in Interpreter.objects.values_list(*base, "languages"):
        yield pk, Thing(kind, name, site, active, "", tuple(tongues))


class _Twice:
    """The second visit of a patient of one type on one local day, unless they belong to a plan or a group."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._seen: set[tuple[int, int, date]] = set()

    def judge(self, visit: _Visit, rules: _Rules) -> Iterator[Mismatch]:
        """Visits come in the order of their beginning."""
        if visit.plan or visit.gathering:
            return
        day = local_day(visit.start, rules.sites[visit.site].time_zone)
        if self._day is None or day > self._day:  # sites differ by a day at most
            self._seen = {one for one in self._seen if one[2] >= day - DAY}
            self._day = day
        key = (visit.patient, visit.type, day)
        if key in self._seen:
            name = rules.types[visit.type].name
            yield _mismatch(visit, Code.PATIENT_TWICE, f"The patient has another {name} on the same day.")
        self._seen.add(key)


def _stray_claims(now: datetime) -> Iterator[Mismatch]:
    """Live claims ahead whose visit, hold or group visit has ended."""
    ended_visit = Q(appointment__isnull=False) & ~Q(appointment__status__in=[*LIVE, AppointmentStatus.DONE])
    ended_hold = Q(appointment=None, gathering=None, hold__ended_at__isnull=False)
    ended_group = Q(appointment=None, gathering__cancelled_at__isnull=False)
    rows = Claim.objects.live().filter(start__gte=now).filter(ended_visit | ended_hold | ended_group)
    for claim in rows.select_related("resource", "appointment", "hold", "gathering").order_by("pk"):
        taker = claim.appointment or claim.gathering or claim.hold
        assert taker is not None  # noqa: S101  the database says so
        yield Mismatch(
            Code.CLAIM_WITHOUT_VISIT,
            f"Time of {claim.resource.name} is taken by something that has ended.",
            (taker._meta.model_name or "", taker.pk),
            taker.site_id,
            getattr(taker, "patient_id", None),
            claim.start,
        )


def _mismatch(visit: _Visit, code: Code, sentence: str) -> Mismatch:
    return Mismatch(code, sentence, ("appointment", visit.pk), visit.site, visit.patient, visit.start)


def in_open_conflicts() -> set[int]:
    """Visits about which an open conflict is known: somebody works on their time already."""
    found = Conflict.objects.filter(resolved_at=None, visits__isnull=False)
    return set(found.values_list("visits", flat=True))
