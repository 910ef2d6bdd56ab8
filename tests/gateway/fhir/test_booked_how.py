"""What a program booked says so, whichever way it was booked; what the desk booked says that."""

from __future__ import annotations

from typing import Any

import pytest

from frontdesk.book.models import Appointment
from tests.desk.support import Desk, said
from tests.gateway.fhir.machine import TOMORROW, Machine, participants
from tests.universe import Universe, at

pytestmark = pytest.mark.django_db


def how(visit: dict[str, Any]) -> str:
    return Appointment.objects.get(pk=visit["id"]).booked_how


def test_out_of_a_hold_and_straight_away(booker: Machine, universe: Universe) -> None:
    straight = booker.booked(universe.ben)
    held = booker.hold(booker.offered(universe.dora)["id"]).one
    out_of_hold = booker.book(held["id"]).one
    assert (how(straight), how(out_of_hold)) == ("partner", "partner")


def test_as_a_new_resource_and_after_a_move(booker: Machine, universe: Universe) -> None:
    refs = (
        f"Patient/{universe.ben.pk}",
        f"Practitioner/{universe.dr_carol.pk}",
        f"Location/{universe.main.pk}",
    )
    body = {
        "resourceType": "Appointment", "status": "booked", "start": at(9, day=TOMORROW).isoformat(),
        "serviceType": [{"coding": [{"code": "follow-up"}]}], "participant": participants(*refs),
    }  # fmt: skip
    made = booker.send("POST", "Appointment", body)
    assert (made.status, how(made.one)) == (201, "partner")
    start = {"op": "replace", "path": "/start", "value": at(11, day=TOMORROW).isoformat()}
    moved = booker.send("PATCH", f"Appointment/{made.one['id']}", [start], kind="application/json-patch+json")
    assert (moved.status, moved.one["start"][:16], how(moved.one)) == (200, "2026-03-04T16:00", "partner")


def test_what_the_desk_booked_stays_the_desks_after_a_program_moved_it(
    booker: Machine, universe: Universe
) -> None:
    visit = universe.book(at(11, day=TOMORROW))
    start = {"op": "replace", "path": "/start", "value": at(13, day=TOMORROW).isoformat()}
    moved = booker.send("PATCH", f"Appointment/{visit.pk}", [start], kind="application/json-patch+json")
    assert (moved.status, how(moved.one)) == (200, "desk")


def test_the_drawer_says_so(booker: Machine, universe: Universe, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, ours = booker.booked(universe.ben)["id"], universe.book(at(11, day=TOMORROW)).pk
    desk = Desk(universe, monkeypatch)
    shown = [
        said(desk.get(universe.bob, "desk:calendar", day=TOMORROW.isoformat(), visit=pk))
        for pk in (theirs, ours)
    ]
    assert f"{booker.user.name}, another system" in shown[0]
    assert "another system" not in shown[1]
