"""Each of the 28 rows, in each language in which it is said, lived through the pages of the product."""

from __future__ import annotations

import copy
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from frontdesk.people.models import Patient
from frontdesk.triage.models import EscalationStep, Request
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.rules import script_of
from frontdesk.work.models import Task
from tests.triage.emergency_appointments import (  # noqa: F401  they name themselves
    sentences,
    sentences_booking,
    sentences_counter,
    sentences_operations,
)
from tests.triage.emergency_appointments.scene import furnish
from tests.triage.emergency_appointments.story import Story, tell
from tests.triage.emergency_appointments.table import IDS, Row, read
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db
ROWS = read()
CALLS = [(row, language, words) for row in ROWS for language, words in row.calls]


def test_all_28_are_there_once_and_in_order() -> None:
    assert tuple(row.id for row in ROWS) == IDS


def test_a_row_says_what_happens_or_what_is_not_built() -> None:
    assert not [row.id for row in ROWS if not row.then and not row.not_yet]
    assert not [row.id for row in ROWS if not row.english]


def test_every_call_is_told_in_spanish_too() -> None:
    """What a colleague says at the desk is English; what callers say is said in both."""
    assert not [row.id for row in ROWS if row.comes == "calls" and not row.spanish]


def test_what_is_not_built_is_known() -> None:
    """They wait for rooms that are not built: repair, downtime, freed time, authorizations, add-ons."""
    assert [row.id for row in ROWS if row.not_yet] == ["EA-18", "EA-19", "EA-21", "EA-23", "EA-28"]


@pytest.fixture(scope="module")
def _module_callers(
    _module_universe: Universe | None, django_db_blocker: DjangoDbBlocker
) -> dict[str, Patient]:
    """The clinic of the table, furnished once in the transaction of its universe; each row rolls back to it."""
    assert _module_universe is not None
    with django_db_blocker.unblock():
        return furnish(_module_universe)


@pytest.mark.parametrize(
    ("row", "language", "words"), CALLS, ids=[f"{row.id} {language}" for row, language, _ in CALLS]
)
def test_row(
    row: Row,
    language: str,
    words: str,
    _module_callers: dict[str, Patient],
    universe: Universe,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "STATIC_ROOT", tmp_path)
    story = Story(row, language, universe, copy.deepcopy(_module_callers), monkeypatch)
    story.take_the_call(words)
    _it_is_recognised(story, row)
    _somebody_is_asked(story, row)
    if language == "English" or os.environ.get("FRONTDESK_FULL_PROOFS"):
        _it_is_seen_by(story, row)
        _this_is_missing(story, row)
        _it_goes_on(story, row)


def _it_goes_on(story: Story, row: Row) -> None:
    """Who sees it and what happens next do not hang on the language of the words: the ordinary run tells them once."""
    for line in row.then:
        tell(story, line)
    if row.ends:
        _it_ends(story, row)


def _it_is_recognised(story: Story, row: Row) -> None:
    request, page = story.request, story.page()
    script = script_of(request, in_force(now=NOW, request=request))
    assert (request.lane, request.rule_title) == (row.lane, row.rule)
    assert (script.title if script else "") == row.script
    assert row.lane.upper() in page.text
    by_kind = request.lane_changes.filter(reason="The kind of request").exists()
    assert not row.rule or by_kind or row.rule in page.text
    assert row.lane != "emergency" or row.script in page.text


def _somebody_is_asked(story: Story, row: Row) -> None:
    """A clinician by a handoff with a clock; somebody of the desk by a task."""
    request = story.request
    steps = EscalationStep.objects.filter(handoff__request=request, ended_at=None).order_by("pk")
    asked = [one.words for one in steps]
    tasks = Task.objects.open().filter(about_kind="request", about_ref=request.pk)
    assert row.asked in asked if row.asked else not asked, asked
    assert row.queue in {one.get_queue_display() for one in tasks} if row.queue else not tasks, tasks
    due = [one.due_at for one in steps if one.words == row.asked] + [
        one.due_at for one in tasks if not row.asked
    ]
    minutes = {int((at - NOW).total_seconds() // 60) for at in due if at}
    assert minutes == ({row.within_minutes} if row.within_minutes else set())


def _it_is_seen_by(story: Story, row: Row) -> None:
    url = reverse("desk:request", args=[story.request.pk])
    for who in row.seen_by:
        assert url in story.look(who, reverse("desk:queues")).links, f"{who} does not see it in the queues"
        story.look(who, url)
    for who in row.hidden_from:
        assert url not in story.look(who, reverse("desk:queues")).links, f"{who} sees it in the queues"
        story.look(who, url, status=404)


def _this_is_missing(story: Story, row: Row) -> None:
    """What the page lists as missing just after the call; other rules that the words met may ask for more."""
    html = story.page().html
    foot = html.partition('id="foot"')[2].partition("</ul>")[0]
    missing = [part.partition("</li>")[0] for part in foot.split("Missing: </span>")[1:]]
    assert [one for one in missing if one in row.before_closing] == row.before_closing, missing


def _it_ends(story: Story, row: Row) -> None:
    assert story.request.is_open
    answer = story.send("Alice", story.page(), story.url("request-close"), outcome=row.ends)
    assert answer.status_code == 302, "it cannot be closed: " + story.page().text[-900:]
    request = Request.objects.get(pk=story.request.pk)
    assert request.get_outcome_display() == row.ends
    trail = story.look("Bob", story.url("trail")).text
    assert "Request closed" in trail
