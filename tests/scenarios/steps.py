"""What happens in many scenarios, as sentences: given, when, then."""

from __future__ import annotations

from pathlib import Path

import pytest

from frontdesk.triage.models import Request
from tests.scenarios.clock import RunningClock
from tests.scenarios.conftest import Sit
from tests.scenarios.people import Person, Trouble
from tests.universe import Universe

BEN = ("Benjamin Okafor", "11/30/1952")
ANA = ("Ana Lucero", "03/14/1979")
DORA = ("Dora Nilsson", "07/04/2001")
ROUTINE, SYMPTOM = "7", "1"  # the keys of two kinds of request


class Scenario:
    """Alice is the scheduler, Bob the nurse. Both work with the keyboard alone."""

    universe: Universe
    clock: RunningClock
    mailbox: Path
    alice: Person
    bob: Person
    sit_down: Sit
    trouble: Trouble

    @pytest.fixture(autouse=True)
    def _scene(
        self,
        universe: Universe,
        clock: RunningClock,
        mailbox: Path,
        worker: None,
        sit_down: Sit,
        trouble: Trouble,
    ) -> None:
        self.universe, self.clock, self.mailbox = universe, clock, mailbox
        self.sit_down, self.trouble = sit_down, trouble

    @property
    def request(self) -> Request:
        """The request that was opened last, as the database has it."""
        return Request.objects.latest("pk")

    # The first minute

    def given_alice_is_at_her_desk(self) -> None:
        self.alice = self.sit_down("alice")

    def when_the_phone_rings(self) -> None:
        self.alice.presses_and_arrives("n", r"/requests/\d+/$")
        self.alice.rests_on("#said_name")

    def when_the_caller_gives_name_and_birth_date(self, name: str, born: str) -> None:
        self.alice.type(name)
        self.alice.press("Tab")
        self.alice.type(born)

    def then_the_record_is_found(self, name: str) -> None:
        self.alice.sees("agrees on name and birth date", within="#identity")
        self.alice.sees(name, within=".card.patient")

    def when_she_takes_the_callback_number(self, number: str = "212-555-0142") -> None:
        self.alice.press("Escape", "c")
        self.alice.rests_on("#callback")
        self.alice.type(number)

    def when_the_caller_can_talk_freely(self) -> None:
        self.alice.press("Tab", "Space")

    def when_she_says_what_kind_it_is(self, key: str) -> None:
        self.alice.press(key)

    def when_she_writes_what_the_caller_says(self, words: str) -> None:
        self.alice.press("w")
        self.alice.rests_on("#words")
        self.alice.type(words)

    def then_everything_typed_is_saved(self) -> None:
        for field in ("said_name", "said_birth_date", "callback", "safe", "kind", "words"):
            self.alice.saw_saved(field)

    def given_a_call_up_to_the_words(self, caller: tuple[str, str], *, kind: str = ROUTINE) -> None:
        """Alice is at her desk, has taken the first minute with `caller`, and is about to write the words."""
        self.given_alice_is_at_her_desk()
        self.when_the_phone_rings()
        self.when_the_caller_gives_name_and_birth_date(*caller)
        self.then_the_record_is_found(caller[0])
        self.when_she_takes_the_callback_number()
        self.when_the_caller_can_talk_freely()
        self.when_she_says_what_kind_it_is(kind)

    # Finding a time

    def when_she_looks_for_a_time(self) -> None:
        self.alice.press("Escape")
        self.alice.finds("a[data-key=f]")
        self.alice.presses_and_arrives("f", r"/find/$")

    def when_she_asks_for(self, visit_type: str) -> None:
        self.alice.rests_on("#a1")
        self.alice.choose(visit_type)
        self.alice.presses_and_arrives("Enter", r"visit_type=")

    def then_each_time_says_why_it_fits(self) -> None:
        self.alice.finds(".option")
        for option in self.alice.page.locator(".option").all():
            assert option.locator(".why li").count() > 0

    def when_she_holds_the_first_time(self) -> None:
        self.alice.presses_and_arrives("1", r"/find/")

    def then_the_time_is_held_with_an_expiry(self) -> None:
        self.alice.sees("Held for you until", within=".option.held")
        self.alice.finds(".option.held time[data-until]")

    def when_she_books_it(self) -> None:
        self.alice.rests_on(".option.held .btn.main")
        self.alice.presses_and_arrives("Enter", r"/requests/\d+/$")

    def then_the_visit_is_booked(self) -> None:
        self.alice.sees("Booked for", within="#notices")
        self.alice.sees("Booked:", within="#steps-box")

    # The end of a request

    def when_she_closes_the_request(self) -> None:
        self.alice.press("Escape", "e")
        self.alice.rests_on("#outcome")
        self.alice.press("Control+Enter")

    def then_the_request_is_closed(self) -> None:
        self.alice.page.wait_for_url("**/trail/")
        self.alice.sees("The request is closed.", within="#notices")

    def then_the_trail_tells_in_order(self, *parts: str) -> None:
        """Each part begins an entry of the trail, and they stand in this order; others may stand between."""
        told = self.alice.page.locator(".trail > li p b:first-child").all_text_contents()
        rest = iter(told)
        for part in parts:
            assert any(part in one for one in rest), f"“{part}” is missing, or not in its place, in {told}"
