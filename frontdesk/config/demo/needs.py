"""What a visit takes of whom: its parts, and the free resources that give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from frontdesk.book.engine.bits import TICK_MINUTES, span
from frontdesk.book.engine.segments import Part, length_of, parts_of, with_interpreter
from frontdesk.config.demo.clinic import Clinic, VisitType, Worker
from frontdesk.config.demo.opening import Place
from frontdesk.config.demo.people import Person
from frontdesk.config.demo.visit_rules import turnover


class Piece(NamedTuple):
    """What one resource gives of a visit: ticks of the local day, and the same as bits."""

    resource: int
    kind: str
    first: int
    ticks: int
    mask: int


@dataclass(frozen=True)
class Form:
    """A visit of one type with one provider, in ticks: the provider's own part begins `offset` after the visit."""

    parts: Sequence[Part]
    offset: int
    ticks: int
    length: int


class Chooser:
    """Finds free resources for the parts of visits."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self._forms: dict[tuple[int, int], Form] = {}
        self._ranked: dict[tuple[int, int, str], list[int]] = {}

    def form(self, kind: VisitType, worker: Worker) -> Form:
        """The visit type as this provider does it."""
        key = (kind.id, worker.id)
        if key not in self._forms:
            self._forms[key] = _form(kind, worker)
        return self._forms[key]

    def pieces(
        self,
        free: dict[Place, int],
        worker: Worker,
        site_id: int,
        start: int,
        person: Person,
        kind: VisitType,
    ) -> list[Piece] | None:
        """One for each part of a visit that begins at the tick `start`; None where something is not free."""
        parts = tuple(self.form(kind, worker).parts)
        if person.needs:
            parts = with_interpreter(parts, person.needs)
        found = []
        for part in parts:
            first, ticks = start + part.offset // TICK_MINUTES, part.minutes // TICK_MINUTES
            choice = self._choice(part, worker, site_id, person, is_remote=kind.plan.room is None)
            mask = span(first, ticks)
            extra = turnover(kind.plan) // TICK_MINUTES if part.kind == "room" else 0
            wanted = span(first - extra, ticks + 2 * extra) if extra else mask
            for one in choice:
                if free.get((one, site_id), 0) & wanted == wanted:
                    found.append(Piece(one, part.kind, first, ticks, mask))
                    break
            else:
                return None
        return found

    def _choice(
        self, part: Part, worker: Worker, site_id: int, person: Person, *, is_remote: bool
    ) -> Sequence[int]:
        """Who or what may give a part, in the order in which they are tried."""
        if part.leads:
            return (worker.id,)
        if part.kind == "room":
            return self._rooms(part.of, worker, site_id, person)
        if part.kind == "equipment":
            return self.clinic.equipment_at[site_id, part.of]
        if part.kind == "provider":
            return self.clinic.helpers_at[site_id, part.of]
        choice = self.clinic.interpreters_at[site_id, part.of]
        return [one for one in choice if one in self.clinic.remote] if is_remote else choice

    def _rooms(self, room_type: str, worker: Worker, site_id: int, person: Person) -> Sequence[int]:
        """The provider's own first. Precautions: only the rooms that are fit for them, which others leave free."""
        key = (worker.id, site_id, room_type)
        if key not in self._ranked:
            rooms = self.clinic.rooms_at[site_id, room_type]
            rank = worker.room_rank[site_id] % len(rooms)
            self._ranked[key] = sorted(rooms[rank:] + rooms[:rank], key=self.clinic.isolation.__contains__)
        ranked = self._ranked[key]
        return [one for one in ranked if one in self.clinic.isolation] if person.isolated else ranked


def _form(kind: VisitType, worker: Worker) -> Form:
    plan = kind.plan
    parts = parts_of(
        minutes=plan.minutes,
        room_type=plan.room_type,
        segments=plan.segments,
        own_minutes=worker.lengths.get(plan.code),
    )
    lead = parts[0]
    return Form(
        parts, lead.offset // TICK_MINUTES, lead.minutes // TICK_MINUTES, length_of(parts) // TICK_MINUTES
    )
