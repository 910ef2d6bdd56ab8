"""One patient at a glance: what a scheduler is asked on the telephone, in one card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.people.models import Patient
from frontdesk.triage.models import Handoff, Request
from frontdesk.work.models import Task
from frontdesk.work.models.task import TaskQuerySet

MOST = 4


@dataclass(frozen=True)
class OpenTask:
    """Something that is to be done for the patient. `url` leads to it; "" for somebody who sees no queues."""

    title: str
    queue: str
    owner: str
    due_at: datetime
    url: str


@dataclass(frozen=True)
class Glance:
    """Next visits, open requests (but the one on the page), and open work, at the reader's own sites."""

    visits: Sequence[Appointment]
    requests: Sequence[Request]
    tasks: Sequence[OpenTask]


def glance(patient: Patient, *, user: User, now: datetime, but: Request | None = None) -> Glance:
    """What is ahead and open for a patient whom `user` may see; at most MOST of each."""
    visits = Appointment.objects.visible_to(user).filter(patient=patient).upcoming(now)
    requests = Request.objects.visible_to(user).open().filter(patient=patient).order_by("-opened_at", "-pk")
    requests = requests.exclude(pk=but.pk) if but else requests
    return Glance(
        visits=list(visits.select_related("provider", "site", "visit_type")[:MOST]),
        requests=list(requests.select_related("site", "taken_by")[:MOST]),
        tasks=_tasks(patient, user, but),
    )


def open_items(patients: Iterable[Patient], *, user: User) -> Counter[int]:
    """How many open requests and tasks each patient has, by the patient's number; a request's own task counts once."""
    wanted = [one.pk for one in patients]
    requests = Request.objects.visible_to(user).open().filter(patient__in=wanted)
    tasks = Task.objects.visible_to(user).open().filter(patient__in=wanted)
    tasks = tasks.exclude(about_kind__in=("request", "handoff", "walk_in", "late_arrival"))
    return Counter(requests.values_list("patient", flat=True)) + Counter(
        tasks.values_list("patient", flat=True)
    )


def _tasks(patient: Patient, user: User, but: Request | None) -> list[OpenTask]:
    """Work for the patient, also where the record was found after the task was opened."""
    found = Task.objects.visible_to(user).open().filter(_about(patient)).select_related("owner")
    rows = _without(found, but).order_by("due_at", "pk")[:MOST]
    sees = user.may(Permission.SEE_QUEUES)
    return [
        OpenTask(
            one.title,
            one.get_queue_display(),
            one.owner.name if one.owner else "",
            one.due_at,
            reverse("desk:task", args=[one.pk]) if sees else "",
        )
        for one in rows
    ]


def _about(patient: Patient) -> Q:
    requests = Request.objects.filter(patient=patient).values("pk")
    handoffs = Handoff.objects.filter(request__patient=patient).values("pk")
    return (
        Q(patient=patient)
        | Q(about_kind="request", about_ref__in=requests)
        | Q(about_kind="handoff", about_ref__in=handoffs)
    )


def _without(tasks: TaskQuerySet, but: Request | None) -> TaskQuerySet:
    """Not what the page itself is about."""
    if but is None:
        return tasks
    own = Q(about_kind="request", about_ref=but.pk)
    return tasks.exclude(own | Q(about_kind="handoff", about_ref__in=but.handoffs.values("pk")))
