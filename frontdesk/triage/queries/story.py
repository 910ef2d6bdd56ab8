"""The story of a request, and of a visit: everything that was said, decided and done, told in order.

A visit that made way for a request's visit stands in both stories, and each names the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from frontdesk.book.models import Appointment
from frontdesk.daybook.models import Entry
from frontdesk.triage.documentation import label
from frontdesk.triage.models import Handoff, Request
from frontdesk.triage.queries.prose import sentence
from frontdesk.triage.queries.times import Timing, times_of
from frontdesk.triage.queries.trail import line_of
from frontdesk.triage.rules import contact_at, red_flags

MADE_WAY = "made_way_for"  # the subject of an entry by which a visit made room for a request's visit
NOBODY = "Nobody: no visit was moved or cancelled to make room."


@dataclass(frozen=True)
class Beat:
    """One sentence of a story. `visit` and `request` are numbers of what it leads to, in another story."""

    at: datetime
    text: str
    quotes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seq: int = 0
    visit: int | None = None
    request: int | None = None


@dataclass(frozen=True)
class Kept:
    """One thing that the record holds: its name and its words, and the visits that it leads to."""

    words: str
    value: str
    visits: tuple[int, ...] = ()


@dataclass(frozen=True)
class Story:
    """A request's story with the spans on top and the record in one list."""

    beats: Sequence[Beat]
    times: Sequence[Timing] = ()
    record: Sequence[Kept] = ()
    entries: Sequence[Entry] = field(default=(), repr=False)


def story_of(request: Request) -> Story:
    """The story of a request. Times read in words are those of the active zone."""
    entries = list(_full(Entry.objects.about("request", request.pk)))
    made_way = list(_full(Entry.objects.about(MADE_WAY, request.pk)))
    heard = "\n".join(one.facts["words"] for one in entries if one.kind == "WordsHeard")
    beats = [_beat(one, heard) for one in _in_order([*entries, *made_way])]
    return Story(beats, times_of(request, entries), record_of(request, made_way), entries)


def story_of_visit(visit: Appointment) -> Story:
    """The story of a visit: booked, moved, cancelled, by whom and why, who approved, and what was said of it."""
    about = list(Entry.objects.about("appointment", visit.pk).values_list("pk", flat=True))
    told = Q(caused_by__in=about) & Q(kind__startswith="Message")
    entries = _full(Entry.objects.filter(Q(pk__in=about) | told).order_by("pk"))
    return Story([_beat(one) for one in entries])


def made_way_for(request: Request) -> list[int]:
    """The visits that were moved or cancelled to make room for this request's visit, each once."""
    rows = Entry.objects.about(MADE_WAY, request.pk).values_list("facts__appointment_id", flat=True)
    return list(dict.fromkeys(rows))


def record_of(request: Request, made_way: Sequence[Entry]) -> list[Kept]:
    """What the record holds of what an auditor asks for: time of contact, words, reviewer, slot, who was displaced."""
    handoffs = list(request.handoffs.select_related("accepted_by"))
    accepted = [_acceptance(one, request) for one in handoffs if one.accepted_at]
    booked = Appointment.objects.filter(asked_for=request.pk)
    visits = list(booked.select_related("provider", "visit_type", "site"))
    moved = tuple(dict.fromkeys(int(one.facts["appointment_id"]) for one in made_way))
    offered = [one.words + (" (taken)" if one.taken else "") for one in request.alternatives.all()]
    how = request.get_told_how_display() if request.told_how else ""
    kept = [
        Kept("Time of contact", f"{_local(contact_at(request), request):%a %d %b %Y, %H:%M:%S}"),
        Kept("Red-flag words, as said", _quoted(red_flags(request))),
        Kept("Reviewer", "; ".join(accepted)),
        Kept("Action", "; ".join(one.get_direction_display() for one in handoffs if one.direction)),
        *(Kept("Slot used", _slot(one, request), (one.pk,)) for one in visits),
        Kept("Made way for it", "" if moved else NOBODY, moved),
        Kept("Alternatives offered", "; ".join(offered)),
        *(Kept(label(key), str(value)) for key, value in request.answers.items() if value),
        Kept("What the caller was told", request.told),
        Kept("How they were told", how),
    ]
    return [one for one in kept if one.value or one.visits]


def _acceptance(handoff: Handoff, request: Request) -> str:
    name = handoff.accepted_by_other or (handoff.accepted_by.name if handoff.accepted_by else "")
    return f"{name}, {_local(handoff.accepted_at, request):%H:%M:%S}" if handoff.accepted_at else name


def _slot(visit: Appointment, request: Request) -> str:
    start = _local(visit.start, request)
    ended = "" if visit.is_live else f" ({visit.get_status_display().lower()})"
    return f"{start:%a %d %b %Y, %H:%M}, {visit.visit_type.name}, {visit.provider.name}, {visit.site.name}{ended}"


def _quoted(words: Iterable[str]) -> str:
    return " and ".join(f"“{one}”" for one in words)


def _local(moment: datetime, request: Request) -> datetime:
    return moment.astimezone(request.site.zone)


def _full(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    return entries.select_related("link", "approved_by")


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted({one.pk: one for one in entries}.values(), key=lambda one: one.pk)


def _beat(entry: Entry, heard: str = "") -> Beat:
    """`heard`: the words as stored; what a screening read is quoted only where it was never stored."""
    line = line_of(entry)
    notes = []
    if line.approved_by:
        notes.append(f"Approved by {line.approved_by}.")
    if line.alternatives:
        notes.append(f"Offered beside it: {'; '.join(line.alternatives)}.")
    facts, made_way = entry.facts, entry.facts.get("made_way_for_id")
    if made_way:
        notes.append("It made room for another visit.")
    return Beat(
        at=line.at,
        text=sentence(entry),
        quotes=tuple(one for one in line.quotes if entry.kind != "WordsScreened" or one not in heard),
        notes=tuple(notes),
        seq=line.seq,
        visit=facts.get("appointment_id"),
        request=made_way or facts.get("request_id"),
    )
