"""What was typed is never lost: a browser that dies, a line that is cut."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from tests.scenarios.people import PATIENCE
from tests.scenarios.steps import BEN, SYMPTOM, Scenario

SAID = "My knee has hurt since the weekend"
HALF_SAID = ", and when I walk down the st"


class TestDroppedCall(Scenario):
    def test_a_browser_that_is_closed_in_mid_sentence_loses_nothing(self) -> None:
        self.given_a_call_up_to_the_words(BEN, kind=SYMPTOM)
        self.when_she_writes_what_the_caller_says(SAID)
        self.then_everything_typed_is_saved()
        self.when_she_types_on_and_the_tab_is_closed_at_once(HALF_SAID)

        self.when_she_logs_in_on_another_computer()
        self.then_the_call_stands_in_the_strip("Benjamin Okafor, symptom")
        self.when_she_opens_it()
        self.then_the_words_are(SAID + HALF_SAID)
        self.then_the_first_minute_is_all_there()

    def test_a_browser_that_dies_keeps_what_was_saved(self) -> None:
        self.given_a_call_up_to_the_words(BEN, kind=SYMPTOM)
        self.when_she_writes_what_the_caller_says(SAID)
        self.then_everything_typed_is_saved()
        self.when_the_browser_dies()

        self.when_she_logs_in_on_another_computer()
        self.then_the_call_stands_in_the_strip("Benjamin Okafor, symptom")
        self.when_she_opens_it()
        self.then_the_words_are(SAID)
        self.then_the_first_minute_is_all_there()

    def test_a_parked_call_is_taken_up_where_it_was_left(self) -> None:
        self.given_a_call_up_to_the_words(BEN, kind=SYMPTOM)
        self.when_she_parks_it()
        self.then_the_call_stands_in_the_strip("Parked Benjamin Okafor, symptom")
        self.when_the_phone_rings()
        self.when_she_opens_it()
        self.then_the_first_minute_is_all_there()

    # The steps of these scenarios alone

    def when_she_types_on_and_the_tab_is_closed_at_once(self, words: str) -> None:
        self.alice.type(words)
        self.alice.page.close(run_before_unload=True)

    def when_the_browser_dies(self) -> None:
        self.alice.context.close()

    def when_she_logs_in_on_another_computer(self) -> None:
        self.given_alice_is_at_her_desk()

    def when_she_parks_it(self) -> None:
        self.alice.presses_and_arrives("k", "/$")

    def then_the_call_stands_in_the_strip(self, words: str) -> None:
        self.alice.sees(words, within="#strip")

    def when_she_opens_it(self) -> None:
        self.alice.press("Escape", "g")
        self.alice.presses_and_arrives("1", r"/requests/\d+/$")

    def then_the_words_are(self, words: str) -> None:
        expect(self.alice.page.locator("#words")).to_have_value(words)

    def then_the_first_minute_is_all_there(self) -> None:
        page = self.alice.page
        expect(page.locator("#said_name")).to_have_value(BEN[0])
        expect(page.locator("#said_birth_date")).to_have_value(BEN[1])
        expect(page.locator("#callback")).to_have_value("212-555-0142")
        expect(page.locator("[name=safe][value=yes]")).to_be_checked()
        expect(page.locator("[name=kind][value=symptom]")).to_be_checked()


class TestSlowLine(Scenario):
    def test_a_key_pressed_while_typing_is_still_being_saved_is_not_lost(self) -> None:
        self.given_a_call_up_to_the_words(BEN, kind=SYMPTOM)
        self.given_the_server_is_slow_to_save()
        self.when_she_writes_what_the_caller_says(SAID)
        self.when_she_presses_park_before_it_is_saved()
        self.when_the_server_answers()
        self.then_the_call_is_parked_with_every_word()

    # The steps of this scenario alone

    def given_the_server_is_slow_to_save(self) -> None:
        self.alice.saw_saved("kind")
        self.slow, self.held = True, list[Route]()
        self.alice.page.route("**/field/", self._hold_back)

    def _hold_back(self, route: Route) -> None:
        if self.slow:
            self.held.append(route)
        else:
            route.continue_()

    def when_she_presses_park_before_it_is_saved(self) -> None:
        with self.alice.page.expect_request("**/field/"):
            self.alice.press("Escape")
        self.alice.press("k")

    def when_the_server_answers(self) -> None:
        """The answer to the saving brings the foot of the page anew, and with it the button that was pressed."""
        with self.alice.page.expect_navigation(url=re.compile("/$")):
            self.slow = False
            for route in self.held:
                route.continue_()

    def then_the_call_is_parked_with_every_word(self) -> None:
        assert self.request.parked_at is not None
        assert self.request.draft_words == SAID


class TestLostLine(Scenario):
    def test_typing_goes_on_while_the_line_is_lost(self) -> None:
        self.given_a_call_up_to_the_words(BEN, kind=SYMPTOM)
        self.when_the_line_is_cut()
        self.when_she_writes_what_the_caller_says(SAID)
        self.then_the_page_says_that_the_line_is_lost()
        self.then_the_words_are_kept_and_not_saved()

        self.when_the_line_is_back()
        self.then_the_page_says_that_it_is_live()
        self.then_the_words_are_saved()

    # The steps of this scenario alone

    def when_the_line_is_cut(self) -> None:
        self.alice.saw_saved("kind")
        # A question that finds no line is what this is about; htmx says so in two ways.
        self.trouble.allow("htmx:sendError")
        self.trouble.allow("htmx:afterRequest")
        self.alice.context.set_offline(True)

    def then_the_page_says_that_the_line_is_lost(self) -> None:
        self.alice.finds("[data-line=lost]")
        self.alice.sees("The line to the server is lost.", within="[data-line=lost]")
        self.alice.sees("Line lost", within=".conn")

    def then_the_words_are_kept_and_not_saved(self) -> None:
        self.alice.sees("Not saved: kept here", within="[data-saved-for=words]")
        expect(self.alice.page.locator("#words")).to_have_value(SAID)
        assert self.request.draft_words == ""

    def when_the_line_is_back(self) -> None:
        self.alice.context.set_offline(False)

    def then_the_page_says_that_it_is_live(self) -> None:
        expect(self.alice.page.locator("[data-line=lost]")).to_be_hidden(timeout=PATIENCE)
        self.alice.sees("Live", within=".conn")

    def then_the_words_are_saved(self) -> None:
        self.alice.saw_saved("words")
        assert self.request.draft_words == SAID
        self.alice.page.reload()
        expect(self.alice.page.locator("#words")).to_have_value(SAID)
