"""Two desks want the same time: one gets it, the other is told so and where the nearest free times are."""

from __future__ import annotations

from frontdesk.book.models import Hold
from tests.scenarios.people import Person
from tests.scenarios.steps import BEN, Scenario


class TestTwoDesks(Scenario):
    def test_the_second_is_told_that_the_time_was_just_taken(self) -> None:
        self.given_both_are_offered_the_same_first_time()
        self.when_alice_holds_it()
        self.then_it_is_hers()
        self.when_dan_holds_it_too()
        self.then_dan_is_told_that_it_was_just_taken_and_what_is_near()
        self.then_dan_is_offered_other_times_only()

    # The steps of this scenario alone

    def given_both_are_offered_the_same_first_time(self) -> None:
        self.given_a_call_up_to_the_words(BEN)
        self.when_she_writes_what_the_caller_says("I would like my yearly check-up")
        self.when_she_looks_for_a_time()
        self.when_she_asks_for("Follow-up")
        self.dan = self.given_dan_looks_for_the_same_for_dora()
        assert self.first_time(self.dan) == self.first_time(self.alice)
        self.time = self.first_time(self.alice)

    def given_dan_looks_for_the_same_for_dora(self) -> Person:
        request = self.universe.ready(self.universe.dora, by=self.universe.dan)
        dan = self.sit_down("dan")
        dan.opens(f"/requests/{request.pk}/find/?visit_type=follow-up&where=main")
        dan.finds(".option")
        return dan

    def first_time(self, person: Person) -> str:
        """Day, time and provider of the first option."""
        option = person.finds(".option:not(.held)")
        return " ".join(option.locator("h3, .with b").all_text_contents())

    def when_alice_holds_it(self) -> None:
        self.when_she_holds_the_first_time()

    def then_it_is_hers(self) -> None:
        self.then_the_time_is_held_with_an_expiry()

    def when_dan_holds_it_too(self) -> None:
        self.dan.presses_and_arrives("1", r"/find/")

    def then_dan_is_told_that_it_was_just_taken_and_what_is_near(self) -> None:
        self.dan.sees("This time was just taken.", within="#notices")
        self.dan.sees("Nearest free: Tue", within="#notices")
        self.dan.finds_none(".option.held")
        assert Hold.objects.count() == 1

    def then_dan_is_offered_other_times_only(self) -> None:
        self.dan.finds(".option")
        offered = [
            " ".join(one.locator("h3, .with b").all_text_contents())
            for one in self.dan.page.locator(".option").all()
        ]
        assert self.time not in offered
