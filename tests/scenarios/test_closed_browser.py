"""A browser that is closed in the middle of a word loses nothing that was acknowledged, and the call is still there."""

from __future__ import annotations

from tests.scenarios.steps import DORA, SYMPTOM, Scenario

SAID = "I have a fever since Sunday"


class TestClosedBrowser(Scenario):
    def test_what_was_saved_is_there_for_whoever_opens_the_call_again(self) -> None:
        self.given_a_call_up_to_the_words(DORA, kind=SYMPTOM)
        self.when_she_writes_what_the_caller_says(SAID)
        self.then_everything_typed_is_saved()
        self.when_her_browser_is_closed_while_she_types_on()

        self.given_alice_is_at_her_desk()
        self.then_the_call_stands_in_the_strip()
        self.when_she_takes_it_up_again()
        self.then_nothing_that_was_saved_is_missing()

    def when_her_browser_is_closed_while_she_types_on(self) -> None:
        self.alice.type(" and now my neck is so st")
        self.alice.context.close()

    def then_the_call_stands_in_the_strip(self) -> None:
        self.alice.sees("Dora Nilsson", within=".strip")

    def when_she_takes_it_up_again(self) -> None:
        self.alice.press("g")
        self.alice.presses_and_arrives("1", r"/requests/\d+/$")

    def then_nothing_that_was_saved_is_missing(self) -> None:
        typed = self.alice.page.locator("#words").input_value()
        assert typed.startswith(SAID)
        for field, value in (("said_name", DORA[0]), ("callback", "212-555-0142")):
            assert self.alice.page.locator(f"#{field}").input_value() == value
        assert self.request.draft_words == typed
