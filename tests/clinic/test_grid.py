"""The protection grid: one reader for the search, the moves, the audits and the printed page."""

from __future__ import annotations

from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from frontdesk.accounts.permissions import Role
from frontdesk.clinic.choices import Audience, Modality, Moves
from frontdesk.clinic.models import SlotClass, VisitType
from frontdesk.clinic.queries.grid import grid, row_of, words_for_release
from tests.factories.settings import slot_class
from tests.universe import Universe

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("days", "at", "words"),
    [
        (None, None, "Only by hand"),
        (0, time(7, 30), "07:30 on the day"),
        (1, time(12), "12:00 the day before"),
        (3, time(16), "16:00 3 days before"),
    ],
)
def test_when_it_is_released(days: int | None, at: time | None, words: str) -> None:
    assert words_for_release(SlotClass(release_days=days, release_at=at)) == words


def test_a_row_says_all_that_the_grid_says(universe: Universe) -> None:
    VisitType.objects.filter(pk=universe.same_day.pk).update(
        moves=Moves.APPROVED, moves_because="It is urgent.", converts_to=["video"], kept_only=True
    )
    slot_class("urgent", "Same-day urgent", universe.same_day, by_direction=True, audience=Audience.NEW,
               modalities=["video"], released_by=Role.NURSE)  # fmt: skip
    slot_class("old", "Old", universe.same_day, active=False)
    row = row_of(universe.same_day)
    assert (row.code, row.specialty, row.modality) == ("same-day", "Primary care", Modality.IN_PERSON)
    assert (row.moves, row.moves_because, row.may_move_without_asking) == (
        Moves.APPROVED,
        "It is urgent.",
        False,
    )
    assert row.converts_to == (Modality.VIDEO,)
    assert (row.kept_only, row.is_protected) == (True, True)
    (kept,) = row.kept
    assert (kept.name, kept.by_direction, kept.released) == ("Same-day urgent", True, "12:00 the day before")
    assert (kept.released_by, kept.limits) == (Role.NURSE, "new patients, video only")


def test_what_is_kept_for_nothing_moves_freely(universe: Universe) -> None:
    row = row_of(universe.follow_up)
    assert (row.kept, row.is_protected, row.may_move_without_asking) == ((), False, True)


def test_the_whole_grid_in_order_with_a_fixed_number_of_queries(universe: Universe) -> None:
    VisitType.objects.filter(pk=universe.phone_call.pk).update(active=False)
    with CaptureQueriesContext(connection) as queries:
        rows = grid()
    assert [one.code for one in rows] == ["skin-check", "follow-up", "same-day"]
    assert len(queries) <= 3
    assert [one.code for one in grid(specialty="skin")] == ["skin-check"]


def test_limits_are_empty_where_there_are_none(universe: Universe) -> None:
    slot_class("free", "Any", universe.follow_up)
    assert row_of(universe.follow_up).kept[0].limits == ""
