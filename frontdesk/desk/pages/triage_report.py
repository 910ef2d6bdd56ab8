"""The report of triage: how fast, how whole the records are, what became of escalations; every figure with its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.templatetags.figures import percent
from frontdesk.insight import completeness, escalations, request_times
from frontdesk.insight import request_rows as figures
from frontdesk.insight.charts import Chart, Group, Value, bar_chart
from frontdesk.insight.completeness import Missing, OpenBand, Whole
from frontdesk.insight.escalations import Escalations, Raised, Rerouted
from frontdesk.insight.request_times import SPANS, Handling, Row, Spread
from frontdesk.insight.scope import Part, Scope, last_days
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.models import Request
from frontdesk.triage.queries.prose import span
from frontdesk.work.models import Queue

PERIODS = {"7": "7 days", "28": "28 days", "90": "90 days", "365": "A year"}
PERIOD = "28"
PER_PAGE = 50


@dataclass(frozen=True)
class Asked:
    """What the address asks for: the period, one site or all, and for rows the figure with its lane and key."""

    period: str
    site: Site | None
    sites: Sequence[Site]
    figure: str = figures.OPENED
    lane: str = ""
    missing: str = ""

    def url(self, figure: str, **more: str) -> str:
        """The address of the rows behind a figure."""
        return f"{reverse('desk:triage-rows')}?{self.query(figure=figure, **more)}"

    def query(self, **more: str) -> str:
        site = self.site.code if self.site else ""
        said = {"period": self.period, "site": site, **more}
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True)
class TimesRow:
    """One line of the table of times: a lane, or a lane at a site."""

    words: str
    requests: int
    cells: Sequence[tuple[str, str, int]]
    url: str
    whole: bool


def asked(query: QueryDict, *, user: User) -> Asked | None:
    """What makes no sense asks for nothing; None for somebody who has no site."""
    sites = list(Site.objects.of(user).order_by("name"))
    if not sites:
        return None
    code, period, figure = (asked_text(query, name) for name in ("site", "period", "figure"))
    return Asked(
        period=period if period in PERIODS else PERIOD,
        site=next((one for one in sites if one.code == code), None),
        sites=sites,
        figure=figure if figure in figures.WORDS else figures.OPENED,
        lane=asked_text(query, "lane"),
        missing=asked_text(query, "missing"),
    )


class TriageReport:
    """Everything is read when the template asks for it, and once."""

    periods = PERIODS

    def __init__(self, asked: Asked, *, now: datetime) -> None:
        self.asked, self.now = asked, now

    @cached_property
    def scope(self) -> Scope:
        sites = [self.asked.site] if self.asked.site else self.asked.sites
        return last_days(sites, int(self.asked.period), now=self.now)

    @property
    def period_links(self) -> list[tuple[str, str, bool]]:
        site = self.asked.site.code if self.asked.site else ""
        here = self.asked.period
        return [
            (words, "?" + urlencode({"period": key, **({"site": site} if site else {})}), key == here)
            for key, words in PERIODS.items()
        ]

    # Times

    @cached_property
    def _times(self) -> list[Row]:
        return request_times.times(self.scope)

    @property
    def overall(self) -> Row | None:
        return next((one for one in self._times if one.lane is None), None)

    @cached_property
    def times(self) -> list[TimesRow]:
        """By lane, each followed by its sites where there is more than one."""
        lanes = [one for one in self._times if one.lane and one.site is None]
        lanes.sort(key=lambda one: -RANK[Lane(one.lane or Lane.ROUTINE)])
        several = len({one.site for one in self._times if one.site}) > 1
        found = []
        for lane in lanes:
            found.append(self._row(lane))
            here = [one for one in self._times if one.lane == lane.lane and one.site is not None]
            found += [self._row(one) for one in here] if several else []
        return found

    def _row(self, one: Row) -> TimesRow:
        lane = one.lane or ""
        words = self.scope.names.get(one.site, "") if one.site else lane.capitalize()
        site = next((site.code for site in self.scope.sites if site.pk == one.site), "")
        url = self.asked.url(figures.OPENED, lane=lane, **({"site": site} if site else {}))
        cells = [_spread(one.spans[name]) for name in SPANS]
        return TimesRow(words, one.requests, cells, url, one.site is None)

    @cached_property
    def handling(self) -> list[tuple[Handling, tuple[str, str, int]]]:
        return [(one, _spread(one.spread)) for one in request_times.handling(self.scope)]

    # Completeness

    @cached_property
    def _whole(self) -> list[Whole]:
        return completeness.whole_at_first(self.scope)

    @property
    def whole(self) -> Part:
        return next(
            (one.share for one in self._whole if one.lane is None and one.site is None and one.clerk is None),
            Part(0, 0),
        )

    @cached_property
    def whole_by(self) -> list[tuple[str, list[tuple[str, Part]]]]:
        """The same share by lane, by site and by clerk, each with its heading."""
        people = dict(_named([one.clerk for one in self._whole if one.clerk]))
        lanes = [((one.lane or "").capitalize(), one.share) for one in self._whole if one.lane]
        sites = [(self.scope.names.get(one.site, ""), one.share) for one in self._whole if one.site]
        clerks = [(people.get(one.clerk, "Somebody"), one.share) for one in self._whole if one.clerk]
        return [("Lane", lanes), ("Site", sites), ("Clerk", clerks)]

    @cached_property
    def missing(self) -> list[tuple[Missing, str, str]]:
        """What was missing, by site, with the site's name and the address of the rows."""
        codes = {one.pk: one.code for one in self.scope.sites}
        return [
            (
                one,
                self.scope.names[one.site],
                self.asked.url(figures.REFUSED, missing=one.key, site=codes[one.site]),
            )
            for one in completeness.missing_at_first(self.scope)
        ]

    @cached_property
    def open_by_age(self) -> list[OpenBand]:
        return completeness.open_by_age(self.scope, now=self.now)

    @property
    def whole_chart(self) -> Chart:
        """The share that was whole at the first try, by site."""
        groups = [
            Group(name, (Value(share.percent, _says(name, share)),), f"n = {share.of:,}")
            for name, share in self.whole_by[1][1][:8]
        ]
        return bar_chart(
            groups, reference=self.whole.percent, reference_label=f"all {percent(self.whole.percent)}"
        )

    # Escalations and screening

    @cached_property
    def escalations(self) -> Escalations:
        return escalations.escalations(self.scope)

    @property
    def steps_chart(self) -> Chart:
        found = self.escalations
        shown = [*found.steps, ("Outside service", found.outside), ("Last resort", found.last_resort)]
        groups = [
            Group(words, (Value(share.percent, _says(words, share)),), f"n = {share.count:,}")
            for words, share in shown
        ]
        return bar_chart(groups)

    @cached_property
    def raised(self) -> list[Raised]:
        return escalations.raised(self.scope)

    @cached_property
    def rerouted(self) -> list[Rerouted]:
        names = dict(Queue.choices)
        found = escalations.rerouted(self.scope)
        return [
            Rerouted(names.get(one.was, one.was), names.get(one.became, one.became), one.count)
            for one in found
        ]

    # Addresses of rows

    @property
    def urls(self) -> dict[str, str]:
        return {key.replace("-", "_"): self.asked.url(key) for key in figures.WORDS}


