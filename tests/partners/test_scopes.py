"""Scopes of both versions of SMART, and what is granted of what is asked."""

from __future__ import annotations

import pytest

from frontdesk.partners.engine.scopes import allows, answer, held, meet

MAY = ("system/Appointment.cruds", "system/Patient.rs")


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("system/Appointment.read", ["system/Appointment.rs"]),
        ("system/Appointment.write", ["system/Appointment.cud"]),
        ("system/Appointment.*", ["system/Appointment.cruds"]),
        ("system/Appointment.rs system/Appointment.c", ["system/Appointment.crs"]),
        ("system/Patient.cruds", ["system/Patient.rs"]),
        ("system/Patient.write", []),
        ("system/*.read", ["system/Appointment.rs", "system/Patient.rs"]),
        ("system/*.cruds", ["system/Appointment.cruds", "system/Patient.rs"]),
        ("system/Slot.rs", []),
        ("system/Observation.rs", []),
        ("patient/Appointment.rs user/Appointment.rs openid launch", []),
        (
            "system/Appointment.sr system/Appointment. system/Appointment system/Appointment.rs?status=booked",
            [],
        ),
        ("SYSTEM/Appointment.rs system/appointment.rs system/Appointment.RS", []),
        ("", []),
    ],
)
def test_granted_is_what_is_both_asked_and_registered(asked: str, granted: list[str]) -> None:
    assert list(meet(asked, MAY)) == granted


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("system/Appointment.read", "system/Appointment.read"),
        ("system/Appointment.read system/Slot.rs", "system/Appointment.read"),
        ("system/*.rs", "system/Appointment.rs system/Patient.rs"),
        ("system/Patient.*", "system/Patient.rs"),
        ("system/Patient.read system/Patient.*", "system/Patient.read"),
    ],
)
def test_the_answer_speaks_as_it_was_asked_where_that_says_the_same(asked: str, said: str) -> None:
    assert answer(asked, meet(asked, MAY)) == said


def test_the_answer_never_names_more_than_is_granted() -> None:
    for asked in ("system/*.cruds", "system/Appointment.write system/Patient.cruds", "system/Patient.*"):
        granted = meet(asked, MAY)
        assert held(answer(asked, granted).split()) == held(granted)


def test_a_right_is_one_letter_of_one_type() -> None:
    token = frozenset(meet("system/Appointment.rs", MAY))
    assert allows(token, "Appointment", "r") and allows(token, "Appointment", "s")
    assert not any(allows(token, "Appointment", one) for one in "cud")
    assert not allows(token, "Patient", "r")


def test_a_flood_of_scopes_is_read_no_further() -> None:
    assert meet("x " * 1000 + "system/Appointment.rs", MAY) == ()
