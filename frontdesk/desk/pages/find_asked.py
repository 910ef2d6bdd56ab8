"""What was asked of find-a-time: the form read once, with a sentence for each thing that cannot be understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from frontdesk.book.engine.reasons import PartOfDay
from frontdesk.kit.text import one_line

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EVERY_DAY = frozenset(range(7))
HOURS = range(6, 22)
# What the address keeps from one step to the next, in the order of the form; `day` and `said` may come often.
KEPT = (
    "visit_type", "with", "where", "from", "until", "part", "after", "before", "interpreter", "room", "guide",
    "because",
)  # fmt: skip
KEPT_LISTS = ("day", "said")
WHY = ("why_day", "why_time", "why_with")
LONGEST = 60


@dataclass(frozen=True)
class Asked:
    """The form as it was sent. `until` and the panel's day and time are None where none is meant; `typed` is kept
    as it was, `errors` has one sentence for each field that could not be understood. Days and hours are local."""

    first: date
    until: date | None
    part: PartOfDay
    hours: tuple[int, int] | None
    weekdays: frozenset[int]
    why_day: date | None
    why_time: time | None
    typed: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.typed.get(name, "")

    @property
    def input_types(self) -> Mapping[str, str]:
        """A day that cannot be read is shown as the text that it is: a browser's own field would drop it."""
        days, times = ("from", "until", "why_day"), ("why_time",)
        plain = {**dict.fromkeys(days, "date"), **dict.fromkeys(times, "time")}
        return {name: "text" if self._is_unread(name) else kind for name, kind in plain.items()}

    def _is_unread(self, name: str) -> bool:
        return self.errors.get(name, "").startswith("Write")

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What stands in the address, name by name."""
        plain = [(name, self.text(name)) for name in KEPT if self.text(name)]
        return plain + [(name, value) for name in KEPT_LISTS for value in self.lists.get(name, ())]

    @property
    def query(self) -> str:
        return urlencode(self.pairs)

    def query_with(self, **changed: str) -> str:
        """The address with some of it changed; "" leaves a part out."""
        plain = {name: self.text(name) for name in KEPT} | changed
        pairs = [(name, value) for name, value in plain.items() if value]
        return urlencode(pairs + [(name, value) for name in KEPT_LISTS for value in self.lists.get(name, ())])

    @property
    def is_narrow(self) -> bool:
        """Was some part of the day or of the week asked for?"""
        return self.part is not PartOfDay.ANY or self.hours is not None or self.weekdays != EVERY_DAY

    @property
    def suits(self) -> str:
        """The times that suit, in words: "Mornings, not Mon"."""
        days = _days_in_words(self.weekdays)
        when = _when_in_words(self.part, self.hours)
        words = ", ".join(one for one in (when, days) if one) or "any time"
        return words[0].upper() + words[1:]


def read_asked(sent: Mapping[str, Any], *, today: date, last: date) -> Asked:
    """The form, from an address or from what is kept in another form. `last` is the last day that is booked."""
    typed = {name: one_line(str(sent.get(name, "")), limit=LONGEST) for name in (*KEPT, *WHY)}
    lists = {name: _list(sent, name) for name in KEPT_LISTS}
    errors: dict[str, str] = {}
    first = _first(typed["from"], today, last, errors)
    return Asked(
        first=first,
        until=_until(typed["until"], first, last, errors),
        part=_part(typed["part"], errors),
        hours=_hours(typed["after"], typed["before"], errors),
        weekdays=_weekdays(lists["day"], errors),
        why_day=_day(typed["why_day"], "why_day", errors),
        why_time=_time(typed["why_time"], errors),
        typed=typed,
        lists=lists,
        errors=errors,
    )


def _list(sent: Mapping[str, Any], name: str) -> tuple[str, ...]:
    if isinstance(sent, QueryDict):
        return tuple(one_line(one, limit=90) for one in sent.getlist(name)[:40])
    return ()


def _day(text: str, name: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors[name] = "Write the day as year, month and day: 2026-03-05."
        return None


def _first(text: str, today: date, last: date, errors: dict[str, str]) -> date:
    day = _day(text, "from", errors)
    if day is None:
        return today
    if day < today:
        errors["from"] = "This day has passed: times are looked for from today on."
    elif day > last:
        errors["from"] = f"Nothing is booked after {last:%a} {last.day} {last:%b} yet."
    return min(max(day, today), last)


def _until(text: str, first: date, last: date, errors: dict[str, str]) -> date | None:
    day = _day(text, "until", errors)
    if day is not None and day < first:
        errors["until"] = "The last day comes before the first: it is left out."
        return None
    return min(day, last) if day is not None else None


def _part(text: str, errors: dict[str, str]) -> PartOfDay:
    if text and text not in set(PartOfDay):
        errors["part"] = "Choose a part of the day from the list."
    return PartOfDay(text) if text in set(PartOfDay) else PartOfDay.ANY


def _hours(after: str, before: str, errors: dict[str, str]) -> tuple[int, int] | None:
    low, high = _hour(after, "after", errors), _hour(before, "before", errors)
    if low is None and high is None:
        return None
    if low is not None and high is not None and low >= high:
        errors["before"] = "The hours end before they begin: they are left out."
        return None
    return (low or 0, 24 if high is None else high)


def _hour(text: str, name: str, errors: dict[str, str]) -> int | None:
    if not text:
        return None
    if text in {str(hour) for hour in HOURS}:
        return int(text)
    errors[name] = "Choose an hour from the list."
    return None


def _weekdays(sent: tuple[str, ...], errors: dict[str, str]) -> frozenset[int]:
    chosen = {one for one in sent if one}
    if chosen - set("0123456"):
        errors["day"] = "Choose days of the week from the list."
    return frozenset(int(one) for one in chosen if one in set("0123456")) or EVERY_DAY


def _time(text: str, errors: dict[str, str]) -> time | None:
    if not text:
        return None
    try:
        found = time.fromisoformat(text if ":" in text else f"{text}:00")
    except ValueError:
        errors["why_time"] = "Write the time as hours and minutes: 09:30."
        return None
    return found.replace(second=0, microsecond=0, tzinfo=None)


def _when_in_words(part: PartOfDay, hours: tuple[int, int] | None) -> str:
    if hours is None:
        return "" if part is PartOfDay.ANY else f"{part.value}s"
    low, high = hours
    if not low:
        return f"before {high}:00"
    return f"after {low}:00" if high >= 24 else f"{low}:00 to {high}:00"


def _days_in_words(weekdays: frozenset[int]) -> str:
    left_out = EVERY_DAY - weekdays
    work = [day for day in sorted(left_out) if day < 5]
    if not left_out:
        return ""
    if weekdays == frozenset(range(5)):
        return "Mon to Fri"
    if len(work) <= 2 and len(weekdays) > 2 and work:
        return f"not {' or '.join(WEEKDAYS[day] for day in work)}"
    return "only " + ", ".join(WEEKDAYS[day] for day in sorted(weekdays))
