"""The made-up clinic before it is stored: plain values, so everything can be counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from frontdesk.book.engine import bits
from frontdesk.book.engine.kept import unpack
from frontdesk.book.engine.segments import with_interpreter
from frontdesk.config.demo.care import assign
from frontdesk.config.demo.clinic import Clinic, build_clinic
from frontdesk.config.demo.closures import closed_days
from frontdesk.config.demo.hours import midnight
from frontdesk.config.demo.kept import CHILD, CLASSES, URGENT
from frontdesk.config.demo.numbers import Counting
from frontdesk.config.demo.people import People, build_people
from frontdesk.config.demo.planted import PLANTED
from frontdesk.config.demo.rows import ClaimRow, DayRow, SessionRow, Visit
from frontdesk.config.demo.sizes import CLAIMS_FROM_DAYS, OPEN_FROM_DAYS, SIZES, Size
from frontdesk.config.demo.visits import Filler

TODAY = date(2026, 10, 20)  # the clocks go back on 1 November
NEW_YORK = ZoneInfo("America/New_York")
SHORT_CLINIC = replace(SIZES["clinic"], history_days=40)  # three sites, and quickly made


@dataclass(frozen=True)
class Made:
    clinic: Clinic
    people: People
    visits: list[tuple[int, Visit]]
    claims: list[ClaimRow]
    days: list[DayRow]
    planted: dict[str, int]
    filler: Filler

    @property
    def doctors(self) -> set[int]:
        return {worker.id for worker in self.clinic.workers}

    def live(self) -> list[Visit]:
        return [visit for _, visit in self.visits if visit.status != "cancelled"]


@cache
def make(size: Size, seed: int = 1, today: date = TODAY) -> Made:
    numbers = Counting()
    clinic = build_clinic(size, seed=seed, today=today, users={}, numbers=numbers)
    people = build_people(size.patients, seed=seed, today=today, users={"dolores": 1}, numbers=numbers)
    book_begins = today - timedelta(days=size.history_days)
    care = assign(clinic, people.persons, seed=seed, book_begins=book_begins)
    bookers = {site.id: 1 for site in clinic.sites}
    closed = {(one.site_id, one.day) for one in closed_days(clinic, size=size, today=today)}
    filler = Filler(size, clinic, care, seed=seed, today=today, bookers=bookers, closed=closed)
    made = Made(clinic, people, [], [], [], filler.planted, filler)
    for day in filler.days:
        rows = filler.fill(day, numbers)
        made.visits.extend(rows.visits)
        made.claims.extend(rows.claims)
        made.days.extend(rows.days)
    return made


def booked_share(made: Made, first: date, last: date) -> float:
    """The part of the doctors' open time that is taken on the days first..last, but for what is kept or reserved."""
    workers = {worker.id: worker for worker in made.clinic.workers}
    opened = taken = 0
    for row in made.days:
        if row.resource_id in workers and first <= row.day <= last:
            apart = bits.union(one.mask for one in unpack(row.kept))
            worker = workers[row.resource_id]
            apart |= made.filler.reserved.mask(worker, row.day)
            if made.filler.reserved.share(worker, row.day) < 1:
                continue
            common = bits.from_bytes(row.open_bits) & ~apart
            opened += common.bit_count()
            taken += (common & ~bits.from_bytes(row.free_bits)).bit_count()
    return taken / opened


def overlaps(spans: Iterable[tuple[int, datetime, datetime]]) -> int:
    """How many stretches begin before the one before them, of the same thing, has ended."""
    by_thing: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for thing, start, end in spans:
        by_thing[thing].append((start, end))
    return sum(
        later[0] < earlier[1] for found in by_thing.values() for earlier, later in pairwise(sorted(found))
    )


def test_the_same_seed_and_day_make_the_same_rows() -> None:
    make.cache_clear()
    first = make(SIZES["small"])
    make.cache_clear()
    again = make(SIZES["small"])
    assert first is not again
    for name in ("visits", "claims", "days"):
        assert getattr(first, name) == getattr(again, name)
    assert first.people.patients == again.people.patients
    assert first.people.contacts == again.people.contacts
    assert first.clinic.sessions == again.clinic.sessions
    assert first.clinic.interpreters == again.clinic.interpreters


def test_another_seed_makes_another_clinic() -> None:
    one, other = make(SIZES["small"]), make(SIZES["small"], seed=2)
    assert one.people.patients != other.people.patients
    assert one.visits != other.visits


