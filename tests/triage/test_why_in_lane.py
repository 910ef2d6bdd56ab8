"""The sentence that says why a request is in its lane: the rule that was met, also where it was met afterwards."""

from __future__ import annotations

import pytest

from frontdesk.triage.actions import lanes, requests, words
from frontdesk.triage.models import Request
from frontdesk.triage.queries.why_in_lane import why_in_lane
from tests.factories.protocol import FEVER, VOMITING
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db
PAPERS_MISSING = "The referral never arrived and the visit is tomorrow"


def typed(universe: Universe, request: Request, text: str) -> Request:
    return words.type_words(request=request, text=text, by=universe.alice, now=NOW)


def test_nothing_has_set_it(universe: Universe) -> None:
    assert why_in_lane(universe.request()) == ""


def test_the_rule_that_set_it_with_the_caller_s_words(universe: Universe) -> None:
    assert why_in_lane(typed(universe, universe.request(), FEVER)) == "Rule U1, Fever: “fever”"


def test_a_rule_met_after_the_kind_had_set_the_lane_stands_in_its_place(universe: Universe) -> None:
    universe.use_starter()
    request = requests.save_field(
        request=universe.request(), field="kind", value="operational_failure", by=universe.alice, now=NOW
    )
    assert why_in_lane(request) == "The kind of request"
    request = typed(universe, request, PAPERS_MISSING)
    assert (request.lane, bool(request.rule_code)) == ("operational", True)
    said = why_in_lane(request)
    assert said.startswith(f"Rule {request.rule_code}, {request.rule_title}: “")
    assert "The kind of request" not in said


def test_a_rule_met_after_a_person_raised_it_stands_beside_the_reason(universe: Universe) -> None:
    request = lanes.raise_lane(
        request=universe.request(), to="urgent", reason="He sounds faint", by=universe.alice, now=NOW
    )
    assert why_in_lane(request) == "He sounds faint"
    request = typed(universe, request, VOMITING)
    assert why_in_lane(request) == "He sounds faint. Then the words met rule U2, Vomiting: “vomiting”"


def test_after_a_clinician_lowered_it_her_reason_alone(universe: Universe) -> None:
    request = typed(universe, universe.request(), FEVER)
    request = lanes.lower_lane(request=request, to="routine", reason="No fever", by=universe.bob, now=NOW)
    assert why_in_lane(request) == "No fever"
