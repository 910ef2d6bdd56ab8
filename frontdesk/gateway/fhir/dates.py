"""Dates as searches write them: 2026, 2026-03, 2026-03-03 or an instant, with a prefix such as ge before it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from http import HTTPStatus
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q

from frontdesk.gateway.fhir.outcome import Problem

PREFIXES = ("eq", "ne", "lt", "le", "gt", "ge", "sa", "eb", "ap")
_NEAR = 10  # "ap": within a tenth of the gap between now and the date, as R4 suggests
_FORM = re.compile(
    r"(?P<prefix>[a-z]{2})?(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?P<fraction>\.\d{1,9})?)?"
    r"(?P<zone>Z|[+ -]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_COMPACT = re.compile(r"([a-z]{2})?(\d{4})(\d\d)(\d\d)", re.ASCII)  # as IHE's own example of ITI-118 has it


class Span(NamedTuple):
    """What a value stands for, from `low` up to but not including `high` (aware instants), and how to compare with it."""

    prefix: str
    low: datetime
    high: datetime


def read(text: str, zone: tzinfo, *, now: datetime | None = None) -> Span:
    """The span of a value; days without a zone are those of `zone`. Raises Problem (400).

    "ap" (about then) becomes a wider "eq"; how wide depends on `now`, without which it is refused.
    """
    if compact := _COMPACT.fullmatch(text):
        text = "{}{}-{}-{}".format(compact[1] or "", *compact.groups()[1:])
    found = _FORM.fullmatch(text)
    if found is None or (found["prefix"] or "eq") not in PREFIXES:
        raise _bad(text)
    try:
        low, length = _low(found, zone)
        span = Span(found["prefix"] or "eq", low.astimezone(UTC), _next(low, length).astimezone(UTC))
    except (ValueError, OverflowError):
        raise _bad(text) from None
    if span.prefix != "ap":
        return span
    if now is None:
        raise _bad(text)
    return _about(span, now)


def _about(span: Span, now: datetime) -> Span:
    """The span, wider on both sides by a tenth of the gap between it and now; now within it: as it stands."""
    gap = max(span.low - now, now - span.high, timedelta(0)) / _NEAR
    earliest, latest = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    return Span("eq", span.low - min(gap, span.low - earliest), span.high + min(gap, latest - span.high))


def _low(found: re.Match[str], zone: tzinfo) -> tuple[datetime, str]:
    written = [name for name in ("year", "month", "day", "hour", "minute", "second") if found[name]]
    year, month, day, hour, minute, second = (
        int(found[name] or least)
        for name, least in zip(
            ("year", "month", "day", "hour", "minute", "second"), (1, 1, 1, 0, 0, 0), strict=True
        )
    )
    fraction = int(float(found["fraction"] or 0) * 1_000_000)
    low = datetime(year, month, day, hour, minute, second, fraction, tzinfo=_zone(found["zone"], zone))
    return low, "fraction" if found["fraction"] else written[-1]


def _zone(text: str | None, usual: tzinfo) -> tzinfo:
    if text is None:
        return usual
    if text == "Z":
        return UTC
    # A plus in a query that was not escaped stands for a space.
    return datetime.strptime(text.replace(" ", "+"), "%z").tzinfo or UTC


def _next(low: datetime, length: str) -> datetime:
    """The first instant after a year, a month, a day ..., by the calendar of its zone."""
    if length == "year":
        return low.replace(year=low.year + 1)
    if length == "month":
        return low.replace(year=low.year + low.month // 12, month=low.month % 12 + 1)
    if length == "day":
        return low + timedelta(days=1)
    steps = {"minute": timedelta(minutes=1), "second": timedelta(seconds=1)}
    return (low.astimezone(UTC) + steps.get(length, timedelta(milliseconds=1))).astimezone(low.tzinfo)


def condition(field: str, span: Span) -> Q:
    """The span as a condition on a column of instants."""
    low, high = span.low, span.high
    conditions = {
        "eq": Q(**{f"{field}__gte": low, f"{field}__lt": high}),
        "ne": Q(**{f"{field}__lt": low}) | Q(**{f"{field}__gte": high}),
        "lt": Q(**{f"{field}__lt": low}), "eb": Q(**{f"{field}__lt": low}),
        "le": Q(**{f"{field}__lt": high}), "ge": Q(**{f"{field}__gte": low}),
        "gt": Q(**{f"{field}__gte": high}), "sa": Q(**{f"{field}__gte": high}),
    }  # fmt: skip
    return conditions[span.prefix]


def day_condition(field: str, text: str, *, now: datetime) -> Q:
    """The value as a condition on a column of days. Raises Problem (400)."""
    span = read(text, UTC, now=now)
    first, after = span.low.date(), span.high.date()
    after = after if after > first else first + timedelta(days=1)
    conditions = {
        "eq": Q(**{f"{field}__gte": first, f"{field}__lt": after}),
        "ne": Q(**{f"{field}__lt": first}) | Q(**{f"{field}__gte": after}),
        "lt": Q(**{f"{field}__lt": first}), "eb": Q(**{f"{field}__lt": first}),
        "le": Q(**{f"{field}__lt": after}), "ge": Q(**{f"{field}__gte": first}),
        "gt": Q(**{f"{field}__gte": after}), "sa": Q(**{f"{field}__gte": after}),
    }  # fmt: skip
    return conditions[span.prefix]


def is_one_day(text: str) -> bool:
    """Does the value name one day, and nothing before or after it?"""
    return re.fullmatch(r"(?:eq)?\d{4}-?\d\d-?\d\d", text, re.ASCII) is not None


def within(spans: list[Span], first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """The stretch [first, last) as far as all the spans allow; "ne" is left to whoever reads the rows."""
    for span in spans:
        if span.prefix in ("eq", "ge"):
            first = max(first, span.low)
        if span.prefix in ("gt", "sa"):
            first = max(first, span.high)
        if span.prefix in ("eq", "le"):
            last = min(last, span.high)
        if span.prefix in ("lt", "eb"):
            last = min(last, span.low)
    return first, last


def fits(moment: datetime, spans: list[Span]) -> bool:
    """Is the instant outside of every stretch that is not wanted ("ne")?"""
    return not any(span.prefix == "ne" and span.low <= moment < span.high for span in spans)


def instant(moment: datetime) -> str:
    """2026-03-03T15:00:00Z."""
    return moment.astimezone(UTC).isoformat()[:19] + "Z"


def today(moment: datetime, zone: ZoneInfo) -> date:
    """The local day of an instant."""
    return moment.astimezone(zone).date()


def _bad(text: str) -> Problem:
    sentence = (
        f"“{text[:40]}” is no date that can be searched by: write 2026-03-03 or ge2026-03-03T09:00:00Z."
    )
    return Problem(HTTPStatus.BAD_REQUEST, "value", sentence)
