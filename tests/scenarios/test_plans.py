"""Visits that belong together: a course of physiotherapy, and a family of three, by plain forms and keyboard."""

from __future__ import annotations

import pytest

from frontdesk.book.models import Appointment, Plan
from frontdesk.triage.models import Request
from tests.factories.family import Therapy, therapy
from tests.scenarios.steps import Scenario


class TestPlans(Scenario):
    gym: Therapy

    @pytest.fixture(autouse=True)
    def _gym(self, _scene: None) -> None:
        self.gym = therapy(self.universe)

    def test_twelve_visits_of_physiotherapy_twice_a_week(self) -> None:
        request = self.universe.ready(self.universe.ben)
        self.given_alice_is_at_her_desk()
        self.when_she_plans_several_visits_for(request)
        self.when_she_asks_for_twelve_sessions_twice_a_week()
        self.then_every_visit_has_a_time(12)
        self.when_she_books_them("Order 4711, Dr. Calden")
        self.then_the_plan_shows("12 still to come", "Twice a week", "Order 4711, Dr. Calden")
        assert Appointment.objects.filter(plan=Plan.objects.get()).count() == 12

        self.when_she_cancels_the_rest_from_visit(9)
        self.then_the_plan_shows("Ended", "4 cancelled")

    def test_a_family_of_three_side_by_side(self) -> None:
        requests = [
            self.universe.ready(one) for one in (self.universe.ben, self.universe.chen, self.universe.dora)
        ]
        self.given_alice_is_at_her_desk()
        self.when_she_plans_several_visits_for(requests[0])
        self.when_she_asks_for_a_family_with("Wei Chen", "Dora Nilsson")
        self.then_rows_of_three_are_offered()
        self.when_she_books_the_first_row()
        self.then_the_plan_shows("Visits side by side", "Wei Chen", "Dora Nilsson", "Benjamin Okafor")
        first, second, third = Appointment.objects.order_by("start")
        assert first.end == second.start and second.end == third.start
        assert len({one.provider_id for one in (first, second, third)}) == 1

    # The steps of these scenarios

    def when_she_plans_several_visits_for(self, request: Request) -> None:
        self.alice.opens(f"/requests/{request.pk}/find/")
        self.alice.tab_to("a[href$='/plan/']")
        self.alice.presses_and_arrives("Enter", "/plan/$")

    def when_she_asks_for_twelve_sessions_twice_a_week(self) -> None:
        alice = self.alice
        alice.tab_to("#p-type")
        alice.choose("Therapy session")
        alice.tab_to("#p-count")
        alice.press("Control+a")
        alice.type("12")
        alice.tab_to("#p-how")
        alice.choose("Twice a week")
        alice.tab_to("form.ask .btn.main")
        alice.presses_and_arrives("Enter", "visit_type=therapy")

    def then_every_visit_has_a_time(self, count: int) -> None:
        self.alice.sees(f"All {count} visits have a time")

    def when_she_books_them(self, order: str) -> None:
        self.alice.type_into("#order", order)
        self.alice.tab_to(".bookall .btn.main")
        self.alice.presses_and_arrives("Enter", r"/plans/\d+/$")

    def when_she_cancels_the_rest_from_visit(self, place: int) -> None:
        alice = self.alice
        alice.tab_to("#from_place")
        alice.choose(f"Visit {place}")
        alice.tab_to("#why")
        alice.choose("No longer needed")
        alice.tab_to(".btn.danger")
        alice.presses_and_arrives("Enter", r"/plans/\d+/$")

    def when_she_asks_for_a_family_with(self, *names: str) -> None:
        alice = self.alice
        alice.tab_to(".tabs a[href='?tab=family']")
        alice.presses_and_arrives("Enter", "tab=family")
        alice.tab_to("#p-type")
        alice.choose("Follow-up")
        for place, name in enumerate(names, 2):
            alice.tab_to(f"#p-who{place}")
            alice.choose(name)
        alice.tab_to(".planask .btn.main")
        alice.presses_and_arrives("Enter", "who2=")

    def then_rows_of_three_are_offered(self) -> None:
        self.alice.finds(".wholes li")
        for row in self.alice.page.locator(".wholes li").all():
            assert row.locator(".one").count() == 3

    def when_she_books_the_first_row(self) -> None:
        self.alice.tab_to(".bookall .btn.main")
        self.alice.presses_and_arrives("Enter", r"/plans/\d+/$")

    def then_the_plan_shows(self, *words: str) -> None:
        for one in words:
            self.alice.sees(one, within="main")
