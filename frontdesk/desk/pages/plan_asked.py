"""What the forms for several visits ask for. What makes no sense there asks for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from django.http import QueryDict

from frontdesk.book.engine.plans import Gap, Rhythm, spread
from frontdesk.desk.pages.asked import asked_id, asked_text

SERIES, LINKED, FAMILY = "series", "linked", "family"
TABS = ((SERIES, "A series"), (LINKED, "Linked visits"), (FAMILY, "A family"))
MOST_AHEAD = 366  # days
HOW = (
    ("w1", "Once a week"), ("w2", "Twice a week"), ("w3", "3 times a week"), ("w4", "4 times a week"),
    ("w5", "Every working day"), ("d14", "Every 2 weeks"), ("d21", "Every 3 weeks"), ("d28", "Every 4 weeks"),
    ("d84", "Every 12 weeks"),
)  # fmt: skip
GAPS = (
    ("d1-7", "1 to 7 days later", Gap(1, 7)),
    ("d0-60", "Same day, 1 to 4 hours later", Gap(0, 0, 60, 240)),
    ("d0-0", "Same day, right after (within the hour)", Gap(0, 0, 0, 60)),
    ("d1-3", "1 to 3 days later", Gap(1, 3)),
    ("d2-14", "2 to 14 days later", Gap(2, 14)),
    ("d7-14", "7 to 14 days later", Gap(7, 14)),
    ("d14-30", "14 to 30 days later", Gap(14, 30)),
)
_GAPS = {code: gap for code, _, gap in GAPS}


@dataclass(frozen=True)
class Asked:
    """The form as it was sent, read safely. `today` is the site's."""

    query: QueryDict
    today: date

    @property
    def tab(self) -> str:
        return self._among("tab", [value for value, _ in TABS])

    @property
    def first(self) -> date:
        return self._day("from") or self.today + timedelta(days=1)

    @property
    def until(self) -> date | None:
        day = self._day("until")
        return day if day is None or day >= self.first else self.first

    @property
    def at(self) -> time | None:
        try:
            return time.fromisoformat(self.text("at")[:5])
        except ValueError:
            return None

    @property
    def count(self) -> int:
        number = asked_id(self.query, "count") or 6
        return min(number, 40)

    @property
    def how(self) -> str:
        return self._among("how", [value for value, _ in HOW])

    @property
    def how_in_words(self) -> str:
        return dict(HOW)[self.how]

    @property
    def every_days(self) -> int | None:
        return int(self.how[1:]) if self.how[0] == "d" else (7 if self.how == "w1" else None)

    @property
    def rhythm(self) -> Rhythm:
        if self.every_days is not None:
            return Rhythm(every_days=self.every_days)
        return Rhythm(weekdays=spread(self.first.weekday(), int(self.how[1:])))

    def gap(self, name: str) -> str:
        """The code of a gap between two linked visits."""
        return self._among(name, list(_GAPS))

    def gap_of(self, name: str) -> Gap:
        return _GAPS[self.gap(name)]

    @property
    def at_once(self) -> bool:
        return self.text("side") == "once"

    def text(self, name: str) -> str:
        return asked_text(self.query, name)

    def number(self, name: str) -> int | None:
        return asked_id(self.query, name)

    def _day(self, name: str) -> date | None:
        try:
            day = date.fromisoformat(self.text(name))
        except ValueError:
            return None
        return min(max(day, self.today), self.today + timedelta(days=MOST_AHEAD))

    def _among(self, name: str, values: list[str]) -> str:
        value = self.text(name)
        return value if value in values else values[0]
