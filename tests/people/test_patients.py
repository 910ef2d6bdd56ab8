from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.people.actions import patients
from frontdesk.people.engine.matching import Said
from frontdesk.people.models import Patient
from frontdesk.people.phones import read_phone, show_phone
from frontdesk.people.queries import match, search
from tests.universe import NOW, TODAY, Universe

pytestmark = pytest.mark.django_db


class TestAdd:
    def test_a_record_gets_the_next_number(self, universe: Universe) -> None:
        first = universe.newcomer("Mika", "Sato")
        second = universe.newcomer("Noor", "Haddad", born=date(1991, 1, 1))
        numbers = [int(one.mrn.replace("-", "")) for one in (first, second)]
        assert numbers[1] == numbers[0] + 1
        assert len(first.mrn) == len("900-000-01")
        assert (first.search_name, first.created_by, first.created_at) == ("mika sato", universe.alice, NOW)
        assert Entry.objects.about("patient", first.pk).get().kind == "PatientAdded"

    def test_the_first_of_a_kind_is_preferred_and_a_double_is_kept_once(self, universe: Universe) -> None:
        patient = universe.newcomer("Mika", "Sato", phone="(212) 555-0177")
        for value in ("212.555.0177", "212-555-0178"):
            patients.add_contact(patient=patient, kind="phone", value=value, by=universe.alice, now=NOW)
        kept = sorted(patient.contact_points.values_list("value", "preferred"))
        assert kept == [("+12125550177", True), ("+12125550178", False)]
        assert Entry.objects.about("patient", patient.pk).filter(kind="ContactAdded").count() == 2

    @pytest.mark.parametrize(
        "wrong",
        [
            {"given": ""},
            {"family": " \x00 "},
            {"language": "xx"},
            {"phone": "12"},
            {"phone": "x" * 10_000},
            {"email": "nobody"},
            {"email": "a@b\nBcc: c@d.example"},
            {"email": "x" * 300 + "@mail.example"},
        ],
    )
    def test_what_cannot_be_is_refused_and_nothing_is_half_saved(
        self, universe: Universe, wrong: dict[str, str]
    ) -> None:
        before = (Patient.objects.count(), Entry.objects.count())
        with pytest.raises(BadValue):
            named: dict[str, Any] = {"given": "Mika", "family": "Sato", **wrong}
            universe.newcomer(named.pop("given"), named.pop("family"), **named)
        assert (Patient.objects.count(), Entry.objects.count()) == before

    def test_a_name_of_ten_thousand_letters_is_cut_to_its_field(self, universe: Universe) -> None:
        assert len(universe.newcomer("x" * 10_000, "Sato").given) == 80

    @pytest.mark.parametrize("who", ["carol", "erin", "pat"])
    def test_some_roles_may_not(self, universe: Universe, who: str) -> None:
        with pytest.raises(NotAllowed):
            patients.add(
                given="A", family="B", birth_date=date(1980, 1, 1), by=getattr(universe, who), now=NOW
            )


class TestSearch:
    @pytest.mark.parametrize(
        "text",
        ["ana luc", "LUCERO, ANA", "Lucéro", "3/14/1979", "212-555-0101", "(212) 555 0101", "mrn"],
    )
    def test_a_patient_is_found_by_name_birth_date_phone_or_number(
        self, universe: Universe, text: str
    ) -> None:
        typed = universe.ana.mrn if text == "mrn" else text
        assert search(typed, by=universe.alice, today=TODAY) == [universe.ana]

    @pytest.mark.parametrize(
        "text", ["", "a", "zzz", "%", "_na", "' OR 1=1", "1/1/1800", "x" * 10_000, "🙂🙂", "\x00\x00"]
    )
    def test_anything_else_finds_nobody(self, universe: Universe, text: str) -> None:
        assert search(text, by=universe.alice, today=TODAY) == []

    def test_not_more_than_the_limit(self, universe: Universe) -> None:
        for number in range(4):
            universe.newcomer("Same", "Name", born=date(1980, 1, 1 + number))
        assert len(search("same name", by=universe.alice, today=TODAY, limit=3)) == 3

    @pytest.mark.parametrize("who", ["erin", "pat"])
    def test_whose_role_sees_no_patients_finds_none(self, universe: Universe, who: str) -> None:
        someone = getattr(universe, who)
        assert search("ana lucero", by=someone, today=TODAY) == []
        assert match(Said("ana lucero", date(1979, 3, 14)), by=someone) == []


def test_one_identifier_matches_nobody_and_two_match_best_first(universe: Universe) -> None:
    born = date(1979, 3, 14)
    assert match(Said(birth_date=born), by=universe.alice) == []
    twin = universe.newcomer("Ana", "Lucera", born=born)
    found = match(Said("ana lucero", born, "+12125550101"), by=universe.alice)
    assert [(one.patient, one.on) for one in found] == [
        (universe.ana, ("name", "birth date", "phone")),
        (twin, ("name", "birth date")),
    ]


def test_ages_change_on_the_birthday(universe: Universe) -> None:
    assert universe.ana.age_on(date(2026, 3, 13)) == 46
    assert universe.ana.age_on(date(2026, 3, 14)) == 47
    assert Patient().age_on(TODAY) is None


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("212-555-0142", "+12125550142", "(212) 555-0142"),
        ("+1 (212) 555 0142", "+12125550142", "(212) 555-0142"),
        ("+44 20 7946 0018", "+442079460018", "+44 20 7946 0018"),
    ],
)
def test_phones_are_read_and_shown(typed: str, kept: str, shown: str) -> None:
    assert (read_phone(typed), show_phone(kept)) == (kept, shown)


@pytest.mark.parametrize("typed", ["", "12", "911", "phone", "1" * 300, "\x00", "+", "🙂"])
def test_what_is_no_phone_is_refused(typed: str) -> None:
    with pytest.raises(BadValue):
        read_phone(typed, field="callback")


def test_what_cannot_be_read_is_shown_as_it_is() -> None:
    assert show_phone("ask for Jo") == "ask for Jo"
