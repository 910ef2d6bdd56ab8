"""At the counter in a browser: a walk-in is weighed with the keyboard, and the pages read well."""

from __future__ import annotations

from frontdesk.triage.models import WalkIn
from tests.desk import counter_scene as counter
from tests.scenarios.accessible import faults
from tests.scenarios.people import Person
from tests.scenarios.steps import Scenario

FEVER = "I had knee surgery last week and now I have a fever and the wound smells"


class TestCounter(Scenario):
    def test_a_nurse_weighs_a_walk_in_without_the_mouse(self) -> None:
        alice = self.sit_down("alice")
        alice.opens("/walk-ins/")
        alice.presses_and_arrives("w", "/requests/[0-9]+/")
        alice.page.fill("#said_name", "Ada First")
        alice.page.fill("#words", FEVER)
        alice.page.keyboard.press("Control+Enter")
        alice.sees("Not weighed yet".lower(), within="#req-head")
        bob = self.sit_down("bob")
        bob.opens("/walk-ins/")
        bob.sees("Ada First", within="#waiting")
        bob.press("j", "t", "2", "y")
        bob.type("Pale, 103 F")
        bob.press("Enter")
        bob.sees("Tier 2 is set", within="main")
        walk_in = WalkIn.objects.get()
        assert (walk_in.tier, walk_in.tier_by) == (2, self.universe.bob)

    def test_the_pages_read_well(self) -> None:
        cast = self.universe
        self.found: list[str] = []
        bob = self.sit_down("bob")
        self.read(bob, {"waiting, nobody": "/walk-ins/"})
        counter.walk_in(cast)
        late = counter.late(cast, counter.visit_at_nine(cast, "Lea", cast.dr_carol, cast.exam_1))
        tardy = counter.visit_at_nine(cast, "Tara", cast.dr_yusuf, cast.exam_2)
        papers = cast.ready(kind="paperwork", said="I need this school form signed today")
        pages = {
            "waiting": "/walk-ins/", "late, asked": f"/visits/{late.appointment_id}/late/",
            "late, form": f"/visits/{tardy.pk}/late/", "papers": f"/requests/{papers.pk}/",
        }  # fmt: skip
        self.read(bob, pages)
        for key in ("offers", "calls"):
            bob.page.locator(f"#{key} summary").click()
        bob.page.evaluate("window.scrollTo(0, 0)")  # away from what stands under the foot of the page
        self.found += [f"boxes open: {fault}" for fault in faults(bob.page)]
        bob.opens("/walk-ins/")
        bob.press("j", "t")
        self.found += [f"tier open: {fault}" for fault in faults(bob.page)]
        assert not self.found, "\n".join(self.found)

    def read(self, reader: Person, pages: dict[str, str]) -> None:
        for name, path in pages.items():
            reader.opens(path)
            self.found += [f"{name}: {fault}" for fault in faults(reader.page)]
