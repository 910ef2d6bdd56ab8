"""The made-up clinic before it is stored: plain values, so everything can be counted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from frontdesk.book.engine.bits import from_bytes
from frontdesk.clinic.choices import Language
from frontdesk.config.demo.care import assign
from frontdesk.config.demo.clinic import Clinic, build_clinic
from frontdesk.config.demo.numbers import Counting
from frontdesk.config.demo.people import People, build_people
from frontdesk.config.demo.rows import ClaimRow, DayRow, Visit
from frontdesk.config.demo.sizes import CLAIMS_FROM_DAYS, OPEN_FROM_DAYS, SIZES, Size
from frontdesk.config.demo.visits import Filler
from frontdesk.people.phones import read_phone

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
    filler = Filler(size, clinic, care, seed=seed, today=today, bookers=bookers)
    made = Made(clinic, people, [], [], [])
    for day in filler.days:
        rows = filler.fill(day, numbers)
        made.visits.extend(rows.visits)
        made.claims.extend(rows.claims)
        made.days.extend(rows.days)
    return made


def booked_share(made: Made, first: date, last: date) -> float:
    """The part of the providers' session time that is taken on the days first..last."""
    providers = {provider.resource_ptr_id for provider in made.clinic.providers}
    opened = taken = 0
    for row in made.days:
        if row.resource_id in providers and first <= row.day <= last:
            opened += from_bytes(row.open_bits).bit_count()
            taken += (from_bytes(row.open_bits) & ~from_bytes(row.free_bits)).bit_count()
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
    [(SIZES["small"], 1, 6, 5, 300), (SHORT_CLINIC, 3, 24, 8, 6_000)],
)
def test_a_clinic_is_as_large_as_its_size_says(
    size: Size, sites: int, providers: int, specialties: int, patients: int
) -> None:
    made = make(size)
    assert len(made.clinic.sites) == sites
    assert len(made.clinic.providers) == providers
    assert len(made.clinic.specialties) == specialties
    assert len(made.people.patients) == patients
    assert {row.resource_id for row in made.clinic.sessions} == {row.id for row in made.clinic.resources}
    offered = {row.specialty_id for row in made.clinic.visit_types}
    assert offered == {row.specialty_id for row in made.clinic.providers}
    for specialty in offered:
        assert any(row.same_day for row in made.clinic.visit_types if row.specialty_id == specialty) or (
            specialty == next(row.id for row in made.clinic.specialties if row.code == "therapy")
        )


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
    assert overlaps((visit.provider_id, visit.start, visit.end) for visit in live) == 0
    assert overlaps((visit.patient_id, visit.start, visit.end) for visit in live) == 0
    assert overlaps((visit.room_id, visit.start, visit.end) for visit in live if visit.room_id) == 0
    joined = [(one.interpreter_id, one.start, one.end) for one in live if one.interpreter_id]
    assert len(joined) > 100
    assert overlaps(joined) == 0


def test_every_visit_lies_inside_a_session_of_its_provider() -> None:
    made = make(SHORT_CLINIC)
    sessions = defaultdict(list)
    for row in made.clinic.sessions:
        sessions[row.resource_id, row.site_id, row.weekday].append((row.starts, row.ends))
    for _, visit in made.visits:
        start, end = visit.start.astimezone(NEW_YORK), visit.end.astimezone(NEW_YORK)
        stretches = sessions[visit.provider_id, visit.site_id, start.weekday()]
        assert any(first <= start.time() and end.time() <= last for first, last in stretches)


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
    wanted = Counter(
        (resource, visit.start, visit.end)
        for visit in made.live()
        if visit.start >= begins
        for resource in (visit.provider_id, visit.room_id, visit.interpreter_id)
        if resource is not None
    )
    assert Counter((row.resource_id, row.start, row.end) for row in made.claims) == wanted
    assert min(row.day for row in made.days) == TODAY - timedelta(days=OPEN_FROM_DAYS)


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
    spoken = {row.resource_ptr_id: row.languages for row in made.clinic.providers}
    in_person = {row.resource_ptr_id for row in made.clinic.interpreters if row.mode == "person"}
    for visit in made.live():
        patient = patients[visit.patient_id]
        wanted = patient.needs_interpreter and patient.language not in spoken[visit.provider_id]
        assert bool(visit.interpreter_id) == wanted
        if visit.interpreter_id:
            assert patient.language in speaks[visit.interpreter_id]
            assert visit.modality == "in_person" or visit.interpreter_id not in in_person


def test_rooms_are_of_the_kind_that_the_visit_needs_and_at_its_site() -> None:
    made = make(SHORT_CLINIC)
    wanted = {row.id: row.room_type for row in made.clinic.visit_types}
    kind = {row.resource_ptr_id: row.room_type for row in made.clinic.rooms}
    site = {row.id: row.site_id for row in made.clinic.resources}
    for visit in made.live():
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
    assert len(ages) == 8


def test_a_first_visit_is_a_first_visit() -> None:
    made = make(SHORT_CLINIC)
    first = {
        row.id: row.specialty_id for row in made.clinic.visit_types if row.code.endswith(("-new", "-first"))
    }
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


def test_people_are_made_up_and_can_reach_nobody() -> None:
    people = make(SHORT_CLINIC).people
    assert len({row.mrn for row in people.patients}) == 6_000
    assert all(re.fullmatch(r"00\d-\d{3}-\d{2}", row.mrn) for row in people.patients)
    phones = [row.value for row in people.contacts if row.kind == "phone"]
    emails = [row.value for row in people.contacts if row.kind == "email"]
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", phone) and read_phone(phone) == phone for phone in phones)
    assert all(re.fullmatch(r"[a-z0-9.]+@[a-z]+\.example\.(com|net|org)", email) for email in emails)
    assert {row.patient_id for row in people.contacts if row.kind == "phone"} == {
        row.id for row in people.patients
    }
    assert 0.75 <= len({row.patient_id for row in people.contacts if row.kind == "email"}) / 6_000 <= 0.85
    preferred = Counter((row.patient_id, row.kind) for row in people.contacts if row.preferred)
    assert max(preferred.values()) == 1


def test_languages_and_ages_are_those_of_a_town() -> None:
    patients = make(SHORT_CLINIC).people.patients
    languages = Counter(row.language for row in patients)
    assert 0.74 <= languages["en"] / 6_000 <= 0.82
    assert 0.12 <= languages["es"] / 6_000 <= 0.18
    assert set(languages) == set(Language.values)
    assert not any(row.needs_interpreter for row in patients if row.language == "en")
    assert any(row.needs_interpreter for row in patients if row.language == "vi")
    assert max(row.birth_date for row in patients) < TODAY
    assert min(row.birth_date for row in patients) > date(TODAY.year - 105, 1, 1)
    assert all(row.search_name and row.given and row.family for row in patients)
