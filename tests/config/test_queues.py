"""A new clinic has a rule for every queue, and the check says where nobody answers."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from frontdesk.daybook.models import Entry
from frontdesk.work.models import Queue, QueueRule
from tests.universe import Universe
from tests.work.kit import rule

pytestmark = pytest.mark.django_db


def check() -> tuple[int, list[str], str]:
    """The exit code, the faults, and what is said where there is none."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("check_queues", stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), err.getvalue().splitlines(), out.getvalue()
    return 0, err.getvalue().splitlines(), out.getvalue()


def test_preparing_gives_every_queue_a_rule_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MIGRATION_DATABASE_URL", "FRONTDESK_APP_ROLE", "FRONTDESK_STATIC"):
        monkeypatch.delenv(name, raising=False)
    for _ in range(2):
        call_command("prepare", stdout=io.StringIO())
    assert set(QueueRule.objects.values_list("queue", flat=True)) == set(Queue.values)
    assert QueueRule.objects.filter(owner=None).count() == len(Queue), "Nobody is made to answer unasked."
    assert Entry.objects.filter(kind="QueueRuleSet", actor_name="set-up").count() == len(Queue)


def test_a_queue_without_an_owner_fails_the_check(universe: Universe) -> None:
    for queue in Queue:
        if queue != Queue.RESULTS:
            rule(universe, queue, owner=universe.carol, roles=_roles(queue))
    code, faults, _ = check()
    assert code == 1 and "Nobody answers for Results." in faults
    rule(universe, Queue.RESULTS, owner=universe.carol, roles=_roles(Queue.RESULTS))
    code, faults, _ = check()
    assert (code, faults) == (1, ["Nobody works in Crisis at Harbor."])
    universe.bob.staff.sites.add(universe.harbor)
    assert check() == (0, [], "Somebody answers for every queue.\n")


def _roles(queue: Queue) -> list[str]:
    """With schedulers wherever they may be, since Harbor has nobody else."""
    return ["nurse", "provider"] if queue == Queue.CRISIS else ["scheduler", "nurse", "manager"]
