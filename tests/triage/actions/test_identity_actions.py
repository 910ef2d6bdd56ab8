from __future__ import annotations

from datetime import date

import pytest

from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.people.models import Patient
from frontdesk.triage.actions import identity, requests
from frontdesk.triage.actions.identity import IdentityFixed
from frontdesk.triage.models import Request
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db

ANA = {
    "said_name": "Ana Lucero",
    "said_birth_date": "3/14/1979",
    "said_phone": "(212) 555-0101",
}


def _said(universe: Universe, **said: str) -> Request:
    request = requests.open_request(site=universe.main, by=universe.alice, now=NOW)
    for field, value in said.items():
        request = requests.save_field(request=request, field=field, value=value, by=universe.alice, now=NOW)
    return request


@pytest.mark.parametrize("first", [*ANA, "said_mrn"])
@pytest.mark.parametrize("second", [*ANA, "said_mrn"])
def test_any_two_identifiers_find_the_patient_and_one_does_not(
    universe: Universe, first: str, second: str
) -> None:
    values = {**ANA, "said_mrn": universe.ana.mrn.lower()}
    request = _said(universe, **{field: values[field] for field in (first, second)})
    assert request.patient == (None if first == second else universe.ana)
    assert bool(request.matched_on) == (first != second)


@pytest.mark.parametrize(
    "wrong",
    [
        {"said_name": "Ana", "said_birth_date": "3/14/1979"},  # one word is not a name
        {"said_name": "Ana Lucero", "said_birth_date": "3/15/1979"},
        {"said_name": "Benjamin Okafor", "said_birth_date": "3/14/1979"},
        {"said_birth_date": "3/14/1979", "said_phone": "212-555-0102"},
        {"said_name": "Ana Lucero", "said_birth_date": "31 February"},
        {"said_name": "'; DROP TABLE people_patient; --", "said_birth_date": "9999-99-99"},
    ],
)
def test_less_finds_nobody(universe: Universe, wrong: dict[str, str]) -> None:
    assert _said(universe, **wrong).patient is None


def test_a_match_says_who_when_and_on_what(universe: Universe) -> None:
    request = _said(universe, **ANA)
    assert (request.matched_by, request.matched_at) == (universe.alice, NOW)
    assert request.matched_on == "name and birth date"
    entry = Entry.objects.about("request", request.pk).get(kind="PatientMatched")
    assert (entry.facts["on"], entry.facts["mrn"]) == ("name and birth date", universe.ana.mrn)


class TestSeveral:
    @pytest.fixture
    def twin(self, universe: Universe) -> Patient:
        return universe.newcomer("Ana", "Lucero", born=date(1979, 3, 14))

    def test_nobody_is_taken_for_anybody(self, universe: Universe, twin: Patient) -> None:
        request = _said(universe, said_name="Ana Lucero", said_birth_date="3/14/1979")
        assert request.patient is None
        found = identity.matches(request, by=universe.alice, now=NOW)
        assert {one.patient for one in found} == {universe.ana, twin}

    def test_the_clerk_chooses(self, universe: Universe, twin: Patient) -> None:
        request = _said(universe, said_name="Ana Lucero", said_birth_date="3/14/1979")
        chosen = identity.choose(request=request, patient=twin, by=universe.alice, now=NOW)
        assert chosen.patient == twin

    def test_only_one_that_agrees(self, universe: Universe, twin: Patient) -> None:
        request = _said(universe, said_name="Ana Lucero", said_birth_date="3/14/1979")
        with pytest.raises(BadValue):
            identity.choose(request=request, patient=universe.ben, by=universe.alice, now=NOW)

    def test_a_chosen_one_stays_when_a_third_identifier_agrees(
        self, universe: Universe, twin: Patient
    ) -> None:
        request = _said(universe, said_name="Ana Lucero", said_birth_date="3/14/1979")
        identity.choose(request=request, patient=universe.ana, by=universe.alice, now=NOW)
        request = requests.save_field(
            request=request, field="said_phone", value="212-555-0101", by=universe.alice, now=NOW
        )
        assert request.patient == universe.ana


class TestChange:
    def test_identifiers_that_no_longer_agree_detach(self, universe: Universe) -> None:
        request = _said(universe, said_name="Ana Lucero", said_birth_date="3/14/1979")
        assert request.patient == universe.ana
        request = requests.save_field(
            request=request, field="said_birth_date", value="1/1/1950", by=universe.alice, now=NOW
        )
        assert (request.patient, request.matched_at, request.matched_by, request.matched_on) == (
            None, None, None, "",
        )  # fmt: skip
        assert Entry.objects.filter(kind="PatientUnmatched").count() == 1

    def test_other_identifiers_find_somebody_else(self, universe: Universe) -> None:
        request = _said(universe, said_name="Ana Lucero", said_birth_date="3/14/1979")
        for field, value in (("said_birth_date", "11/30/1952"), ("said_name", "Benjamin Okafor")):
            request = requests.save_field(
                request=request, field=field, value=value, by=universe.alice, now=NOW
            )
        assert request.patient == universe.ben

    @pytest.mark.parametrize("how", ["hold", "book"])
    def test_it_is_fixed_once_time_is_taken(self, universe: Universe, how: str) -> None:
        request = universe.ready(universe.ben)
        getattr(universe, how)(at(11), request=request)
        with pytest.raises(IdentityFixed):
            requests.save_field(
                request=request, field="said_birth_date", value="1/1/1950", by=universe.alice, now=NOW
            )
        assert Request.objects.get(pk=request.pk).said_birth_date == "11/30/1952"


class TestStartRecord:
    def _start(self, universe: Universe, request: Request, **changed: str) -> Request:
        values = {"given": "Mika", "family": "Sato", "language": "en", "email": "", **changed}
        return identity.start_record(
            request=request, needs_interpreter=False, by=universe.alice, now=NOW, **values
        )

    def test_it_starts_one_and_attaches_it(self, universe: Universe) -> None:
        request = _said(
            universe, said_name="Mika Sato", said_birth_date="5/6/1985", said_phone="212-555-0177"
        )
        patient = self._start(universe, request, email="mika@mail.example").patient
        assert patient is not None
        assert (patient.name, patient.birth_date) == ("Mika Sato", date(1985, 5, 6))
        assert {point.value for point in patient.contact_points.all()} == {
            "+12125550177",
            "mika@mail.example",
        }
        assert "PatientAdded" in [entry.kind for entry in Entry.objects.about("request", request.pk)]

    @pytest.mark.parametrize(
        ("born", "changed", "field"),
        [
            ("", {}, "said_birth_date"),
            ("2/31/1980", {}, "said_birth_date"),
            ("1/1/2030", {}, "said_birth_date"),
            ("5/6/1985", {"given": " "}, "said_name"),
            ("5/6/1985", {"email": "not an address"}, "email"),
            ("5/6/1985", {"language": "tlh"}, "language"),
        ],
    )
    def test_it_refuses_in_words_and_half_saves_nothing(
        self, universe: Universe, born: str, changed: dict[str, str], field: str
    ) -> None:
        request = _said(universe, said_birth_date=born)
        before = Patient.objects.count()
        with pytest.raises(BadValue) as refused:
            self._start(universe, request, **changed)
        assert refused.value.field == field
        assert Patient.objects.count() == before

    def test_a_provider_may_not(self, universe: Universe) -> None:
        request = _said(universe, said_birth_date="5/6/1985")
        with pytest.raises(NotAllowed):
            identity.start_record(
                request=request, given="Mika", family="Sato", language="en", needs_interpreter=False,
                email="", by=universe.carol, now=NOW,
            )  # fmt: skip
