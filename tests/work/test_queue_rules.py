"""Setting how a queue is kept, and finding out where nobody answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.accounts.permissions import Role
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.work.actions.queue_rules import Wanted, add_missing, set_rule
from frontdesk.work.models import Queue, QueueRule
from frontdesk.work.queries.answering import answering, gaps
from frontdesk.work.standing import STANDING, Due
from tests.factories import clinic, staff
from tests.universe import NOW, OPENER, Universe
from tests.work.kit import rule

pytestmark = pytest.mark.django_db


def sentences() -> list[str]:
    return [one.sentence for one in gaps()]


def wanted(cast: Universe) -> Wanted:
    return Wanted(cast.dan, ["scheduler", "nurse"], Due(60), 30, cast.bob, {"voicemail": Due(90)})


def test_a_rule_is_set_and_what_changed_is_written_down(universe: Universe) -> None:
    rule(universe, Queue.MESSAGES, owner=universe.dan)
    set_rule(queue="messages", wanted=wanted(universe), by=universe.erin, now=NOW)
    entries = Entry.objects.filter(kind="QueueRuleSet").order_by("pk")
    assert [one.facts["was"] == {} for one in entries] == [True, False]
    assert entries[1].facts["holds"] == {
        "owner": "Dan Dlden", "roles": ["nurse", "scheduler"], "due_minutes": 60, "business_hours": True,
        "escalate_minutes": 30, "escalate_to": "Bob Blden, RN", "due_times": {"voicemail": [90, True]},
    }  # fmt: skip
    set_rule(queue="messages", wanted=wanted(universe), by=universe.erin, now=NOW)
    assert Entry.objects.filter(kind="QueueRuleSet").count() == 2, "The same again is not news."


@pytest.mark.parametrize(
    ("queue", "change", "field"),
    [
        ("messages", {"owner": None}, "owner"),
        ("messages", {"roles": []}, "roles"),
        ("messages", {"roles": ["patient"]}, "roles"),
        ("messages", {"due": Due(0)}, "due_minutes"),
        ("messages", {"escalate_minutes": 10**6}, "escalate_minutes"),
        ("messages", {"due_times": {"voicemail": Due(0)}}, "due_voicemail"),
        ("messages", {"due_times": {"unheard-of": Due(5)}}, "queue"),
        ("crisis", {"due_times": {}}, "owner"),
        ("nothing", {}, "queue"),
    ],
)
def test_a_rule_that_could_not_work_is_refused(
    universe: Universe, queue: str, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadValue) as refusal:
        set_rule(queue=queue, wanted=replace(wanted(universe), **change), by=universe.dan, now=NOW)
    assert refusal.value.field == field
    assert not QueueRule.objects.exists()


def test_only_those_who_change_settings_set_rules(universe: Universe) -> None:
    for who in (universe.alice, universe.bob, universe.pat):
        with pytest.raises(NotAllowed):
            set_rule(queue="messages", wanted=wanted(universe), by=who, now=NOW)


def test_a_queue_without_an_owner_fails_the_check(universe: Universe) -> None:
    staff.user("nina", Role.NURSE, sites=(universe.harbor,))
    add_missing(by=OPENER, now=NOW)
    assert sentences() == [f"Nobody answers for {queue.label}." for queue in Queue]
    for queue in Queue:
        rule(universe, queue, owner=universe.carol)
    assert sentences() == []
    universe.carol.is_active = False
    universe.carol.save()
    assert "Nobody answers for Results: Carol Clden, MD does not log in here any more." in sentences()
    assert answering()["results"].people == []


def test_a_queue_that_nobody_active_works_in_fails_the_check(universe: Universe) -> None:
    for queue in Queue:
        rule(universe, queue, owner=universe.carol)
    assert [one for one in sentences() if "Crisis" in one] == ["Nobody works in Crisis at Harbor."]
    assert "Nobody works in Call back at Harbor." not in sentences(), "Charlie and the manager do."
    for who in (universe.bob, universe.carol):
        who.is_active = False
        who.save()
    assert "Nobody works in Crisis." in sentences()


def test_a_new_site_without_people_is_found(universe: Universe) -> None:
    for queue in Queue:
        rule(universe, queue, owner=universe.carol, roles=list({*STANDING[queue].roles} - {"manager"}))
    clinic.site("hill", "Hill")
    assert "Nobody works in Messages at Hill." in sentences()