@pytest.mark.parametrize(
    ("size", "sites", "providers", "specialties", "patients"),
    [(SIZES["small"], 1, 6, 6, 300), (SHORT_CLINIC, 3, 24, 9, 6_000)],
)
def test_a_clinic_is_as_large_as_its_size_says(
    size: Size, sites: int, providers: int, specialties: int, patients: int
) -> None:
    made = make(size)
    assert len(made.clinic.sites) == sites
    assert len(made.clinic.workers) == providers
    assert len(made.clinic.providers) == providers + len(made.clinic.nurses)
    assert {nurse.home for nurse in made.clinic.nurses} == {row.id for row in made.clinic.sites}
    assert len(made.clinic.specialties) == specialties
    assert len(made.people.patients) == patients
    assert {row.resource_id for row in made.clinic.sessions} == {row.id for row in made.clinic.resources}
    offered = {row.specialty_id for row in made.clinic.visit_types}
    assert offered == {row.specialty_id for row in made.clinic.providers}
    code = {row.id: row.code for row in made.clinic.specialties}
    same_day = {code[row.specialty_id] for row in made.clinic.visit_types if row.same_day}
    assert {code[specialty] for specialty in offered} - same_day == {"therapy", "nursing"}


@pytest.mark.parametrize("size", [SIZES["small"], SHORT_CLINIC])
def test_the_days_ahead_are_about_88_percent_booked_and_near_days_more(size: Size) -> None:
    made = make(size)
    assert 0.84 <= booked_share(made, TODAY, TODAY + timedelta(days=60)) <= 0.92
    assert booked_share(made, TODAY, TODAY + timedelta(days=6)) >= 0.94
    assert booked_share(made, TODAY + timedelta(days=50), TODAY + timedelta(days=60)) <= 0.86
    assert 0.1 <= booked_share(made, TODAY + timedelta(days=61), TODAY + timedelta(days=90)) <= 0.3


def test_nobody_and_nothing_is_in_two_visits_at_once() -> None:
    made = make(SHORT_CLINIC)
    live = made.live()
    assert overlaps((visit.patient_id, visit.start, visit.end) for visit in live) == 0
    assert overlaps((claim.resource_id, claim.start, claim.end) for claim in made.claims) == 0
    assert len([visit for visit in live if visit.interpreter_id]) > 100


def test_every_provider_works_inside_a_session_and_not_where_it_is_closed() -> None:
    made = make(SHORT_CLINIC)
    sessions: dict[tuple[int, int], list[tuple[time, time]]] = defaultdict(list)
    closed: dict[tuple[int, int], list[tuple[time, time]]] = defaultdict(list)
    for row in made.clinic.sessions:
        which = closed if row.block else sessions
        which[row.resource_id, row.weekday].append((row.starts, row.ends))
    assert closed
    for claim in made.claims:
        start, end = claim.start.astimezone(NEW_YORK), claim.end.astimezone(NEW_YORK)
        key = (claim.resource_id, start.weekday())
        assert any(first <= start.time() and end.time() <= last for first, last in sessions[key])
        assert not any(start.time() < last and first < end.time() for first, last in closed[key])


@pytest.mark.parametrize(
    ("today", "sunday", "nine_in_utc"),
    [(TODAY, date(2026, 11, 1), 14), (date(2027, 3, 1), date(2027, 3, 14), 13)],
)
def test_hours_are_right_on_the_days_on_which_the_clocks_change(
    today: date, sunday: date, nine_in_utc: int
) -> None:
    made = make(replace(SIZES["small"], history_days=1, booked_days=20, horizon_days=20), today=today)
    starts = [visit.start for visit in made.live() if visit.start.astimezone(NEW_YORK).date() == sunday]
    assert starts
    assert min(starts) >= datetime(sunday.year, sunday.month, sunday.day, nine_in_utc, tzinfo=UTC)
    assert max(starts) < datetime(sunday.year, sunday.month, sunday.day, nine_in_utc + 4, tzinfo=UTC)
    assert any(start.hour == nine_in_utc for start in starts)


def test_claims_are_what_live_visits_take_and_no_more() -> None:
    made = make(SHORT_CLINIC)
    begins = datetime.combine(TODAY - timedelta(days=CLAIMS_FROM_DAYS), datetime.min.time(), NEW_YORK)
    workers = {one.id: one for one in (*made.clinic.workers, *made.clinic.nurses)}
    kinds = {kind.id: kind for menu in made.clinic.menu.values() for kind in menu}
    kind_of = {row.id: row.kind for row in made.clinic.resources}
    wanted: Counter[tuple[int, str, datetime, datetime]] = Counter()
    wrong_type = {made.planted["length"], made.planted["specialty"]}
    for number, visit in made.visits:
        if visit.status == "cancelled" or visit.start < begins or number in wrong_type:
            continue
        parts = tuple(made.filler.chooser.form(kinds[visit.visit_type_id], workers[visit.provider_id]).parts)
        for part in with_interpreter(parts, "any") if visit.interpreter_id else parts:
            start = visit.start + timedelta(minutes=part.offset)
            wanted[number, part.kind, start, start + timedelta(minutes=part.minutes)] += 1
    claims = Counter(
        (row.appointment_id, kind_of[row.resource_id], row.start, row.end)
        for row in made.claims
        if row.appointment_id not in wrong_type
    )
    assert claims == wanted
    assert min(row.day for row in made.days) == TODAY - timedelta(days=OPEN_FROM_DAYS)


