"""A time that a client names, as the book takes it; or the reason why it cannot be had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from frontdesk.book.actions.taking import KeptTime, OffGrid, check_free_patient, check_notice
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.actions.wanted import Wanted, wanted_from
from frontdesk.book.engine.gates import Gate
from frontdesk.book.models import Appointment
from frontdesk.book.queries.find import Wish, at
from frontdesk.book.queries.moving import Target, place_for
from frontdesk.book.queries.moving import why_not as why_not_there
from frontdesk.book.queries.why_not import LINKS, why_not
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.kit.errors import Refused
from frontdesk.people.models import Patient

LEAST = timedelta(minutes=5)  # of a visit
_OWN: dict[str, type[Refused]] = {LINKS[Gate.KEPT]: KeptTime, LINKS[Gate.GRID]: OffGrid}


@dataclass(frozen=True)
class Place:
    """A visit type, where, with whom and when. `start` is an instant; `room` (an id) where a certain one is meant."""

    visit_type: VisitType
    site: Site
    provider: Provider
    start: datetime
    room: int | None = None


def wanted_at(place: Place, patient: Patient, *, now: datetime) -> Wanted:
    """What the place takes, on whatever rooms and interpreters are free.

    It may lie in time that is kept for others: the book itself refuses that, with its own sentence. Raises
    TimePast, PatientBusy, LeadTime or TimeTaken where the time cannot be had.
    """
    wish = _wish(place, patient)
    option = at(wish, place.provider.pk, place.start, now=now)
    if option is None:
        _refuse(wish, place, patient, now)
    return wanted_from(option, place.visit_type)


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
