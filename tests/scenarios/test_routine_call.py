"""The routine lane: from a ringing phone to a booked visit, its letter and its trail."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from email.message import EmailMessage

from playwright.sync_api import expect

from frontdesk.book.models import Appointment
from tests.scenarios.steps import ANA, BEN, ROUTINE, Scenario

CHECK_UP = "I would like my yearly check-up, mornings are best"


class TestRoutineCall(Scenario):
    def test_a_caller_gets_a_time_and_a_letter(self) -> None:
        self.given_alice_is_at_her_desk()
        self.when_the_phone_rings()
        self.when_the_caller_gives_name_and_birth_date(*BEN)
        self.then_the_record_is_found("Benjamin Okafor")
        self.when_she_takes_the_callback_number()
        self.when_the_caller_can_talk_freely()
        self.when_she_says_what_kind_it_is(ROUTINE)
        self.when_she_writes_what_the_caller_says(CHECK_UP)
        self.then_everything_typed_is_saved()
        self.then_the_lane_is_routine()

        self.when_she_looks_for_a_time()
        self.when_she_asks_for("Follow-up")
        self.then_each_time_says_why_it_fits()
        self.when_she_holds_the_first_time()
        self.then_the_time_is_held_with_an_expiry()
        self.when_she_books_it()
        self.then_the_visit_is_booked()

        self.then_the_letter_is_in_the_mailbox("Your visit on Tuesday, March 3", to="ben@mail.example")
        self.then_the_letter_says_nothing_clinical()

        self.when_she_opens_the_request_again()
        self.when_she_closes_the_request()
        self.then_the_request_is_closed()
        self.then_the_trail_tells_in_order(
            "Request opened", "Patient identified", "Details taken", "Time held", "Visit booked",
            "Message written to the patient", "Message: taken by the mail server", "Words stored as spoken",
            "Request closed",
        )  # fmt: skip
        self.then_the_trail_names_what_was_offered_beside_it()
        self.then_the_trail_can_be_printed()
        self.then_the_trail_exports_as_one_document()

    def test_a_spanish_speaker_gets_an_interpreter_and_a_spanish_letter(self) -> None:
        self.given_a_call_up_to_the_words(ANA)
        self.when_she_writes_what_the_caller_says("Quisiera una cita para mi chequeo anual")
        self.then_everything_typed_is_saved()
        self.then_the_patient_needs_an_interpreter()

        self.when_she_looks_for_a_time()
        self.when_she_asks_for("Follow-up")
        self.then_every_time_has_an_interpreter()
        self.when_she_holds_the_first_time()
        self.when_she_books_it()
        self.then_the_visit_is_booked()
        self.then_the_interpreter_is_booked_too()

        self.then_the_letter_is_in_the_mailbox("Su visita del", to="ana@mail.example")
        self.then_the_letter_is_in_spanish()
        self.then_the_letter_says_nothing_clinical()

    def test_a_new_patient_gets_a_record_and_a_time(self) -> None:
        self.given_alice_is_at_her_desk()
        self.when_the_phone_rings()
        self.when_the_caller_gives_name_and_birth_date("Rosalind Achterberg", "02/29/1988")
        self.then_no_record_agrees()
        self.when_she_starts_the_record(email="rosalind@mail.example")
        self.then_the_new_record_is_on_the_page("Rosalind Achterberg")

        self.when_she_takes_the_callback_number()
        self.when_the_caller_can_talk_freely()
        self.when_she_says_what_kind_it_is(ROUTINE)
        self.when_she_writes_what_the_caller_says(CHECK_UP)
        self.when_she_looks_for_a_time()
        self.when_she_asks_for("Follow-up")
        self.when_she_holds_the_first_time()
        self.when_she_books_it()
        self.then_the_visit_is_booked()
        self.then_the_letter_is_in_the_mailbox("Your visit on", to="rosalind@mail.example")

    def test_walking_past_a_kind_with_the_arrows_does_not_choose_it(self) -> None:
        self.given_alice_is_at_her_desk()
        self.when_the_phone_rings()
        self.when_the_caller_gives_name_and_birth_date(*BEN)
        self.when_she_walks_down_the_kinds_to_the_last()
        self.then_the_kind_is_saved("routine")
        self.then_the_lane_is_routine()

    # The steps of these scenarios alone

    def then_the_lane_is_routine(self) -> None:
        self.alice.sees("ROUTINE", within="#lane-box")
        assert self.request.lane == "routine"

    def then_the_letter_is_in_the_mailbox(self, subject: str, *, to: str) -> None:
        """Alice looks until it is there: the worker sends it after the booking, and the page does not poll."""
        alice = self.alice
        alice.sees("taken by the mail server", within="#steps-box")
        alice.tab_to(".rail a[href='/mailbox/']")
        alice.presses_and_arrives("Enter", "/mailbox/$")
        alice.sees(subject)
        alice.sees(to)
        alice.press("j")
        alice.presses_and_arrives("Enter", r"/mailbox/.+/$")
        alice.sees(subject, within="h1")

    @property
    def letter(self) -> EmailMessage:
        """The one letter that the mail server has received."""
        (file,) = (self.mailbox / "new").iterdir()
        read = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read

    @property
    def letter_text(self) -> str:
        body = self.letter.get_body(("plain",))
        assert body is not None
        return f"{self.letter['Subject']}\n{body.get_content()}"

    def then_the_letter_says_nothing_clinical(self) -> None:
        visit = Appointment.objects.select_related("provider", "visit_type__specialty").get()
        forbidden = [
            visit.visit_type.name, visit.visit_type.specialty.name, visit.provider.name, visit.provider.family,
            "check-up", "chequeo", visit.patient.family, visit.patient.mrn, "1952", "1979",
        ]  # fmt: skip
        for words in forbidden:
            assert words.lower() not in self.letter_text.lower(), f"the letter says “{words}”"

    def then_the_letter_is_in_spanish(self) -> None:
        assert self.letter["Content-Language"] == "es"
        assert "Habrá un intérprete para usted" in self.letter_text
        expect(self.alice.page.locator(".letter")).to_have_attribute("lang", "es")

    def then_the_patient_needs_an_interpreter(self) -> None:
        self.alice.sees("Spanish, interpreter needed", within=".card.patient")

    def then_every_time_has_an_interpreter(self) -> None:
        self.alice.finds(".option")
        for why in self.alice.page.locator(".option .why").all_text_contents():
            assert "interpreter" in why

    def then_the_interpreter_is_booked_too(self) -> None:
        assert Appointment.objects.get().interpreter == self.universe.marisol

    def then_no_record_agrees(self) -> None:
        self.alice.sees("No record agrees", within="#identity")

    def when_she_starts_the_record(self, *, email: str) -> None:
        self.alice.finds("#record-box #given")
        expect(self.alice.page.locator("#given")).to_have_value("Rosalind")
        expect(self.alice.page.locator("#family")).to_have_value("Achterberg")
        self.alice.type_into("#email", email)
        self.alice.presses_and_arrives("Enter", r"/requests/\d+/$")

    def then_the_new_record_is_on_the_page(self, name: str) -> None:
        self.alice.sees(name, within=".card.patient")
        self.alice.sees("agrees on new record", within="#identity")

    def when_she_walks_down_the_kinds_to_the_last(self) -> None:
        self.alice.tab_to("[name=kind]")
        self.alice.press("Space", *["ArrowDown"] * 6)

    def then_the_kind_is_saved(self, kind: str) -> None:
        self.alice.saw_saved("kind")
        assert self.request.kind == kind

    def when_she_opens_the_request_again(self) -> None:
        """By the strip of calls: g, then 1."""
        self.alice.press("g")
        self.alice.presses_and_arrives("1", r"/requests/\d+/$")

    def then_the_trail_names_what_was_offered_beside_it(self) -> None:
        self.alice.sees("Offered beside it:", within=".trail")

    def then_the_trail_can_be_printed(self) -> None:
        self.alice.finds("[data-print]")

    def then_the_trail_exports_as_one_document(self) -> None:
        with self.alice.page.expect_download() as caught:
            self.alice.press("x")
        document = json.loads(caught.value.path().read_text())
        kinds = [entry["kind"] for entry in document["entries"]]
        assert kinds[0] == "RequestOpened"
        assert kinds[-1] == "RequestClosed"
        assert all(entry["digest"] and entry["by"] and entry["at"] for entry in document["entries"])
        assert document["outcome"] == "booked"
