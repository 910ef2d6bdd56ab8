"""The main job where no script runs: plain forms, sent one after another, by keyboard."""

from __future__ import annotations

from frontdesk.book.models import Appointment
from tests.scenarios.steps import BEN, Scenario


class TestWithoutScript(Scenario):
    def test_a_routine_call_by_plain_forms(self) -> None:
        self.given_alice_works_without_script()
        self.when_she_begins_a_request()
        self.when_she_fills_and_saves_the_first_minute()
        self.then_the_record_is_found("Benjamin Okafor")
        self.when_she_stores_the_words("I would like my yearly check-up")
        self.then_the_words_stand_as_spoken("I would like my yearly check-up")

        self.when_she_follows_the_link_to_find_a_time()
        self.when_she_asks_for_a_follow_up()
        self.then_each_time_says_why_it_fits()
        self.when_she_sends_the_first_hold()
        self.then_the_time_is_held_with_an_expiry()
        self.when_she_sends_the_booking()
        self.then_the_visit_is_booked()

        self.when_she_writes_and_saves_what_was_told("Tuesday morning, please bring your card")
        self.when_she_closes_it()
        self.then_the_request_is_closed()

    # The steps of this scenario alone

    def given_alice_works_without_script(self) -> None:
        self.alice = self.sit_down("alice", script=False)

    def when_she_begins_a_request(self) -> None:
        self.alice.tab_to(".bar .new button")
        self.alice.presses_and_arrives("Enter", r"/requests/\d+/$")

    def when_she_fills_and_saves_the_first_minute(self) -> None:
        alice = self.alice
        alice.rests_on("#said_name")
        alice.type(BEN[0])
        alice.type_into("#said_birth_date", BEN[1])
        alice.type_into("#callback", "212-555-0142")
        alice.tab_to("[name=safe]")
        alice.press("Space")
        alice.tab_to("[name=kind]")
        alice.press("ArrowUp")  # from the first kind round to the last: routine
        alice.tab_to("noscript button")
        alice.presses_and_arrives("Enter", r"/requests/\d+/$")

    def when_she_stores_the_words(self, words: str) -> None:
        self.alice.type_into("#words", words)
        self.alice.tab_to(".wordform button")
        self.alice.presses_and_arrives("Enter", "focus=words")

    def then_the_words_stand_as_spoken(self, words: str) -> None:
        self.alice.sees(words, within="#spoken")

    def when_she_follows_the_link_to_find_a_time(self) -> None:
        self.alice.tab_to("#steps-box a[href*='/find/']")
        self.alice.presses_and_arrives("Enter", "/find/$")

    def when_she_asks_for_a_follow_up(self) -> None:
        self.alice.rests_on("#a1")
        self.alice.choose("Follow-up")
        self.alice.tab_to("form.ask button")
        self.alice.presses_and_arrives("Enter", "visit_type=")

    def when_she_sends_the_first_hold(self) -> None:
        self.alice.tab_to(".option form button")
        self.alice.presses_and_arrives("Enter", "/find/")

    def when_she_sends_the_booking(self) -> None:
        self.when_she_books_it()
        assert Appointment.objects.count() == 1

    def when_she_writes_and_saves_what_was_told(self, words: str) -> None:
        self.alice.type_into("#told", words)
        self.alice.tab_to("noscript button")
        self.alice.presses_and_arrives("Enter", r"/requests/\d+/$")

    def when_she_closes_it(self) -> None:
        self.alice.tab_to("#foot select + button")
        self.alice.presses_and_arrives("Enter", "/trail/$")
