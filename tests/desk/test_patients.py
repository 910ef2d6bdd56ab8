"""Finding a patient, one patient's record, and who looked at it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment, PastVisit
from frontdesk.daybook.models import Look
from frontdesk.daybook.record import look
from frontdesk.desk.pages.patients import LOOKS_PER_PAGE, MOST_FOUND
from frontdesk.outreach.actions.messages import settle
from frontdesk.outreach.models import Message, MessageState
from frontdesk.people.models import ContactPoint, Patient, PatientIdentifier, RiskFlag
from tests.desk.support import Answer, Desk, read, said
from tests.factories.protocol import FEVER, SELF_HARM
from tests.universe import NOW, at


def rows(answer: Answer) -> list[int]:
    """The patients on the page, in order."""
    return [int(pk) for pk in re.findall(r'data-row="(\d+)"', answer.content.decode())]


def search(desk: Desk, user: User, typed: str) -> Answer:
    """What is typed is posted, and no address ever holds it."""
    posted = desk.post(user, "desk:patients", q=typed)
    assert posted.status_code == 302 and posted.headers["Location"] == reverse("desk:patients")
    return desk.get(user, "desk:patients")


def card(answer: Answer, name: str) -> str:
    """The words of one card."""
    html = answer.content.decode().partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


# ---- search ----


@pytest.mark.parametrize("typed", ["okafor", "OKAFOR, ben", "11/30/1952", "30 Nov 1952", "(212) 555-0102"])
def test_a_patient_is_found_by_name_birth_date_and_phone(desk: Desk, typed: str) -> None:
    cast = desk.universe
    page = search(desk, cast.alice, typed)
    assert rows(page) == [cast.ben.pk]
    assert "Okafor, Benjamin 30 Nov 1952 73" in said(page) and "(212) 555-0102" in said(page)
    assert reverse("desk:patient", args=[cast.ben.pk]) in read(page).links


def test_a_patient_is_found_by_record_number(desk: Desk) -> None:
    cast = desk.universe
    assert rows(search(desk, cast.alice, cast.dora.mrn)) == [cast.dora.pk]


def test_the_next_visit_is_shown_in_the_list(desk: Desk) -> None:
    cast = desk.universe
    cast.book(at(14))
    cast.book(at(11), request=cast.ready(cast.ben))
    assert "Tue 3 Mar, 11:00 Dr. Carol Calden, Main Street" in said(search(desk, cast.alice, "okafor"))
    elsewhere = said(search(desk, cast.charlie, "okafor"))
    assert "Okafor, Benjamin" in elsewhere and "11:00" not in elsewhere


def test_finding_is_no_look_and_opening_is_one(desk: Desk) -> None:
    cast = desk.universe
    search(desk, cast.alice, "okafor")
    assert not Look.objects.exists()
    desk.get(cast.alice, "desk:patient", cast.ben.pk)
    seen = Look.objects.get()
    assert (seen.user, seen.kind, seen.ref, seen.at, seen.where) == (
        cast.alice, "patient", cast.ben.pk, NOW, "patient page",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Nothing was searched for yet"),
        ("o", "Type a little more"),
        ("zzzz", "Nobody fits"),
        ("\x00\x01", "Nothing was searched for yet"),
        ("x" * 10_000, "Nobody fits"),
        ("31/02/1979", "Nobody fits"),
        ("9" * 500, "Nobody fits"),
        ("%_%", "Nobody fits"),
    ],
)
def test_where_nobody_is_found_the_page_says_what_to_try(desk: Desk, typed: str, words: str) -> None:
    page = search(desk, desk.universe.alice, typed)
    assert page.status_code == 200 and rows(page) == [] and words in said(page)


def test_a_search_that_fits_many_shows_the_first_and_asks_for_more(desk: Desk) -> None:
    cast = desk.universe
    Patient.objects.bulk_create(
        Patient(mrn=f"many-{n}", given=f"G{n:02}", family="Quistgaard", search_name=f"g{n:02} quistgaard",
                birth_date=date(1980, 1, 1), created_at=NOW, created_by=cast.alice)
        for n in range(MOST_FOUND + 1)
    )  # fmt: skip
    page = search(desk, cast.alice, "quistgaard")
    assert len(rows(page)) == MOST_FOUND and f"The first {MOST_FOUND}; type more" in said(page)


def test_what_was_typed_is_shown_as_text(desk: Desk) -> None:
    page = search(desk, desk.universe.alice, '<script>alert("x")</script>')
    assert "<script>alert" not in page.content.decode() and "&lt;script&gt;" in page.content.decode()


# ---- one patient ----


def test_the_record_shows_facts_contacts_and_flags(desk: Desk) -> None:
    cast = desk.universe
    ContactPoint.objects.filter(patient=cast.ana, kind="email").update(allowed=False)
    PatientIdentifier.objects.create(patient=cast.ana, system="Old system", value="4711")
    RiskFlag.objects.create(patient=cast.ana, code="thin", label="Blood thinner", since=date(2025, 3, 1))
    RiskFlag.objects.create(
        patient=cast.ana,
        code="past",
        label="Long past",
        since=date(2020, 1, 1),
        ended_at=NOW,
        ended_by=cast.bob,
    )
    page = desk.get(cast.alice, "desk:patient", cast.ana.pk)
    words = said(page)
    assert "Ana Lucero Born 14 Mar 1979, 46 years" in words and "Old system 4711" in words
    assert "Blood thinner, since 1 Mar 2025" in words and "Long past" not in words
    assert "Spanish, interpreter needed" in words
    assert "(212) 555-0101 Allowed Phone, preferred" in card(page, "contacts")
    assert "ana@mail.example Not allowed E-mail" in card(page, "contacts")
    assert "Ana Lucero" not in page.content.decode().partition("<title>")[2].partition("</title>")[0]


def test_visits_stand_where_they_belong(desk: Desk) -> None:
    cast = desk.universe
    ahead, past, cancelled = (cast.book(at(hour), request=cast.ready(cast.ben)) for hour in (11, 12, 13))
    Appointment.objects.filter(pk=past.pk).update(start=at(8), end=at(8, 30), status="no_show")
    Appointment.objects.filter(pk=cancelled.pk).update(
        status="cancelled", cancelled_at=NOW, cancelled_by=cast.alice
    )
    page = desk.get(cast.alice, "desk:patient", cast.ben.pk)
    assert "Upcoming visits: 1" in card(page, "upcoming") and "11:00 Follow-up" in card(page, "upcoming")
    assert "13:00" not in card(page, "upcoming")
    earlier = card(page, "earlier")
    assert "13:00 Follow-up Dr. Carol Calden Main Street Cancelled" in earlier
    assert "08:00 Follow-up Dr. Carol Calden Main Street Did not come" in earlier
    elsewhere = desk.get(cast.charlie, "desk:patient", cast.ben.pk)
    assert "No visit is booked at your sites." in said(elsewhere) and "Follow-up" not in said(elsewhere)
    assert ahead.patient == cast.ben


def test_requests_are_those_that_the_reader_may_see(desk: Desk) -> None:
    cast = desk.universe
    fever, crisis = cast.ready(cast.dora, said=FEVER), cast.ready(cast.dora, said=SELF_HARM)
    urls = {one: reverse("desk:request", args=[one.pk]) for one in (fever, crisis)}
    nurse = desk.get(cast.bob, "desk:patient", cast.dora.pk)
    assert {urls[fever], urls[crisis]} <= set(read(nurse).links)
    manager = desk.get(cast.dan, "desk:patient", cast.dora.pk)
    assert urls[fever] in read(manager).links and urls[crisis] not in read(manager).links
    assert "Suicidal" not in said(manager)


def test_messages_say_what_became_of_them(desk: Desk) -> None:
    cast = desk.universe
    message = Message.objects.get(about_ref=cast.book(at(11)).pk)
    assert "Waiting to be sent" in card(desk.get(cast.alice, "desk:patient", cast.ben.pk), "messages")
    with transaction.atomic():
        settle(message=message, state=MessageState.SENT, receipt="250 ok", now=NOW)
    words = card(desk.get(cast.alice, "desk:patient", cast.ben.pk), "messages")
    assert f"{message.subject} ben@mail.example E-mail" in words and "Taken by the mail server" in words


def test_visits_from_another_system_are_listed_by_day(desk: Desk) -> None:
    cast = desk.universe
    for number, came in ((1, True), (2, False)):
        PastVisit.objects.create(
            source="noshow", external_id=str(number), patient=cast.ben, booked_at=NOW - timedelta(days=400),
            day=date(2025, 4, number), lead_days=number - 1, came=came,
        )  # fmt: skip
    words = card(desk.get(cast.alice, "desk:patient", cast.ben.pk), "imported")
    assert "Wed 2 Apr 2025 Did not come 1 day noshow Tue 1 Apr 2025 Came Same day noshow" in words


def test_a_record_that_came_without_name_and_birth_date_can_be_shown(desk: Desk) -> None:
    cast = desk.universe
    bare = Patient.objects.create(mrn="imp-7", created_at=NOW, created_how="import")
    words = said(desk.get(cast.alice, "desk:patient", bare.pk))
    assert "Name not known, record imp-7 Birth date not known" in words and "No phone and no e-mail" in words


def test_a_record_that_is_not_there_leaves_no_look(desk: Desk) -> None:
    alice = desk.universe.alice
    for pk in (0, 999_999, 2**62):
        assert desk.get(alice, "desk:patient", pk).status_code == 404
    assert not Look.objects.exists()


@pytest.mark.parametrize("page", ["desk:patients", "desk:patient"])
def test_an_administrator_sees_no_patient(desk: Desk, page: str) -> None:
    cast = desk.universe
    args = [cast.ben.pk] if page == "desk:patient" else []
    answer = desk.get(cast.erin, page, *args)
    assert answer.status_code == 403 and "Okafor" not in said(answer)
    assert not Look.objects.exists()


# ---- who looked ----


def seen(user: User, patient: Patient, minutes: int = 0) -> Look:
    return look(
        by=user, kind="patient", ref=patient.pk, where="request page", now=NOW - timedelta(minutes=minutes)
    )


def test_who_looked_is_shown_to_those_who_may_see_the_log(desk: Desk) -> None:
    cast = desk.universe
    seen(cast.bob, cast.ben, 5)
    seen(cast.carol, cast.dora, 3)
    words = card(desk.get(cast.dan, "desk:patient", cast.ben.pk), "looks")
    assert "Dan Dlden 3 Mar, 10:00 Patient page Bob Blden, RN 3 Mar, 09:55 Request page" in words
    assert "Carol" not in words
    assert card(desk.get(cast.alice, "desk:patient", cast.ben.pk), "looks") == ""


def test_the_log_names_records_by_number_only(desk: Desk) -> None:
    cast = desk.universe
    seen(cast.bob, cast.ben)
    for user in (cast.dan, cast.erin):
        page = desk.get(user, "desk:looks")
        words = said(page)
        assert "Tue 3 Mar 2026, 10:00:00 Bob Blden, RN Triage nurse" in words and cast.ben.mrn in words
        assert "Okafor" not in words
    assert desk.get(cast.alice, "desk:looks").status_code == 403


def test_the_log_is_paged_from_the_newest(desk: Desk) -> None:
    cast = desk.universe
    Look.objects.bulk_create(
        Look(at=NOW, user=cast.bob, kind="patient", ref=cast.ben.pk, where=f"place {n}")
        for n in range(LOOKS_PER_PAGE + 1)
    )
    first = desk.get(cast.dan, "desk:looks")
    assert f"Place {LOOKS_PER_PAGE}" in said(first) and "Place 0 " not in said(first)
    before = re.findall(r"\?before=(\d+)", first.content.decode())[0]
    second = desk.get(cast.dan, "desk:looks", before=before)
    assert "Place 0 " in said(second) and f"Place {LOOKS_PER_PAGE}" not in said(second)
    assert "?before=" not in second.content.decode()


@pytest.mark.parametrize("junk", ["-1", "0", "\x00", "x" * 10_000, "9" * 30, "1e3", "٣"])
def test_junk_in_the_address_of_the_log_shows_its_newest(desk: Desk, junk: str) -> None:
    cast = desk.universe
    seen(cast.bob, cast.ben)
    page = desk.get(cast.dan, "desk:looks", before=junk)
    assert page.status_code == 200 and "Bob Blden" in said(page)


def test_an_empty_log_says_so(desk: Desk) -> None:
    dan = desk.universe.dan
    assert "Nobody has looked yet" in said(desk.get(dan, "desk:looks"))
    assert "Nothing older" in said(desk.get(dan, "desk:looks", before="1"))
