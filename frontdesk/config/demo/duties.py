"""The duty roster: who answers escalations at each site, day by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.clinic.models import Duty, Provider, Staff
from frontdesk.config.demo.accounts import ANNELIESE, INES, SAMUEL
from frontdesk.config.demo.clinic import Clinic, Worker
from frontdesk.config.demo.hours import midnight
from frontdesk.config.demo.opening import Opening
from frontdesk.config.demo.reserved import Reserved
from frontdesk.config.demo.sizes import OPEN_FROM_DAYS, Size
from frontdesk.kit.text import fold

ANSWERED = {"nurse": (1, 2), "crisis": (1, 2), "provider": (2, 1)}
"""Each kind of escalation: the rank of the triage nurse, and of the doctor of the day."""

EVENING = timedelta(hours=6)
"""So long before midnight the doctor of the day goes on call."""


class Doctor(NamedTuple):
    """A provider who has a log-in."""

    worker: Worker
    user_id: int


def add_doctors(clinic: Clinic, users: Mapping[str, int]) -> dict[int, list[Doctor]]:
    """Who may be the doctor of the day, by site id: two at the first site; elsewhere one, who gets a log-in now."""
    first, *others = clinic.site_info
    named = (ANNELIESE, SAMUEL)
    found = {first: [Doctor(one, users[name]) for one, name in zip(clinic.workers, named, strict=False)]}
    password = User.objects.get(pk=users[INES]).password
    for site_id in others:
        here = [one for one in clinic.workers if one.home == site_id and not _has_log_in(one, found)]
        chosen = sorted(here, key=lambda one: -_days_at(one, site_id))[:1]
        found[site_id] = [Doctor(one, _log_in(one, site_id, password)) for one in chosen]
    return found


def add_duties(
    *,
    doctors: Mapping[int, Sequence[Doctor]],
    nurse: int,
    manager: int,
    clinic: Clinic,
    reserved: Reserved,
    opening: Opening,
    size: Size,
    today: date,
) -> None:
    """From a week ago to the horizon: the triage nurse and the manager (user ids) all the time, the doctor on days in
    session. After hours the doctor of that day is on call until midnight, and the nurse the whole night.
    """
    days = [today + timedelta(days=ahead) for ahead in range(-OPEN_FROM_DAYS, size.horizon_days + 1)]
    rows = []
    for site_id, info in clinic.site_info.items():
        spans = [(midnight(day, info.zone), midnight(day + timedelta(days=1), info.zone)) for day in days]
        whole = (spans[0][0], spans[-1][1])
        at_work = dict(_in_session(doctors[site_id], site_id, days, reserved, opening))
        in_session = [(span, at_work[day]) for day, span in zip(days, spans, strict=True) if day in at_work]
        for target, (nurses, doctor) in ANSWERED.items():
            rows.append(_duty(site_id, target, nurse, nurses, *whole))
            rows += [_duty(site_id, target, who, doctor, *span) for span, who in in_session]
        rows += [_duty(site_id, "on_call", who, 1, end - EVENING, end) for (_, end), who in in_session]
        rows.append(_duty(site_id, "on_call", nurse, 2, *whole))
        rows.append(_duty(site_id, "manager", manager, 1, *whole))
    Duty.objects.bulk_create(rows, batch_size=2_000)


def _duty(site_id: int, target: str, who: int, rank: int, starts: datetime, ends: datetime) -> Duty:
    return Duty(site_id=site_id, target=target, user_id=who, rank=rank, starts=starts, ends=ends)


def _in_session(
    doctors: Sequence[Doctor], site_id: int, days: Sequence[date], reserved: Reserved, opening: Opening
) -> Iterator[tuple[date, int]]:
    """The first of the doctors who is open at the site that day and not away; nobody on the other days."""
    for day in days:
        opened = opening.on(day)
        for worker, user_id in doctors:
            here = opened.get((worker.id, site_id))
            if here and here.bits.open and reserved.share(worker, day) == 1:
                yield day, user_id
                break


def _log_in(worker: Worker, site_id: int, password: str) -> int:
    """A log-in for a provider who had none: the user's id."""
    provider = Provider.objects.get(pk=worker.id)
    given = provider.name.removeprefix("Dr. ").split(worker.family)[0].strip()
    stem = fold(f"{given}.{worker.family}").replace(" ", ".").replace("-", ".")
    taken = User.objects.filter(username__startswith=stem).count()
    user = User.objects.create(
        username=f"{stem}{taken + 1}" if taken else stem,
        first_name=given,
        last_name=worker.family,
        role=Role.PROVIDER,
        title="MD",
        password=password,
    )
    Provider.objects.filter(pk=worker.id).update(user=user)
    Staff.objects.create(user=user).sites.set([site_id])
    return user.pk


def _has_log_in(worker: Worker, found: Mapping[int, Sequence[Doctor]]) -> bool:
    return any(one.worker is worker for doctors in found.values() for one in doctors)


def _days_at(worker: Worker, site_id: int) -> int:
    return sum(any(at == site_id for at, _, _ in hours) for hours in worker.week)
