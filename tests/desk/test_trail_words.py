"""Whatever can stand in a request's trail is said in words, never as a bare record."""

from __future__ import annotations

import dataclasses

import pytest
from django.utils import timezone

from frontdesk.book.actions import cancels
from frontdesk.book.facts_choice import VisitTypeChosen
from frontdesk.config.wiring import REACTIONS, UNHEARD
from frontdesk.daybook.facts import Fact
from frontdesk.daybook.record import record
from frontdesk.triage.models import Request
from frontdesk.triage.queries.trail import WORDS, trail
from frontdesk.work.actions import tasks
from frontdesk.work.models import Queue, Task
from tests.desk.support import Desk, said
from tests.universe import NOW, ZONE, Universe, at

pytestmark = pytest.mark.django_db


def reaches_a_trail(fact: type[Fact]) -> bool:
    return any(field.name == "request_id" for field in dataclasses.fields(fact))


def lines(request: Request) -> list[tuple[str, ...]]:
    with timezone.override(ZONE):
        return [(line.what, *line.details) for line in trail(request)]


def test_every_fact_that_can_reach_a_trail_has_words() -> None:
    reaching = {fact.kind() for fact in {*REACTIONS, *UNHEARD} if reaches_a_trail(fact)}
    assert "VisitTypeChosen" in reaching
    assert reaching == set(WORDS)


def test_another_visit_type_than_the_guide_suggested_is_said_with_the_reason(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready()
    fact = VisitTypeChosen(request_id=request.pk, suggested="Follow-up", chosen="Skin check")
    record(fact, by=cast.alice, now=NOW, because="She found a new mole")
    text = said(desk.get(cast.alice, "desk:trail", request.pk))
    for words in ("Visit type chosen: Skin check", "The guide suggested: Follow-up", "She found a new mole"):
        assert words in text


def test_what_becomes_of_the_visit_is_said(universe: Universe) -> None:
    request = universe.ready()
    visit = universe.book(at(11), request=request)
    cancels.cancel(
        visit=visit,
        why="patient-ill",
        note="",
        version=visit.version,
        key="trail",
        by=universe.alice,
        now=NOW,
    )
    visit.refresh_from_db()
    cancels.undo(visit=visit, version=visit.version, by=universe.alice, now=NOW)
    found = lines(request)
    assert ("Visit cancelled late", "Tue 03 Mar 2026, 11:00") in found
    assert ("Visit stands again", "Tue 03 Mar 2026, 11:00", "It was marked: cancelled") in found


def test_a_task_is_said_with_its_queue_and_its_owner(universe: Universe) -> None:
    request = universe.ready()
    about = ("request", request.pk)
    task = tasks.open_task(
        queue=Queue.DESK,
        title="Call back",
        about=about,
        site=universe.main,
        due_at=at(12),
        by=universe.alice,
        now=NOW,
    )
    tasks.claim(task=Task.objects.get(pk=task.pk), by=universe.alice, now=NOW)
    found = lines(request)
    assert ("Task opened: Front desk", "Due Tue 03 Mar 2026, 12:00") in found
    assert (f"Task taken by {universe.alice.name}",) in found
