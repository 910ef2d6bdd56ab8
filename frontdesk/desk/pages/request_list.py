"""The list of requests: open ones first, those that wait for somebody, and those that are closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, Value, When

from frontdesk.accounts.models import User
from frontdesk.triage.engine.lanes import RANK
from frontdesk.triage.models import Request

PER_PAGE = 50
SHOWS = ("open", "waiting", "closed")


@dataclass(frozen=True)
class RequestList:
    """`waiting_count`: open ones that nobody has taken."""

    show: str
    page: Page[Any]
    open_count: int
    waiting_count: int


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
    return RequestList(
        show, Paginator(rows, PER_PAGE).get_page(page), visible.open().count(), waiting.count()
    )