def test_some_visits_take_several_people_and_machines_one_after_the_other() -> None:
    made = make(SHORT_CLINIC)
    kind_of = {row.id: row.kind for row in made.clinic.resources}
    codes = {row.id: row.code for row in made.clinic.visit_types}
    pieces: dict[int, Counter[str]] = defaultdict(Counter)
    for claim in made.claims:
        pieces[claim.appointment_id][kind_of[claim.resource_id]] += 1
    seen = Counter(codes[visit.visit_type_id] for number, visit in made.visits if number in pieces)
    for code, of in {
        "fm-physical": (2, 0),
        "im-physical": (2, 0),
        "og-ultrasound": (1, 1),
        "ca-echo": (1, 1),
    }.items():
        assert seen[code] > 5
        for number, visit in made.visits:
            if number in pieces and codes[visit.visit_type_id] == code:
                assert (pieces[number]["provider"], pieces[number]["equipment"]) == of
                assert pieces[number]["room"] == 1


def test_three_visits_are_planted_to_be_found_wrong() -> None:
    for size in (SIZES["small"], SHORT_CLINIC):
        made = make(size)
        assert set(made.planted) == {what for what, _ in PLANTED.values()}
        assert len(set(made.planted.values())) == 3


def test_nobody_is_seen_on_a_holiday() -> None:
    made = make(SHORT_CLINIC)
    closed = {day for _, day in made.filler.opening.closed}
    assert date(2026, 11, 26) in closed
    assert date(2026, 12, 25) in closed
    assert not closed & {visit.start.astimezone(NEW_YORK).date() for _, visit in made.visits}
    shut = [row for row in made.days if row.day in closed]
    assert shut
    assert not any(bits.from_bytes(row.open_bits) for row in shut)


def test_kept_time_holds_only_what_it_is_kept_for() -> None:
    made = make(SHORT_CLINIC)
    by_number = dict(made.visits)
    codes = {row.id: row.code for row in made.clinic.visit_types}
    classes = {number: CLASSES[code] for code, number in made.clinic.class_ids.items()}
    kept = {(row.resource_id, row.site_id, row.day): unpack(row.kept) for row in made.days if row.kept}
    used: Counter[str] = Counter()
    wrong_type = {made.planted["length"], made.planted["specialty"]}
    for claim in made.claims:
        visit = by_number[claim.appointment_id]
        day = claim.start.astimezone(NEW_YORK).date()
        for one in kept.get((claim.resource_id, visit.site_id, day), ()):
            first = (claim.start - midnight(day, "America/New_York")) // timedelta(minutes=5)
            if one.mask & bits.span(first, 1) and claim.appointment_id not in wrong_type:
                assert codes[visit.visit_type_id] in classes[one.slot_class].visit_types
                used[classes[one.slot_class].code] += 1
    assert {one.slot_class for found in kept.values() for one in found} == set(classes)
    assert {"after-discharge", "video", "procedures"} <= set(used)
    same_day = {URGENT, CHILD} & {classes[one.slot_class].code for key, found in kept.items()
                                  if key[2] == TODAY for one in found}  # fmt: skip
    assert same_day


def test_a_session_has_no_more_visits_than_its_capacity_and_begins_them_on_its_grid() -> None:
    made = make(SHORT_CLINIC)
    limited = [row for row in made.clinic.sessions if row.capacity]
    aligned = [row for row in made.clinic.sessions if row.align]
    assert limited
    assert aligned
    begun: Counter[tuple[int, date]] = Counter()
    starts: list[datetime] = []
    for claim in made.claims:
        local = claim.start.astimezone(NEW_YORK)
        for row in limited:
            if _inside(row, claim.resource_id, local):
                begun[row.resource_id, local.date()] += 1
        starts += [local for row in aligned if _inside(row, claim.resource_id, local)]
    assert max(begun.values(), default=0) <= 2
    assert starts
    assert {local.minute for local in starts} <= {0, 30}


def test_a_session_of_every_other_week_is_held_every_other_week() -> None:
    made = make(SHORT_CLINIC)
    (row,) = [one for one in made.clinic.sessions if one.cycle == 2]
    on_weekday = [
        day for day in made.days if day.resource_id == row.resource_id and day.day.weekday() == row.weekday
    ]
    opened = [bool(bits.from_bytes(day.open_bits)) for day in on_weekday]
    days = sorted(day.day for day, is_open in zip(on_weekday, opened, strict=True) if is_open)
    assert len(days) > 4
    assert all((later - earlier).days % 14 == 0 for earlier, later in pairwise(days))


