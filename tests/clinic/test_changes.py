"""What is remembered about the clinic may never be older than the clinic."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from frontdesk.book.queries import supply
from frontdesk.clinic.models import Resource, Segment, SlotClass, VisitLength, VisitType
from frontdesk.clinic.queries.changes import marks
from tests.universe import Universe

pytestmark = pytest.mark.django_db

WATCHED = """
    SELECT event_object_table, count(*) FROM information_schema.triggers
    WHERE trigger_name = 'mark_change' GROUP BY 1
"""


def test_every_table_that_is_remembered_is_watched() -> None:
    read = set(re.findall(r"(?:FROM|JOIN) (clinic_\w+)", supply._SUPPLY))
    with connection.cursor() as cursor:
        cursor.execute(WATCHED)
        watched = dict(cursor.fetchall())
    assert read <= set(watched)
    assert set(watched.values()) == {3}  # insert, update, delete


def _add_length(here: Universe) -> None:
    VisitLength.objects.create(visit_type=here.follow_up, provider=here.dr_carol, minutes=45)


def _add_segment(here: Universe) -> None:
    Segment.objects.create(visit_type=here.follow_up, kind="provider", offset=0, minutes=30, leads=True)


def _add_class(here: Universe) -> None:
    SlotClass.objects.create(code="kept", name="Kept").visit_types.add(here.follow_up)


CHANGES: list[Callable[[Universe], Any]] = [
    lambda here: Resource.objects.filter(pk=here.exam_1.pk).update(active=False),
    lambda here: here.exam_1.delete(),
    lambda here: here.marisol.save(),
    lambda here: VisitType.objects.filter(pk=here.follow_up.pk).update(room_type="procedure"),
    _add_length,
    _add_segment,
    _add_class,
]


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_leaves_a_mark(change: Callable[[Universe], Any], universe: Universe) -> None:
    before = marks()
    assert marks() == before
    change(universe)
    assert marks() != before


def test_a_change_that_is_taken_back_leaves_none_and_no_other_change_has_its_mark(universe: Universe) -> None:
    before, seen = marks(), set()
    for _ in range(3):
        with transaction.atomic():
            Resource.objects.filter(pk=universe.exam_1.pk).update(active=False)
            seen.add(marks())
            transaction.set_rollback(True)
        assert marks() == before
    assert len(seen) == 3
    assert before not in seen


def test_old_marks_go_and_the_state_stays_another(universe: Universe) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM clinic_change")  # those of tests before that committed
    room = Resource.objects.filter(pk=universe.exam_1.pk)
    room.update(active=False)
    room.update(active=True)
    before = marks()
    assert before[1] == 2
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clinic_change SET at = at - interval '2 days'")
    room.update(active=False)
    after = marks()
    assert after != before
    assert after[1] == 1  # only the new one is left
