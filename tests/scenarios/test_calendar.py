"""The calendar at work: a visit moved by key, by pointer and by plain form; two desks; cancelled and taken back; live."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from frontdesk.book.actions import moves
from frontdesk.book.models import Appointment
from tests.scenarios.accessible import faults
from tests.scenarios.steps import Scenario
from tests.universe import at

TWO_POLLS = 5_000  # ms: two asks a second apart, and a busy machine


class TestCalendar(Scenario):
    @pytest.fixture(autouse=True)
    def _visit(self, _scene: None) -> None:
        self.visit = self.universe.book(
            at(11), request=self.universe.ready(self.universe.ben, by=self.universe.dan)
        )

    def test_a_visit_is_moved_with_the_keyboard_alone(self) -> None:
        self.given_alice_looks_at_today()
        self.when_she_puts_the_cursor_on_the_visit()
        self.alice.press("m")
        self.then_the_ghost_stands_at("11:00")
        self.alice.press("PageDown", "ArrowDown", "ArrowDown", "ArrowRight")
        self.then_the_ghost_stands_at("12:10")
        self.alice.press("Enter")
        self.then_she_sees_what_it_would_do(
            "12:10", "Two are changed: tell Dr. Carol Calden and Dr. Yusuf Demir."
        )
        self.when_she_says_why_and_confirms("The provider asked")
        self.then_the_visit_stands_at(12, 10)
        self.visit.refresh_from_db()
        assert self.visit.provider == self.universe.dr_yusuf

    def test_escape_leaves_it_where_it_is(self) -> None:
        self.given_alice_looks_at_today()
        self.when_she_puts_the_cursor_on_the_visit()
        self.alice.press("m", "ArrowDown", "Escape")
        self.alice.finds_none(".drop")
        self.alice.rests_on(".visit a")
        self.alice.press("m", "ArrowDown", "Enter")
        self.alice.finds("[data-mover]")
        self.alice.press("Escape", "Escape")
        self.alice.finds_none("[data-mover]")
        self.alice.finds_none(".drop")
        self.visit.refresh_from_db()
        assert self.visit.moved == 0

    def test_a_visit_is_moved_with_the_pointer(self) -> None:
        self.given_alice_looks_at_today()
        self.when_she_drags_the_visit_by_rows(18)
        self.then_she_sees_what_it_would_do("12:30", "The same day, later.")
        self.when_she_says_why_and_confirms("The patient asked")
        self.then_the_visit_stands_at(12, 30)

    def test_where_it_cannot_go_the_nearest_times_are_a_key_away(self) -> None:
        universe = self.universe
        universe.book(at(14), request=universe.ready(universe.dora, by=universe.dan))
        self.given_alice_looks_at_today()
        self.when_she_puts_the_cursor_on_the_visit()
        self.alice.press("m", "PageDown", "PageDown", "PageDown", "Enter")
        self.alice.sees("Dr. Carol Calden has somebody else then.", within="#drawer")
        self.alice.press("1")
        self.alice.sees("Is everything in place there?", within="#drawer")
        self.alice.finds("#move-why")

    def test_two_desks_move_the_same_visit(self) -> None:
        self.given_alice_looks_at_today()
        self.when_she_puts_the_cursor_on_the_visit()
        self.alice.press("m", "PageDown", "Enter")
        self.alice.finds("#move-why")
        self.when_another_desk_moves_it_to(15)
        self.alice.choose("The patient asked")
        self.alice.presses_and_arrives("Enter", "/move/")
        self.alice.sees("This visit was moved by Dan Dlden", within=".mover")
        self.alice.sees("now Tue 3 Mar, 15:00", within=".mover")
        expect(self.alice.page.locator("#move-why")).to_have_value("patient-asked")

    def test_cancelled_and_taken_back(self) -> None:
        self.given_alice_looks_at_today()
        self.when_she_puts_the_cursor_on_the_visit()
        self.alice.press("x")
        self.alice.sees("This is a late cancellation", within="#drawer")
        self.alice.rests_on("#act-why")
        self.alice.choose("The patient is ill")
        self.alice.presses_and_arrives("Enter", r"/calendar/\?")
        self.alice.sees("The visit is cancelled", within="#notices")
        self.alice.presses_and_arrives("u", r"/calendar/\?")
        self.alice.sees("Taken back", within="#notices")
        self.visit.refresh_from_db()
        assert self.visit.status == "booked"

    def test_what_another_desk_does_appears_and_takes_nothing_away(self) -> None:
        self.given_alice_looks_at_today()
        self.when_she_puts_the_cursor_on_the_visit()
        self.alice.page.evaluate("window.same = document.querySelector('.day')")
        universe = self.universe
        universe.book(at(14), request=universe.ready(universe.dora, by=universe.dan))
        expect(self.alice.page.locator(".visit b", has_text="Nilsson")).to_be_visible(timeout=TWO_POLLS)
        self.alice.rests_on(f"[data-slot=v{self.visit.pk}] a")
        self.alice.sees("2 visits", within="[data-counts-here]")
        self.when_another_desk_moves_it_to(15)
        moved = self.alice.page.locator(f"[data-slot=v{self.visit.pk}]")
        expect(moved).to_have_class(re.compile(r"\br85\b"), timeout=TWO_POLLS)
        self.alice.rests_on(f"[data-slot=v{self.visit.pk}] a")
        assert self.alice.page.evaluate("window.same === document.querySelector('.day')")

    def test_what_lies_under_the_pointer_waits(self) -> None:
        self.given_alice_looks_at_today()
        item = self.alice.page.locator(f"[data-slot=v{self.visit.pk}]")
        item.hover()
        self.when_another_desk_moves_it_to(15)
        self.alice.page.wait_for_timeout(2500)
        expect(item).to_have_class(re.compile(r"\br37\b"))
        self.alice.page.mouse.move(5, 5)
        expect(item).to_have_class(re.compile(r"\br85\b"), timeout=TWO_POLLS)

    def test_without_script_by_plain_forms(self) -> None:
        self.alice = self.sit_down("alice", script=False)
        self.alice.opens("/calendar/")
        self.alice.tab_to(f"a[href$='visit={self.visit.pk}']")
        self.alice.presses_and_arrives("Enter", "visit=")
        self.alice.tab_to("#drawer a[href*='/move/']")
        self.alice.presses_and_arrives("Enter", "/move/")
        self.alice.page.fill("#to-time", "14:30")
        self.alice.tab_to(".place button")
        self.alice.presses_and_arrives("Enter", "time=14")
        self.alice.sees("What the move would do")
        self.alice.tab_to("#move-why")
        self.alice.choose("The patient asked")
        self.alice.tab_to(".act button")
        self.alice.presses_and_arrives("Enter", r"/calendar/\?")
        self.then_the_visit_stands_at(14, 30)

    def test_every_state_is_accessible(self) -> None:
        alice = self.sit_down("alice")
        booked, base = self.visit.pk, "/calendar/?visit="
        self.universe.hold(at(15), request=self.universe.ready(self.universe.dora, by=self.universe.dan))
        pages = {
            "the drawer": f"{base}{booked}", "cancelling": f"{base}{booked}&act=cancel",
            "rooms": "/calendar/?by=rooms", "a week": "/calendar/?view=week",
            "where to": f"/visits/{booked}/move/", "the move": f"/visits/{booked}/move/?day=2026-03-03&time=14:30",
            "not possible": f"/visits/{booked}/move/?day=2026-03-03&time=19:30",
        }  # fmt: skip
        found = []
        for name, path in pages.items():
            alice.opens(path)
            found += [f"{name}: {fault}" for fault in faults(alice.page)]
        alice.opens("/calendar/")
        self.alice = alice
        self.when_she_puts_the_cursor_on_the_visit()
        alice.press("m", "PageDown", "Enter")
        alice.finds("#move-why")
        found += [f"a ghost and its preview: {fault}" for fault in faults(alice.page)]
        assert not found, "\n".join(found)

    # The steps of these scenarios alone

    visit: Appointment

    def given_alice_looks_at_today(self) -> None:
        self.given_alice_is_at_her_desk()
        self.alice.opens("/calendar/")
        self.alice.finds(".day .visit")

    def when_she_puts_the_cursor_on_the_visit(self) -> None:
        """From the first free stretch, where the cursor begins, one down."""
        self.alice.press("ArrowDown", "ArrowDown")
        self.alice.rests_on(f"[data-slot=v{self.visit.pk}] a")

    def then_the_ghost_stands_at(self, clock: str) -> None:
        self.alice.sees(clock, within=".drop")

    def then_she_sees_what_it_would_do(self, clock: str, effect: str) -> None:
        self.alice.sees(f"Move to Tue 3 Mar, {clock}", within="#drawer-title")
        self.alice.sees(effect, within="#drawer")

    def when_she_says_why_and_confirms(self, why: str) -> None:
        self.alice.rests_on("#move-why")
        self.alice.choose(why)
        self.alice.presses_and_arrives("Enter", r"/calendar/\?")
        self.alice.sees("Moved to Tuesday 3 March", within="#notices")

    def when_she_drags_the_visit_by_rows(self, rows: int) -> None:
        mouse, item = self.alice.page.mouse, self.alice.page.locator(f"[data-slot=v{self.visit.pk}]")
        item.scroll_into_view_if_needed()
        box = item.bounding_box()
        assert box is not None
        height = (
            self.alice.page.evaluate("document.querySelector('.slots').getBoundingClientRect().height") / 108
        )
        x, y = box["x"] + box["width"] / 2, box["y"] + height / 2
        mouse.move(x, y)
        mouse.down()
        mouse.move(x, y + height * rows / 2, steps=4)
        mouse.move(x, y + height * rows, steps=4)
        mouse.up()

    def then_the_visit_stands_at(self, hour: int, minute: int) -> None:
        self.visit.refresh_from_db()
        assert (self.visit.start, self.visit.moved) == (at(hour, minute), 1)

    def when_another_desk_moves_it_to(self, hour: int) -> None:
        self.visit.refresh_from_db()
        moves.move(
            visit=self.visit, to=moves.wanted_of(self.visit, at(hour)), move=moves.Move("patient-asked"),
            version=self.visit.version, key="", by=self.universe.dan, now=self.clock.now(),
        )  # fmt: skip
