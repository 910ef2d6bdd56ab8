"""The few visits that do not agree with their type, so that the audit page has something to show.

Every other visit of the demo passes the audit of book/queries/audit.py. All that is planted on purpose is here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from frontdesk.config.demo.clinic import Clinic, VisitType
from frontdesk.config.demo.opening import Place
from frontdesk.config.demo.rows import Visit

if TYPE_CHECKING:
    from frontdesk.config.demo.visits import Made

PLANTED = {
    3: ("length", "Booked as a visit type of another length"),
    4: ("specialty", "Booked as a visit type of another specialty"),
    5: ("room", "Booked into a room of another kind"),
}
"""Which is looked for from so many days ahead on, each on the first day on which a visit lends itself to it."""


class Planter:
    """Changes one visit of a day where one is due."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.lengths = {worker.id: worker.lengths for worker in clinic.workers}
        self.kinds = {kind.id: kind for menu in clinic.menu.values() for kind in menu}
        self.waiting = dict(PLANTED)
        self.done: dict[str, int] = {}
        """The place among its day's visits of each that was planted, by what is wrong."""

    def plant(self, ahead: int, made: Sequence[Made], free: Mapping[Place, int]) -> None:
        """Plant what is due on the day that lies `ahead`; at most one a day."""
        due = next((since for since in self.waiting if since <= ahead), None)
        if due is None:
            return
        what = self.waiting[due][0]
        for place, one in enumerate(made):
            if len(one.pieces) == 2 and not one.is_kept and self._change(what, one, free):
                self.done[what] = place
                del self.waiting[due]
                return

    def _change(self, what: str, one: Made, free: Mapping[Place, int]) -> bool:
        if what == "room":
            return self._other_room(one, free)
        other = self._other_kind(one.visit, what)
        if other is not None:
            one.visit = one.visit._replace(visit_type_id=other.id)
        return other is not None

    def _other_kind(self, visit: Visit, what: str) -> VisitType | None:
        """One that takes the same room and no machine: of another length, or of another specialty."""
        plan = self.kinds[visit.visit_type_id].plan
        if plan.segments or plan.first or plan.room is None:
            return None
        own = self.lengths.get(visit.provider_id, {})
        minutes = (visit.end - visit.start).total_seconds() / 60
        for other in self.kinds.values():
            alike = other.plan.room is plan.room and not other.plan.segments and not other.plan.first
            if not alike or other.plan.lead < 30 or not other.plan.weight:
                continue
            same_specialty = other.plan.specialty == plan.specialty
            same_length = own.get(other.plan.code, other.plan.minutes) == minutes
            if (same_specialty, same_length) == ((True, False) if what == "length" else (False, True)):
                return other
        return None

    def _other_room(self, one: Made, free: Mapping[Place, int]) -> bool:
        """Into a procedure room that is free, from the exam room that the visit needs."""
        visit = one.visit
        place = next((number for number, piece in enumerate(one.pieces) if piece.kind == "room"), None)
        if place is None or self.kinds[visit.visit_type_id].plan.room_type != "exam":
            return False
        mask = one.pieces[place].mask
        for room in self.clinic.rooms_at[visit.site_id, "procedure"]:
            if free.get((room, visit.site_id), 0) & mask == mask:
                one.pieces[place] = one.pieces[place]._replace(resource=room)
                one.visit = visit._replace(room_id=room)
                return True
        return False
