"""Twenty thousand requests with something wrong with them: never a failure, never what is another's, always FHIR.

Some hundred in the ordinary run, all with FRONTDESK_FULL_PROOFS=1. The seed of each part is its number; a fault is told
with the number of the request in it.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from random import Random

import pytest
from django.test import Client as Browser

from tests.desk.support import undone
from tests.gateway.fhir.fuzz.judge import faults
from tests.gateway.fhir.fuzz.mutations import mutated
from tests.gateway.fhir.fuzz.scene import CANARY, Scene, build
from tests.gateway.fhir.fuzz.seeds import seeds
from tests.gateway.fhir.support import Clock
from tests.universe import Universe

pytestmark = pytest.mark.django_db
FULL = bool(os.environ.get("FRONTDESK_FULL_PROOFS"))
PARTS, EACH = (20, 1000) if FULL else (2, 90)


@pytest.fixture
def scene(universe: Universe, clock: Clock) -> Scene:
    return build(universe)


def test_what_is_good_is_answered(scene: Scene) -> None:
    """Otherwise the proof below would prove nothing."""
    browser, wrong = Browser(raise_request_exception=False), []
    for one in seeds(scene):
        with undone():
            answer = one.send(browser)
            told = [*faults(one, answer, scene)]
            if answer.status_code != one.expected:
                told.append(f"{answer.status_code}, not {one.expected}: {answer.content[:300]!r}")
        wrong += [f"{fault}\n    {one}" for fault in told]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_is_sent(part: int, scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    chance, good = Random(part), seeds(scene)
    browser, wrong, met = Browser(raise_request_exception=False), [], Counter[int]()
    with caplog.at_level(logging.DEBUG):
        for number in range(EACH):
            one = mutated(chance.choice(good), chance, scene.foreign)
            with undone():
                answer = one.send(browser)
                found = [*faults(one, answer, scene)]
            met[answer.status_code] += 1
            wrong += [f"seed {part}, request {number}: {fault}\n    {one}" for fault in found]
        logged = caplog.text
    assert not wrong, "\n".join(wrong)
    assert {200, 400, 404, 405} <= set(met), met
    for secret in (CANARY, scene.machine.token, "Okafor", "Nilsson"):
        assert secret not in logged
