"""The duty roster as it is read: a week of one site, and the form that adds a duty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from frontdesk.accounts.models import User
from frontdesk.clinic.engine.cover import Stretch
from frontdesk.clinic.models import Site
from frontdesk.clinic.queries.roster import TARGETS, DutyDay, may_answer, week
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import Day, Number, OneOf, SettingsForm, TimeOfDay
from frontdesk.triage.queries.cover import Uncovered, uncovered, unknown_duties

MOST_GAPS = 3  # of one tree, that are written out


@dataclass(frozen=True)
class Line:
    """One stretch of one day, in local time. `pk` is the duty's; None where nobody answers. `may_end`: not over yet."""

    pk: int | None
    hours: str
    who: str
    rank: int
    may_end: bool
    is_running: bool


@dataclass(frozen=True)
class DutyCell:
    day: date
    lines: Sequence[Line]
    is_past: bool


@dataclass(frozen=True)
class DutyRow:
    words: str
    cells: Sequence[DutyCell]


@dataclass(frozen=True)
class TreeGap:
    """Trees of the protocol in force, and when in the week ahead nobody in them is on duty: local time, in words."""

    title: str
    when: Sequence[str]
    more: int


@dataclass(frozen=True)
class DutyPage:
    sites: Sequence[Site]
    site: Site
    monday: date
    rows: Sequence[DutyRow]
    gaps: int
    today: date
    trees: Sequence[TreeGap] = ()
    unknown: Sequence[str] = ()

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def days(self) -> list[date]:
        return [self.monday + timedelta(days=number) for number in range(7)]

    @property
    def before(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def after(self) -> date:
        return self.monday + timedelta(days=7)


def duty_page(*, user: User, site: str, day: str, now: datetime) -> DutyPage | None:
    """The week of the site (a code) in which `day` (YYYY-MM-DD) lies; what makes no sense is the first site, this week.

    None for somebody who has no site.
    """
    sites = list(Site.objects.of(user).distinct())
    if not sites:
        return None
    chosen = next((one for one in sites if one.code == site), sites[0])
    today = now.astimezone(chosen.zone).date()
    monday = _monday(_day(day, today))
    found = week(chosen, monday=monday)
    rows = [DutyRow(one.words, [_cell(each, chosen.zone, now) for each in one.days]) for one in found]
    gaps = sum(
        line.pk is None for row in rows for cell in row.cells if not cell.is_past for line in cell.lines
    )
    trees = _tree_gaps(uncovered(chosen, now=now), chosen.zone)
    return DutyPage(sites, chosen, monday, rows, gaps, today, trees, unknown_duties(now=now))


def _tree_gaps(found: Sequence[Uncovered], zone: ZoneInfo) -> list[TreeGap]:
    """Trees that lack somebody at the same times stand together."""
    together: dict[tuple[Stretch, ...], list[str]] = {}
    for one in found:
        together.setdefault(tuple(one.stretches), []).append(one.title)
    return [
        TreeGap(
            ", ".join(titles),
            [_stretch(one, zone) for one in stretches[:MOST_GAPS]],
            max(0, len(stretches) - MOST_GAPS),
        )
        for stretches, titles in together.items()
    ]


def _stretch(one: Stretch, zone: ZoneInfo) -> str:
    begin, end = (moment.astimezone(zone) for moment in one)
    until = f"{end:%H:%M}" if begin.date() == end.date() else f"{end:%a %d %b %H:%M}"
    return f"{begin:%a %d %b %H:%M} to {until}"


def _day(text: str, today: date) -> date:
    """A day within ten years of today; today for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day - today) < timedelta(days=3650) else today


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _cell(day: DutyDay, zone: ZoneInfo, now: datetime) -> DutyCell:
    lines: list[tuple[datetime, int, Line]] = []
    for one in day.duties:
        span = (max(one.starts, day.span[0]), min(one.ends, day.span[1]))
        running = one.starts <= now < one.ends and span[0] <= now < span[1]
        line = Line(one.pk, _hours(span, day.span, zone), one.user.name, one.rank, span[1] > now, running)
        lines.append((span[0], one.rank, line))
    for span in day.gaps:
        lines.append(
            (span[0], 99, Line(None, _hours(span, day.span, zone), "Nobody", 99, span[1] > now, False))
        )
    return DutyCell(day.day, [one for *_, one in sorted(lines, key=lambda one: one[:2])], day.span[1] <= now)


def _hours(span: Stretch, whole: Stretch, zone: ZoneInfo) -> str:
    if span == whole:
        return "All day"
    end = "24:00" if span[1] == whole[1] else f"{span[1].astimezone(zone):%H:%M}"
    return f"{span[0].astimezone(zone):%H:%M}–{end}"


class DutyForm(SettingsForm):
    target = OneOf("Answers as", list(TARGETS.items()))
    who = OneOf("Who", ())
    rank = Number("Asked", most=9, least=1, initial=1, help_text="1 is asked first.")
    first = Day("From")
    starts = TimeOfDay("From, time")
    last = Day("Until")
    ends = TimeOfDay("Until, time")

    def __init__(self, data: QueryDict | None = None, *, site: Site, today: date, **more: Any) -> None:
        initial = {"first": today, "starts": "08:00", "last": today, "ends": "17:00"}
        super().__init__(data, initial=initial, **more)
        self._zone, people = site.zone, may_answer(site) | may_answer(site, "manager")
        offer(self, "who", [(str(one.pk), one.name) for one in people])
        self.people = {str(one.pk): one for one in people}

    def wanted(self) -> dict[str, Any]:
        """What the valid form says, as the action takes it: instants, from the site's own time."""
        read = self.cleaned_data
        return {
            "target": read["target"],
            "who": self.people[read["who"]],
            "rank": read["rank"],
            "starts": datetime.combine(read["first"], read["starts"], self._zone),
            "ends": datetime.combine(read["last"], read["ends"], self._zone),
        }
