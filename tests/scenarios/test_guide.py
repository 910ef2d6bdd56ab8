"""A manager writes a guide in forms: with and without script, from nothing, on a phone."""

from __future__ import annotations

from frontdesk.clinic.models import Draft, DraftKind
from tests.factories.settings import guide, in_writing
from tests.scenarios.accessible import faults
from tests.scenarios.people import Person
from tests.scenarios.steps import Scenario

PHONE = (375, 800)


class TestWritingAGuide(Scenario):
    def test_a_guide_from_nothing_without_script(self) -> None:
        dan = self.given_dan_begins_a_guide_of_the_skin_clinic()
        dan.page.get_by_role("link", name="Write the first question").click()
        dan.page.fill("#f-words", "Is it a new mole?")
        dan.page.get_by_role("button", name="Add the question").click()
        dan.sees("There is no rule yet, so no answer leads anywhere.")

        self.when_he_adds_a_rule(dan, "Yes", "skin-check", "A new mole is looked at.")
        dan.sees("Say what follows", within=".outline .dead")
        dan.page.locator(".outline .dead a").click()
        assert dan.page.get_by_label("No", exact=True).is_checked()
        self.when_he_says_where_it_leads(dan, "*", "A nurse asks first.")
        dan.finds_none(".outline .dead")

        dan.page.get_by_label("No", exact=True).check()
        dan.page.get_by_role("button", name="Next").click()
        dan.sees("A clinician decides. A nurse asks first.", within="#try-card")
        dan.page.fill("#f-because", "The skin clinic had none.")
        dan.page.get_by_role("button", name="Hand it in").click()
        dan.sees("Handed in.")
        assert len(Draft.objects.get(kind=DraftKind.GUIDE).proposal["content"]["rules"]) == 2

    def test_with_script_the_next_question_comes_at_once_and_a_change_keeps_the_walk(self) -> None:
        guide(self.universe)
        draft = in_writing(self.universe)
        dan = self.sit_down("dan")
        dan.opens(f"/settings/drafts/{draft.pk}/guide/")
        dan.does_not_see("Must somebody examine you?", within="#try-card")
        dan.page.locator("#try-worse-no").check()
        dan.sees("Must somebody examine you?", within="#try-card")
        dan.page.locator("#try-touch-unsure").check()
        dan.sees("A nurse decides who must be examined.", within="#rules .met")
        dan.page.get_by_role("button", name="Up rule 3").click()
        dan.sees("A nurse decides who must be examined.", within="#rules .met")
        dan.sees("Rule 2", within="#try-card")

    def test_every_state_reads_well_and_fits_a_phone(self) -> None:
        guide(self.universe)
        path, found = f"/settings/drafts/{in_writing(self.universe).pk}/guide/", []
        dan = self.sit_down("dan", size=PHONE)
        states = {
            "whole": path,
            "walked": f"{path}?say-worse=no&say-touch=unsure",
            "question": f"{path}question/?question=touch",
            "new question": f"{path}question/",
            "rule": f"{path}rule/?rule=2",
            "new rule": f"{path}rule/?at=worse:no",
            "read": f"/settings/guides/{self.universe.follow_up.specialty.pk}/",
        }
        for name, where in states.items():
            dan.opens(where)
            found += [f"{name}: {fault}" for fault in faults(dan.page)]
        dan.opens(f"{path}question/")
        self.trouble.allow("422")
        dan.page.get_by_role("button", name="Add the question").click()
        found += [f"wrong: {fault}" for fault in faults(dan.page)]
        assert not found, "\n".join(found)

    # The steps of these scenarios alone

    def given_dan_begins_a_guide_of_the_skin_clinic(self) -> Person:
        dan = self.sit_down("dan", script=False)
        dan.opens(f"/settings/guides/{self.universe.skin_check.specialty.pk}/")
        dan.page.get_by_role("button", name="Write a guide").click()
        dan.sees("A guide begins with a question")
        return dan

    def when_he_adds_a_rule(self, dan: Person, answer: str, leads: str, because: str) -> None:
        dan.page.get_by_role("link", name="Add a rule").click()
        dan.page.get_by_label(answer, exact=True).check()
        self.when_he_says_where_it_leads(dan, leads, because)

    def when_he_says_where_it_leads(self, dan: Person, leads: str, because: str) -> None:
        dan.page.select_option("#f-visit_type", leads)
        dan.page.fill("#f-because", because)
        dan.page.get_by_role("button", name="Add the rule").click()
