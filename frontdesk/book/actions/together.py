"""Parts of the actions on plans and gatherings: the time of several visits, all or none, and a gathering's lock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations

from frontdesk.accounts.models import User
from frontdesk.book.actions.chains import keep_chain
from frontdesk.book.actions.expiry import write_off
from frontdesk.book.actions.taking import For, check_free_patient, keys_of_wanted, take, write_claims
from frontdesk.book.actions.time import Days, Key, expired_in_the_way, keys_of_hold
from frontdesk.book.actions.wanted import Wanted, ask_for, check_fits
from frontdesk.book.facts import AppointmentBooked
from frontdesk.book.models import Appointment, Gathering, Hold, HoldEnd, Plan
from frontdesk.book.ports import Finding
from frontdesk.book.queries.chain import chain
from frontdesk.book.queries.known import TRAVEL
from frontdesk.book.rules import Waivers, check_can_book, in_words, is_directed, only_in, open_only
from frontdesk.daybook.record import record
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.people.models import Patient


class VisitRefused(Refused):
    """One of the visits cannot be booked, so none is. `place` counts from 1; `code` is the reason's own."""

    def __init__(self, place: int, wanted: Wanted, patient: Patient, refusal: Refused) -> None:
        self.place, self.refusal = place, refusal
        local = wanted.start.astimezone(wanted.site.zone)
        which = f"Visit {place} ({patient.name}, {local:%a %-d %b, %H:%M})"
        super().__init__(
            f"{which} cannot be booked: {refusal.sentence} Nothing was booked.", code=refusal.code
        )


@dataclass(frozen=True)
class PlanVisit:
    """One visit of a plan as it is wanted: for whom, for which open request, and when with what."""

    wanted: Wanted
    patient: Patient
    request_id: int | None
    waivers: Waivers = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """A visit of a plan with its place, from 1, and what its checks found."""

    visit: PlanVisit
    place: int
    found: list[Finding]


def lock_all(
    visits: Sequence[PlanVisit], by: User, now: datetime, plan: Plan | None = None
) -> tuple[list[Checked], Days]:
    """Everything that is checked, under the locks of docs/locking.md: requests, patients, the plan, days.

    The days come with expired holds, and the requests' own holds, written off.
    """
    checked = _check_all(visits, by, now)
    patients = {one.patient.pk for one in visits}
    list(Patient.objects.select_for_update(no_key=True).filter(pk__in=patients).order_by("pk"))
    if plan is not None:
        Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    for one in checked:
        with _named(one):
            _check_person(one.visit, now)
    _check_apart(checked)
    stale = [
        hold
        for one in visits
        for hold in expired_in_the_way(one.wanted.resources, one.wanted.start, one.wanted.end, now)
    ]
    once_each = list({hold.pk: hold for hold in stale}.values())
    own = _own_holds(visits, now)
    keys: set[Key] = set().union(*(keys_of_wanted(one.wanted) for one in visits))
    days = Days(keys.union(*(keys_of_hold(hold) for hold in [*once_each, *own])))
    write_off(once_each, HoldEnd.EXPIRED, days, by, now)
    write_off(own, HoldEnd.LET_GO, days, by, now)
    return checked, days


def take_all(
    plan: Plan, after: int, checked: Sequence[Checked], days: Days, by: User, now: datetime
) -> list[int]:
    """Book each under the locked days. They are saved after each, so that the next is counted with it."""
    made = []
    for one in checked:
        whose = For(one.visit.patient, is_directed(one.found), only_in(one.found), open_only(one.found))
        with _named(one):
            take(one.visit.wanted, whose, days, now=now)
        appointment = _create(plan, after + one.place, one.visit, by, now)
        write_claims(one.visit.wanted, appointment=appointment)
        days.save()
        keep_chain(appointment=appointment, found=one.found, by=by, now=now)
        record(_booked(appointment, plan, one), by=by, now=now)
        made.append(appointment.pk)
    return made


def lock_gathering(gathering: Gathering) -> Gathering:
    """The gathering under lock: after requests, before patients (docs/locking.md)."""
    rows = Gathering.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("site", "provider", "room", "visit_type").get(pk=gathering.pk)


def _check_all(visits: Sequence[PlanVisit], by: User, now: datetime) -> list[Checked]:
    """The gate and the chain of each, in the order of the requests: the gate locks them."""
    found = []
    in_order = sorted(enumerate(visits, 1), key=lambda pair: (pair[1].request_id or 0, pair[0]))
    for place, one in in_order:
        ask = ask_for(one.wanted, one.patient, one.request_id, by, now)
        blank = Checked(one, place, [])
        with _named(blank):
            found.append(replace(blank, found=check_can_book(ask, one.waivers, (chain,))))
    return sorted(found, key=lambda one: one.place)


def _check_person(visit: PlanVisit, now: datetime) -> None:
    check_fits(visit.wanted, visit.patient)
    check_free_patient(visit.patient, visit.wanted.start, visit.wanted.end, now=now)


def _check_apart(checked: Sequence[Checked]) -> None:
    """Nobody is in two of the plan's own visits at once, with the way between sites."""
    for one, other in combinations(checked, 2):
        first, second = sorted((one.visit.wanted, other.visit.wanted), key=lambda wanted: wanted.start)
        way = TRAVEL if first.site.pk != second.site.pk else TRAVEL * 0
        if one.visit.patient.pk == other.visit.patient.pk and second.start < first.end + way:
            said = Refused("The patient would be in two visits at once.", code="PATIENT_BUSY")
            raise VisitRefused(other.place, other.visit.wanted, other.visit.patient, said)


@contextmanager
def _named(one: Checked) -> Iterator[None]:
    """A refusal inside names the visit."""
    try:
        yield
    except (NotAllowed, VisitRefused):
        raise
    except Refused as refusal:
        raise VisitRefused(one.place, one.visit.wanted, one.visit.patient, refusal) from refusal


def _own_holds(visits: Sequence[PlanVisit], now: datetime) -> list[Hold]:
    requests = [one.request_id for one in visits if one.request_id is not None]
    mine = Hold.objects.standing(now).filter(asked_for__in=requests)
    return list(mine.select_related("site").order_by("pk"))


def _create(plan: Plan, place: int, visit: PlanVisit, by: User, now: datetime) -> Appointment:
    wanted = visit.wanted
    return Appointment.objects.create(
        patient=visit.patient,
        visit_type=wanted.visit_type,
        site=wanted.site,
        provider=wanted.provider,
        room=wanted.room,
        interpreter=wanted.interpreter,
        modality=wanted.by,
        overbooked_by=wanted.overbook,
        start=wanted.start,
        end=wanted.end,
        asked_for=visit.request_id,
        booked_at=now,
        booked_by=by,
        plan=plan,
        plan_place=place,
    )


def _booked(appointment: Appointment, plan: Plan, one: Checked) -> AppointmentBooked:
    wanted = one.visit.wanted
    return AppointmentBooked(
        appointment_id=appointment.pk,
        patient_id=appointment.patient_id,
        request_id=appointment.asked_for,
        hold_id=None,
        visit_type=wanted.visit_type.name,
        provider=wanted.provider.name,
        site=wanted.site.name,
        start=appointment.start,
        end=appointment.end,
        also=[one.name for one in (wanted.room, wanted.interpreter) if one is not None],
        checks=in_words(one.found),
        plan_id=plan.pk,
        overbooked=wanted.overbook is not None,
    )
