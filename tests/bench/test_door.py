"""The parts of the door's bench that decide what is measured; how long things take is never asserted."""

from __future__ import annotations

import json
from typing import Any

from bench import door
from bench.hard import LAST, OPENS, SHARE, _taken
from bench.served import Spent


def _proposal(start: str, end: str) -> dict[str, Any]:
    return {"start": f"2027-01-12T{start}:00Z", "end": f"2027-01-12T{end}:00Z", "participant": []}


EARLY, BETWEEN, LATE = _proposal("14:00", "14:30"), _proposal("14:15", "14:45"), _proposal("14:30", "15:00")


def test_bookings_of_one_client_are_not_in_each_others_way() -> None:
    assert list(door._apart([EARLY, BETWEEN, LATE])) == [EARLY, LATE]


def test_a_race_is_for_one_time_or_for_two_that_overlap() -> None:
    assert door._one_time([EARLY, LATE]) == [EARLY]
    assert door._overlapping([EARLY, BETWEEN, LATE]) == [EARLY, BETWEEN]
    assert door._overlapping([EARLY, LATE]) == []


def test_a_refusal_is_counted_by_its_code() -> None:
    issue = {"details": {"coding": [{"code": "TIME_TAKEN"}]}}
    body = {"entry": [{"resource": {"issue": [issue]}}]}
    assert door._why(409, json.dumps(body).encode()) == "TIME_TAKEN"
    assert door._why(500, b"<html>") == "HTTP 500"


def test_an_order_names_its_patient_first() -> None:
    (part,) = door._order(EARLY, 7)["parameter"]
    assert part["resource"]["participant"][0]["actor"] == {"reference": "Patient/7"}


def test_the_hard_case_is_full_but_for_its_last_days() -> None:
    taken = _taken(20, 60)
    full = [len(starts) for day in taken[:-LAST] for starts in day]
    last = [len(starts) for day in taken[-LAST:] for starts in day]
    assert set(full) == {16}
    assert taken[0][0][0] == OPENS
    assert abs(sum(last) / len(last) / 16 - SHARE) < 0.05


def test_time_that_was_spent_is_a_difference() -> None:
    assert Spent(3, 2, 1).since(Spent(1, 1, 1)) == Spent(2, 1, 0)
