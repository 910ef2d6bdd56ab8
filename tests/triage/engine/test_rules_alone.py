"""The starter's rules without the second reader: what they must leave alone, and what they must see by themselves."""

import pytest

from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.engine.protocol import Protocol, read_protocol
from frontdesk.triage.engine.screen import screen
from tests.triage.engine.quiet_examples import EMERGENCY, QUIET, URGENT
from tests.triage.engine.small import phrases_alone


@pytest.fixture(scope="module")
def rules_alone() -> Protocol:
    return read_protocol(phrases_alone())


@pytest.mark.parametrize("text", QUIET)
def test_no_false_alarm(rules_alone: Protocol, text: str) -> None:
    screening = screen(text, protocol=rules_alone)
    assert screening.lane in {Lane.ROUTINE, Lane.OPERATIONAL}, screening.matches


@pytest.mark.parametrize("text", EMERGENCY)
def test_an_emergency_said_another_way(rules_alone: Protocol, text: str) -> None:
    assert screen(text, protocol=rules_alone).lane is Lane.EMERGENCY


@pytest.mark.parametrize("text", URGENT)
def test_something_urgent_said_another_way(rules_alone: Protocol, text: str) -> None:
    screening = screen(text, protocol=rules_alone)
    assert screening.lane in {Lane.URGENT, Lane.EMERGENCY}, screening.matches
