"""Is the book true? Counted naively in Python, so that it stands on no constraint and no bit of the product's.

Every function answers sentences; nothing found is an empty list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import connection

from frontdesk.book.models import Appointment, AppointmentStatus, Claim, Hold, HoldEnd
from frontdesk.book.models.claim import ClaimQuerySet
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.wish import parts_for
from frontdesk.daybook.models import Entry, EntrySubject
from frontdesk.daybook.verify import verify
from tests.factories.soundness_plans import wrong_gatherings, wrong_plans

CHANGES = (
    "AppointmentMoved", "AppointmentCancelled", "AppointmentRestored", "AppointmentMissed", "MovabilitySet",
)  # fmt: skip
LIVE = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
Taking = tuple[str, str, datetime, datetime]  # kind, which of the kind, from, until


def faults(*, now: datetime) -> list[str]:
    """All that is wrong in the book; empty when it is sound. `now`: days before it are not derived anew.

    Inside a transaction the daybook's links, which are made at its end, are made now.
    """
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return [
        *overlaps(),
        *patients_twice(),
        *wrong_visits(),
        *wrong_holds(),
        *missing_facts(),
        *wrong_plans(),
        *wrong_gatherings(),
        *(one.sentence for one in differences(now=now)),
        *verify().faults,
    ]


def overlaps() -> list[str]:
    """Live claims that overlap on one unit of one resource."""
    rows = Claim.objects.live().values_list("resource_id", "unit", "start", "end")
    return [
        f"resource {one[0]}, unit {one[1]}: {one[2:]} and {other[2:]} overlap"
        for one, other in pairwise(sorted(rows))
        if one[:2] == other[:2] and other[2] < one[3]
    ]


def patients_twice() -> list[str]:
    """Patients who would be in two visits at once."""
    rows = Appointment.objects.filter(status__in=LIVE).values_list("patient_id", "start", "end")
    return [
        f"patient {one[0]} is in two visits at {other[1]}"
        for one, other in pairwise(sorted(rows))
        if one[0] == other[0] and other[1] < one[2]
    ]


def wrong_visits() -> list[str]:
    """Visits that have lost a claim, or have one too many: each has exactly what its type wants."""
    chosen = ("visit_type", "provider", "room", "interpreter")
    visits = Appointment.objects.filter(gathering=None, booked_how__in=("desk", "partner")).select_related(
        *chosen
    )
    claims = _claims(Claim.objects.live().filter(appointment__isnull=False), "appointment_id")
    return [sentence for visit in visits for sentence in _of_visit(visit, claims.get(visit.pk, []))]


def wrong_holds() -> list[str]:
    """Holds that stand without their time, and ended ones that still have some."""
    claims = _claims(Claim.objects.live().filter(hold__isnull=False, appointment=None), "hold_id")
    booked = set(Appointment.objects.values_list("idempotency_key", flat=True))
    found: list[str] = []
    for hold in Hold.objects.select_related("visit_type", "provider", "interpreter"):
        mine = claims.get(hold.pk, [])
        if hold.ended_at is None:
            found += _compare(f"hold {hold.pk}", hold, mine)
        elif mine:
            found.append(f"hold {hold.pk} ended {hold.ended_how} and still has {len(mine)} claims")
        if hold.ended_how == HoldEnd.BOOKED and f"hold-{hold.pk}" not in booked:
            found.append(f"hold {hold.pk} is booked and there is no visit")
    return found


def missing_facts() -> list[str]:
    """Every visit was booked once in the daybook, and each of its versions has a fact."""
    told = Counter(
        EntrySubject.objects.filter(kind="appointment", entry__kind__in=("AppointmentBooked", *CHANGES))
        .order_by()
        .values_list("ref", "entry__kind")
    )
    found = []
    for visit in Appointment.objects.filter(booked_how__in=("desk", "partner")):
        changes = sum(told[visit.pk, kind] for kind in CHANGES)
        if told[visit.pk, "AppointmentBooked"] != 1 or visit.version != 1 + changes:
            found.append(f"visit {visit.pk} has version {visit.version} and {changes} facts")
        if told[visit.pk, "AppointmentMoved"] != visit.moved:
            found.append(f"visit {visit.pk} was moved {visit.moved} times, and the daybook says otherwise")
    held = Entry.objects.filter(kind="TimeHeld").count()
    if held != Hold.objects.count():
        found.append(f"{Hold.objects.count()} holds and {held} facts of them")
    return found


def _of_visit(visit: Appointment, mine: list[Claim]) -> Iterator[str]:
    name = f"visit {visit.pk} ({visit.status})"
    if visit.status == AppointmentStatus.CANCELLED:
        if mine:
            yield f"{name} still has {len(mine)} claims"
        return
    yield from _compare(name, visit, mine)
    own = {claim.resource_id for claim in mine}
    named = {visit.provider_id, visit.room_id, visit.interpreter_id} - {None}
    if not named <= own:
        yield f"{name} names {named - own}, which it has not taken"
    if visit.room_id and any(claim.resource.kind == "room" for claim in mine) and visit.room_id not in own:
        yield f"{name} has another room than it names"


def _compare(name: str, visit: Appointment | Hold, mine: list[Claim]) -> Iterator[str]:
    wanted, has = Counter(_wanted(visit)), Counter(_taken(mine))
    if wanted != has:
        yield f"{name} wants {sorted((wanted - has).elements())} and has {sorted((has - wanted).elements())}"
    if visit.end != max((claim.end for claim in mine), default=visit.end):
        yield f"{name} ends at {visit.end} and its claims do not"


def _wanted(visit: Appointment | Hold) -> Iterator[Taking]:
    language = "any" if visit.interpreter_id else ""
    parts = parts_for(
        visit.visit_type, provider=visit.provider_id, modality=visit.modality, language=language
    )
    for part in parts:
        start = visit.start + timedelta(minutes=part.offset)
        of = "" if part.kind == "interpreter" else part.of
        if part.leads:
            of = str(visit.visit_type.specialty_id)
        yield part.kind, of, start, start + timedelta(minutes=part.minutes)


def _taken(mine: Iterable[Claim]) -> Iterator[Taking]:
    for claim in mine:
        yield claim.resource.kind, _of(claim), claim.start, claim.end


def _of(claim: Claim) -> str:
    """Which of its kind the resource is: a specialty's id, the type of a room or a machine."""
    known = claim.resource
    if known.kind == "provider":
        return str(known.provider.specialty_id)
    if known.kind == "room":
        return known.room.room_type
    return known.equipment.equipment_type if known.kind == "equipment" else ""


def _claims(rows: ClaimQuerySet, by: str) -> dict[int, list[Claim]]:
    found: dict[int, list[Claim]] = {}
    kinds = ("resource__provider", "resource__room", "resource__equipment")
    for claim in rows.select_related("resource", *kinds):
        found.setdefault(getattr(claim, by), []).append(claim)
    return found
