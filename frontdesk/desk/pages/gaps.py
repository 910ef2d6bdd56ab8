"""Gaps and waits of one site: the sums by provider, one provider's days, what a person might move, and how visits end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.asked import asked_id, asked_text
from frontdesk.desk.templatetags.figures import percent
from frontdesk.insight import endings, gaps, suggestions, waits
from frontdesk.insight.charts import Chart, Group, Value, bar_chart
from frontdesk.insight.endings import Endings
from frontdesk.insight.gaps import ProviderDay, ProviderUse, Report, Use
from frontdesk.insight.suggestions import Suggestion
from frontdesk.insight.waits import Wait
from frontdesk.kit.clock import local_day

DAYS = 14
ENDINGS_DAYS = 90
SPANS = {"ahead": "The next 14 days", "behind": "The last 14 days"}


@dataclass(frozen=True)
class Move:
    """A suggestion as it is shown: its words, and the address of the form that moves the visit."""

    words: str
    day: str
    provider: str
    url: str


@dataclass(frozen=True)
class DayRow:
    day: date
    one: ProviderDay
    gaps: str


@dataclass(frozen=True)
class GapsPage:
    site: Site
    sites: Sequence[Site]
    span: str
    report: Report
    providers: Sequence[ProviderUse]
    chosen: ProviderUse | None
    days: Sequence[DayRow]
    chart: Chart
    waits: Sequence[Wait]
    moves: Sequence[Move]
    endings: Endings
    endings_first: date
    today: date

    @property
    def spans(self) -> list[tuple[str, str, str]]:
        """(code, words, address) of what can be looked at."""
        return [(code, words, self.url(span=code)) for code, words in SPANS.items()]

    def url(self, **other: object) -> str:
        said = {"site": self.site.code, "span": self.span, **other}
        return f"?{urlencode({key: value for key, value in said.items() if value})}"


def gaps_page(*, user: User, query: QueryDict, now: datetime) -> GapsPage | None:
    """The report of one site of the user's (`?site=`), ahead or behind (`?span=`); None without a site."""
    sites = list(Site.objects.of(user).order_by("pk"))
    if not sites:
        return None
    code, span = asked_text(query, "site"), asked_text(query, "span")
    site = next((one for one in sites if one.code == code), sites[0])
    span = span if span in SPANS else "ahead"
    today = local_day(now, site.time_zone)
    back, ahead = timedelta(days=-DAYS), timedelta(days=DAYS)
    first, last = (today, today + ahead) if span == "ahead" else (today + back, today - timedelta(days=1))
    report = gaps.report(site=site, first=first, last=last)
    providers = report.providers
    wanted = asked_id(query, "provider")
    chosen = next((one for one in providers if one.provider == wanted), None)
    named = report.of(chosen.provider) if chosen else report.days
    found = suggestions.suggestions(site=site, days=named, now=now) if span == "ahead" else []
    ended_from = today - timedelta(days=ENDINGS_DAYS)
    return GapsPage(
        site=site,
        sites=sites,
        span=span,
        report=report,
        providers=providers,
        chosen=chosen,
        days=[_day(one, site) for one in named] if chosen else [],
        chart=_chart(report, chosen),
        waits=waits.waits(site=site, now=now, provider=chosen.provider if chosen else None),
        moves=[_move(one, user) for one in found],
        endings=endings.endings(site=site, first=ended_from, last=today - timedelta(days=1)),
        endings_first=ended_from,
        today=today,
    )


def _day(one: ProviderDay, site: Site) -> DayRow:
    said = [
        f"{gap.start.astimezone(site.zone):%H:%M}–{gap.end.astimezone(site.zone):%H:%M}" for gap in one.gaps
    ]
    return DayRow(one.day, one, ", ".join(said))


def _chart(report: Report, chosen: ProviderUse | None) -> Chart:
    """The share of session minutes used, day by day."""
    days = [(one.day, one.use) for one in report.of(chosen.provider)] if chosen else report.by_day
    return bar_chart(
        [Group(f"{day.day}", (Value(use.percent, _says(day, use)),), f"{day:%a}") for day, use in days]
    )


def _says(day: date, use: Use) -> str:
    return f"{day:%a} {day.day} {day:%b}: {use.used} of {use.opened} minutes used, {percent(use.percent)}"


def _move(one: Suggestion, user: User) -> Move:
    zone = one.visit.site.zone
    start = one.to.astimezone(zone)
    query = urlencode({"day": f"{start:%Y-%m-%d}", "time": f"{start:%H:%M}"})
    may = user.may(Permission.BOOK)
    url = f"{reverse('desk:visit-move', args=[one.visit.pk])}?{query}" if may else ""
    return Move(one.words, f"{start:%a} {start.day} {start:%b}", one.provider, url)
