"""The slots of one column: visits and what lies around them. What is taken, kept, closed and free never overlaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from frontdesk.book.engine.bits import TICK_MINUTES, span, stretches
from frontdesk.book.models.plan import GatheringKind
from frontdesk.book.queries.day_rows import CLOSED, HELD_BACK, Meeting, Stretch, Visit
from frontdesk.clinic.choices import Modality
from frontdesk.desk.pages.day_parts import Frame, Parts, Slot, say_minutes, state_of

MARKS = {Modality.VIDEO.value: ("video", "by video"), Modality.PHONE.value: ("phone", "by phone")}
LANES = 3  # more than three at once share the last place


class _Time(NamedTuple):
    """The ticks of a column as bits: what is taken here, spent elsewhere, closed, kept and free."""

    taken: int
    away: int
    closed: int
    kept: int
    free: int


def slots_of(frame: Frame, parts: Parts, *, reason: bool) -> list[Slot]:
    """Everything that the column shows, in no order."""
    time = _time(frame, parts)
    taken = [
        *(_visit(frame, visit, reason=reason, closed=time.closed) for visit in parts.visits),
        *(_meeting(frame, one) for one in parts.meetings),
        *(_held(frame, hold) for hold in parts.holds),
    ]
    return [*_beside(taken), *_around(frame, parts, time)]


def _time(frame: Frame, parts: Parts) -> _Time:
    taken = frame.mask(parts.visits) | frame.mask(parts.holds) | frame.mask(parts.meetings)
    away = frame.mask(parts.elsewhere) & ~taken
    opened = frame.mask(one for one in parts.pieces if one.state != CLOSED and not one.over)
    closed = frame.mask(one for one in parts.pieces if one.state == CLOSED)
    if parts.closed:
        opened, closed = 0, span(0, frame.rows)
    opened &= ~closed
    kept = frame.mask(one for one in parts.pieces if one.state == HELD_BACK) & opened & ~taken & ~away
    return _Time(taken, away, closed, kept, opened & ~taken & ~away & ~kept)


def _around(frame: Frame, parts: Parts, time: _Time) -> Iterator[Slot]:
    """What nobody has: free, unused, kept, blocked, outside sessions, at another site."""
    yield from _stretches(frame, "free", time.free & ~frame.past, "Free")
    yield from _stretches(frame, "unused", (time.free | time.kept) & frame.past, "Unused")
    yield from _stretches(frame, "block", time.away, "At another site")
    named = 0
    if parts.closed:
        left = span(0, frame.rows) & ~time.taken & ~time.away
        yield from _stretches(frame, "block", left, f"Closed: {parts.closed}")
        return
    for piece in sorted(parts.pieces, key=lambda one: not one.over):
        mask = frame.mask([piece]) & ~named & ~time.taken & ~time.away
        if piece.state == HELD_BACK:
            mask &= time.kept & ~frame.past
            yield from (
                replace(slot, note=piece.opens) for slot in _stretches(frame, "prot", mask, piece.name)
            )
        elif piece.state == CLOSED:
            yield from (
                replace(slot, note=piece.opens) for slot in _stretches(frame, "block", mask, piece.name)
            )
        else:
            continue
        named |= mask
    inside = time.free | time.kept | time.taken | named
    rest = span(0, frame.rows) & ~inside & ~time.away
    yield from (_outside(slot, frame, inside) for slot in _stretches(frame, "block", rest, "No session"))


def _stretches(frame: Frame, kind: str, bits: int, word: str) -> Iterator[Slot]:
    """One slot for each run of set ticks; how long it is stands beside free and unused time."""
    for start, count in stretches(bits):
        said = word if kind in ("block", "prot") else f"{word} {say_minutes(count * TICK_MINUTES)}"
        yield Slot(kind, start + 1, count, f"{frame.say(start)} to {frame.say(start + count)}", said)


def _outside(slot: Slot, frame: Frame, inside: int) -> Slot:
    """Time outside sessions; before the first and after the last it is shown without words."""
    before, after = span(0, slot.row - 1), span(slot.row - 1 + slot.length, frame.rows)
    return slot if bool(inside & before) == bool(inside & after) else replace(slot, quiet=True)


def _held(frame: Frame, hold: Stretch) -> Slot:
    start, count = frame.ticks(hold.start, hold.end)
    until = f"{hold.until.astimezone(frame.site.zone):%H:%M}" if hold.until else ""
    return Slot(
        "held", start + 1, count, f"{frame.say(start)} to {frame.say(start + count)}", f"Held until {until}"
    )


def _meeting(frame: Frame, one: Meeting) -> Slot:
    start, count = frame.ticks(one.start, one.end)
    kind = GatheringKind(one.kind).label
    places = f"{kind}, {one.taken} of {one.places} places taken" if one.places else kind
    return Slot("meet", start + 1, count, frame.say(start), one.title, places)


def _visit(frame: Frame, visit: Visit, *, reason: bool, closed: int) -> Slot:
    start, count = frame.ticks(visit.start, visit.end)
    marks = [MARKS[visit.modality]] if visit.modality in MARKS else []
    if visit.interpreter:
        marks.append(("interp", "interpreter"))
    if visit.overbooked:
        marks.append(("plus", "planned extra visit"))
    state = state_of(visit.status, visit.end, frame.now)
    if span(start, count) & closed and state.css == "is-expected":
        marks.append(("warn", "in blocked time"))
        state = replace(state, css="is-expected is-conflict")
    return Slot(
        kind="visit",
        row=start + 1,
        length=count,
        time=f"{visit.start.astimezone(frame.site.zone):%H:%M}",
        label=", ".join(part for part in (visit.family, visit.given) if part) or f"Record {visit.mrn}",
        note=visit.visit_type if reason else "",
        visit=visit.id,
        state=state,
        marks=tuple(marks),
    )


def _beside(slots: Sequence[Slot]) -> Iterator[Slot]:
    """Things that overlap stand side by side, each in a lane of its own, so that none hides another."""
    group: list[Slot] = []
    until = 0
    for slot in sorted(slots, key=lambda one: (one.row, -one.length)):
        if group and slot.row >= until:
            yield from _in_lanes(group)
            group = []
        group.append(slot)
        until = max(until, slot.row + slot.length)
    yield from _in_lanes(group)


def _in_lanes(group: Sequence[Slot]) -> Iterator[Slot]:
    ends: list[int] = []
    placed = []
    for slot in group:
        lane = next((at for at, end in enumerate(ends) if end <= slot.row), len(ends))
        ends[lane : lane + 1] = [slot.row + slot.length]
        placed.append((slot, lane + 1))
    lanes = min(len(ends), LANES)
    yield from (replace(slot, lane=min(lane, lanes), lanes=lanes) for slot, lane in placed)
