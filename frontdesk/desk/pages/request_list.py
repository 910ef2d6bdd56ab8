"""The list of requests: open ones first, those that wait for somebody, and those that are closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, Value, When

from frontdesk.accounts.models import User
from frontdesk.triage.engine.lanes import RANK
from frontdesk.triage.models import Request
from frontdesk.work.models import Task
from frontdesk.work.queries.answering import queues_of

PER_PAGE = 50
SHOWS = ("open", "waiting", "closed")


@dataclass(frozen=True)
class RequestList:
    """`waiting_count`: open ones that nobody has taken. `elsewhere`: those in a queue that this person does not work in."""

    show: str
    page: Page[Any]
    open_count: int
    waiting_count: int
    elsewhere: frozenset[int]


def request_list(*, user: User, page: str, show: str) -> RequestList:
    """Requests that `user` may see: open or waiting by lane and age, or closed ones, the newest first."""
    visible = Request.objects.visible_to(user).select_related("patient", "taken_by", "site", "same_as")
    show = show if show in SHOWS else "open"
    rank = Case(
        *(When(lane=lane, then=Value(rank)) for lane, rank in RANK.items()), output_field=IntegerField()
    )
    by_lane = visible.open().annotate(weight=rank).order_by("-weight", "opened_at", "pk")
    waiting = by_lane.filter(taken_by=None)
    closed = visible.exclude(closed_at=None).order_by("-closed_at")
    rows = {"open": by_lane, "waiting": waiting, "closed": closed}[show]
    shown = Paginator(rows, PER_PAGE).get_page(page)
    return RequestList(show, shown, visible.open().count(), waiting.count(), _elsewhere(shown, user))


def _elsewhere(page: Page[Any], user: User) -> frozenset[int]:
    """The requests of the page with a task that this person's role does not work on."""
    tasks = Task.objects.open().filter(
        about_kind="request", about_ref__in=[one.pk for one in page.object_list]
    )
    return frozenset(tasks.exclude(queue__in=queues_of(user)).values_list("about_ref", flat=True))
