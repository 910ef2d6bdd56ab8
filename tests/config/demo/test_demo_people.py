"""The people of the made-up clinic: invented, and like those of a town."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from frontdesk.clinic.choices import Language
from frontdesk.people.phones import read_phone
from tests.config.demo.test_demo_made import SHORT_CLINIC, TODAY, make


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
