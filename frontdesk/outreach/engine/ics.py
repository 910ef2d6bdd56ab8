"""Calendars as calendar programs read them (RFC 5545). Values in, bytes out; plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import icalendar

PRODUCT = "-//Frontdesk//Calendar//EN"
HOUR = timedelta(hours=1)
SOME_YEAR = 2026  # whose rules an empty calendar shows
READ_AGAIN = icalendar.vDuration(timedelta(minutes=15))  # how often a calendar program is asked to look


@dataclass(frozen=True)
class Event:
    """One entry. `start`, `end` and `changed` are instants; `zone` (IANA) is the one in which the clock is read.

    `sequence` rises with every change; `uid` never changes. `hidden`: a calendar that is shared shows it as busy only.
    """

    uid: str
    start: datetime
    end: datetime
    zone: str
    summary: str
    sequence: int
    changed: datetime
    place: str = ""
    note: str = ""
    cancelled: bool = False
    hidden: bool = False


def calendar(events: Sequence[Event], *, name: str, zone: str, language: str = "en") -> bytes:
    """The events as one calendar, with the rules of every zone in it. The same events are always the same bytes.

    `zone` is described too where there is no event, so that a calendar is never empty of components.
    """
    made = _empty(name, zone)
    years = [moment.year for one in events for moment in (one.start, one.end)] or [SOME_YEAR]
    for each in sorted({zone, *(one.zone for one in events)}):
        made.add_component(_zone(each, min(years), max(years)))
    for one in sorted(events, key=lambda each: (each.start, each.uid)):
        made.add_component(_event(one, language))
    return bytes(made.to_ical())


def _empty(name: str, zone: str) -> icalendar.Calendar:
    made = icalendar.Calendar()
    made.add("VERSION", "2.0")
    made.add("PRODID", PRODUCT)
    made.add("CALSCALE", "GREGORIAN")
    made.add("METHOD", "PUBLISH")
    made.add("X-WR-CALNAME", icalendar.vText(name))
    made.add("X-WR-TIMEZONE", zone)
    made.add("REFRESH-INTERVAL", READ_AGAIN, parameters={"VALUE": "DURATION"})
    made.add("X-PUBLISHED-TTL", READ_AGAIN)
    return made


def _event(one: Event, language: str) -> icalendar.Event:
    zone = ZoneInfo(one.zone)
    made = icalendar.Event()
    made.add("UID", one.uid)
    made.add("DTSTAMP", one.changed.astimezone(UTC))
    made.add("DTSTART", one.start.astimezone(zone))
    made.add("DTEND", one.end.astimezone(zone))
    made.add("SUMMARY", one.summary, parameters={"LANGUAGE": language})
    made.add("SEQUENCE", one.sequence)
    made.add("STATUS", "CANCELLED" if one.cancelled else "CONFIRMED")
    made.add("TRANSP", "TRANSPARENT" if one.cancelled else "OPAQUE")
    made.add("LAST-MODIFIED", one.changed.astimezone(UTC))
    if one.place:
        made.add("LOCATION", one.place)
    if one.note:
        made.add("DESCRIPTION", one.note)
    if one.hidden:
        made.add("CLASS", "PRIVATE")
    return made


@lru_cache(maxsize=64)
def _zone(name: str, first: int, last: int) -> icalendar.Timezone:
    """The rules of a zone from the year before `first` to the year after `last`."""
    zone = ZoneInfo(name)
    begin, end = datetime(first - 1, 1, 1, tzinfo=UTC), datetime(last + 2, 1, 1, tzinfo=UTC)
    made = icalendar.Timezone()
    made.add("TZID", name)
    made.add_component(_observance(begin.astimezone(zone), begin.astimezone(zone)))
    for moment in _changes(zone, begin, end):
        before, after = (moment - HOUR).astimezone(zone), moment.astimezone(zone)
        made.add_component(_observance(before, after))
    return made


def _observance(before: datetime, after: datetime) -> icalendar.TimezoneStandard | icalendar.TimezoneDaylight:
    """What the clock shows from `after` on. It begins at the time that the clock of `before` would have shown."""
    made = icalendar.TimezoneDaylight() if after.dst() else icalendar.TimezoneStandard()
    was, becomes = before.utcoffset() or timedelta(), after.utcoffset() or timedelta()
    made.add("DTSTART", (after.astimezone(UTC) + was).replace(tzinfo=None))
    made.add("TZOFFSETFROM", was)
    made.add("TZOFFSETTO", becomes)
    made.add("TZNAME", after.tzname() or "")
    return made


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The instants, to the minute, at which the zone's offset changes."""
    for day in _days(begin, end):
        low, high = day, day + timedelta(days=1)
        if low.astimezone(zone).utcoffset() == high.astimezone(zone).utcoffset():
            continue
        while high - low > timedelta(minutes=1):
            middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
            same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
            low, high = (middle, high) if same else (low, middle)
        yield high


def _days(begin: datetime, end: datetime) -> Iterable[datetime]:
    return (begin + timedelta(days=ahead) for ahead in range((end - begin).days))
