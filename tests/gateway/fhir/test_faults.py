"""A fault of ours at the machines' door: the database itself refuses, with words that nobody may hear."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.db import ProgrammingError, connection
from django.test import Client as Browser

from frontdesk.book.models import Appointment
from frontdesk.daybook.models import Entry
from frontdesk.partners.models import OutsideNumber
from frontdesk.triage.models import Request
from tests.gateway.fhir import machine as booking
from tests.gateway.fhir.support import Machine
from tests.universe import Universe, at

pytestmark = pytest.mark.django_db
_FAULT = """
    SET CONSTRAINTS ALL IMMEDIATE;
    CREATE FUNCTION faulty() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'Okafor has a rash'; END $$;
    CREATE TRIGGER faulty AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION faulty();
"""


def break_at(table: str) -> None:
    """From now on every new row of the table is a fault; the test's transaction takes it back."""
    with connection.cursor() as cursor:
        cursor.execute(_FAULT.format(table=table))


def deaf(one: Machine | booking.Machine) -> None:
    """Let it see a fault as a program does, and not as an exception of the test."""
    one.browser = Browser(raise_request_exception=False)


@pytest.mark.parametrize("table", ["book_appointment", "book_claim", "daybook_entry"])
def test_a_booking_that_fails_leaves_nothing(table: str, booker: booking.Machine, universe: Universe) -> None:
    proposal = booker.offered(universe.ben)["id"]
    deaf(booker)
    facts = Entry.objects.count()
    break_at(table)
    answer = booker.book(proposal)
    assert (answer.status, answer.kind) == (500, "OperationOutcome")
    assert [(one["severity"], one["code"]) for one in answer.issues] == [("fatal", "exception")]
    left = [model.objects.count() for model in (Appointment, Request, OutsideNumber)]
    assert (left, Entry.objects.count()) == ([0, 0, 0], facts)


@pytest.mark.parametrize("accept", ["application/fhir+json", "application/fhir+xml"])
def test_it_is_told_as_was_asked_and_without_a_word_of_what_it_was(
    accept: str, ehr: Machine, universe: Universe, caplog: pytest.LogCaptureFixture
) -> None:
    visit = universe.book(at(11))
    break_at("daybook_look")  # a read that cannot be written down is not answered
    deaf(ehr)
    answer = ehr.get(f"Appointment/{visit.pk}", accept=accept)
    assert (answer.status, answer.code) == (500, "exception")
    assert answer.headers["Content-Type"].startswith(accept)
    assert len(answer.body["issue"]) == 1 and "diagnostics" not in answer.body["issue"][0]
    assert "Something went wrong" in answer.body["issue"][0]["details"]["text"]
    for word in ("rash", "Okafor", "faulty", "Traceback"):
        assert word not in str(answer.body)
    (told,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    line = told.getMessage()  # as the log's own filter leaves it: the traceback is places, without any value
    assert told.name == "django.request" and "ProgrammingError at " in line
    assert "/daybook/record.py:" in line and "/fhir/finding/visits.py:" in line and "rash" not in line


def test_tests_still_see_it(ehr: Machine, universe: Universe) -> None:
    visit = universe.book(at(11))
    break_at("daybook_look")
    with pytest.raises(ProgrammingError):
        ehr.get(f"Appointment/{visit.pk}")


def test_a_program_sees_it_in_the_answer_alone(ehr: Machine, universe: Universe) -> None:
    """As the fuzz tests look for it: the status, and what was raised beside it."""
    visit = universe.book(at(11))
    break_at("daybook_look")
    deaf(ehr)
    answer = ehr.browser.get(
        f"/fhir/Appointment/{visit.pk}", headers={"Authorization": f"Bearer {ehr.token}"}
    )
    assert (answer.status_code, raised(answer)) == (500, ProgrammingError)


def raised(answer: Any) -> type[Exception]:
    kind: type[Exception] = answer.exc_info[0]
    return kind
