"""One row of the board: what waits, for whom, what the next step is, and what else may be done with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.people.models import ContactPoint, Patient
from frontdesk.people.phones import show_phone
from frontdesk.triage.engine.lanes import RANK
from frontdesk.triage.models import Handoff, Request
from frontdesk.work.models import Task
from frontdesk.work.queries.answering import Answering, Rules, answering, queues_of, rules_by_queue
from frontdesk.work.rules import ENDS_ELSEWHERE

LANES = {rank: lane.value for lane, rank in RANK.items()}
WITH_A_LANE = ("request", "handoff", "walk_in")


class Step(StrEnum):
    """What the one button of a row does."""

    ACCEPT = "accept"
    OPEN = "open"
    TAKE = "take"
    CALL_BACK = "call back"
    CLAIM = "claim"
    TAKE_OVER = "take over"
    DONE = "done"


@dataclass(frozen=True)
class Row:
    """One task. `url` opens what it is about; `seconds` is the time to its clock, negative once it has run out.

    `can` names what the menu of the row offers; `twins` counts other open tasks that look like the same thing.
    """

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
    request: int
    escalated: str
    note: str
    can: frozenset[str]
    twins: int
    seconds: int = field(compare=False, repr=False)


@dataclass(frozen=True)
class About:
    """What the rows are about, loaded at once; and what this person may do."""

    user: User
    now: datetime
    handoffs: Mapping[int, Handoff]
    requests: Mapping[int, Request]
    answering: Mapping[str, Answering]
    queues: frozenset[str]
    twins: Mapping[tuple[int | None, str], int]

    def request_of(self, task: Task) -> Request | None:
        """The request behind a task, as far as this person may see it."""
        if task.about_kind == "request":
            return self.requests.get(task.about_ref)
        handoff = self.handoff_of(task)
        return handoff.request if handoff else None

    def handoff_of(self, task: Task) -> Handoff | None:
        return self.handoffs.get(task.about_ref) if task.about_kind == "handoff" else None


def rows_of(tasks: Sequence[Task], user: User, now: datetime, rules: Rules | None = None) -> list[Row]:
    """The tasks as rows, with few queries however many there are."""
    about = _about(tasks, user, now, rules_by_queue() if rules is None else rules)
    return [_row(task, about) for task in tasks]


def _about(tasks: Sequence[Task], user: User, now: datetime, rules: Rules) -> About:
    refs = [task.about_ref for task in tasks if task.about_kind == "handoff"]
    visible = Handoff.objects.visible_to(user).filter(pk__in=refs).select_related("request__patient")
    asked = [task.about_ref for task in tasks if task.about_kind == "request"]
    requests = Request.objects.visible_to(user).filter(pk__in=asked).select_related("patient", "taken_by")
    return About(
        user=user,
        now=now,
        handoffs={handoff.pk: handoff for handoff in visible},
        requests={one.pk: one for one in requests},
        answering=answering(rules),
        queues=queues_of(user, rules),
        twins=_twins(tasks, user),
    )


def _twins(tasks: Sequence[Task], user: User) -> Mapping[tuple[int | None, str], int]:
    """How many open tasks each of these patients has in each queue."""
    patients = {task.patient_id for task in tasks if task.patient_id}
    mine = Task.objects.visible_to(user).open().filter(patient__in=patients)
    return Counter(mine.exclude(about_kind__in=ENDS_ELSEWHERE).values_list("patient", "queue"))


def _row(task: Task, about: About) -> Row:
    is_call = task.about_kind == "appointment"
    phone = _phone(task.patient) if is_call else ""
    request, step = about.request_of(task), _step(task, about)
    return Row(
        pk=task.pk,
        lane=LANES.get(task.weight, "routine") if task.about_kind in WITH_A_LANE else "",
        due_at=task.due_at,
        is_late=task.due_at < about.now,
        patient=_patient(task, request),
        title=task.title,
        queue=task.get_queue_display(),
        owner=task.owner.name if task.owner else "",
        is_mine=task.owner == about.user,
        next_step=task.next_step,
        phone=show_phone(phone) if phone else "",
        dial=phone,
        is_call=is_call,
        url=_url(task, about.handoff_of(task)),
        step=step,
        request=request.pk if request else 0,
        escalated=_escalated(task, about),
        note=task.note,
        can=_can(task, step, about),
        twins=max(0, about.twins.get((task.patient_id, task.queue), 0) - 1) if _kept_here(task) else 0,
        seconds=int((task.due_at - about.now).total_seconds()),
    )


def _kept_here(task: Task) -> bool:
    return task.about_kind not in ENDS_ELSEWHERE


def _escalated(task: Task, about: About) -> str:
    """Before whom an overdue task came."""
    if not task.escalations:
        return ""
    person = about.answering[task.queue].person_of(task.escalations)
    return f"Before {person.name}" if person else "Nobody answers for this queue"


def _can(task: Task, step: Step, about: About) -> frozenset[str]:
    """What the menu offers beside the row's own button; nothing for what is given and ended elsewhere."""
    if not _kept_here(task):
        return frozenset()
    works, mine = task.queue in about.queues, task.owner == about.user
    offered = {
        "claim": works and task.owner is None and step is not Step.CLAIM,
        "take over": works and task.owner is not None and not mine and step is not Step.TAKE_OVER,
        "back": mine,
        "done": mine and step is not Step.DONE,
        "give": True,
        "same": True,
        "move": True,
    }
    return frozenset(name for name, may in offered.items() if may)


def _patient(task: Task, request: Request | None) -> str:
    """The request may have found its patient after the task was opened; a conflict is about several, a system about none."""
    if task.about_kind == "conflict":
        return "Wanted twice"
    if task.about_kind == "subscription":
        return "Connected system"
    patient = (request.patient if request else None) or task.patient
    if patient is not None:
        return patient.sort_name
    return (request.said_name if request else "") or "Name not yet given"


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
    if task.about_kind == "walk_in":
        return reverse("desk:walk-ins")
    if task.about_kind == "late_arrival":
        return reverse("desk:late", args=[task.about_ref])
    return reverse("desk:patient", args=[task.patient_id]) if task.patient_id else ""


def _step(task: Task, about: About) -> Step:
    handoff = about.handoff_of(task)
    if task.about_kind == "handoff":
        free = handoff is not None and handoff.accepted_at is None
        return Step.ACCEPT if free and about.user.may(Permission.ACCEPT_HANDOFFS) else Step.OPEN
    if task.about_kind == "request":
        return _step_of_request(task, about)
    if not _kept_here(task):
        return Step.OPEN
    if task.owner is None:
        return Step.CLAIM
    return Step.DONE if task.owner == about.user else Step.TAKE_OVER


def _step_of_request(task: Task, about: About) -> Step:
    request = about.requests.get(task.about_ref)
    if request is None or not request.is_open or not about.user.may(Permission.TAKE_REQUESTS):
        return Step.OPEN
    if request.dropped_at is not None:
        return Step.CALL_BACK
    return Step.TAKE if request.taken_by is None and task.queue in about.queues else Step.OPEN
