"""What happened at the counter and on the telephone, in the words of a trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

Facts = Mapping[str, Any]
Said = tuple[str, list[str], list[str]]


def _clock(moment: str) -> str:
    """In the zone of the page (the request's site); the view has activated it."""
    return f"{timezone.localtime(datetime.fromisoformat(moment)):%H:%M}"


def _arrived(facts: Facts) -> Said:
    others = facts["waiting"] - 1
    rows = [f"{others} {'other waits' if others == 1 else 'others wait'} there"]
    return f"Came to the counter at {facts['site']}, {_clock(facts['arrived_at'])}", rows, []


def _tier(facts: Facts) -> Said:
    was = f"from {facts['was']} to" if facts["was"] else "to"
    rows = [f"Place {_place(facts, 'before')} before, {_place(facts, 'after')} after"]
    rows += [f"{name}: {_order(facts[key])}" for name, key in (("Before", "before"), ("After", "after"))]
    return f"Tier set {was} {facts['became']}", rows, []


def _place(facts: Facts, when: str) -> str:
    order = facts[when]
    return (
        f"{order.index(facts['request_id']) + 1} of {len(order)}" if facts["request_id"] in order else "none"
    )


def _order(requests: list[int]) -> str:
    return "requests " + ", ".join(str(one) for one in requests)


def _left(facts: Facts) -> Said:
    rows = [f"Was in place {facts['place']} of {facts['waiting']}", facts["note"]]
    return f"The waiting ended: {facts['how'].lower()}", [row for row in rows if row], []


def _late(facts: Facts) -> Said:
    return f"Came {facts['minutes_late']} minutes late, at {_clock(facts['arrived_at'])}", [], []


def _late_answer(facts: Facts) -> Said:
    can = "can" if facts["feasible"] else "cannot"
    return f"The provider’s team: it {can} be done", [], [facts["words"]] if facts["words"] else []


def _late_end(facts: Facts) -> Said:
    rows = [f"Came at {_clock(facts['arrived_at'])}", facts["note"]]
    return f"Late arrival settled: {facts['disposition'].lower()}", [row for row in rows if row], []


def _offered(facts: Facts) -> Said:
    taken = "the caller took it" if facts["taken"] else "not taken"
    return f"Offered instead: {facts['words']}", [taken.capitalize()], []


def _contact(facts: Facts) -> Said:
    until = f" to {_clock(facts['ended_at'])}" if facts["ended_at"] else ""
    rows = [f"{_clock(facts['began_at'])}{until}"]
    return f"{facts['how']}: {facts['end'].lower()}", rows, [facts["said"]] if facts["said"] else []


COUNTER_WORDS: Mapping[str, Callable[[Facts], Said]] = {
    "WalkInArrived": _arrived,
    "WalkInTierSet": _tier,
    "WalkInLeft": _left,
    "LateArrivalRecorded": _late,
    "LateArrivalAnswered": _late_answer,
    "LateArrivalApproved": lambda _: ("Squeezing in approved", [], []),
    "LateArrivalSettled": _late_end,
    "AlternativeOffered": _offered,
    "ContactLogged": _contact,
}
