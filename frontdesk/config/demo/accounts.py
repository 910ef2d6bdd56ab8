"""The demo's users: who they are, where they work, and who answers escalations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from string import ascii_letters
from typing import NamedTuple

from django.contrib.auth.hashers import make_password

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission, Role
from frontdesk.clinic.models import Site, Staff
from frontdesk.config.demo.catalog import EASTERN
from frontdesk.config.demo.hours import midnight
from frontdesk.config.demo.rows import SiteRow

PASSWORD = "frontdesk-demo-1"  # noqa: S105 - printed for everybody who tries the demo
SALT_LENGTH = 24


class Person(NamedTuple):
    """`sites` are the indexes of the sites at which the person works; empty for all of them."""

    username: str
    first: str
    last: str
    role: Role
    title: str
    extension: str
    sites: tuple[int, ...]


DOLORES, TOMAS, INES, ANNELIESE, SAMUEL, PRIYA = (
    "dolores.mbeki",
    "tomas.lindqvist",
    "ines.okonkwo",
    "anneliese.vanderbroeck",
    "samuel.oyelaran",
    "priya.venkataraman",
)
PEOPLE = (
    Person(DOLORES, "Dolores", "Mbeki", Role.SCHEDULER, "", "404", (0, 1)),
    Person(TOMAS, "Tomas", "Lindqvist", Role.SCHEDULER, "", "421", (1,)),
    Person(INES, "Ines", "Okonkwo-Brandt", Role.NURSE, "RN", "412", ()),
    Person(ANNELIESE, "Anneliese", "Vanderbroeck-Nakamura", Role.PROVIDER, "MD", "401", ()),
    Person(SAMUEL, "Samuel", "Oyelaran-Whitcombe", Role.PROVIDER, "MD", "402", ()),
    Person(PRIYA, "Priya", "Venkataraman", Role.MANAGER, "", "400", ()),
    Person("admin", "Ada", "Admin", Role.ADMINISTRATOR, "", "", ()),
)


def add_users(*, seed: int, today: date) -> dict[str, int]:
    """Make the users; their ids by user name. One hash serves all, with a salt that the seed decides."""
    rng = Random(f"{seed} salt")  # noqa: S311
    password = make_password(PASSWORD, salt="".join(rng.choices(ascii_letters, k=SALT_LENGTH)))
    joined = midnight(today - timedelta(days=400), EASTERN)
    users = [
        User(
            username=person.username,
            first_name=person.first,
            last_name=person.last,
            role=person.role,
            title=person.title,
            password=password,
            date_joined=joined,
        )
        for person in PEOPLE
    ]
    return {user.username: user.pk for user in User.objects.bulk_create(users)}


def add_staff(*, users: Mapping[str, int], sites: Sequence[SiteRow]) -> None:
    """Say at which sites the users work."""
    for person in PEOPLE:
        staff = Staff.objects.create(user_id=users[person.username], extension=person.extension)
        places = {place % len(sites) for place in person.sites} or range(len(sites))
        staff.sites.set([sites[place].id for place in places])


def bookers(users: Mapping[str, int], sites: Sequence[SiteRow]) -> dict[int, int]:
    """Who books at each site: Tomas at the second one, Dolores elsewhere."""
    return {site.id: users[TOMAS if place == 1 else DOLORES] for place, site in enumerate(sites)}


def demo_logins() -> list[str]:
    """A line for each demo user who is there: `login: NAME PASSWORD ROLE, SITE`; none without a demo."""
    users = {
        user.username: user
        for user in User.objects.filter(username__in=[person.username for person in PEOPLE])
    }
    every = list(Site.objects.order_by("pk"))
    return [_line(users[person.username], every) for person in PEOPLE if person.username in users]


def _line(user: User, every: Sequence[Site]) -> str:
    works_at = set(Site.objects.filter(staff__user=user))
    where = [site.name for site in every if site in works_at]
    everywhere = len(every) > 1 and (user.may(Permission.SEE_ALL_SITES) or len(where) == len(every))
    place = "all sites" if everywhere or not where else where[0]
    return f"login: {user.username} {PASSWORD} {user.get_role_display()}, {place}"