@dataclass(frozen=True)
class ShownRow:
    """A request behind a figure. `url` is empty for those who may not see it."""

    request: Request
    url: str


@dataclass(frozen=True)
class RowsPage:
    asked: Asked
    scope: Scope
    words: str
    page: Page[Any]
    rows: Sequence[ShownRow]
    back: str

    @property
    def query(self) -> str:
        asked = self.asked
        return asked.query(figure=asked.figure, lane=asked.lane, missing=asked.missing) + "&"


def rows_page(asked: Asked, *, user: User, page: str, now: datetime) -> RowsPage:
    """The requests behind one figure, page by page."""
    report = TriageReport(asked, now=now)
    found = figures.behind(report.scope, asked.figure, lane=asked.lane, missing=asked.missing)
    shown = Paginator(found.select_related("site", "closed_by"), PER_PAGE).get_page(page)
    seen = set(
        Request.objects.visible_to(user).filter(pk__in=[one.pk for one in shown]).values_list("pk", flat=True)
    )
    rows = [ShownRow(one, reverse("desk:story", args=[one.pk]) if one.pk in seen else "") for one in shown]
    words = figures.WORDS[asked.figure]
    if asked.missing:
        words += f": {completeness.words_of(asked.missing)}"
    if asked.lane:
        words += f", {asked.lane} lane"
    return RowsPage(
        asked, report.scope, words, shown, rows, f"{reverse('desk:triage-report')}?{asked.query()}"
    )


def _spread(one: Spread) -> tuple[str, str, int]:
    """The median and the ninth of ten in words, and of how many."""
    words = ["–" if seconds is None else span(seconds) for seconds in (one.median, one.ninth)]
    return words[0], words[1], one.count


def _says(words: str, share: Part) -> str:
    return f"{words}: {share.count:,} of {share.of:,}, {percent(share.percent)}"


def _named(people: Sequence[int]) -> list[tuple[int, str]]:
    return [(one.pk, one.name) for one in User.objects.filter(pk__in=people)]
