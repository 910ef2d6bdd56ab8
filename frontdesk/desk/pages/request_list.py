"""The list of requests: open ones first, then those closed today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, Value, When

from frontdesk.accounts.models import User
from frontdesk.triage.engine.lanes import RANK
from frontdesk.triage.models import Request

PER_PAGE = 50


@dataclass(frozen=True)
class RequestList:
    show: str
    page: Page[Any]
    open_count: int


def request_list(*, user: User, page: str, show: str) -> RequestList:
    """Requests that `user` may see: open by lane and age, or closed ones, the newest first."""
    visible = Request.objects.visible_to(user).select_related("patient", "taken_by", "site")
    closed = show == "closed"
    rank = Case(
        *(When(lane=lane, then=Value(rank)) for lane, rank in RANK.items()), output_field=IntegerField()
    )
    rows = (
        visible.exclude(closed_at=None).order_by("-closed_at")
        if closed
        else visible.open().annotate(weight=rank).order_by("-weight", "opened_at")
    )
    return RequestList(
        "closed" if closed else "open", Paginator(rows, PER_PAGE).get_page(page), visible.open().count()
    )
