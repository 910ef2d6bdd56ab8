"""The panels beside the options: why not at this time, and what ruled the others out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from frontdesk.book.engine.gates import Gate
from frontdesk.book.ports import Finding, Verdict
from frontdesk.book.queries.find import Wish, nearest
from frontdesk.book.queries.ruled_out import Counted, ruled_out
from frontdesk.book.queries.why_not import WhyNot, why_not
from frontdesk.clinic.models import Provider
from frontdesk.desk.pages.find_options import Offer

if TYPE_CHECKING:
    from frontdesk.desk.pages.find_page import FindPage

NUMBERS = (
    "Nothing stands",
    "One thing stands",
    "Two things stand",
    "Three things stand",
    "Four things stand",
)
FIRST_REASONS = {
    Gate.NOTICE: "Too soon",
    Gate.HORIZON: "Later than is booked now",
    Gate.DUE: "After the last day",
    Gate.WEEKDAY: "On another day of the week",
    Gate.HOURS: "At another time of the day",
    Gate.PATIENT: "The patient has another visit",
    Gate.SESSION: "Not in session",
    Gate.GRID: "No visit begins then",
    Gate.BOOKED: "Already booked",
    Gate.LENGTH: "Too short",
    Gate.KEPT: "Kept for another need",
    Gate.ROOM: "No room then",
    Gate.EQUIPMENT: "No machine then",
    Gate.SOMEBODY: "Nobody else of the staff then",
    Gate.INTERPRETER: "No interpreter then",
    Gate.TOGETHER: "Not all at once",
}


class Line(NamedTuple):
    """One link of the answer with its shape and colour."""

    icon: str
    css: str
    word: str
    finding: Finding


class Near(NamedTuple):
    words: str
    url: str


class WhyPanel:
    """A day, a time and somebody: what stands in the way, and what is nearest."""

    def __init__(self, page: FindPage, offers: Sequence[Offer]) -> None:
        self.page, self.offers = page, offers

    @property
    def day(self) -> str:
        return self.page.asked.text("why_day") or self.page.asked.first.isoformat()

    @property
    def time(self) -> str:
        return self.page.asked.text("why_time")

    @cached_property
    def provider(self) -> Provider | None:
        value = self.page.asked.text("why_with")
        return next((one for one in self.page.providers if str(one.pk) == value), None)

    @cached_property
    def error(self) -> str:
        """One sentence where what was asked cannot be understood."""
        asked = self.page.asked
        for name in ("why_day", "why_time"):
            if name in asked.errors:
                return asked.errors[name]
        if asked.why_day is not None and asked.why_time is None:
            return "Which time of the day? Write hours and minutes: 09:30."
        if asked.text("why_with") and self.provider is None:
            return "Choose somebody from the list."
        return ""

    @cached_property
    def wish(self) -> Wish | None:
        """What was looked for, with the one who is asked about."""
        wish = self.page.wish
        return replace(wish, providers=[self.provider.pk]) if wish and self.provider else wish

    @cached_property
    def start(self) -> datetime | None:
        asked = self.page.asked
        if self.error or asked.why_day is None or asked.why_time is None:
            return None
        if not date(2000, 1, 1) < asked.why_day < date(2200, 1, 1):
            return None
        return datetime.combine(asked.why_day, asked.why_time, self.page.request.site.zone)

    @cached_property
    def answer(self) -> WhyNot | None:
        if self.start is None or self.wish is None:
            return None
        return why_not(self.wish, self.start, now=self.page.now)

    @property
    def verdict(self) -> str:
        if self.answer is None:
            return ""
        count = len(self.answer.in_the_way)
        words = NUMBERS[count] if count < len(NUMBERS) else f"{count} things stand"
        return f"{words} in the way."

    @property
    def lines(self) -> list[Line]:
        looks = {Verdict.PASS: ("pass", "Pass."), Verdict.FAIL: ("fail", "Fail.")}
        found = self.answer.findings if self.answer else ()
        return [
            Line(looks[one.verdict][0], looks[one.verdict][0], looks[one.verdict][1], one) for one in found
        ]

    @cached_property
    def nearest(self) -> list[Near]:
        """The next times that fit, each with the way to it: an option of the page, or a search from its day."""
        if self.answer is None or self.answer.fits or self.wish is None or self.start is None:
            return []
        later = replace(self.wish, earliest=max(self.start, self.wish.earliest))
        found = nearest(later, now=self.page.now, limit=2) or nearest(self.wish, now=self.page.now, limit=2)
        shown = {(one.option.start, one.option.provider): one.number for one in self.offers}
        near = []
        for option in found:
            local = option.local_start
            words = f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
            if number := shown.get((option.start, option.provider)):
                near.append(Near(f"{words}, option {number}", f"#option-{number}"))
            else:
                changed = {"from": local.date().isoformat(), "with": str(option.provider)}
                near.append(Near(words, self.page.url_with(**changed) + "#op"))
        return near


@dataclass(frozen=True)
class RuledOut:
    """How many times were looked at on which days, and the first reason against each that does not fit."""

    counted: Counted
    minutes: int

    @classmethod
    def of(cls, wish: Wish, now: datetime) -> RuledOut:
        return cls(ruled_out(wish, now=now), wish.visit_type.minutes)

    @property
    def rows(self) -> list[tuple[str, int]]:
        """The reasons with their counts, the most frequent first."""
        found = self.counted.first_reasons.items()
        return sorted(((self._words(gate), count) for gate, count in found), key=lambda row: -row[1])

    def _words(self, gate: Gate) -> str:
        return f"Too short for {self.minutes} min" if gate is Gate.LENGTH else FIRST_REASONS[gate]
