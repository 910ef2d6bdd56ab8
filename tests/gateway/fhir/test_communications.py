"""Communication: messages to patients, and the contacts of the call log."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from frontdesk.daybook.models import Look
from frontdesk.outreach.actions.messages import settle
from frontdesk.outreach.models import Message, MessageState, MessageTemplate
from frontdesk.triage.models import Request
from tests.gateway.fhir import worked as work
from tests.gateway.fhir.support import BASE, Clock, Machine, machine
from tests.gateway.fhir.worked import Worked
from tests.universe import LAST_OPEN, NOW, Universe, at

pytestmark = pytest.mark.django_db
XML = "application/fhir+xml"
TWO_SCOPES = ["system/Communication.rs", "system/Patient.r", "system/Appointment.r"]


@pytest.fixture
def there(universe: Universe) -> Worked:
    return work.worked(universe)


def test_a_message_that_waits(ehr: Machine, universe: Universe, there: Worked) -> None:
    found = ehr.get(f"Communication/{there.message.pk}").body
    assert found["status"] == "preparation" and "sent" not in found
    ben = {"reference": f"Patient/{universe.ben.pk}", "display": "Benjamin Okafor"}
    assert found["subject"] == ben and found["recipient"] == [ben]
    assert found["about"] == [{"reference": f"Appointment/{there.visit.pk}"}]
    assert [one["coding"][0]["code"] for one in found["category"]] == ["notification", "message"]
    assert (found["medium"][0]["coding"][0]["code"], found["medium"][0]["text"]) == ("EMAILWRIT", "E-mail")
    assert found["topic"] == {
        "coding": [{"system": f"{BASE}/CodeSystem/message", "code": "visit_booked", "display": "Visit booked"}],
        "text": "Visit booked",
    }  # fmt: skip
    said = [one["contentString"] for one in found["payload"]]
    assert said == [there.message.subject, there.message.body]
    assert "ben@mail.example" not in str(found), (
        "Where it went is the patient's to tell: see Patient.telecom."
    )


@pytest.mark.parametrize(
    ("state", "status", "sent"),
    [(MessageState.SENT, "completed", "2026-03-03T15:01:00Z"), (MessageState.FAILED, "not-done", None)],
)
def test_a_message_that_is_settled(
    state: MessageState, status: str, sent: str | None, ehr: Machine, there: Worked
) -> None:
    settle(message=there.message, state=state, receipt="CANARY 250 ok", now=NOW + timedelta(minutes=1))
    found = ehr.get(f"Communication/{there.message.pk}").body
    assert (found["status"], found.get("sent")) == (status, sent)
    assert found["meta"]["lastUpdated"] == "2026-03-03T15:01:00Z"
    assert ("statusReason" in found) == (status == "not-done")
    assert "CANARY" not in str(found)


def test_a_call(ehr: Machine, universe: Universe, there: Worked) -> None:
    """With whom, when, and how it ended; what was said stays here."""
    found = ehr.get(f"Communication/contact-{there.contact.pk}").body
    assert (found["status"], found["statusReason"]["text"]) == ("completed", "Spoke with them")
    assert found["subject"]["reference"] == f"Patient/{universe.dora.pk}"
    assert (found["sent"], found["sender"]) == ("2026-03-03T14:56:00Z", {"display": universe.alice.name})
    assert found["category"][0]["coding"][0]["code"] == "contact"
    assert (found["medium"][0]["coding"][0]["code"], found["medium"][0]["text"]) == ("PHONE", "We called")
    assert "payload" not in found and "CANARY" not in str(found)
    assert "recipient" not in found, "Nobody said that the caller was the patient."


CALLS = [
    ("phone_out", "not_reached", "not-done", "PHONE"), ("phone_out", "left_message", "completed", "PHONE"),
    ("phone_in", "cut_off", "stopped", "PHONE"), ("in_person", "reached", "completed", "FACE"),
    ("message_in", "reached", "completed", "WRITTEN"), ("message_out", "reached", "completed", "WRITTEN"),
    ("voicemail", "left_message", "completed", "PHONE"),
]  # fmt: skip


def test_how_calls_end(ehr: Machine, universe: Universe, there: Worked) -> None:
    """The caller was the patient: they are who was called, or who called."""
    Request.objects.filter(contacts=there.contact).update(caller="patient")
    request, alice = Request.objects.get(contacts=there.contact), {"display": universe.alice.name}
    for how, end, status, medium in CALLS:
        contact = work.called(universe, request, end=end, how=how)
        found = ehr.get(f"Communication/contact-{contact.pk}", accept=XML).body
        assert (found["status"], found["medium"][0]["coding"][0]["code"]) == (status, medium), how
        them, from_them = found["subject"], how in ("phone_in", "message_in", "voicemail")
        assert (found["sender"], found["recipient"]) == ((them, [alice]) if from_them else (alice, [them])), (
            how
        )


FOUND = [
    ("patient={ben}", "message"), ("patient=Patient/{dora}", "contact"), ("subject={ben},{dora}", "message contact"),
    ("patient={chen}", ""), ("patient.identifier={mrn}", "message"), ("patient.identifier=urn:x|{mrn}", ""),
    ("about=Appointment/{visit}", "message"), ("about={visit}", "message"), ("about=Patient/{visit}", ""),
    ("sent=2026-03-03", "contact"), ("sent=gt2026-03-03", ""), ("sent=le2026-03-03T14:56:00Z", "contact"),
    ("_id={message}", "message"), ("_id=contact-{contact},{message}", "message contact"), ("_id=contact-", ""),
    ("_lastUpdated=ge2026-03-03", "message contact"), ("_lastUpdated=ge2026-03-03T15:00:00Z", "message contact"),
    ("_lastUpdated=gt2026-03-03", ""), ("_lastUpdated=2026&status=preparation", "message"),
    ("_lastUpdated=2026&status=completed", "contact"), ("_lastUpdated=2026&status:not=completed", "message"),
    ("_lastUpdated=2026&status=zzz", ""), ("_lastUpdated=2026&category=message", "message"),
    ("_lastUpdated=2026&category=notification", "message"), ("_lastUpdated=2026&category=contact", "contact"),
    ("_lastUpdated=2026&category=" + BASE + "/CodeSystem/communication|contact", "contact"),
    ("_lastUpdated=2026&category=urn:x|contact", ""), ("_lastUpdated=2026&category=alert,contact", "contact"),
]  # fmt: skip


def test_what_is_found(ehr: Machine, universe: Universe, there: Worked) -> None:
    """A call is new from when it was written down, whenever it was."""
    numbers = {
        "ben": universe.ben.pk, "dora": universe.dora.pk, "chen": universe.chen.pk, "mrn": universe.ben.mrn,
        "visit": there.visit.pk, "message": there.message.pk, "contact": there.contact.pk,
    }  # fmt: skip
    names = {str(there.message.pk): "message", f"contact-{there.contact.pk}": "contact"}
    wrong = []
    for query, found in FOUND:
        answer = ehr.get(f"Communication?{query.format(**numbers)}")
        got = {names[one] for one in answer.ids}
        if (answer.status, got, answer.body["total"]) != (200, set(found.split()), len(found.split())):
            wrong.append((query, got, answer.status))
    assert not wrong


def test_by_form_and_with_the_patients(ehr: Machine, universe: Universe, there: Worked) -> None:
    asked = {"sent": "ge2026-03-01", "_include": "Communication:patient"}
    by_form = ehr.form("Communication", **asked)
    assert by_form.ids == [f"contact-{there.contact.pk}"]
    assert [one["id"] for one in by_form.included] == [str(universe.dora.pk)]
    by_get = ehr.get("Communication?sent=ge2026-03-01&_include=Communication:patient")
    assert by_get.body["entry"] == by_form.body["entry"]


def test_without_something_to_search_by_there_is_none(ehr: Machine, there: Worked) -> None:
    for query in ("", "status=completed", "category=message&_count=3"):
        answer = ehr.get(f"Communication?{query}")
        assert (answer.status, answer.ids, answer.body["total"]) == (200, [], 0)
        assert "Name something to search by" in answer.remarks


def test_pages_of_both_stay_right(ehr: Machine, universe: Universe, there: Worked) -> None:
    for day in range(3):
        someone = universe.newcomer(
            "Rosa", "Halloran", born=date(1950 + day, 1, 1), email="rosa@mail.example"
        )
        universe.book(at(8 + day, day=LAST_OPEN), request=universe.ready(someone))
    first = ehr.get("Communication?_lastUpdated=2026&_count=2")
    whole = ehr.get("Communication?_lastUpdated=2026").ids
    assert whole[0] == f"contact-{there.contact.pk}" and len(whole) == first.body["total"] == 5
    seen, page = first.ids, first
    while page.next and len(seen) < 10:
        page = ehr.get(page.next)
        seen += page.ids
    assert seen == whole


def test_each_patient_shown_is_in_the_access_log(ehr: Machine, universe: Universe, there: Worked) -> None:
    def looks() -> set[tuple[int, str]]:
        return set(Look.objects.filter(user=ehr.registered.user).values_list("ref", "where"))

    ehr.get("Communication?_lastUpdated=2026&_count=0")
    assert looks() == set()
    ehr.get("Communication?_lastUpdated=2026")
    searched = {(pk, "FHIR Communication search") for pk in (universe.ben.pk, universe.dora.pk)}
    assert looks() == searched
    ehr.get(f"Communication/{there.message.pk}")
    assert looks() == {*searched, (universe.ben.pk, "FHIR Communication read")}


def test_the_words_are_for_those_who_may_read_whom_and_what_they_name(
    universe: Universe, clock: Clock, there: Worked
) -> None:
    def shown(*scopes: str) -> dict[str, Any]:
        return machine(universe, scopes).get(f"Communication/{there.message.pk}").body

    assert "payload" in shown(*TWO_SCOPES)
    for left_out in TWO_SCOPES[1:]:
        found = shown(*(one for one in TWO_SCOPES if one != left_out))
        assert "payload" not in found and "Benjamin" not in str(found.get("payload", ""))
    only = shown("system/Communication.r")
    assert "Benjamin" not in str(only)
    MessageTemplate.objects.filter(pk=there.message.template_id).update(content_level="clinical")
    assert "payload" not in shown(*TWO_SCOPES), "Only minimal texts leave by this door."


def test_whose_call_it_is_now(ehr: Machine, universe: Universe, there: Worked) -> None:
    Request.objects.filter(contacts=there.contact).update(patient=universe.chen)
    found = ehr.get(f"Communication/contact-{there.contact.pk}").body
    assert found["subject"]["reference"] == f"Patient/{universe.chen.pk}"
    assert ehr.get(f"Communication?patient={universe.dora.pk}").ids == []
    assert ehr.get(f"Communication?patient={universe.chen.pk}").ids == [f"contact-{there.contact.pk}"]


def test_a_page_takes_as_many_queries_whatever_its_length(
    ehr: Machine, universe: Universe, there: Worked, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(4):
        someone = universe.newcomer(
            "Rosa", "Halloran", born=date(1950 + day, 1, 1), email="rosa@mail.example"
        )
        universe.book(at(8 + day // 2, 30 * (day % 2), day=LAST_OPEN), request=universe.ready(someone))
    assert Message.objects.count() == 5
    ehr.get("Location")
    with django_assert_max_num_queries(12):
        answer = ehr.get("Communication?_lastUpdated=2026&_include=Communication:patient")
    assert len(answer.ids) == 6 and len(answer.included) == 6
