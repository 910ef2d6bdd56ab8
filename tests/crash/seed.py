"""`python -m tests.crash.seed VISITS DOOR`: a clinic with so many callers, and what each is to be given.

Writes one JSON object: `jobs` for the clerks (request, provider, room and start of each), `door` for the web's people
(request and session of each). Its days are the real ones from tomorrow on.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time, timedelta
from itertools import islice, product
from typing import Any

import django

DOCTORS, DESKS = 8, 4
FIRST_HOUR, SLOTS = 8, 18  # half hours of a day


def main() -> None:
    django.setup()
    from django.utils import timezone

    from tests.universe import build

    visits, door = map(int, sys.argv[1:3])
    json.dump(_seed(build(), timezone.now(), visits, door), sys.stdout)


def _seed(clinic: Any, now: datetime, visits: int, door: int) -> dict[str, object]:
    from tests.factories.callers import callers

    pairs = _pairs(clinic, now)
    requests = callers(visits + door, site=clinic.main, by=clinic.alice, now=now)
    starts = product(_weekdays(now.date()), range(SLOTS), pairs)
    jobs = [
        {
            "request": request.pk,
            "provider": doctor.pk,
            "room": room.pk,
            "start": _at(day, slot, clinic).isoformat(),
        }
        for request, (day, slot, (doctor, room)) in zip(requests[:visits], starts, strict=False)
    ]
    return {"jobs": jobs, "door": _door(clinic, requests[visits:])}


def _pairs(clinic: Any, now: datetime) -> list[tuple[Any, Any]]:
    """Doctors with a room each for the clerks; beside them four doctors and rooms for who comes by the web."""
    from frontdesk.book.actions.days import open_days
    from frontdesk.clinic.choices import RoomType
    from tests.factories import clinic as factory
    from tests.universe import OPENER

    walk_in = factory.specialty("door", "Walk-in")
    factory.visit_type("door", "Walk-in visit", in_=walk_in, minutes=10, room_type=RoomType.PROCEDURE)
    pairs = [
        (
            factory.provider(f"Dr. Crash {n}", at=clinic.main, in_=clinic.dr_carol.specialty),
            factory.room(f"Room {n}", at=clinic.main),
        )
        for n in range(DOCTORS)
    ]
    others = [factory.provider(f"Dr. Door {n}", at=clinic.main, in_=walk_in) for n in range(DESKS)]
    rooms = [factory.room(f"Door {n}", at=clinic.main, kind=RoomType.PROCEDURE) for n in range(DESKS)]
    everybody = [*(one for pair in pairs for one in pair), *others, *rooms]
    for one in everybody:
        factory.sessions(one, at=clinic.main)
    first = now.date() + timedelta(days=1)
    open_days(resources=everybody, first=first, last=first + timedelta(days=30), by=OPENER, now=now)
    return pairs


def _weekdays(today: date) -> list[date]:
    days = (today + timedelta(days=n) for n in range(1, 30))
    return list(islice((day for day in days if day.weekday() < 5), 20))


def _at(day: date, slot: int, clinic: Any) -> datetime:
    return datetime.combine(day, time(FIRST_HOUR + slot // 2, slot % 2 * 30), clinic.main.zone)


def _door(clinic: Any, requests: list[Any]) -> list[dict[str, object]]:
    from django.test import Client

    from frontdesk.accounts.permissions import Role
    from tests.factories import staff

    sessions = []
    for number in range(DESKS):
        client = Client()
        clerk = staff.user(f"door{number}", Role.SCHEDULER, sites=(clinic.main,))
        client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
        sessions.append(client.cookies["sessionid"].value)
    return [{"request": one.pk, "session": sessions[n % DESKS]} for n, one in enumerate(requests)]


if __name__ == "__main__":
    main()
