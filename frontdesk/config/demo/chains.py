"""The chain of each visit that still stands in the book: what the book itself would have found on its booking.

The links are judged by the book's own function, over what was read in a few queries for all the visits at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment, AppointmentStatus, Claim
from frontdesk.book.ports import Ask, Finding, Link, Verdict
from frontdesk.book.queries.chain import PRECAUTIONS, chain
from frontdesk.clinic.models import Equipment, Interpreter, Provider, Room, Site, VisitType
from frontdesk.config.demo.copy import copy_rows
from frontdesk.config.demo.rows import LinkRow
from frontdesk.config.demo.sizes import OPEN_FROM_DAYS
from frontdesk.people.models import ContactPoint, Patient, RiskFlag

ASKED = Finding(Link.REQUEST, Verdict.PASS, "The routine lane allows booking.")
SEEN_ON_PAPER = 0.4  # of the papers that a visit type needs were looked at by hand
LOOKED_AT_AFTER = timedelta(minutes=10)
BY_HAND: Mapping[str, str] = {
    Link.REFERRAL: "The referral letter was seen on paper.",
    Link.AUTHORIZATION: "The insurer confirmed it by telephone.",
    Link.COVERAGE: "The insurance card was seen at the counter.",
}
STANDS_BECAUSE: Mapping[str, str] = {
    Link.INTERPRETER: "The patient brings an adult who interprets.",
    Link.PREPARATION: "The patient was told earlier and has prepared.",
    Link.INFECTION: "The last patient of the day: the room is cleaned afterwards.",
}


def add_chains(*, present: datetime, waived_by: int, seed: int) -> int:
    """Store the chains of the visits from OPEN_FROM_DAYS before `present` on; how many visits have one now.

    What fails and may be waived was waived by the user `waived_by`, who may.
    """
    standing = Appointment.objects.exclude(status=AppointmentStatus.CANCELLED)
    visits = list(standing.filter(start__gte=present - timedelta(days=OPEN_FROM_DAYS)).order_by("pk"))
    judge = _Judge(visits, waived_by, Random(f"{seed} chains"))  # noqa: S311
    copy_rows("book_chainlink", LinkRow._fields, judge.rows())
    return len(visits)


class _Known:
    """What the links ask of others, read once for all visits."""

    def __init__(self, visits: Sequence[Appointment]) -> None:
        self.rooms = Room.objects.in_bulk()
        self._equipment = dict(Equipment.objects.values_list("pk", "name"))
        contacts = ContactPoint.objects.filter(kind="email", allowed=True)
        self._reached = set(contacts.values_list("patient_id", flat=True))
        flags = RiskFlag.objects.filter(code=PRECAUTIONS, ended_at=None)
        self._flagged = set(flags.values_list("patient_id", flat=True))
        self.taken: Mapping[int, list[int]] = defaultdict(list)
        self._ends: Mapping[int, list[datetime]] = defaultdict(list)
        self._read_claims(visits)

    def _read_claims(self, visits: Sequence[Appointment]) -> None:
        first = min((visit.start for visit in visits), default=None)
        claims = Claim.objects.filter(start__gte=first - timedelta(days=1)) if first else Claim.objects.none()
        for visit, resource, end in claims.order_by("end").values_list("appointment", "resource", "end"):
            if visit is not None:
                self.taken[visit].append(resource)
            if resource in self.rooms:
                self._ends[resource].append(end)

    def any_room(self, resources: Sequence[int]) -> bool:
        return any(one in self.rooms for one in resources)

    def equipment(self, resources: Sequence[int]) -> list[str]:
        return [self._equipment[one] for one in resources if one in self._equipment]

    def last_end(self, room: Room, start: datetime, moving: int | None) -> datetime | None:  # noqa: ARG002
        ends = self._ends[room.pk]
        place = bisect_right(ends, start)
        return ends[place - 1] if place else None

    def has_precautions(self, patient: Patient) -> bool:
        return patient.pk in self._flagged

    def has_email(self, patient: Patient) -> bool:
        return patient.pk in self._reached


class _Judge:
    """Makes the rows, visit by visit."""

    def __init__(self, visits: Sequence[Appointment], waived_by: int, rng: Random) -> None:
        self.visits, self.waived_by, self.rng = visits, waived_by, rng
        self.known = _Known(visits)
        self.patients = Patient.objects.in_bulk({visit.patient_id for visit in visits})
        self.kinds = VisitType.objects.prefetch_related("segments").in_bulk()
        self.providers, self.sites = Provider.objects.in_bulk(), Site.objects.in_bulk()
        self.interpreters, self.users = Interpreter.objects.in_bulk(), User.objects.in_bulk()

    def rows(self) -> Iterator[LinkRow]:
        for visit in self.visits:
            for one in self._found(visit):
                yield self._row(visit, one)

    def _row(self, visit: Appointment, one: Finding) -> LinkRow:
        is_waived = one.verdict is Verdict.WAIVED
        return LinkRow(
            appointment_id=visit.pk,
            link=one.link,
            verdict=one.verdict.value,
            sentence=one.sentence,
            code=one.code,
            checked_at=visit.booked_at,
            waived_at=visit.booked_at + LOOKED_AT_AFTER if is_waived else None,
            waived_by_id=self.waived_by if is_waived else None,
            waived_because=one.waived_because,
        )

    def _found(self, visit: Appointment) -> Iterator[Finding]:
        needed = self.kinds[visit.visit_type_id].needs_checks
        yield ASKED
        for one in chain(self._ask(visit), self.known):
            because = self._because(one, needed)
            yield one.waive(because) if because else one

    def _because(self, one: Finding, needed: Sequence[str]) -> str:
        """Why the link was waived; empty where it was not."""
        if one.waivable:
            return STANDS_BECAUSE[one.link]
        if one.link in BY_HAND and one.link.lower() in needed and self.rng.random() < SEEN_ON_PAPER:
            return BY_HAND[one.link]
        return ""

    def _ask(self, visit: Appointment) -> Ask:
        by = self.users[visit.booked_by_id or self.waived_by]
        return Ask(
            request_id=None,
            patient=self.patients[visit.patient_id],
            visit_type=self.kinds[visit.visit_type_id],
            by=by,
            now=visit.booked_at,
            provider=self.providers[visit.provider_id],
            site=self.sites[visit.site_id],
            start=visit.start,
            end=visit.end,
            room=self.known.rooms[visit.room_id] if visit.room_id else None,
            interpreter=self.interpreters[visit.interpreter_id] if visit.interpreter_id else None,
            resources=self.known.taken[visit.pk],
            modality=visit.modality,
        )
