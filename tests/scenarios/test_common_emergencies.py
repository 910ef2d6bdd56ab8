"""The commonest calls that are no routine, as prose; chest pain and fever after a procedure have files of their own."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from frontdesk.book.models import Appointment, Hold
from tests.scenarios.people import Person
from tests.scenarios.steps import ANA, BEN, DORA, SYMPTOM, Scenario

DISCHARGED = "2"  # the key of that kind of request


class TestCommonEmergencies(Scenario):
    def test_breathing_gets_worse_and_the_nurse_takes_the_call(self) -> None:
        self.given_a_call_up_to_the_words(DORA, kind=SYMPTOM)
        self.when_she_writes_what_the_caller_says("yesterday short of breath, now she can hardly breathe")
        self.then_the_lane_is("EMERGENCY", "Breathing getting worse")
        self.when_bob_opens_it_and_accepts()
        self.alice.sees("Bob Blden, RN accepted at", within="#side-box")
        self.then_no_time_can_be_looked_for("GATE_EMERGENCY")

    def test_stroke_signs_have_a_timed_script(self) -> None:
        self.given_a_call_up_to_the_words(BEN, kind=SYMPTOM)
        self.when_she_writes_what_the_caller_says("His face droops and his words come out slurred")
        self.then_the_lane_is("EMERGENCY", "Stroke-like signs")
        self.when_she_stamps_the_first_steps({"stay": "", "call_911": "His wife, 10:01", "last_well": "nine"})
        self.then_each_stamp_has_its_time(3)

    def test_a_child_with_a_rash_goes_to_the_nurse_for_children(self) -> None:
        leo = self.universe.newcomer("Leo", "Marsh", born=date(2021, 9, 2))
        self.given_a_call_up_to_the_words((leo.name, "09/02/2021"), kind=SYMPTOM)
        self.when_she_writes_what_the_caller_says("My son has a rash that is spreading and he has a fever")
        self.then_the_lane_is("URGENT", "Child with a rash and worrying signs")
        self.when_she_answers("guardian_callback", "212-555-0188")
        self.then_no_time_can_be_looked_for("GATE_URGENT")

    def test_a_crisis_is_seen_by_few(self) -> None:
        self.given_a_call_up_to_the_words(DORA, kind=SYMPTOM)
        self.when_she_writes_what_the_caller_says("I do not want to be alive any more and I have a plan")
        self.then_the_lane_is("EMERGENCY", "Crisis: words about suicide or self-harm")
        self.alice.sees("Crisis script", within="#steps-box")
        self.then_the_queue_shows_it(self.sit_down("carol"))
        self.then_the_queue_hides_it(self.sit_down("dan"))
        self.then_no_time_can_be_looked_for("GATE_EMERGENCY")

    def test_a_follow_up_after_discharge_says_where_and_when(self) -> None:
        self.given_a_call_up_to_the_words(BEN, kind=DISCHARGED)
        self.when_she_writes_what_the_caller_says("I got out of the hospital on Saturday, seen within a week")
        self.then_the_lane_is("URGENT", "Follow-up after discharge")
        self.when_she_answers("facility", "St. Anne's Hospital")
        self.when_she_answers("discharge_date", "02/28/2026")
        self.then_no_time_can_be_looked_for("GATE_URGENT")

    def test_an_urgent_visit_with_an_interpreter(self) -> None:
        self.given_a_call_up_to_the_words(ANA, kind=SYMPTOM)
        self.when_she_writes_what_the_caller_says("Me operaron la semana pasada y ahora tengo fiebre")
        self.then_the_lane_is("URGENT", "Fever after a procedure")
        self.when_bob_opens_it_and_accepts()
        self.when_bob_directs_a_visit_today()
        self.when_she_looks_for_a_time()
        self.then_every_time_has_an_interpreter()
        self.when_she_holds_the_first_time()
        self.when_she_books_it()
        assert Appointment.objects.get().interpreter == self.universe.marisol

    # The steps of these scenarios alone

    def then_the_lane_is(self, lane: str, rule: str) -> None:
        """Without a reload, and nothing takes the focus from her."""
        self.alice.sees(lane, within="#lane-box")
        self.alice.sees(rule, within="#lane-box")
        expect(self.alice.page.locator("#words")).to_be_focused()

    def when_bob_opens_it_and_accepts(self) -> None:
        self.bob = self.sit_down("bob")
        self.bob.opens(f"/requests/{self.request.pk}/")
        self.bob.presses_and_arrives("a", r"/requests/\d+/$")

    def when_bob_directs_a_visit_today(self) -> None:
        self.bob.press("d")
        self.bob.choose("Book a visit today")
        self.bob.tab_to("#visit_type")
        self.bob.choose("Primary care: Same-day")
        self.bob.tab_to("#note")
        self.bob.presses_and_arrives("Enter", r"/requests/\d+/$")

    def then_every_time_has_an_interpreter(self) -> None:
        self.alice.finds(".option")
        for option in self.alice.page.locator(".option").all():
            expect(option).to_contain_text("interpreter")

    def when_she_stamps_the_first_steps(self, answers: dict[str, str]) -> None:
        self.alice.press("Escape")
        for step, answer in answers.items():
            self.alice.finds(f"input[name=step][value={step}] ~ button")
            if answer:
                self.alice.rests_on(f"#answer-{step}")
                self.alice.type(answer)
            self.alice.presses_and_arrives("Enter", "focus=step")

    def then_each_stamp_has_its_time(self, count: int) -> None:
        expect(self.alice.page.locator("#steps-box .steps.red > li.done time.at")).to_have_count(count)

    def when_she_answers(self, key: str, words: str) -> None:
        self.alice.finds(f"#answer_{key}")
        self.alice.press("Escape", "w")
        self.alice.type_into(f"#answer_{key}", words)
        self.alice.saw_saved(f"answer_{key}")

    def then_no_time_can_be_looked_for(self, code: str) -> None:
        answer = self.alice.opens(f"/requests/{self.request.pk}/find/")
        assert answer is not None
        assert (answer.status, answer.headers["x-refused"]) == (409, code)
        assert not Hold.objects.exists()

    def then_the_queue_shows_it(self, person: Person) -> None:
        person.opens("/queues/")
        person.sees("Crisis: words about suicide", within="#queue")

    def then_the_queue_hides_it(self, person: Person) -> None:
        person.opens("/queues/")
        person.does_not_see("Crisis: words about suicide", within="#queue")
        answer = person.opens(f"/requests/{self.request.pk}/")
        assert answer is not None and answer.status == 404
