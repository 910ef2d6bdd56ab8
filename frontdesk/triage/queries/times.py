"""How long it took, from the trail alone: to identity, to the lane, to acceptance, to being told; and handling time.

Every span begins with the contact: when the patient called, came or wrote. Nobody stops a watch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdesk.daybook.models import Entry
from frontdesk.triage.models import Request
from frontdesk.triage.rules import contact_at

# What says that the caller has been told: the plan was written down, or a message was written to the patient.
TOLD_FIELDS = frozenset({"told", "told_how"})


@dataclass(frozen=True)
class Timing:
    """One span; `seconds` is None where its end has not come. `means` is its definition."""

    key: str
    words: str
    means: str
    seconds: int | None


MEANS = {
    "identity": ("To identity", "From the contact to the first record that two identifiers agreed with."),
    "lane": (
        "To lane",
        "From the contact to the first change of lane. A request that stays routine has none.",
    ),
    "accepted": ("To acceptance", "From the contact to the first clinician, or other service, who accepted."),
    "told": (
        "To told",
        "From the contact to the first note of what the caller was told, or message to them.",
    ),
    "handling": ("Handling time", "From opening to closing, less the time in which it stood parked."),
}


def times_of(request: Request, entries: Sequence[Entry]) -> list[Timing]:
    """The spans of one request; `entries` are all about it, oldest first."""
    began = contact_at(request)
    ends = {
        "identity": _first(entries, "PatientMatched"),
        "lane": _first(entries, "LaneSet"),
        "accepted": _first(entries, "HandoffAccepted"),
        "told": next((one.at for one in entries if _tells(one)), None),
    }
    found = [_timing(key, at - began if at else None) for key, at in ends.items()]
    closed = request.closed_at
    spent = closed - request.opened_at - parked(entries, until=closed) if closed else None
    return [*found, _timing("handling", spent)]


def parked(entries: Sequence[Entry], *, until: datetime) -> timedelta:
    """How long the request stood parked, all together."""
    total, since = timedelta(), None
    for one in entries:
        if one.kind == "RequestParked":
            since = since or one.at
        elif since is not None and one.kind in ("RequestResumed", "RequestClosed"):
            total, since = total + (one.at - since), None
    return total + (until - since) if since else total


def _first(entries: Sequence[Entry], kind: str) -> datetime | None:
    return next((one.at for one in entries if one.kind == kind), None)


def _tells(entry: Entry) -> bool:
    if entry.kind == "DetailsTaken":
        return any(entry.facts["details"].get(field) for field in TOLD_FIELDS)
    return entry.kind == "MessageQueued"


def _timing(key: str, span: timedelta | None) -> Timing:
    words, means = MEANS[key]
    seconds = max(0, int(span.total_seconds())) if span is not None else None
    return Timing(key, words, means, seconds)
