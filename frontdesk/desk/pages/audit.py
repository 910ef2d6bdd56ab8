"""The audit as a report: how many findings of each kind the last run had, and the tasks that are open from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission, Role
from frontdesk.book.engine.audit import PREFIX, TITLES, Code, title_of
from frontdesk.clinic.models import Site
from frontdesk.daybook.models import Entry
from frontdesk.desk.pages.asked import asked_id, asked_text
from frontdesk.work.models import Queue, Task

PER_PAGE = 50


@dataclass(frozen=True)
class Kind:
    """One kind of finding: how many the last run had, and how many tasks of it are open for this person."""

    code: str
    words: str
    found: int
    open: int


@dataclass(frozen=True)
class Row:
    """A task of a finding. `patient` and `url` are empty for those who see no patients."""

    words: str
    sentence: str
    patient: str
    site: str
    owner: str
    url: str
    is_late: bool


@dataclass(frozen=True)
class LastRun:
    at: datetime
    by: str
    visits: int
    findings: int
    waiting: int


@dataclass(frozen=True)
class AuditPage:
    last: LastRun | None
    kinds: Sequence[Kind]
    rows: Sequence[Row]
    page: Page[Any]
    chosen: str
    may_run: bool

    @property
    def query(self) -> str:
        """The filter as the beginning of a query string."""
        return f"code={self.chosen}&" if self.chosen else ""


def audit_page(*, user: User, query: QueryDict, now: datetime) -> AuditPage:
    """The last run and what is open of it at the sites of `user`; of one kind where `?code=` names one."""
    entry = Entry.objects.filter(kind="AuditRun").order_by("-pk").first()
    counts = dict(entry.facts["findings"]) if entry else {}
    rows = Task.objects.open().filter(queue=Queue.DESK, title__startswith=PREFIX)
    if not user.may(Permission.SEE_ALL_SITES):
        rows = rows.filter(site__in=Site.objects.of(user))
    titles = list(rows.values_list("title", flat=True))
    chosen = asked_text(query, "code")
    if chosen in Code.__members__:
        rows = rows.filter(title=title_of(Code(chosen)))
    else:
        chosen = ""
    ordered = rows.select_related("patient", "site", "owner").order_by("due_at", "pk")
    page = Paginator(ordered, PER_PAGE).get_page(asked_id(query, "page") or 1)
    kinds = [
        Kind(code.value, TITLES[code], counts.get(code.value, 0), titles.count(title_of(code)))
        for code in Code
    ]
    return AuditPage(
        last=_last(entry) if entry else None,
        kinds=[one for one in kinds if one.found or one.open],
        rows=[_row(task, user, now) for task in page.object_list],
        page=page,
        chosen=chosen,
        may_run=user.role == Role.MANAGER,
    )


def _last(entry: Entry) -> LastRun:
    facts = entry.facts
    return LastRun(
        entry.at, entry.actor_name, facts["visits"], sum(facts["findings"].values()), facts["waiting"]
    )


def _row(task: Task, user: User, now: datetime) -> Row:
    sees = user.may(Permission.SEE_PATIENTS)
    about_visit = task.about_kind == "appointment" and user.may(Permission.SEE_CALENDAR)
    return Row(
        words=task.title.removeprefix(PREFIX).capitalize(),
        sentence=task.next_step,
        patient=task.patient.sort_name if sees and task.patient else "",
        site=task.site.name,
        owner=task.owner.name if task.owner else "",
        url=f"{reverse('desk:calendar')}?visit={task.about_ref}" if about_visit else "",
        is_late=task.due_at < now,
    )
