"""A random day of actions, and then the days that are searched are what sessions and claims make them.

Ten thousand take some minutes; FRONTDESK_RANDOM_DAY says how many are done, and without it a fifth of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from random import Random

import pytest

from frontdesk.book.models import Appointment, Claim
from tests.factories.soundness import faults
from tests.factories.stage import Hands, build
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db

ACTIONS = int(os.environ.get("FRONTDESK_RANDOM_DAY", "500"))
DAYS, TICKS = 9, 42  # the days that are open; tens of minutes from 10:00 to 17:00


def _choices(hands: Hands, chance: Random) -> dict[Callable[[], None], int]:
    """What may be done, and how often beside the others."""

    def number() -> int:
        return chance.randrange(10_000)

    def start() -> datetime:
        return hands.start(chance.randrange(DAYS), chance.randrange(TICKS))

    return {
        lambda: hands.hold(number(), number(), number(), start()): 20,
        lambda: hands.hold_and_book(number(), number(), number(), start()): 14,
        lambda: hands.first_available(number(), start()): 2,
        lambda: hands.overbook(number(), start()): 3,
        lambda: hands.book(number()): 8,
        lambda: hands.let_go(number()): 12,
        hands.sweep: 6,
        lambda: hands.move(number(), start()): 10,
        lambda: hands.move_and_change(number(), number(), number(), start()): 4,
        lambda: hands.cancel(number(), stale=number() % 5 == 0): 14,
        lambda: hands.undo(number()): 4,
        lambda: hands.miss(number()): 1,
        lambda: hands.block(number(), start(), chance.choice([20, 60, 600])): 1,
        lambda: hands.lift(number()): 1,
        lambda: hands.remake(chance.randrange(DAYS)): 1,
    }


def test_after_a_day_of_random_actions_the_days_are_what_the_claims_make_them(universe: Universe) -> None:
    chance = Random(10_000)
    hands = Hands(build(universe, people=60), watchful=False)
    choices = _choices(hands, chance)
    for step, act in enumerate(chance.choices(list(choices), weights=list(choices.values()), k=ACTIONS), 1):
        act()
        if step % (ACTIONS // 5) == 0:
            hands.wait(11)
    assert faults(now=NOW) == []
    assert hands.done.total() > ACTIONS // 4, hands.done
    assert Appointment.objects.count() == hands.booked > ACTIONS // 20
    assert Claim.objects.exclude(released_at=None).exists()