def test_precautions_lead_to_a_room_that_is_fit_for_them() -> None:
    made = make(SHORT_CLINIC)
    isolated = {person.id for person in made.people.persons if person.isolated}
    flagged = {row.patient_id for row in made.people.flags if row.code == "infection-precautions"}
    assert isolated == flagged
    assert 5 <= len(isolated) <= 60
    rooms = {visit.room_id for visit in made.live() if visit.patient_id in isolated and visit.room_id}
    assert rooms
    assert rooms <= made.clinic.isolation


def _inside(row: SessionRow, resource: int, local: datetime) -> bool:
    return (
        row.resource_id == resource
        and row.weekday == local.weekday()
        and row.starts <= local.time() < row.ends
    )


def test_visits_are_booked_before_they_begin_and_before_today() -> None:
    made = make(SHORT_CLINIC)
    created = {row.id: row.created_at for row in made.people.patients}
    present = datetime.combine(TODAY, datetime.min.time(), NEW_YORK)
    same_day = {row.id for row in made.clinic.visit_types if row.same_day}
    for _, visit in made.visits:
        assert created[visit.patient_id] < visit.booked_at < visit.start
        assert visit.booked_at < present
        if visit.cancelled_at:
            assert visit.booked_at <= visit.cancelled_at < min(visit.start, present)
        if visit.visit_type_id in same_day:
            assert visit.booked_at.astimezone(NEW_YORK).date() == visit.start.astimezone(NEW_YORK).date()
            assert visit.start < present


def test_the_past_is_settled_and_about_seven_percent_did_not_come() -> None:
    made = make(SHORT_CLINIC)
    present = datetime.combine(TODAY, datetime.min.time(), NEW_YORK)
    past = Counter(visit.status for _, visit in made.visits if visit.start < present)
    ahead = Counter(visit.status for _, visit in made.visits if visit.start >= present)
    assert set(past) == {"done", "no_show", "cancelled"}
    assert set(ahead) == {"booked", "cancelled"}
    assert 0.055 <= past["no_show"] / (past["no_show"] + past["done"]) <= 0.085


def test_who_needs_an_interpreter_has_one_who_speaks_the_language() -> None:
    made = make(SHORT_CLINIC)
    patients = {row.id: row for row in made.people.patients}
    speaks = {row.resource_ptr_id: row.languages for row in made.clinic.interpreters}
    in_person = {row.resource_ptr_id for row in made.clinic.interpreters if row.mode == "person"}
    for visit in made.live():
        patient = patients[visit.patient_id]
        assert bool(visit.interpreter_id) == patient.needs_interpreter
        if visit.interpreter_id:
            assert patient.language in speaks[visit.interpreter_id]
            assert visit.modality == "in_person" or visit.interpreter_id not in in_person


def test_rooms_are_of_the_kind_that_the_visit_needs_and_at_its_site() -> None:
    made = make(SHORT_CLINIC)
    wanted = {row.id: row.room_type for row in made.clinic.visit_types}
    kind = {row.resource_ptr_id: row.room_type for row in made.clinic.rooms}
    site = {row.id: row.site_id for row in made.clinic.resources}
    for number, visit in made.visits:
        if visit.status == "cancelled" or number == made.planted["room"]:
            continue
        assert (kind[visit.room_id] if visit.room_id else "") == wanted[visit.visit_type_id]
        assert visit.room_id is None or site[visit.room_id] == visit.site_id
        assert (visit.modality == "video") == (visit.room_id is None)


def test_children_go_to_pediatrics_and_nobody_else_does() -> None:
    made = make(SHORT_CLINIC)
    code = {row.id: row.code for row in made.clinic.specialties}
    specialty = {row.resource_ptr_id: code[row.specialty_id] for row in made.clinic.providers}
    age = {person.id: person.age for person in made.people.persons}
    ages = defaultdict(list)
    for visit in made.live():
        ages[specialty[visit.provider_id]].append(age[visit.patient_id])
    assert max(ages["pediatrics"]) < 18 <= min(ages["internal"])
    assert len(ages) == 9


def test_a_first_visit_is_a_first_visit() -> None:
    made = make(SHORT_CLINIC)
    first = {row.id: row.specialty_id for row in made.clinic.visit_types if row.audience == "new"}
    specialty = {row.id: row.specialty_id for row in made.clinic.visit_types}
    seen: set[tuple[int, int]] = set()
    firsts = 0
    for visit in sorted(made.live(), key=lambda one: one.start):
        key = (visit.patient_id, specialty[visit.visit_type_id])
        if visit.visit_type_id in first:
            assert key not in seen
            firsts += 1
        seen.add(key)
    assert firsts > 100
