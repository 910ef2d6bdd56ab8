"""Sites, resources and visit types. No action makes them yet, so they are written straight into their tables."""

from __future__ import annotations

from datetime import date, time

from frontdesk.accounts.models import User
from frontdesk.book.models import Session
from frontdesk.clinic.choices import InterpreterMode, Modality, ResourceKind, RoomType
from frontdesk.clinic.models import Interpreter, Provider, Resource, Room, Site, Specialty, VisitType

NEW_YORK = "America/New_York"
WEEKDAYS = range(5)


def site(code: str, name: str, *, phone: str = "+12125550100", zone: str = NEW_YORK) -> Site:
    return Site.objects.create(
        code=code, name=name, address=f"1 {name} Street, New York, NY", phone=phone, time_zone=zone
    )


def specialty(code: str, name: str) -> Specialty:
    return Specialty.objects.create(code=code, name=name)


def provider(name: str, *, at: Site, in_: Specialty, user: User | None = None) -> Provider:
    return Provider.objects.create(
        kind=ResourceKind.PROVIDER,
        name=name,
        family=name.rsplit(maxsplit=1)[-1],
        site=at,
        specialty=in_,
        user=user,
    )


def room(name: str, *, at: Site, kind: RoomType = RoomType.EXAM) -> Room:
    return Room.objects.create(kind=ResourceKind.ROOM, name=name, site=at, room_type=kind)


def interpreter(name: str, *, at: Site, languages: list[str]) -> Interpreter:
    return Interpreter.objects.create(
        kind=ResourceKind.INTERPRETER, name=name, site=at, mode=InterpreterMode.PERSON, languages=languages
    )


def visit_type(  # the fields that tests care about
    code: str,
    name: str,
    *,
    in_: Specialty,
    minutes: int,
    room_type: str = RoomType.EXAM,
    modality: Modality = Modality.IN_PERSON,
    same_day: bool = False,
) -> VisitType:
    return VisitType.objects.create(
        code=code,
        name=name,
        name_es=name,
        specialty=in_,
        minutes=minutes,
        room_type=room_type,
        modality=modality,
        same_day=same_day,
    )


def sessions(
    resource: Resource,
    *,
    at: Site,
    starts: time = time(8),
    ends: time = time(17),
    weekdays: range | list[int] = WEEKDAYS,
    since: date = date(2026, 1, 1),
) -> None:
    """Weekly sessions of the resource at a site: local times, Monday is 0."""
    Session.objects.bulk_create(
        Session(resource=resource, site=at, weekday=day, starts=starts, ends=ends, valid_from=since)
        for day in weekdays
    )
