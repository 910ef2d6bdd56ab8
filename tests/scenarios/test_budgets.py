"""The budgets of docs/budgets.md: how many keys a frequent job may take, counted in a real browser.

A run of typed text counts as one, and so does each other key. The table in the document is what is tested.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.scenarios.steps import BEN, ROUTINE, SYMPTOM, Scenario
from tests.universe import at

DOCUMENT = Path(__file__).parents[2] / "docs" / "budgets.md"
ROW = re.compile(r"^\| (?P<job>[^|]+?) \| (?P<budget>\d+) \| (?P<now>\d+) \|", re.MULTILINE)


def budgets() -> dict[str, tuple[int, int]]:
    """For each job: the budget, and what it takes now."""
    return {row["job"]: (int(row["budget"]), int(row["now"])) for row in ROW.finditer(DOCUMENT.read_text())}


class TestBudgets(Scenario):
    def test_find_a_patient(self) -> None:
        self.given_alice_is_at_her_desk()
        self.alice.press("/")
        self.alice.type("okafor")
        self.alice.presses_and_arrives("Enter", "/patients/$")
        self.alice.press("j")
        self.alice.presses_and_arrives("Enter", r"/patients/\d+/")
        self.alice.sees("Benjamin Okafor", within="h1")
        self.then_it_took_what_the_document_says("Find a patient")

    def test_take_a_call_and_hand_it_to_a_nurse(self) -> None:
        self.given_a_call_up_to_the_words(BEN, kind=SYMPTOM)
        self.when_she_writes_what_the_caller_says("I have a fever and chills since my surgery last week")
        self.alice.sees("left for a clinician to accept", within="#lane-box")
        self.then_it_took_what_the_document_says("Take a call and hand it to a nurse")

    def test_hand_a_call_to_emergency_services(self) -> None:
        self.given_alice_is_at_her_desk()
        self.when_the_phone_rings()
        self.alice.press("Escape")
        self.when_she_writes_what_the_caller_says("He has crushing chest pain")
        self.alice.sees("EMERGENCY", within="#lane-box")
        self.alice.press("Escape", "h")
        self.alice.type("911")
        self.alice.presses_and_arrives("Enter", r"/requests/\d+/$")
        self.alice.sees("911 accepted at", within="#side-box")
        self.then_it_took_what_the_document_says("Hand an emergency to 911")

    def test_book_a_routine_visit(self) -> None:
        self.given_a_call_up_to_the_words(BEN, kind=ROUTINE)
        self.when_she_writes_what_the_caller_says("I would like my yearly check-up")
        self.when_she_looks_for_a_time()
        self.when_she_asks_for("Follow-up")
        self.when_she_holds_the_first_time()
        self.when_she_books_it()
        self.then_the_visit_is_booked()
        self.then_it_took_what_the_document_says("Book a routine visit")

    def test_move_a_visit(self) -> None:
        self.given_alice_looks_at_a_day_with_a_visit()
        self.alice.press("ArrowDown", "ArrowDown", "m", "PageDown", "Enter")
        self.alice.rests_on("#move-why")
        self.alice.choose("The patient asked")
        self.alice.presses_and_arrives("Enter", r"/calendar/\?")
        self.alice.sees("Moved to Tuesday 3 March, 12:00", within="#notices")
        self.then_it_took_what_the_document_says("Move a visit")

    def test_cancel_a_visit(self) -> None:
        self.given_alice_looks_at_a_day_with_a_visit()
        self.alice.press("ArrowDown", "ArrowDown", "x")
        self.alice.rests_on("#act-why")
        self.alice.choose("The patient is ill")
        self.alice.presses_and_arrives("Enter", r"/calendar/\?")
        self.alice.sees("The visit is cancelled", within="#notices")
        self.then_it_took_what_the_document_says("Cancel a visit")

    def given_alice_looks_at_a_day_with_a_visit(self) -> None:
        """Dr. Carol sees Ben at eleven; it is ten."""
        self.universe.book(at(11), request=self.universe.ready(by=self.universe.dan))
        self.given_alice_is_at_her_desk()
        self.alice.opens("/calendar/")
        self.alice.finds(".day .visit")

    def then_it_took_what_the_document_says(self, job: str) -> None:
        budget, now = budgets()[job]
        assert self.alice.count == now, f"{job}: {self.alice.count} keys, and docs/budgets.md says {now}"
        assert now <= budget
