"""Find a time in a browser: narrowed, asked about, held and booked; without script, and on a phone."""

from __future__ import annotations

from datetime import time, timedelta

from playwright.sync_api import expect

from frontdesk.book.models import Appointment, Hold, OverbookRule
from frontdesk.clinic.models import VisitType
from frontdesk.daybook.models import Entry
from frontdesk.triage.models import Request
from tests.factories.settings import guide
from tests.scenarios.accessible import faults
from tests.scenarios.people import Person
from tests.scenarios.steps import Scenario
from tests.universe import LAST_OPEN, NOW, TODAY, at

PHONE = (375, 800)


class TestFindATime(Scenario):
    def test_a_time_is_narrowed_asked_about_held_let_go_and_booked(self) -> None:
        alice = self.given_alice_looks_for("?visit_type=follow-up")
        alice.page.locator(".suits > summary").focus()
        alice.press("Enter", "Tab")
        alice.choose("Afternoon")
        alice.presses_and_arrives("Enter", "part=afternoon")
        alice.sees("Afternoons", within=".suits summary")
        alice.sees("Afternoon, as asked", within="#option-1")

        alice.press("y")
        alice.page.fill("#w2", "16:45")
        alice.presses_and_arrives("Enter", "why_time=16")
        alice.sees("is refused. Two things stand in the way.", within=".verdict")
        alice.sees("15 min are free, 30 are needed.", within=".lights")

        alice.page.locator("body").press("Escape")
        alice.presses_and_arrives("1", "part=afternoon")
        self.then_the_time_is_held_with_an_expiry()
        alice.sees("Not checked.", within=".option.held")
        alice.presses_and_arrives("u", "part=afternoon")
        assert not Hold.objects.standing(self.clock.now()).exists()
        alice.presses_and_arrives("0", "part=afternoon")
        self.when_she_books_it()
        self.then_the_visit_is_booked()

    def test_without_script_with_a_waiver(self) -> None:
        request = self.universe.ready(self.universe.ana)
        bob = self.sit_down("bob", script=False)
        bob.opens(f"/requests/{request.pk}/find/?visit_type=follow-up&interpreter=none")
        bob.page.locator("#option-1 button").click()
        bob.sees("Spanish is needed, and no interpreter is arranged.", within=".option.held")
        bob.page.fill("#waive-INTERPRETER", "The daughter interprets.")
        bob.page.locator(".option.held .btn.main").click()
        bob.sees("Booked for", within="#notices")
        chain = Appointment.objects.get().chain.get(link="Interpreter")
        assert chain.waived_because == "The daughter interprets."

    def test_the_guide_suggests_and_another_type_needs_a_reason(self) -> None:
        guide(self.universe)
        alice = self.given_alice_looks_for("")
        alice.reaches("#g1", "Escape", "q")
        alice.presses_and_arrives("Enter", "guide=primary")
        alice.page.get_by_label("Yes").check()
        alice.page.get_by_role("button", name="Next question").click()
        alice.page.get_by_role("link", name="Take this type").click()
        alice.finds("#option-1")
        alice.page.locator("#a1").select_option("follow-up")
        alice.page.locator(".find-ask .look .btn").click()
        alice.page.locator("#because").select_option("patient-asks")
        alice.page.get_by_role("button", name="Give the reason").click()
        alice.finds("#option-1")
        alice.presses_and_arrives("1", "because=patient-asks")
        assert Entry.objects.get(kind="VisitTypeChosen").reason == "The patient asks for it"

    def test_every_state_reads_well_and_fits_a_phone(self) -> None:
        cast = self.universe
        guide(cast)
        self.given_a_full_day_and_a_signed_rule()
        VisitType.objects.filter(pk=cast.follow_up.pk).update(prep_text="Bring your medicines.")
        request, held = cast.ready(cast.chen), cast.hold(at(10, day=LAST_OPEN), request=cast.ready(cast.dora))
        find, wish = f"/requests/{request.pk}/find/", "?visit_type=follow-up"
        states = {
            "nothing asked": find,
            "guide": find + "?guide=primary",
            "another type": find + wish + "&guide=primary&said=worse:yes",
            "wrong": find + wish + "&from=soon&with=x",
            "why not": find + wish + "&why_day=2026-03-04&why_time=07:00",
            "not quite": find + wish + "&day=5&part=morning",
            "extra": find + f"{wish}&with={cast.dr_carol.pk}&until={TODAY}",
            "held": f"/requests/{held.asked_for}/find/{wish}",
        }
        alice, found = self.sit_down("alice", size=PHONE), []
        for name, path in states.items():
            alice.opens(path)
            found += [f"{name}: {fault}" for fault in faults(alice.page)]
        wide = self.sit_down("alice")
        wide.opens(find + wish + "&after=15&before=9")
        wide.sees("The hours end before they begin", within=".wrong")
        found += [f"what suits, open: {fault}" for fault in faults(wide.page)]
        assert not found, "\n".join(found)

    def test_an_extra_visit_inside_the_signed_rule(self) -> None:
        self.given_a_full_day_and_a_signed_rule()
        alice = self.given_alice_looks_for(
            f"?visit_type=follow-up&with={self.universe.dr_carol.pk}&until={TODAY}"
        )
        alice.sees("Extra visits that a provider has signed for")
        alice.sees("(1 of 1 left on Tue)", within=".option.beyond")
        expect(alice.page.locator(".option.beyond").first).to_contain_text("Beside another visit")
        alice.presses_and_arrives("1", "visit_type=follow-up")
        alice.sees("An extra visit inside Dr. Carol Calden’s signed rule.", within=".option.held")
        self.when_she_books_it()
        assert Appointment.objects.get(overbooked_by__isnull=False).start.date() == TODAY

    # The steps of these scenarios alone

    def given_alice_looks_for(self, query: str) -> Person:
        self.asked_for: Request = self.universe.ready()
        self.alice = self.sit_down("alice")
        self.alice.opens(f"/requests/{self.asked_for.pk}/find/{query}")
        return self.alice

    def given_a_full_day_and_a_signed_rule(self) -> None:
        """Dr. Carol's whole day is booked, and she has signed that one more may come before noon."""
        cast = self.universe
        OverbookRule.objects.create(
            provider=cast.dr_carol, starts=time(10), ends=time(12), valid_from=TODAY, valid_until=LAST_OPEN,
            drafted_at=NOW, drafted_by=cast.carol, signed_at=NOW, signed_by=cast.carol,
        )  # fmt: skip
        for number in range(14):
            patient = cast.newcomer("Quinn", f"Abel{number}", born=TODAY - timedelta(days=9000 + 40 * number))
            cast.book(at(10) + timedelta(minutes=30 * number), request=cast.ready(patient))
