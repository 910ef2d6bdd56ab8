"""Who is on duty now for what, and who after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Duty, Site
from frontdesk.clinic.queries.roster import ALWAYS, DutyNow, now_and_then

WEEKDAYS = timedelta(days=6)  # within these the name of a weekday says which day is meant


@dataclass(frozen=True)
class Answers:
    """Somebody who answers; `until` is when their duty ends, `far` whether that is more than six days away."""

    name: str
    extension: str
    since: datetime
    until: datetime
    far: bool


@dataclass(frozen=True)
class DutyCard:
    """`needed`: somebody should always have it; `lasts`: who has it now has it for a day at least."""

    target: str
    words: str
    now: Sequence[Answers]
    then: Sequence[Answers]
    needed: bool
    lasts: bool

    @property
    def begins(self) -> datetime | None:
        """When the next begin."""
        return self.then[0].since if self.then else None

    @property
    def leaves_a_gap(self) -> bool:
        """Does the last of those on duty leave before the next begin, or is there no next within a day?"""
        ends = max((one.until for one in self.now), default=None)
        return ends is not None and self.begins is not None and self.begins > ends


@dataclass(frozen=True)
class DutyNowPage:
    site: Site
    sites: QuerySet[Site]
    cards: Sequence[DutyCard]

    @property
    def missing(self) -> int:
        return sum(card.needed and not card.now for card in self.cards)


def duty_cards(site: Site, *, now: datetime) -> list[DutyCard]:
    return [_card(one, now) for one in now_and_then(site, now)]


def duty_now_page(*, user: User, site: str, now: datetime) -> DutyNowPage | None:
    """For the site with this code, else the person's first one; None for somebody without a site."""
    sites = Site.objects.of(user).distinct().order_by("pk")
    chosen = sites.filter(code=site).first() if site.isprintable() else None
    chosen = chosen or sites.first()
    return DutyNowPage(chosen, sites.order_by("name"), duty_cards(chosen, now=now)) if chosen else None


def _card(one: DutyNow, now: datetime) -> DutyCard:
    ends = {row.user_id: row.ends for row in one.now}
    goes_on = [row for row in one.then if row.user_id in ends and ends[row.user_id] >= row.starts]
    answer = [_answers(row, now) for row in one.now]
    follow = [_answers(row, now) for row in one.then if row not in goes_on]
    lasts = bool(goes_on) or any(who.until >= now + timedelta(days=1) for who in answer)
    return DutyCard(one.target, one.words, answer, follow, one.target in ALWAYS, lasts)


def _answers(duty: Duty, now: datetime) -> Answers:
    staff = getattr(duty.user, "staff", None)
    far = duty.ends - now > WEEKDAYS
    return Answers(duty.user.name, staff.extension if staff else "", duty.starts, duty.ends, far)
