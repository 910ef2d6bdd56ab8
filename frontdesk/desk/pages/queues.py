"""The board: everything that waits for a person, in three groups, with a tab for each queue; and parked calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.http import QueryDict
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.queue_asked import PARKED, SHOWS, Wanted, chosen, of_show
from frontdesk.desk.pages.queue_rows import Row, Step, rows_of
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.models import Request, WalkIn
from frontdesk.work.engine.order import SOON, group_of
from frontdesk.work.models import Queue, Task
from frontdesk.work.models.task import TaskQuerySet
from frontdesk.work.queries.answering import Gap, gaps, rules_by_queue
from frontdesk.work.rules import check_kept_here

PER_PAGE = 100
MOST_PARKED = 30
ALWAYS_SHOWN = (Queue.NURSE, Queue.PROVIDER, Queue.CONTACT, Queue.DESK)
HEADINGS = ("Overdue", "Due within 30 minutes", "Later")
OUTCOMES = {"reached": "Reached", "message": "Left a message", "not_reached": "Not reached"}


@dataclass(frozen=True)
class Tab:
    """`gap`: nobody answers for this queue, or nobody works in it."""

    label: str
    query: str
    count: int
    current: bool
    locked: bool = False
    gap: bool = False


@dataclass(frozen=True)
class Show:
    """A part of the board, with how much there is of it. `query` leads there; from there it leads back."""

    label: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True)
class Group:
    heading: str
    is_late: bool
    total: int
    rows: Sequence[Row]


@dataclass(frozen=True)
class Parked:
    """A call that somebody set aside. `may_take`: this person may take it up again."""

    pk: int
    lane: str
    name: str
    matter: str
    by: str
    is_mine: bool
    may_take: bool
    parked_at: datetime
    seconds: int = field(compare=False, repr=False)


@dataclass(frozen=True)
class QueuePage:
    """`next_free` is the first row that nobody owns and that this person may take."""

    wanted: Wanted
    tabs: Sequence[Tab]
    shows: Sequence[Show]
    sites: Sequence[Site]
    gaps: Sequence[Gap]
    groups: Sequence[Group]
    parked: Sequence[Parked]
    page: Page[Any]
    total: int
    next_free: Row | None

    @property
    def version(self) -> str:
        """Changes when anything on the page does, but for clocks that run by themselves."""
        said = repr((self.tabs, self.shows, self.groups, self.parked, self.gaps, self.page.number))
        return blake2b(said.encode(), digest_size=8).hexdigest()


def queue_page(*, user: User, wanted: Wanted, now: datetime) -> QueuePage:
    """What `user` may see of the queues at `now`; a page number that does not exist falls back."""
    sites = list(Site.objects.of(user).distinct())
    here = [one for one in sites if one.code == wanted.site]
    visible = Task.objects.visible_to(user).open()
    visible = visible.filter(site=here[0]) if here else visible
    late = Q(due_at__lt=now)
    found = chosen(visible, wanted, user, late)
    parked = _parked(user, wanted, here, now)
    page = Paginator(in_order(found, now), PER_PAGE).get_page(wanted.page)
    rules = rules_by_queue()
    rows = rows_of(list(page.object_list), user, now, rules)
    totals = _group_totals(found, now)
    faults = gaps(rules)
    return QueuePage(
        wanted=wanted,
        tabs=list(_tabs(visible, wanted, user, {gap.queue for gap in faults})),
        shows=list(_shows(visible, wanted, late, _all_parked(user, here).count(), _waiting(user, here))),
        sites=sites if len(sites) > 1 else [],
        gaps=[gap for gap in faults if gap.queue == wanted.queue],
        groups=list(_groups(rows, totals, now)),
        parked=parked if page.number == 1 else [],
        page=page,
        total=sum(totals) + len(parked),
        next_free=next((row for row in rows if _is_free(row)), None),
    )


def read_outcome(task: Task, posted: QueryDict) -> str:
    """How a task ended, in words. Raises Refused for what ends elsewhere, BadValue where nothing was said."""
    check_kept_here(task)
    _check_request_is_kept(task)
    parts = (OUTCOMES.get(posted.get("outcome", ""), ""), one_line(posted.get("note", ""), limit=150))
    outcome = ": ".join(part for part in parts if part)
    if not outcome:
        raise BadValue("Say how it ended: reached, left a message, or not reached. The task is still open.")
    return outcome


def in_order(tasks: TaskQuerySet, now: datetime) -> TaskQuerySet:
    """Overdue first, then what is due soon; inside each the lane, a clinician's tier, the clock. See work.engine.order."""
    group = Case(
        When(due_at__lt=now, then=Value(0)),
        When(due_at__lt=now + SOON, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    ordered = tasks.annotate(group=group, tier=_tier()).order_by(
        "group", "-weight", F("tier").asc(nulls_last=True), "due_at", "pk"
    )
    return ordered.select_related("patient", "owner").prefetch_related("patient__contact_points")


def _tier() -> Case:
    """The tier that a clinician gave the person at the counter whom a task is about; none for others."""
    tiers = WalkIn.objects.order_by()
    found = {
        "walk_in": tiers.filter(pk=OuterRef("about_ref")),
        "request": tiers.filter(request=OuterRef("about_ref")),
        "handoff": tiers.filter(request__handoffs=OuterRef("about_ref")),
    }
    cases = (When(about_kind=kind, then=Subquery(rows.values("tier")[:1])) for kind, rows in found.items())
    return Case(*cases, default=None, output_field=IntegerField())


def _check_request_is_kept(task: Task) -> None:
    """A request that nobody has, or whose line was lost, would be lost with its task. Raises Refused."""
    lost = Request.objects.open().filter(Q(taken_by=None) | Q(dropped_at__isnull=False))
    if task.about_kind == "request" and lost.filter(pk=task.about_ref).exists():
        raise Refused("Take the request first: it ends when its record is closed.", code="TASK_OF_REQUEST")


def _is_free(row: Row) -> bool:
    return row.step is Step.TAKE or (not row.owner and row.step in (Step.ACCEPT, Step.CLAIM))


def _group_totals(tasks: TaskQuerySet, now: datetime) -> tuple[int, int, int]:
    counts = tasks.aggregate(
        late=Count("pk", filter=Q(due_at__lt=now)),
        soon=Count("pk", filter=Q(due_at__gte=now, due_at__lt=now + SOON)),
        later=Count("pk", filter=Q(due_at__gte=now + SOON)),
    )
    return counts["late"], counts["soon"], counts["later"]


def _groups(rows: Sequence[Row], totals: Sequence[int], now: datetime) -> Iterator[Group]:
    for number, members in groupby(rows, key=lambda row: group_of(row.due_at, now)):
        yield Group(HEADINGS[number], number == 0, totals[number], list(members))


def _tabs(visible: TaskQuerySet, wanted: Wanted, user: User, faulty: set[Queue]) -> Iterator[Tab]:
    counts = dict(visible.order_by().values_list("queue").annotate(count=Count("pk")))
    yield Tab("All", wanted.tab(), sum(counts.values()), not wanted.mine and not wanted.queue)
    yield Tab("Mine", wanted.tab(mine=True), visible.filter(owner=user).count(), wanted.mine)
    for queue in Queue:
        locked = queue == Queue.CRISIS
        if queue in ALWAYS_SHOWN or counts.get(queue) or (locked and user.may(Permission.SEE_RESTRICTED)):
            current = wanted.queue == queue and not wanted.mine
            query = wanted.tab(queue=queue.value)
            yield Tab(str(queue.label), query, counts.get(queue, 0), current, locked, queue in faulty)


def _shows(visible: TaskQuerySet, wanted: Wanted, late: Q, parked: int, waiting: int) -> Iterator[Show]:
    """What of the board there is, each with its count; nothing that is not there, but for what is looked at."""
    queues = reverse("desk:queues")
    counts = visible.aggregate(
        **{show: Count("pk", filter=of_show(show, late)) for show in SHOWS if show != PARKED}
    )
    counts[PARKED] = parked
    for show, label in SHOWS.items():
        if counts[show] or wanted.show == show:
            yield Show(label, counts[show], f"{queues}?{wanted.shown(show)}", wanted.show == show)
    if waiting:
        yield Show("Walk-ins waiting", waiting, reverse("desk:walk-ins"), False)


def _waiting(user: User, here: Sequence[Site]) -> int:
    found = WalkIn.objects.visible_to(user).waiting()
    return (found.filter(site=here[0]) if here else found).count()


def _all_parked(user: User, here: Sequence[Site]) -> Any:
    found = Request.objects.visible_to(user).open().exclude(parked_at=None)
    return found.filter(site=here[0]) if here else found


def _parked(user: User, wanted: Wanted, here: Sequence[Site], now: datetime) -> list[Parked]:
    """Calls that were set aside, the gravest first, then those that wait longest; none where a queue is asked for."""
    if wanted.queue or wanted.show not in ("", PARKED):
        return []
    found = _all_parked(user, here).select_related("patient", "parked_by", "taken_by")
    found = found.filter(taken_by=user) if wanted.mine else found
    rows = sorted(found, key=lambda one: (-one.rank, one.parked_at, one.pk))
    may_take = user.may(Permission.TAKE_REQUESTS)
    return [_parked_row(one, user, may_take, now) for one in rows[:MOST_PARKED]]


def _parked_row(one: Request, user: User, may_take: bool, now: datetime) -> Parked:
    since = one.parked_at or one.opened_at
    return Parked(
        pk=one.pk,
        lane=one.lane,
        name=(one.patient.sort_name if one.patient else one.said_name) or "Name not yet given",
        matter=one.rule_title or (one.get_kind_display() if one.kind else "Kind not yet given"),
        by=one.taken_by.name if one.taken_by else "",
        is_mine=one.taken_by == user,
        may_take=may_take,
        parked_at=since,
        seconds=int((now - since).total_seconds()),
    )
