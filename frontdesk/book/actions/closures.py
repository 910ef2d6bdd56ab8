"""What a closed day does to the book: its days are made anew, and its visits become work."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.book.actions.affected import finish_tasks, open_tasks
from frontdesk.book.actions.days import remake_days
from frontdesk.book.models import ResourceDay, Session
from frontdesk.book.queries.outside import at_site
from frontdesk.clinic.models import Site
from frontdesk.daybook.record import Actor
from frontdesk.kit.clock import day_span
from frontdesk.work.models import Queue


@transaction.atomic
def close_day(*, site: Site, day: date, name: str, by: Actor, now: datetime) -> int:
    """Nobody is open at the site that day any more; a task for each visit. Answers how many visits there are."""
    _remake(site, day)
    visits = [one for one in at_site(site, *day_span(day, site.time_zone)) if one.end > now]
    open_tasks(visits=visits, title=_title(site, day, name), queue=Queue.CONTACT, by=by, now=now)
    return len(visits)


@transaction.atomic
def reopen_day(*, site: Site, day: date, name: str, by: Actor, now: datetime) -> int:
    """The day is as its sessions say again. Answers how many tasks are finished with that."""
    _remake(site, day)
    if not isinstance(by, User):
        return 0
    return finish_tasks(
        visits=at_site(site, *day_span(day, site.time_zone)),
        title=_title(site, day, name),
        outcome="The site is open after all: the visit stays",
        by=by,
        now=now,
    )


def _title(site: Site, day: date, name: str) -> str:
    return f"{site.name} is closed on {day:%-d %B} ({name}): move or cancel, and tell the patient"


def _remake(site: Site, day: date) -> None:
    """Everybody who has a session there, and everybody whose day is already kept."""
    held = set(Session.objects.on(day).filter(site=site).values_list("resource_id", flat=True))
    held |= set(ResourceDay.objects.filter(site=site, day=day).values_list("resource_id", flat=True))
    remake_days(resources=sorted(held), first=day, last=day)
