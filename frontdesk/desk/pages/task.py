"""One task: what it is, what has been done with it, and what may be done now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from frontdesk.accounts.models import User
from frontdesk.daybook.models import Entry
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.queue_rows import Row, rows_of
from frontdesk.desk.pages.settings_forms import Line, OneOf, SettingsForm
from frontdesk.triage.queries.trail import WORDS
from frontdesk.work.actions.handing import NOTE, times_moved
from frontdesk.work.models import Queue, Task
from frontdesk.work.queries.answering import who_may_work
from frontdesk.work.rules import ENDS_ELSEWHERE

MOST_OTHERS = 12


@dataclass(frozen=True)
class Happened:
    """One entry of the daybook about the task, in words."""

    at: datetime
    who: str
    what: str
    details: Sequence[str]


@dataclass(frozen=True)
class TaskPage:
    """`others` are open tasks of the same patient, those of the same queue first: one of them may be the same thing."""

    task: Task
    row: Row
    others: Sequence[Task]
    happened: Sequence[Happened]
    times_moved: int
    elsewhere: str

    @property
    def is_open(self) -> bool:
        return self.task.done_at is None


def task_page(*, task: Task, user: User, now: datetime) -> TaskPage:
    """The page of a task that `user` may see."""
    return TaskPage(
        task=task,
        row=rows_of([task], user, now)[0],
        others=others_of(task, user),
        happened=[_happened(entry) for entry in Entry.objects.about("task", task.pk)],
        times_moved=times_moved(task),
        elsewhere=ENDS_ELSEWHERE.get(task.about_kind, ""),
    )


def others_of(task: Task, user: User) -> list[Task]:
    """Open tasks of the same patient and place that this person sees; they may be the same thing."""
    if task.patient_id is None or task.about_kind in ENDS_ELSEWHERE:
        return []
    found = Task.objects.visible_to(user).open().filter(patient=task.patient_id, site=task.site_id)
    found = found.filter(restricted=task.restricted).exclude(pk=task.pk)
    rows = found.exclude(about_kind__in=ENDS_ELSEWHERE).select_related("owner").order_by("due_at", "pk")
    return sorted(rows, key=lambda one: one.queue != task.queue)[:MOST_OTHERS]


def _happened(entry: Entry) -> Happened:
    say = WORDS.get(entry.kind)
    what, details, _ = say(entry.facts) if say else ("Noted", [], [])
    return Happened(entry.at, entry.actor_name, what, [one for one in details if one])


class GiveForm(SettingsForm):
    to = OneOf("Give it to", ())
    note = Line("What is done, and what is left", most=NOTE, required=False)

    def __init__(self, data: QueryDict | None = None, *, task: Task, **more: Any) -> None:
        super().__init__(data, **more)
        self.people = {str(one.pk): one for one in who_may_work(task) if one != task.owner}
        named = [(pk, f"{one.name} ({one.get_role_display().lower()})") for pk, one in self.people.items()]
        offer(self, "to", [("", "Choose somebody"), *named])


class BackForm(SettingsForm):
    note = Line("Why, for whoever takes it next", most=NOTE, required=False)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="back-%s")  # the page has another note


class SameForm(SettingsForm):
    into = OneOf("It is the same as", ())

    def __init__(self, data: QueryDict | None = None, *, others: Sequence[Task], **more: Any) -> None:
        super().__init__(data, **more)
        self.others = {str(one.pk): one for one in others}
        named = [(pk, _named(one)) for pk, one in self.others.items()]
        offer(self, "into", [("", "Choose the one that goes on"), *named])


class MoveForm(SettingsForm):
    queue = OneOf("Move it to", ())
    because = Line("Why it belongs there", most=NOTE)

    def __init__(self, data: QueryDict | None = None, *, task: Task, **more: Any) -> None:
        super().__init__(data, **more)
        others = [(value, words) for value, words in Queue.choices if value != task.queue]
        offer(self, "queue", [("", "Choose a queue"), *others])


def _named(one: Task) -> str:
    owner = f", with {one.owner.name}" if one.owner else ""
    return f"{one.title} ({one.get_queue_display()}{owner})"
