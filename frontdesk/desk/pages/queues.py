"""The queue page: everything open that waits for a person, in three groups, with a tab for each queue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.http import QueryDict
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.asked import asked_id, asked_text
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import one_line
from frontdesk.people.models import ContactPoint, Patient
from frontdesk.people.phones import show_phone
from frontdesk.triage.engine.lanes import RANK
from frontdesk.triage.models import Handoff
from frontdesk.work.models import Queue, Task
from frontdesk.work.models.task import TaskQuerySet

PER_PAGE = 100
ALWAYS_SHOWN = (Queue.NURSE, Queue.PROVIDER, Queue.CONTACT, Queue.DESK)
SOON = timedelta(minutes=30)
HEADINGS = ("Overdue", "Due within 30 minutes", "Later")
LANES = {rank: lane.value for lane, rank in RANK.items()}
OUTCOMES = {"reached": "Reached", "message": "Left a message", "not_reached": "Not reached"}


class Step(StrEnum):
    """What the one button of a row does."""

    ACCEPT = "accept"
    OPEN = "open"
    CLAIM = "claim"
    TAKE_OVER = "take over"
    DONE = "done"


@dataclass(frozen=True)
class Wanted:
    """Which part of the list is asked for."""

    queue: str = ""
    mine: bool = False
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Wanted:
        queue = asked_text(query, "queue")
        page = asked_id(query, "page") or 1
        return cls(queue if queue in Queue.values else "", asked_text(query, "mine") == "1", page)

    @property
    def filters(self) -> str:
        """The filters as the query string of an address, with a trailing "&" where there are any."""
        parts = {"queue": self.queue, "mine": "1" if self.mine else ""}
        chosen = urlencode({name: value for name, value in parts.items() if value})
        return f"{chosen}&" if chosen else ""

    @property
    def query(self) -> str:
        """All of it as a query string: the way back to the same list."""
        return f"{self.filters}page={self.page}"


@dataclass(frozen=True)
class Tab:
    label: str
    query: str
    count: int
    current: bool
    locked: bool = False


@dataclass(frozen=True)
class Row:
    """One task. `url` opens what it is about; `seconds` is the time to its clock, negative once it has run out."""

    pk: int
    lane: str
    due_at: datetime
    is_late: bool
    patient: str
    title: str
    queue: str
    owner: str
    is_mine: bool
    next_step: str
    phone: str
    dial: str
    is_call: bool
    url: str
    step: Step
    seconds: int = field(compare=False, repr=False)


@dataclass(frozen=True)
class Group:
    heading: str
    is_late: bool
    total: int
    rows: Sequence[Row]


@dataclass(frozen=True)
class QueuePage:
    """`next_free` is the first row that nobody owns and that this person may take."""

    wanted: Wanted
    tabs: Sequence[Tab]
    groups: Sequence[Group]
    page: Page[Any]
    total: int
    next_free: Row | None

    @property
    def version(self) -> str:
        """Changes when anything on the page does, but for clocks that run by themselves."""
        said = repr((self.tabs, self.groups, self.page.number))
        return blake2b(said.encode(), digest_size=8).hexdigest()


def queue_page(*, user: User, wanted: Wanted, now: datetime) -> QueuePage:
    """What `user` may see of the queues at `now`; a page number that does not exist falls back."""
    visible = Task.objects.visible_to(user).open()
    chosen = _chosen(visible, wanted, user)
    page = Paginator(_in_groups(chosen, now), PER_PAGE).get_page(wanted.page)
    rows = _rows(list(page.object_list), user, now)
    totals = _group_totals(chosen, now)
    return QueuePage(
        wanted=wanted,
        tabs=list(_tabs(visible, wanted, user)),
        groups=list(_groups(rows, totals, now)),
        page=page,
        total=sum(totals),
        next_free=next(
            (row for row in rows if not row.owner and row.step in (Step.ACCEPT, Step.CLAIM)), None
        ),
    )


def read_outcome(task: Task, posted: QueryDict) -> str:
    """How a task ended, in words. Raises Refused for what ends elsewhere, BadValue where nothing was said."""
    if task.about_kind == "handoff":
        raise Refused(
            "A handoff ends with the clinician’s direction. Open the request.", code="TASK_OF_HANDOFF"
        )
    if task.about_kind == "conflict":
        raise Refused("A conflict is resolved on its own page. Open it.", code="TASK_OF_CONFLICT")
    parts = (OUTCOMES.get(posted.get("outcome", ""), ""), one_line(posted.get("note", ""), limit=150))
    outcome = ": ".join(part for part in parts if part)
    if not outcome:
        raise BadValue("Say how it ended: reached, left a message, or not reached. The task is still open.")
    return outcome


def _chosen(tasks: TaskQuerySet, wanted: Wanted, user: User) -> TaskQuerySet:
    if wanted.queue:
        tasks = tasks.filter(queue=wanted.queue)
    return tasks.filter(owner=user) if wanted.mine else tasks


def _in_groups(tasks: TaskQuerySet, now: datetime) -> TaskQuerySet:
    """The groups in order, and inside each the gravest first, then by clock."""
    group = Case(
        When(due_at__lt=now, then=Value(0)),
        When(due_at__lt=now + SOON, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    ordered = tasks.annotate(group=group).order_by("group", "-weight", "due_at", "pk")
    return ordered.select_related("patient", "owner").prefetch_related("patient__contact_points")


def _group_of(due_at: datetime, now: datetime) -> int:
    return 0 if due_at < now else 1 if due_at < now + SOON else 2


def _group_totals(tasks: TaskQuerySet, now: datetime) -> tuple[int, int, int]:
    counts = tasks.aggregate(
        late=Count("pk", filter=Q(due_at__lt=now)),
        soon=Count("pk", filter=Q(due_at__gte=now, due_at__lt=now + SOON)),
        later=Count("pk", filter=Q(due_at__gte=now + SOON)),
    )
    return counts["late"], counts["soon"], counts["later"]


def _groups(rows: Sequence[Row], totals: Sequence[int], now: datetime) -> Iterator[Group]:
    for number, members in groupby(rows, key=lambda row: _group_of(row.due_at, now)):
        yield Group(HEADINGS[number], number == 0, totals[number], list(members))


def _tabs(visible: TaskQuerySet, wanted: Wanted, user: User) -> Iterator[Tab]:
    counts = dict(visible.order_by().values_list("queue").annotate(count=Count("pk")))
    yield Tab("All", "", sum(counts.values()), not wanted.mine and not wanted.queue)
    yield Tab("Mine", "mine=1", visible.filter(owner=user).count(), wanted.mine)
    for queue in Queue:
        locked = queue == Queue.CRISIS
        if queue in ALWAYS_SHOWN or counts.get(queue) or (locked and user.may(Permission.SEE_RESTRICTED)):
            current = wanted.queue == queue and not wanted.mine
            yield Tab(str(queue.label), f"queue={queue.value}", counts.get(queue, 0), current, locked)


def _rows(tasks: Sequence[Task], user: User, now: datetime) -> list[Row]:
    refs = [task.about_ref for task in tasks if task.about_kind == "handoff"]
    visible = Handoff.objects.visible_to(user).filter(pk__in=refs).select_related("request__patient")
    handoffs = {handoff.pk: handoff for handoff in visible}
    return [_row(task, handoffs, user, now) for task in tasks]


def _row(task: Task, handoffs: Mapping[int, Handoff], user: User, now: datetime) -> Row:
    handoff = handoffs.get(task.about_ref) if task.about_kind == "handoff" else None
    is_call = task.about_kind == "appointment"
    phone = _phone(task.patient) if is_call else ""
    return Row(
        pk=task.pk,
        lane=LANES.get(task.weight, "routine") if task.about_kind in ("request", "handoff") else "",
        due_at=task.due_at,
        is_late=task.due_at < now,
        patient=_patient(task, handoff),
        title=task.title,
        queue=task.get_queue_display(),
        owner=task.owner.name if task.owner else "",
        is_mine=task.owner == user,
        next_step=task.next_step,
        phone=show_phone(phone) if phone else "",
        dial=phone,
        is_call=is_call,
        url=_url(task, handoff),
        step=_step(task, handoff, user),
        seconds=int((task.due_at - now).total_seconds()),
    )


def _patient(task: Task, handoff: Handoff | None) -> str:
    """The request may have found its patient after the task was opened; a conflict is about several."""
    if task.about_kind == "conflict":
        return "Wanted twice"
    patient = (handoff.request.patient if handoff else None) or task.patient
    if patient is not None:
        return patient.sort_name
    return (handoff.request.said_name if handoff else "") or "Name not yet given"


def _phone(patient: Patient | None) -> str:
    """The number to call: one that the patient allows, the preferred one first."""
    points = list(patient.contact_points.all()) if patient else []
    usable = [point for point in points if point.kind == ContactPoint.Kind.PHONE and point.allowed]
    return min(usable, key=lambda point: (not point.preferred, point.pk)).value if usable else ""


def _url(task: Task, handoff: Handoff | None) -> str:
    if handoff is not None:
        return reverse("desk:request", args=[handoff.request_id])
    if task.about_kind == "request":
        return reverse("desk:request", args=[task.about_ref])
    if task.about_kind == "conflict":
        return reverse("desk:conflict", args=[task.about_ref])
    return reverse("desk:patient", args=[task.patient_id]) if task.patient_id else ""


def _step(task: Task, handoff: Handoff | None, user: User) -> Step:
    if task.about_kind in ("handoff", "request"):
        may = user.may(Permission.ACCEPT_HANDOFFS) and handoff is not None and handoff.accepted_at is None
        return Step.ACCEPT if may else Step.OPEN
    if task.about_kind == "conflict":
        return Step.OPEN
    if task.owner is None:
        return Step.CLAIM
    return Step.DONE if task.owner == user else Step.TAKE_OVER
