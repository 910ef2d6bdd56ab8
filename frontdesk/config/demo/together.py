"""Visits that belong together: two groups, a case conference, a course of therapy, linked visits, a family.

They are booked into the time that `reserved` has left, and the days are made anew from their claims.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from frontdesk.book.actions.days import remake_days
from frontdesk.book.engine import bits
from frontdesk.book.engine.segments import Part
from frontdesk.book.models import Appointment, AppointmentStatus, Claim, Gathering, Plan, ResourceDay
from frontdesk.book.models.plan import GatheringKind, PlanKind
from frontdesk.book.queries.wish import parts_for
from frontdesk.clinic.models import VisitType
from frontdesk.config.demo.hours import TICK, midnight
from frontdesk.config.demo.people import Person
from frontdesk.config.demo.reserved import Spare
from frontdesk.config.demo.visits import Filler
from frontdesk.people.models import Patient

KNOWN_FOR = timedelta(days=30)
AROUND = timedelta(hours=1)
TAKEN_PLACES = (5, 4)  # of the first and the second group


@dataclass(frozen=True)
class Booked:
    """How much was added to the book."""

    visits: int
    claims: int


def add_together(filler: Filler, *, at: datetime) -> Booked:
    """Book what belongs together, as if it had been at the instant `at`, by whoever books at each site."""
    before = Appointment.objects.count(), Claim.objects.count()
    desk = _Desk(filler, at)
    for slot, taken in zip(filler.reserved.groups, TAKEN_PLACES, strict=False):
        desk.group(slot, taken)
    desk.conference(filler.reserved.conference)
    desk.series(filler.reserved.series)
    desk.linked(filler.reserved.linked)
    desk.family(filler.reserved.family)
    return Booked(Appointment.objects.count() - before[0], Claim.objects.count() - before[1])


class _Desk:
    """Books by hand into the time that was left."""

    def __init__(self, filler: Filler, at: datetime) -> None:
        self.filler, self.clinic, self.at = filler, filler.clinic, at
        self.kinds = VisitType.objects.prefetch_related("segments", "lengths").in_bulk(field_name="code")
        self.asked: set[int] = set()
        """The patients who have something of this already."""

    def group(self, slot: Spare, taken: int) -> None:
        code = "og-class" if slot.worker.specialty == "ob-gyn" else "fm-diabetes-group"
        kind = self.kinds[code]
        room = self._room(slot, kind.room_type, slot.ticks)
        gathering = self._gathering(slot, GatheringKind.GROUP, kind.name, [slot.worker.id], room)
        gathering.visit_type, gathering.room_id, gathering.places = kind, room, kind.places
        gathering.save()
        grown_young = (lambda person: person.age < 45) if code == "og-class" else None
        for place, person in enumerate(self._patients(slot, taken, grown_young), start=1):
            self._visit(slot, kind, person, 0, slot.ticks, room_id=room, gathering=gathering, place=place)

    def conference(self, slots: Sequence[Spare]) -> None:
        """Everybody's time is taken at once; it is about one patient of the first."""
        for person in self._patients(slots[0], 1) if slots else ():
            people = [slot.worker.id for slot in slots]
            gathering = self._gathering(slots[0], GatheringKind.CONFERENCE, "Case conference", people, None)
            gathering.patient_id = person.id
            gathering.save()
            gathering.required.set(people)

    def series(self, slots: Sequence[Spare]) -> None:
        for person in self._patients(slots[0], 1, also=slots) if slots else ():
            plan = self._plan(
                PlanKind.SERIES, slots, order_ref="Order: knee after surgery, once a week", every_days=7,
                ends_on=slots[-1].day + timedelta(days=21),
            )  # fmt: skip
            for place, slot in enumerate(slots, start=1):
                self._book(slot, "pt-session", person, plan, place)

    def linked(self, slots: Sequence[Spare]) -> None:
        """The lab first: its results are there when the doctor sees the patient."""
        for person in self._patients(slots[1], 1, also=slots) if len(slots) > 1 else ():
            plan = self._plan(PlanKind.LINKED, slots, order_ref="Lab before the visit")
            self._book(slots[0], "ns-lab", person, plan, 1)
            self._book(slots[1], "im-follow-up", person, plan, 2)

    def family(self, slots: Sequence[Spare]) -> None:
        """Two children of one household, one after the other."""
        for slot in slots:
            if children := self._siblings(slot):
                plan = self._plan(PlanKind.FAMILY, slots, visits_wanted=len(children))
                for place, person in enumerate(children, start=1):
                    later = slot._replace(first=slot.first + 4 * (place - 1), ticks=4)
                    self._book(later, "pd-follow-up", person, plan, place)

    # what is written

    def _gathering(
        self, slot: Spare, kind: GatheringKind, title: str, people: Sequence[int], room: int | None
    ) -> Gathering:
        start = self._start(slot)
        made = Gathering.objects.create(
            kind=kind,
            title=title,
            site_id=slot.site_id,
            provider_id=slot.worker.id,
            start=start,
            end=start + TICK * slot.ticks,
            planned_at=self.at,
            planned_by_id=self.filler.bookers[slot.site_id],
        )
        taken = [*people, *([room] if room else [])]
        Claim.objects.bulk_create(
            Claim(resource_id=one, start=made.start, end=made.end, gathering=made) for one in taken
        )
        remake_days(resources=taken, first=slot.day, last=slot.day)
        return made

    def _plan(self, kind: PlanKind, slots: Sequence[Spare], **more: object) -> Plan:
        values = {"visits_wanted": len(slots), **more}
        site = slots[0].site_id
        return Plan.objects.create(
            kind=kind, site_id=site, made_at=self.at, made_by_id=self.filler.bookers[site], **values
        )

    def _book(self, slot: Spare, code: str, person: Person, plan: Plan | None, place: int) -> None:
        kind = self.kinds[code]
        parts = parts_for(kind, provider=slot.worker.id)
        length = max(part.end for part in parts) // bits.TICK_MINUTES
        chosen = [(part, self._resource(slot, part)) for part in parts]
        room = next((one for part, one in chosen if part.kind == "room"), None)
        visit = self._visit(slot, kind, person, 0, length, room_id=room, plan=plan, plan_place=place)
        minute = timedelta(minutes=1)
        Claim.objects.bulk_create(
            Claim(
                resource_id=one,
                start=visit.start + part.offset * minute,
                end=visit.start + part.end * minute,
                appointment=visit,
            )
            for part, one in chosen
        )
        remake_days(resources=[one for _, one in chosen], first=slot.day, last=slot.day)

    def _visit(
        self, slot: Spare, kind: VisitType, person: Person, first: int, ticks: int, **more: object
    ) -> Appointment:
        start = self._start(slot) + TICK * first
        self.asked.add(person.id)
        return Appointment.objects.create(
            patient_id=person.id,
            visit_type=kind,
            site_id=slot.site_id,
            provider_id=slot.worker.id,
            modality=kind.modality,
            start=start,
            end=start + TICK * ticks,
            booked_at=self.at,
            booked_by_id=self.filler.bookers[slot.site_id],
            booked_how="demo",
            **more,
        )

    # who and what is free

    def _start(self, slot: Spare) -> datetime:
        return midnight(slot.day, self.clinic.site_info[slot.site_id].zone) + TICK * slot.first

    def _resource(self, slot: Spare, part: Part) -> int:
        if part.leads:
            return slot.worker.id
        return self._room(slot, part.of, part.minutes // bits.TICK_MINUTES)

    def _room(self, slot: Spare, room_type: str, ticks: int) -> int:
        """One that is free for so many ticks; of those, the last: the others are somebody's own."""
        rooms = self.clinic.rooms_at[slot.site_id, room_type]
        rows = ResourceDay.objects.filter(resource__in=rooms, site=slot.site_id, day=slot.day)
        free = [row.resource_id for row in rows if bits.holds(row.free, slot.first, ticks)]
        return max(free)

    def _patients(
        self,
        slot: Spare,
        count: int,
        fits: Callable[[Person], bool] | None = None,
        *,
        also: Sequence[Spare] = (),
    ) -> list[Person]:
        """Known patients of the provider's who need no interpreter and are in no other visit around these times."""
        busy = set().union(*(self._busy(one) for one in also or [slot]))
        found = (one for one in self._known(slot) if one.id not in busy and (fits is None or fits(one)))
        return list(islice(found, count))

    def _known(self, slot: Spare) -> Iterator[Person]:
        latest = self.filler.today - KNOWN_FOR
        for person in self.filler.care.panels[slot.worker.id]:
            is_known = (person.id, slot.worker.specialty) in self.filler.seen and person.since < latest
            if is_known and not person.needs and not person.isolated and person.id not in self.asked:
                yield person

    def _busy(self, slot: Spare) -> set[int]:
        """Who has a visit within an hour of it."""
        start = self._start(slot) - AROUND
        end = start + TICK * slot.ticks + 2 * AROUND
        rows = Appointment.objects.filter(start__lt=end, end__gt=start, status=AppointmentStatus.BOOKED)
        return set(rows.values_list("patient_id", flat=True))

    def _siblings(self, slot: Spare) -> list[Person]:
        """Two children of one name and one telephone."""
        people = {person.id: person for person in self._patients(slot, 10_000)}
        homes: dict[tuple[str, str], list[Person]] = defaultdict(list)
        rows = Patient.objects.filter(pk__in=people, contact_points__kind="phone").order_by("pk")
        for pk, family, phone in rows.values_list("pk", "family", "contact_points__value"):
            homes[family, phone].append(people[pk])
        return next((found[:2] for found in homes.values() if len(found) > 1), [])
