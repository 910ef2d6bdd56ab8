"""The urgent lane: a nurse accepts and directs, and only then, and only that, can be booked."""

from __future__ import annotations

from playwright.sync_api import expect

from frontdesk.book.models import Appointment
from tests.scenarios.steps import DORA, SYMPTOM, Scenario
from tests.universe import TODAY

FEVER = "I had knee surgery last week and now I have a fever and the wound smells"


class TestUrgentCall(Scenario):
    def test_a_nurse_directs_what_the_desk_may_book(self) -> None:
        self.given_bob_watches_his_queue()
        self.given_a_call_up_to_the_words(DORA, kind=SYMPTOM)
        self.when_she_writes_what_the_caller_says(FEVER)
        self.then_the_urgent_lane_appears()
        self.then_alice_is_offered_no_time()

        self.then_the_handoff_appears_in_bobs_queue_with_a_clock()
        self.when_bob_opens_it_and_accepts()
        self.then_alice_sees_who_accepted()
        self.then_alice_is_offered_no_time()

        self.then_bob_may_direct_only_what_the_rule_allows()
        self.when_bob_directs_a_visit_today()
        self.then_alice_may_look_for_a_time_without_a_reload()
        self.when_she_looks_for_a_time()
        self.then_only_the_directed_visit_type_is_on_offer()
        self.then_every_time_is_today()
        self.then_another_visit_type_is_refused_by_hand()
        self.when_she_holds_the_first_time()
        self.when_she_books_it()
        self.then_the_visit_is_booked()
        self.then_the_trail_tells_it()

    # The steps of this scenario alone

    def given_bob_watches_his_queue(self) -> None:
        self.bob = self.sit_down("bob")
        self.bob.tab_to(".rail a[href='/queues/']")
        self.bob.presses_and_arrives("Enter", "/queues/$")
        self.bob.sees("Nothing waits")

    def then_the_urgent_lane_appears(self) -> None:
        self.alice.sees("URGENT", within="#lane-box")
        self.alice.sees("left for a clinician to accept", within="#lane-box")

    def then_alice_is_offered_no_time(self) -> None:
        self.alice.sees(
            "A clinician must accept this request and direct what may be booked.", within="#steps-box"
        )
        self.alice.finds_none("[data-key=f]")

    def then_the_handoff_appears_in_bobs_queue_with_a_clock(self) -> None:
        self.bob.sees("Nilsson, Dora", within="#queue")
        self.bob.sees("Urgent", within="#queue")
        self.bob.finds("#queue time[data-until]")

    def when_bob_opens_it_and_accepts(self) -> None:
        self.bob.presses_and_arrives("c", r"/requests/\d+/$")
        self.bob.presses_and_arrives("a", r"/requests/\d+/$")
        self.bob.sees("Accepted by Bob Blden, RN", within="#steps-box")

    def then_alice_sees_who_accepted(self) -> None:
        self.alice.sees("Accepted by Bob Blden, RN", within="#steps-box")

    def then_bob_may_direct_only_what_the_rule_allows(self) -> None:
        """A fever after a procedure is seen today, or the clinician calls back."""
        offered = self.bob.page.locator("#direction option").all_text_contents()
        assert offered == ["Book a visit today", "Clinician calls back"]

    def when_bob_directs_a_visit_today(self) -> None:
        bob = self.bob
        bob.press("d")
        bob.choose("Book a visit today")
        bob.tab_to("#visit_type")
        bob.choose("Primary care: Follow-up")
        bob.tab_to("#note")
        bob.type("Wound check, please keep the dressing on")
        bob.presses_and_arrives("Enter", r"/requests/\d+/$")
        bob.sees("Book a visit today: Follow-up", within="#steps-box")

    def then_alice_may_look_for_a_time_without_a_reload(self) -> None:
        self.alice.finds("[data-key=f]")
        expect(self.alice.page.locator("#words")).to_be_focused()

    def then_only_the_directed_visit_type_is_on_offer(self) -> None:
        offered = self.alice.page.locator("#a1 option").all_text_contents()
        assert [one for one in offered if not one.startswith("Choose")] == ["Follow-up, 30 min"]
        self.alice.sees("Bob Blden, RN directed", within="form.ask")

    def then_every_time_is_today(self) -> None:
        self.alice.finds(".option")
        days = set(self.alice.page.locator(".option h3 span").all_text_contents())
        assert days == {f"{TODAY:%a} {TODAY.day} {TODAY:%b}"}

    def then_another_visit_type_is_refused_by_hand(self) -> None:
        self.alice.opens(f"/requests/{self.request.pk}/find/?visit_type=phone-call")
        self.then_only_the_directed_visit_type_is_on_offer()

    def then_the_trail_tells_it(self) -> None:
        self.alice.presses_and_arrives("r", "/trail/$")
        self.then_the_trail_tells_in_order(
            "Words screened", "Lane set from routine to urgent", "Handed to", "Accepted by Bob Blden, RN",
            "Direction: Book a visit today", "Time held", "Visit booked",
        )  # fmt: skip
        assert Appointment.objects.get().visit_type == self.universe.follow_up
