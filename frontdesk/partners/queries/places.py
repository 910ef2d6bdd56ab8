"""A time that a client names, as the book takes it; or the reason why it cannot be had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from frontdesk.book.actions.taking import KeptTime, OffGrid, check_free_patient, check_notice
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.actions.wanted import Wanted, wanted_from, wanted_with
from frontdesk.book.engine.gates import Gate
from frontdesk.book.models import Appointment
from frontdesk.book.queries.find import Wish, at
from frontdesk.book.queries.moving import Target, place_for
from frontdesk.book.queries.moving import why_not as why_not_there
from frontdesk.book.queries.why_not import LINKS, why_not
from frontdesk.book.queries.wish import parts_for
from frontdesk.clinic.choices import ResourceKind
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.kit.errors import Refused
from frontdesk.people.models import Patient

LEAST = timedelta(minutes=5)  # of a visit
_OWN: dict[str, type[Refused]] = {LINKS[Gate.KEPT]: KeptTime, LINKS[Gate.GRID]: OffGrid}


@dataclass(frozen=True)
class Place:
    """A visit type, where, with whom and when. `start` is an instant; `room` (an id) where a certain one is meant.

    `free` is a room (its id) that was free with it when it was offered.
    """

    visit_type: VisitType
    site: Site
    provider: Provider
    start: datetime
    room: int | None = None
    free: int | None = None


def wanted_at(place: Place, patient: Patient, *, now: datetime) -> Wanted:
    """What the place takes, on whatever rooms and interpreters are free.

    It may lie in time that is kept for others: the book itself refuses that, with its own sentence. Raises
    TimePast, PatientBusy, LeadTime or TimeTaken where the time cannot be had.
    """
    offered = _as_offered(place, patient)
    if offered is not None:
        return offered
    wish = _wish(place, patient)
    option = at(wish, place.provider.pk, place.start, now=now)
    if option is None:
        _refuse(wish, place, patient, now)
    return wanted_from(option, place.visit_type)


def _as_offered(place: Place, patient: Patient) -> Wanted | None:
    """The provider and the room that were offered: whether they are still free the book finds under its locks.

    Where the room was taken meanwhile it takes another. None where more is needed than these two.
    """
    kind = place.visit_type
    parts = parts_for(kind, provider=place.provider)
    alone = [one.kind for one in parts] == [ResourceKind.PROVIDER, ResourceKind.ROOM]
    if place.free is None or place.room is not None or patient.needs_interpreter or not alone:
        return None
    chosen = (place.provider.pk, place.free)
    try:
        return wanted_with(kind, place.site, place.start, resources=chosen, parts=parts, by=kind.modality)
    except LookupError:
        return None


def wanted_for_move(visit: Appointment, place: Place, *, now: datetime) -> Wanted:
    """What the visit would take there; its own time counts as free. Raises TimeTaken with the first reason."""
    target = Target(place.visit_type, place.site, place.provider, place.start, place.room)
    option = place_for(visit, target, now=now)
    if option is None:
        raise TimeTaken(why_not_there(visit, target, now=now))
    return wanted_from(option, place.visit_type)


def _wish(place: Place, patient: Patient) -> Wish:
    return Wish(
        visit_type=place.visit_type,
        sites=[place.site],
        providers=[place.provider.pk],
        earliest=place.start,
        until=place.start.astimezone(place.site.zone).date(),
        language=patient.language,
        interpreter=patient.needs_interpreter,
        directed=True,
        room=place.room,
    )


def _refuse(wish: Wish, place: Place, patient: Patient, now: datetime) -> NoReturn:
    """The reason, as far as it is another system's business: not whose the time is, nor why somebody is away."""
    check_free_patient(patient, place.start, place.start + LEAST, now=now)
    check_notice(place.visit_type, place.start, place.site, now=now)
    answer = why_not(wish, place.start, now=now)
    for one in answer.in_the_way if answer else ():
        if one.link in _OWN:
            raise _OWN[one.link](one.sentence)
    raise TimeTaken("This time is not free.")
