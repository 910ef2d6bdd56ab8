"""Every page of the desk, in its states: no violation of WCAG 2.2 AA, and nothing beyond the edge of a phone."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from frontdesk.clinic.models import VisitType
from frontdesk.daybook.facts import System
from frontdesk.gateway.publish.ids import slot_id
from frontdesk.triage.actions import backtests
from frontdesk.triage.models import Request
from frontdesk.triage.models.scope import Scope
from tests.factories import partners
from tests.factories import protocols as made
from tests.scenarios.accessible import faults
from tests.scenarios.people import Person
from tests.scenarios.steps import Scenario
from tests.universe import LAST_OPEN, NOW, TODAY, at

CHEST_PAIN = "He has crushing chest pain and his left arm is numb"
FEVER = "I had knee surgery last week and now I have a fever and the wound smells"
LATE = "You cancelled my visit this morning and nobody called me"


class TestAccessibility(Scenario):
    """Pages are opened by their addresses here: what is tested is how they read, not how one comes to them."""

    def test_log_in(self) -> None:
        visitor = self.sit_down()
        self.when_pages_are_read(visitor, {"log in": "/log-in/", "log in to go on": "/log-in/?next=/queues/"})

    def test_everyday_pages(self) -> None:
        request = self.given_a_booked_visit()
        pages = {
            "today": "/", "requests": "/requests/", "closed requests": "/requests/?show=closed",
            "queues": "/queues/", "queues, empty": "/queues/?queue=crisis", "calendar": "/calendar/",
            "calendar, another day": f"/calendar/?day={date(2026, 3, 5)}", "patients": "/patients/",
            "patients found": "/patients/",
            "a patient": f"/patients/{request.patient_id}/", "protocol": "/protocol/", "gallery": "/gallery/",
            "no such page": "/nowhere/", "no such request": "/requests/999999/", "not allowed": "/reports/",
        }  # fmt: skip
        self.when_pages_are_read(self.sit_down("alice"), pages)

    def test_finding_a_patient(self) -> None:
        self.found, alice = [], self.sit_down("alice")
        for words in ("okafor", "zzzzz"):
            alice.press("Escape", "/")
            alice.type(words)
            alice.presses_and_arrives("Enter", "/patients/$")
            alice.sees(words, within="main")
            self.found += [f"patients who fit {words}: {fault}" for fault in faults(alice.page)]
        self.then_nothing_is_wrong()

    def test_a_request_in_every_lane(self) -> None:
        universe, alice = self.universe, self.sit_down("alice")
        routine = universe.ready()
        pages = {
            "a new request": self.page_of(universe.request()),
            "routine": self.page_of(routine),
            "emergency": self.page_of(universe.ready(universe.dora, said=CHEST_PAIN)),
            "urgent": self.page_of(universe.ready(universe.ana, said=FEVER)),
            "operational": self.page_of(universe.ready(universe.chen, said=LATE, kind="operational_failure")),
            "trail": self.page_of(routine) + "trail/",
        }
        self.when_pages_are_read(alice, pages)

    def test_a_request_as_a_nurse_sees_it(self) -> None:
        urgent = self.universe.ready(self.universe.ana, said=FEVER)
        bob = self.sit_down("bob")
        self.when_pages_are_read(bob, {"a handoff": self.page_of(urgent), "queues": "/queues/"}, leave=False)
        bob.opens(self.page_of(urgent))
        bob.presses_and_arrives("a", self.page_of(urgent))
        self.found += [f"a direction to give: {fault}" for fault in faults(bob.page)]
        bob.press("l")
        self.found += [f"changing the lane: {fault}" for fault in faults(bob.page)]
        self.then_nothing_is_wrong()

    def test_finding_a_time(self) -> None:
        universe = self.universe
        find = self.page_of(universe.ready()) + "find/"
        held = universe.hold(at(14), request=universe.ready(universe.dora))
        emergency = universe.ready(universe.chen, said=CHEST_PAIN)
        pages = {
            "what is needed": find,
            "options": find + "?visit_type=follow-up",
            "no option": find + "?visit_type=skin-check&from=2026-05-30",
            "held": f"/requests/{held.asked_for}/find/?visit_type=follow-up",
            "refused": self.page_of(emergency) + "find/",
        }
        self.when_pages_are_read(self.sit_down("alice"), pages)

    def test_letters(self) -> None:
        alice = self.sit_down("alice")
        self.when_pages_are_read(alice, {"mailbox, empty": "/mailbox/"}, leave=False)
        request = self.given_a_booked_visit()
        alice.opens(self.page_of(request))
        alice.sees("taken by the mail server", within="#steps-box")
        self.when_pages_are_read(alice, {"mailbox": "/mailbox/"}, leave=False)
        alice.press("j")
        alice.presses_and_arrives("Enter", "/mailbox/.+/")
        self.found += [f"a letter: {fault}" for fault in faults(alice.page)]
        self.then_nothing_is_wrong()

    def test_pages_of_a_manager(self) -> None:
        self.given_a_booked_visit()
        pages = {"reports": "/reports/", "who looked": "/looks/", "today": "/", "calendar": "/calendar/"}
        pages["calendar addresses"] = "/settings/calendars/"
        self.when_pages_are_read(self.sit_down("dan"), pages)

    def test_connected_systems(self) -> None:
        cast, dan = self.universe, self.sit_down("dan")
        self.when_pages_are_read(dan, {"no system yet": "/settings/systems/"}, leave=False)
        one = partners.register(cast, sites=[cast.main, cast.harbor]).client
        here = f"/settings/systems/{one.pk}/"
        pages = {
            "systems": "/settings/systems/", "ended": "/settings/systems/?show=ended", "one": here,
            "changed": f"{here}edit/", "ended?": f"{here}end/", "what it read": f"/looks/?by={one.user_id}",
        }  # fmt: skip
        self.when_pages_are_read(dan, pages, leave=False)
        dan.opens("/settings/systems/new/")
        dan.page.get_by_role("button", name="Register", exact=True).click()
        dan.sees("Nothing was saved", within="main")
        self.found += [f"refused: {fault}" for fault in faults(dan.page)]
        self.then_nothing_is_wrong()

    def test_a_published_time(self) -> None:
        """A page for anybody: what it shows before, and what it says to words of an emergency."""
        cast, visitor = self.universe, self.sit_down()
        VisitType.objects.filter(pk=cast.follow_up.pk).update(public=True)
        address = f"/open/{slot_id(cast.follow_up.pk, cast.main.pk, at(13, day=LAST_OPEN))}/"
        pages = {"a published time": address, "in Spanish": f"{address}?lang=es"}
        self.when_pages_are_read(visitor, pages, leave=False)
        visitor.opens(address)
        visitor.page.get_by_label("What is the visit about?").fill(CHEST_PAIN)
        visitor.page.get_by_role("button", name="Ask for this time").click()
        visitor.sees("Call 911 now", within="h1")
        self.found += [f"words of an emergency: {fault}" for fault in faults(visitor.page)]
        self.then_nothing_is_wrong()

    def test_protocols(self) -> None:
        cast = self.universe
        draft = made.in_writing(cast)
        scoped = made.scoped_draft(cast, Scope(age_under=18), name="Children", code="C1")
        cast.ready(cast.ben, said=made.RASH)
        asked = backtests.ask(protocol=draft, first=TODAY, last=TODAY, by=cast.dan, now=NOW)
        at_work = f"/settings/protocols/{draft.pk}/"
        pages = {
            "the list": "/settings/protocols/", "a new one": "/settings/protocols/new/", "a draft": at_work,
            "a rule": f"{at_work}rule/?rule=S1", "a concept": f"{at_work}concept/?concept=rash",
            "a script": f"{at_work}script/?script=emergency", "who is asked": f"{at_work}tree/", "kinds": f"{at_work}kinds/",
            "a list of words": f"{at_work}words/", "a scope": f"/settings/protocols/{scoped.pk}/scope/",
            "a scoped draft": f"/settings/protocols/{scoped.pk}/", "a sentence": f"{at_work}try/",
            "what is different": f"{at_work}changes/", "past requests": f"{at_work}backtest/",
            "being read": f"/settings/protocols/backtests/{asked.pk}/",
            "in force": f"/settings/protocols/{cast.protocol.pk}/",
            "as of a day": "/protocol/?as_of=2026-02-02",
        }  # fmt: skip
        dan = self.sit_down("dan")
        self.when_pages_are_read(dan, pages, leave=False)
        backtests.run(backtest=asked, by=System("backtest"), now=NOW)
        self.when_pages_are_read(dan, {"what was found": f"/settings/protocols/backtests/{asked.pk}/"})

    def test_the_key_help(self) -> None:
        alice = self.sit_down("alice")
        alice.opens(self.page_of(self.universe.ready()))
        alice.press("?")
        expect(alice.page.locator("dialog#keys")).to_be_visible()
        self.found = [f"key help: {fault}" for fault in faults(alice.page)]
        self.then_nothing_is_wrong()

    # The steps of these scenarios alone

    found: list[str]

    def given_a_booked_visit(self) -> Request:
        """Ben has a visit at half past two, and Ana's urgent request waits for a nurse."""
        request = self.universe.ready()
        self.universe.book(at(14, 30), request=request)
        self.universe.ready(self.universe.ana, said=FEVER)
        return request

    def page_of(self, request: Request) -> str:
        return f"/requests/{request.pk}/"

    def when_pages_are_read(self, reader: Person, pages: dict[str, str], *, leave: bool = True) -> None:
        """Each page is opened and looked through; all that is wrong is told at the end, page by page."""
        self.found = getattr(self, "found", [])
        for name, path in pages.items():
            reader.opens(path)
            self.found += [f"{name}: {fault}" for fault in faults(reader.page)]
        if leave:
            self.then_nothing_is_wrong()

    def then_nothing_is_wrong(self) -> None:
        assert not self.found, "\n".join(self.found)
