"""The starter protocol against several hundred things that callers might say."""

import pytest

from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.engine.protocol import Protocol, read_protocol
from frontdesk.triage.engine.screen import Context, screen
from frontdesk.triage.starter import read_starter
from tests.triage.engine.examples import CLINICIAN, EXAMPLES, NOT_RAISED, Example
from tests.triage.engine.more_examples import MORE

WANTED = {
    CLINICIAN: {Lane.EMERGENCY, Lane.URGENT},
    NOT_RAISED: {Lane.OPERATIONAL, Lane.ROUTINE},
    **{lane.value: {lane} for lane in Lane},
}
# What the words alone do not get right yet. Each is a false alarm, none is a missed emergency.
KNOWN_FALSE_ALARMS = [
    "My roommate's mom overdosed, another clinic sees to it, I only need my own refill",
    "the wait time on this line is insane, I've been choking on hold music",
]


@pytest.fixture(scope="module")
def starter() -> Protocol:
    return read_protocol(read_starter())


@pytest.mark.parametrize("example", [*EXAMPLES, *MORE], ids=lambda example: example[0][:60])
def test_the_words_lead_to_their_lane(starter: Protocol, example: Example) -> None:
    text, wanted, context = example
    screening = screen(text, protocol=starter, context=context)
    assert screening.lane in WANTED[wanted], screening.matches


@pytest.mark.parametrize("text", KNOWN_FALSE_ALARMS)
@pytest.mark.xfail(strict=True, reason="a third person elsewhere and a joke are not yet told from a patient")
def test_known_false_alarms(starter: Protocol, text: str) -> None:
    assert screen(text, protocol=starter).lane is Lane.ROUTINE


SCENARIOS = [
    ("EA-01", "My chest hurts and I'm sweating", Context()),
    ("EA-02", "his breathing is getting worse by the hour", Context()),
    ("EA-03", "her mouth is drooping and her arm went numb", Context()),
    ("EA-04", "after the peanut her tongue swelled up and she has trouble breathing", Context()),
    ("EA-05", "there is a lot of bleeding", Context(days_since_procedure=2)),
    ("EA-06", "I have a fever of 101.5", Context(days_since_procedure=2)),
    ("EA-07", "I get itchy since I started the new medicine", Context()),
    ("EA-08", "her asthma is worse tonight", Context()),
    ("EA-09", "vomiting all day and so weak I can't get up", Context()),
    ("EA-10", "she has a rash and a fever", Context(age=3)),
    ("EA-11", "some spotting and cramps", Context(pregnant=True)),
    ("EA-12", "I have a wound on my foot that smells", Context(flags=frozenset({"Diabetes"}))),
    ("EA-13", "I want to die", Context()),
    ("EA-14", "I was discharged from the hospital yesterday", Context()),
    ("EA-15", "the lab called, critical potassium", Context()),
    ("EA-16", "the surgeon's office never got my records for the urgent referral", Context()),
    ("EA-17", "we need an interpreter for this visit", Context()),
    ("EA-18", "Dr. Voss called out sick this morning", Context()),
    ("EA-19", "the system is down at the whole clinic", Context()),
    ("EA-22", "I want my form signed today", Context()),
    ("EA-23", "the prior authorization is still pending and chemo is on Monday", Context()),
    ("EA-24", "I have no ride to my appointment", Context()),
    ("EA-25", "they booked me with the wrong specialist", Context()),
]


@pytest.mark.parametrize(("scenario", "text", "context"), SCENARIOS)
def test_a_scenario_of_the_catalogue_is_named(
    starter: Protocol, scenario: str, text: str, context: Context
) -> None:
    found = {match.scenario for match in screen(text, protocol=starter, context=context).matches}
    assert scenario in found


def test_the_worst_match_stands_first_and_shows_the_words(starter: Protocol) -> None:
    text = "Fever since Monday, vomiting all night, and now my CHEST really hurts!"
    screening = screen(text, protocol=starter)
    assert screening.rule is not None
    assert (screening.rule.rule, screening.rule.lane) == ("1.1", Lane.EMERGENCY)
    assert screening.rule.words == "CHEST really hurts"
    assert {match.lane for match in screening.matches[1:]} <= {Lane.EMERGENCY, Lane.URGENT}
    assert screening.matches[-1].lane is Lane.URGENT


def test_a_message_of_both_a_paper_and_a_symptom_goes_by_the_symptom(starter: Protocol) -> None:
    text = "I need this form signed today, and by the way my left arm and jaw ache and I'm clammy"
    assert screen(text, protocol=starter).lane is Lane.EMERGENCY


@pytest.mark.parametrize(
    ("kind", "lane"),
    [
        ("symptom", Lane.ROUTINE),
        ("post_discharge", Lane.ROUTINE),
        ("medication", Lane.ROUTINE),
        ("provider_add_on", Lane.OPERATIONAL),
        ("operational_failure", Lane.OPERATIONAL),
        ("routine", Lane.ROUTINE),
        ("unheard of", Lane.ROUTINE),
    ],
)
def test_a_kind_of_request_has_a_least_lane(starter: Protocol, kind: str, lane: Lane) -> None:
    quiet = screen("hello there", protocol=starter, context=Context(kind=kind))
    loud = screen("I have chest pain", protocol=starter, context=Context(kind=kind))
    assert (quiet.lane, quiet.rule) == (lane, None)
    assert loud.lane is Lane.EMERGENCY


def test_every_rule_of_the_starter_is_ready_for_work(starter: Protocol) -> None:
    for rule in starter.rules:
        script = starter.script(rule.script)
        assert script is not None
        assert "reported_words" in rule.documentation
        if rule.lane is Lane.EMERGENCY:
            assert rule.clock_minutes <= 5
            assert rule.script in {"emergency", "stroke", "crisis"}
            assert {step.asks_for for step in script.steps} >= {"address", "accepted_by", "caller_told"}


def test_crisis_has_a_path_of_its_own(starter: Protocol) -> None:
    match = screen("I don't want to live anymore", protocol=starter).rule
    assert match is not None
    rule = starter.rule(match.rule)
    assert rule is not None
    assert (rule.script, rule.target) == ("crisis", "crisis_clinician")


def test_the_starter_is_plain_data_that_json_can_hold() -> None:
    import json

    content = read_starter()
    assert json.loads(json.dumps(content)) == content
