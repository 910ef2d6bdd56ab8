"""The emergency lane: the script instead of a calendar, and no door that books."""

from __future__ import annotations

from playwright.sync_api import expect

from frontdesk.book.models import Appointment, Hold
from frontdesk.triage.models import StepDone
from tests.scenarios.steps import BEN, SYMPTOM, Scenario

CHEST_PAIN = "My husband has crushing chest pain and his left arm is numb, can he come in today?"
ANSWERS = {"call_911": "His daughter, 10:02", "address": "14 Pine Street, apartment 3, gate code 77"}


class TestEmergencyCall(Scenario):
    def test_the_script_is_followed_and_nothing_can_be_booked(self) -> None:
        self.given_a_call_up_to_the_words(BEN, kind=SYMPTOM)
        self.when_she_writes_what_the_caller_says(CHEST_PAIN)
        self.then_the_emergency_lane_appears_without_a_reload()
        self.then_the_words_that_met_the_rule_are_marked("crushing chest pain")
        self.then_the_page_offers_no_calendar_and_no_time()

        self.when_she_follows_the_script_to_its_end()
        self.then_every_step_is_stamped_in_order_with_its_answer()

        self.when_she_types_the_address_of_find_a_time_by_hand()
        self.then_it_is_refused_with("GATE_EMERGENCY")

        self.when_she_goes_back_to_the_request()
        self.when_she_tries_to_close_it()
        self.then_she_is_told_what_is_missing("Began", "Accepted by, and when", "What the caller was told")

        self.when_she_writes_who_accepted("911, ambulance 12")
        self.then_the_handoff_is_accepted_with_its_time("911, ambulance 12")
        self.when_she_answers("onset", "half past nine")
        self.when_she_answers("last_known_well", "nine, at breakfast")
        self.when_she_writes_what_the_caller_was_told("Help is on the way, stay where you are")
        self.then_nothing_is_missing()
        self.when_she_closes_the_request()
        self.then_the_request_is_closed()
        self.then_the_trail_tells_in_order(
            "Request opened", "Words screened", "Lane set from routine to emergency", "Handed to", "Step done",
            "Step done", "Booking refused: GATE_EMERGENCY", "Accepted by 911", "Request closed",
        )  # fmt: skip
        self.then_nothing_was_booked()

    # The steps of this scenario alone

    def then_the_emergency_lane_appears_without_a_reload(self) -> None:
        path = self.alice.path
        self.alice.sees("EMERGENCY", within="#lane-box")
        self.alice.sees("Stay on the line", within="#lane-box")
        self.alice.finds(".steps.red li[aria-current=step]")
        expect(self.alice.page.locator("#words")).to_be_focused()  # and nothing took the focus from her
        expect(self.alice.page.locator("#words")).to_have_value(CHEST_PAIN)
        assert self.alice.path == path

    def then_the_words_that_met_the_rule_are_marked(self, words: str) -> None:
        self.alice.sees(words, within="#spoken mark")
        self.alice.sees("Chest pain", within="#lane-box")

    def then_the_page_offers_no_calendar_and_no_time(self) -> None:
        self.alice.sees("Booking is refused for this request", within="#steps-box")
        self.alice.finds_none("main a[href*='/find/'], main a[href*=calendar], [data-key=f]")

    def when_she_follows_the_script_to_its_end(self) -> None:
        """Enter stamps the step that is due; where it asks, the answer is typed before."""
        self.alice.press("Escape")
        for step in self.steps_to_come():
            self.alice.finds(f"input[name=step][value={step}] ~ button")
            if step in ANSWERS:
                self.alice.rests_on(f"#answer-{step}")
                self.alice.type(ANSWERS[step])
            self.alice.presses_and_arrives("Enter", "focus=step")

    def steps_to_come(self) -> list[str]:
        script = self.universe.protocol.content["scripts"][self.request.script_key]
        return [step["key"] for step in script["steps"]]

    def then_every_step_is_stamped_in_order_with_its_answer(self) -> None:
        expect(self.alice.page.locator(".steps.red > li.done time.at")).to_have_count(
            len(self.steps_to_come())
        )
        for answer in ANSWERS.values():
            self.alice.sees(f"Answer: {answer}", within="#steps-box")
        done = list(StepDone.objects.filter(request=self.request).order_by("pk"))
        assert [one.step_key for one in done] == self.steps_to_come()
        assert [one.done_at for one in done] == sorted(one.done_at for one in done)
        assert {one.step_key: one.answer for one in done if one.answer} == ANSWERS

    def when_she_types_the_address_of_find_a_time_by_hand(self) -> None:
        self.answer = self.alice.opens(f"/requests/{self.request.pk}/find/")

    def then_it_is_refused_with(self, code: str) -> None:
        assert self.answer is not None
        assert (self.answer.status, self.answer.headers["x-refused"]) == (409, code)
        self.alice.sees("An emergency is never booked.", within="main")
        self.alice.sees(code, within="main")

    def when_she_goes_back_to_the_request(self) -> None:
        self.alice.presses_and_arrives("b", r"/requests/\d+/$")

    def when_she_tries_to_close_it(self) -> None:
        self.alice.press("e")
        self.alice.rests_on("#outcome")
        self.alice.presses_and_arrives("Control+Enter", "/close/$")

    def then_she_is_told_what_is_missing(self, *items: str) -> None:
        for item in items:
            self.alice.sees(item, within="#foot .err")
            self.alice.sees(f"Missing: {item}", within="#foot ul")
        assert self.request.is_open

    def when_she_writes_who_accepted(self, who: str) -> None:
        self.alice.press("h")
        self.alice.type(who)
        self.alice.presses_and_arrives("Enter", r"/requests/\d+/$")

    def then_the_handoff_is_accepted_with_its_time(self, who: str) -> None:
        self.alice.sees(f"{who} accepted at 10:", within="#side-box")
        handoff = self.request.handoffs.get()
        assert handoff.accepted_by_other == who
        assert handoff.accepted_at is not None

    def when_she_answers(self, key: str, words: str) -> None:
        self.alice.press("Escape", "w")
        self.alice.type_into(f"#answer_{key}", words)
        self.alice.saw_saved(f"answer_{key}")

    def when_she_writes_what_the_caller_was_told(self, words: str) -> None:
        self.alice.press("Escape", "t")
        self.alice.rests_on("#told")
        self.alice.type(words)
        self.alice.saw_saved("told")
        self.alice.press("Tab", "Space")
        self.alice.saw_saved("told_how")

    def then_nothing_is_missing(self) -> None:
        self.alice.sees("Nothing is missing", within="#foot")

    def then_nothing_was_booked(self) -> None:
        assert not Appointment.objects.exists()
        assert not Hold.objects.exists()
