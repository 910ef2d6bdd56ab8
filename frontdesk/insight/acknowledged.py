"""Who has read the protocols in force: a version counts as read by whoever has acknowledged that very version.

Everybody who takes requests or accepts handoffs is to read them: its scripts, its lanes and what must be written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import ROLE_PERMISSIONS, Permission
from frontdesk.clinic.models import Site
from frontdesk.insight.scope import Part
from frontdesk.triage.models import Acknowledgement, Protocol

READERS = [
    role
    for role, may in ROLE_PERMISSIONS.items()
    if may & {Permission.TAKE_REQUESTS, Permission.ACCEPT_HANDOFFS}
]


@dataclass(frozen=True)
class Reader:
    """Somebody who is to read a version; `at` is when they said that they had, or None."""

    name: str
    role: str
    at: datetime | None


@dataclass(frozen=True)
class AtSite:
    """The readers of one site (None: of no single site), those who have not read it first."""

    site: Site | None
    readers: Sequence[Reader]

    @property
    def read(self) -> Part:
        return Part(sum(one.at is not None for one in self.readers), len(self.readers))


@dataclass(frozen=True)
class Coverage:
    """One protocol in force, and who of which site has read it."""

    protocol: Protocol
    read: Part
    sites: Sequence[AtSite]


def coverage(*, sites: Sequence[Site], now: datetime) -> list[Coverage]:
    """For each protocol in force, of each name the newest version. Somebody of several sites counts at each."""
    newest: dict[str, Protocol] = {}
    for row in Protocol.objects.in_force(now).defer("content"):
        newest.setdefault(row.name, row)
    people = list(User.objects.filter(is_active=True, role__in=READERS).order_by("last_name", "pk"))
    works = _works(people)
    return [_coverage(row, sites, people, works) for row in newest.values()]


def _works(people: Sequence[User]) -> dict[int, set[int]]:
    """The sites at which each works; none for those whose role sees all sites."""
    found: dict[int, set[int]] = {one.pk: set() for one in people}
    for user, site in Site.objects.filter(staff__user__in=people).values_list("staff__user", "pk"):
        found[user].add(site)
    return found


def _coverage(
    row: Protocol, sites: Sequence[Site], people: Sequence[User], works: dict[int, set[int]]
) -> Coverage:
    read = dict(Acknowledgement.objects.filter(protocol=row).values_list("user", "at"))
    shown = [site for site in sites if row.site_id in (None, site.pk)]
    here = {site.pk for site in shown}
    counted = [one for one in people if not works[one.pk] or works[one.pk] & here]
    parts = [_at(site, [one for one in counted if site.pk in works[one.pk]], read) for site in shown]
    parts.append(_at(None, [one for one in counted if not works[one.pk]], read))
    whole = Part(sum(one.pk in read for one in counted), len(counted))
    return Coverage(row, whole, [one for one in parts if one.readers])


def _at(site: Site | None, people: Sequence[User], read: dict[int, datetime]) -> AtSite:
    readers = [Reader(one.name, one.get_role_display(), read.get(one.pk)) for one in people]
    return AtSite(site, sorted(readers, key=lambda one: one.at is not None))
