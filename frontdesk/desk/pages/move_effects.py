"""What a move would do beside the checks of the chain: in words, before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from frontdesk.book.actions.wanted import Wanted
from frontdesk.book.models import Appointment
from frontdesk.book.queries.moving import gap_behind
from frontdesk.book.queries.plans import breaks
from frontdesk.desk.pages.day_parts import say_minutes
from frontdesk.kit.clock import local_day


@dataclass(frozen=True)
class Effect:
    """One thing that the move would do: a shape with its colour, what it is about, and a sentence."""

    icon: str
    about: str
    sentence: str
    css: str = ""


def effects_of(visit: Appointment, wanted: Wanted) -> Iterator[Effect]:
    """What changes for the patient, the rooms, the providers and the time that is left behind."""
    yield _wait(visit, wanted)
    yield _room(visit, wanted)
    if wanted.provider.pk != visit.provider_id:
        names = f"{visit.provider.name} and {wanted.provider.name}"
        yield Effect("warn", "Providers", f"Two are changed: tell {names}.", "warn")
    if wanted.visit_type.pk != visit.visit_type_id:
        sentence = f"{visit.visit_type.name} becomes {wanted.visit_type.name}, secured before the old time is given back."
        yield Effect("info", "Visit type", sentence)
    yield from _interpreter(visit, wanted)
    yield _left_behind(visit)
    if visit.plan is not None:
        for sentence in breaks(visit.plan, visit, wanted.start, site=wanted.site, end=wanted.end):
            yield Effect("warn", "Plan", sentence, "warn")


def _wait(visit: Appointment, wanted: Wanted) -> Effect:
    days = (
        local_day(wanted.start, wanted.site.time_zone) - local_day(visit.start, visit.site.time_zone)
    ).days
    if not days:
        return Effect(
            "clock", "Wait", f"The same day, {'earlier' if wanted.start < visit.start else 'later'}."
        )
    many = f"{abs(days)} day{'s' if abs(days) != 1 else ''}"
    if days < 0:
        return Effect("pass", "Wait", f"The patient is seen {many} earlier.", "pass")
    return Effect("warn", "Wait", f"The patient waits {many} longer.", "warn")


def _room(visit: Appointment, wanted: Wanted) -> Effect:
    if wanted.room is None:
        return Effect("room", "Room", "None is needed.")
    if wanted.room.pk == visit.room_id:
        return Effect("pass", "Room", f"{wanted.room.name} is kept.", "pass")
    was = f" instead of {visit.room.name}" if visit.room else ""
    return Effect("room", "Room", f"{wanted.room.name}{was}.")


def _interpreter(visit: Appointment, wanted: Wanted) -> Iterator[Effect]:
    was, new = visit.interpreter, wanted.interpreter
    if was is not None and new is None:
        speaks = visit.patient.language in wanted.provider.languages
        why = f": {wanted.provider.name} speaks {visit.patient.get_language_display()}" if speaks else ""
        yield Effect("interp", "Interpreter", f"No longer {was.name}{why}.")
    elif new is not None and new != was:
        yield Effect("interp", "Interpreter", f"{new.name}{f' instead of {was.name}' if was else ''}.")


def _left_behind(visit: Appointment) -> Effect:
    start, end = (moment.astimezone(visit.site.zone) for moment in gap_behind(visit))
    minutes = say_minutes(int((end - start).total_seconds() // 60))
    sentence = f"Leaves {minutes} free with {visit.provider.name}, {start:%H:%M} to {end:%H:%M}."
    return Effect("calendar", "Left behind", sentence)
