"""The requests behind a figure, so that whoever doubts a sum can count. No patient: numbers, lanes, sites and times."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet

from frontdesk.daybook.models import Entry
from frontdesk.insight.scope import Scope
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.models import Handoff, LaneChange, Request

OPENED, CLOSED, REFUSED, OPEN = "opened", "closed", "refused", "open"
OFFERED, LAST_RESORT, RAISED, LOWERED = "offered", "last-resort", "raised", "lowered"
WORDS = {
    OPENED: "Requests opened",
    CLOSED: "Requests closed",
    REFUSED: "Closings refused at the first try",
    OPEN: "Requests open now",
    OFFERED: "Handoffs offered",
    LAST_RESORT: "Handoffs that came to the last resort",
    RAISED: "Raised by the screener",
    LOWERED: "Raised by the screener, lowered by a clinician",
}


def behind(scope: Scope, figure: str, *, lane: str = "", missing: str = "") -> QuerySet[Request]:
    """The requests that a figure counts, the newest first. `figure` is a key of WORDS; `missing` a key of the record."""
    found = FIGURES[figure](Request.objects.filter(site__in=scope.sites), scope)
    if lane in [one.value for one in Lane]:
        found = found.filter(lane=lane)
    if missing:
        found = found.filter(Exists(_refusals().filter(facts__missing__contains=[missing])))
    return found.order_by("-opened_at", "-pk")


def _opened(found: QuerySet[Request], scope: Scope) -> QuerySet[Request]:
    return found.filter(opened_at__gte=scope.start, opened_at__lt=scope.end)


def _closed(found: QuerySet[Request], scope: Scope) -> QuerySet[Request]:
    return found.filter(closed_at__gte=scope.start, closed_at__lt=scope.end)


def _refused(found: QuerySet[Request], scope: Scope) -> QuerySet[Request]:
    return _closed(found, scope).filter(Exists(_refusals()))


def _open(found: QuerySet[Request], scope: Scope) -> QuerySet[Request]:  # noqa: ARG001
    return found.filter(closed_at=None)


def _offered(found: QuerySet[Request], scope: Scope) -> QuerySet[Request]:
    return found.filter(Exists(_handoffs(scope)))


def _last_resort(found: QuerySet[Request], scope: Scope) -> QuerySet[Request]:
    return found.filter(Exists(_handoffs(scope).exclude(last_resort_at=None)))


def _raised(found: QuerySet[Request], scope: Scope) -> QuerySet[Request]:
    return found.filter(Exists(_raises(scope)))


def _lowered(found: QuerySet[Request], scope: Scope) -> QuerySet[Request]:
    down = Q()
    for was in Lane:
        down |= Q(was=was, became__in=[lane for lane in Lane if RANK[lane] < RANK[was]])
    lowered = LaneChange.objects.filter(down, request=OuterRef("pk"), changed_by__isnull=False)
    return _raised(found, scope).filter(Exists(lowered))


def _refusals() -> QuerySet[Entry]:
    return Entry.objects.filter(kind="ClosingRefused", subjects__kind="request", subjects__ref=OuterRef("pk"))


def _handoffs(scope: Scope) -> QuerySet[Handoff]:
    return Handoff.objects.filter(
        request=OuterRef("pk"), offered_at__gte=scope.start, offered_at__lt=scope.end
    )


def _raises(scope: Scope) -> QuerySet[LaneChange]:
    return LaneChange.objects.filter(
        request=OuterRef("pk"),
        changed_by=None,
        became__in=[Lane.EMERGENCY, Lane.URGENT],
        changed_at__gte=scope.start,
        changed_at__lt=scope.end,
    )


FIGURES: Mapping[str, Callable[[QuerySet[Request], Scope], QuerySet[Request]]] = {
    OPENED: _opened,
    CLOSED: _closed,
    REFUSED: _refused,
    OPEN: _open,
    OFFERED: _offered,
    LAST_RESORT: _last_resort,
    RAISED: _raised,
    LOWERED: _lowered,
}
