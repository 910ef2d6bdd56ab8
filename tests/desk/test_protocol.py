"""The protocol page: everything a clinician approved, in words."""

from __future__ import annotations

import pytest

from frontdesk.desk.pages.protocol import clock_words, condition_words, protocol_page
from frontdesk.triage.documentation import label
from frontdesk.triage.engine.shapes import Conditions
from frontdesk.triage.models.in_force import in_force
from tests.desk.support import Desk, said
from tests.factories.protocol import no_protocol_holds
from tests.universe import NOW, Universe


def test_the_page_names_the_version_and_who_approved_it(desk: Desk) -> None:
    words = said(desk.get(desk.universe.alice, "desk:protocol"))
    assert "Small protocol, version 1 Approved by Carol Clden, MD on 2 Jan 2026" in words


def test_rules_stand_in_their_lane_the_gravest_first(desk: Desk) -> None:
    words = said(desk.get(desk.universe.alice, "desk:protocol"))
    order = [words.index(one) for one in ("E1 Chest pain", "E2 Suicidal thoughts", "U1 Fever", "U2 Vomiting")]
    assert order == sorted(order)
    assert "U1 Fever Fever Nurse 15 minutes Began; Temperature, as stated Urgent" in words
    assert "Say Stay on the line with me. Quédese en la línea." in words


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "dan", "erin"])
def test_everybody_at_the_desk_may_read_it(desk: Desk, who: str) -> None:
    assert desk.get(getattr(desk.universe, who), "desk:protocol").status_code == 200


def test_nothing_of_the_protocol_that_ships_is_left_out(desk: Desk) -> None:
    desk.universe.use_starter()
    found = in_force(now=NOW)
    assert found is not None
    page = said(desk.get(desk.universe.alice, "desk:protocol"))
    for rule in found.rules.rules:
        assert f"{rule.code} {rule.title}" in page and rule.scenario in page
        assert all(label(key) in page for key in rule.documentation)
    for script in found.rules.scripts.values():
        for step in script.steps:
            assert step.say_en in page and step.say_es in page and step.note in page
    for concept in found.rules.concepts.values():
        assert concept.title in page
        assert all(" ".join(phrase.split()) in page for phrase in concept.en + concept.es)


def test_alternatives_and_what_must_be_said_together_are_told_apart(universe: Universe) -> None:
    universe.use_starter()
    page = protocol_page(now=NOW)
    assert page is not None
    rules = {rule.code: rule for group in page.lanes for rule in group.rules}
    when = [[concept.title for concept in line] for line in rules["1.1"].when]
    likeness = "At least faintly like calls that needed a clinician"
    assert when[0] == ["Pain or pressure in the chest", likeness] and len(when[1]) == 3
    suicide = [concept.title for concept in rules["5.1"].when[0]]
    assert suicide == ["Words about suicide or not wanting to live"]
    assert [group.lane for group in page.lanes] == ["emergency", "urgent", "operational", "routine"]


def test_without_an_approved_protocol_the_page_says_what_that_means(desk: Desk) -> None:
    no_protocol_holds()
    words = said(desk.get(desk.universe.alice, "desk:protocol"))
    assert "No protocol is in force: nothing can be booked" in words


def test_the_gallery_is_for_people_of_the_desk(desk: Desk) -> None:
    assert "Parts of the desk" in said(desk.get(desk.universe.alice, "desk:gallery"))
    assert desk.get(desk.universe.pat, "desk:gallery").status_code == 403


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (15, "15 minutes"), (60, "1 hour"), (90, "1 hour 30 minutes"), (240, "4 hours")],
)
def test_a_clock_in_words(minutes: int, words: str) -> None:
    assert clock_words(minutes) == words


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        (Conditions(), ""),
        (Conditions(age_under=1), "under 1 year"),
        (Conditions(age_from=65, pregnant=True), "65 years or older; pregnant"),
        (Conditions(days_since_procedure_to=14), "a procedure in the last 14 days"),
        (Conditions(flags=frozenset({"b", "a"})), "flagged a, b"),
    ],
)
def test_conditions_in_words(conditions: Conditions, words: str) -> None:
    assert condition_words(conditions) == words
