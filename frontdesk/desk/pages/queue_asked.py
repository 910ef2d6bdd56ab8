"""Which part of the board is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict

from frontdesk.accounts.models import User
from frontdesk.desk.pages.asked import asked_id, asked_text
from frontdesk.triage.actions.calls import DROPPED
from frontdesk.triage.models import Handoff, Request
from frontdesk.work.models import Queue
from frontdesk.work.models.task import TaskQuerySet

PARKED = "parked"
SHOWS = {
    "overdue": "Overdue",
    "unaccepted": "Not accepted yet",
    "dropped": "Cut off, call back",
    "unread": "Messages nobody has",
    "escalated": "Escalated",
    PARKED: "Parked calls",
}


@dataclass(frozen=True)
class Wanted:
    """Which part of the list is asked for: a queue, one's own, a site (its code), and one of SHOWS."""

    queue: str = ""
    mine: bool = False
    page: int = 1
    site: str = ""
    show: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Wanted:
        queue, show = asked_text(query, "queue"), asked_text(query, "show")
        return cls(
            queue if queue in Queue.values else "",
            asked_text(query, "mine") == "1",
            asked_id(query, "page") or 1,
            asked_text(query, "site")[:20],
            show if show in SHOWS else "",
        )

    @property
    def filters(self) -> str:
        """The filters as the query string of an address, with a trailing "&" where there are any."""
        parts = {"queue": self.queue, "mine": "1" if self.mine else "", "site": self.site, "show": self.show}
        chosen = urlencode({name: value for name, value in parts.items() if value})
        return f"{chosen}&" if chosen else ""

    @property
    def query(self) -> str:
        """All of it as a query string: the way back to the same list."""
        return f"{self.filters}page={self.page}"

    def tab(self, *, queue: str = "", mine: bool = False) -> str:
        """The address of a tab: another queue of the same site and the same show."""
        return replace(self, queue=queue, mine=mine).filters.rstrip("&")

    def shown(self, show: str) -> str:
        """The address at which only one of SHOWS is listed; of the one that is listed already, everything."""
        return replace(self, show="" if show == self.show else show).filters.rstrip("&")


def of_show(show: str, now_q: Q) -> Q:
    """The condition of one of SHOWS upon tasks; `now_q` says what is overdue. Parked calls are no tasks."""
    waiting = Handoff.objects.filter(pk=OuterRef("about_ref"), accepted_at=None)
    untaken = Request.objects.open().filter(pk=OuterRef("about_ref"), taken_by=None)
    return {
        "overdue": now_q,
        "unaccepted": Q(about_kind="handoff") & Q(Exists(waiting)),
        "dropped": Q(category=DROPPED),
        "unread": Q(owner=None, about_kind="request") & Q(Exists(untaken)),
        "escalated": Q(escalations__gt=0),
        PARKED: Q(pk__in=[]),
    }[show]


def chosen(tasks: TaskQuerySet, wanted: Wanted, user: User, now_q: Q) -> TaskQuerySet:
    """The tasks of the list that is asked for."""
    if wanted.queue:
        tasks = tasks.filter(queue=wanted.queue)
    if wanted.mine:
        tasks = tasks.filter(owner=user)
    return tasks.filter(of_show(wanted.show, now_q)) if wanted.show else tasks
