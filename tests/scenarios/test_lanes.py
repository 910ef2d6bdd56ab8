"""Anybody at the desk may raise a lane; only a clinician lowers one."""

from __future__ import annotations

from tests.scenarios.people import Person
from tests.scenarios.steps import BEN, ROUTINE, Scenario

POST = """([path, words]) => fetch(path, {method: "POST", body: new URLSearchParams(words),
    headers: {"X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]}})
    .then(answer => [answer.status, answer.headers.get("X-Refused")])"""


class TestLanes(Scenario):
    def test_a_scheduler_raises_a_lane_and_a_nurse_lowers_it(self) -> None:
        self.given_a_call_up_to_the_words(BEN, kind=ROUTINE)
        self.when_she_writes_what_the_caller_says("He would like to talk about his visit next month")
        self.then_everything_typed_is_saved()

        self.when_the_lane_is_changed(self.alice, "Raise to urgent", "He sounds short of breath to me")
        self.then_the_lane_is("urgent")
        self.then_the_reason_is_on_the_page("He sounds short of breath to me")
        self.then_alice_has_no_way_to_lower_it()
        self.then_a_form_made_by_hand_is_refused()

        self.when_bob_opens_the_request()
        self.when_the_lane_is_changed(self.bob, "Lower to routine", "Spoke with him: a cold")
        self.then_the_lane_is("routine")
        self.then_alice_sees_the_routine_lane_and_the_reason()

    # The steps of this scenario alone

    def when_the_lane_is_changed(self, person: Person, to: str, why: str) -> None:
        person.press("Escape", "l", "Tab")
        person.rests_on("#to-lane")
        person.choose(to)
        person.press("Tab")
        person.type(why)
        person.presses_and_arrives("Enter", r"/requests/\d+/$")

    def then_the_lane_is(self, lane: str) -> None:
        assert self.request.lane == lane

    def then_the_reason_is_on_the_page(self, why: str) -> None:
        self.alice.sees(why, within="#lane-box")

    def then_alice_has_no_way_to_lower_it(self) -> None:
        offered = self.alice.page.locator("#to-lane option").all_text_contents()
        assert offered == ["Raise to emergency"]

    def then_a_form_made_by_hand_is_refused(self) -> None:
        path = f"/requests/{self.request.pk}/lane/"
        answer = self.alice.page.evaluate(POST, [path, {"lane": "routine", "reason": "He may wait"}])
        assert answer == [403, "LANE_LOWER"]
        self.then_the_lane_is("urgent")

    def when_bob_opens_the_request(self) -> None:
        self.bob = self.sit_down("bob")
        self.bob.opens(f"/requests/{self.request.pk}/")

    def then_alice_sees_the_routine_lane_and_the_reason(self) -> None:
        self.alice.sees("ROUTINE", within="#lane-box")
        self.alice.sees("Spoke with him: a cold", within="#lane-box")
