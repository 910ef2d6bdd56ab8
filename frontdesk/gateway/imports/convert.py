"""A row of text into a visit, or into what is wrong with it. No database, no clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TypeVar

from frontdesk.book.actions.history import ReportedVisit
from frontdesk.gateway.imports.map import ImportMap, fold_word
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import one_line
from frontdesk.people.actions.imported import ImportedPatient

_WHOLE_NUMBER = re.compile(r"[0-9]{1,80}")
_AGE = re.compile(r"[+-]?[0-9]{1,6}")
_YEARS = range(1900, 2101)  # a visit or a birth outside of these is a slip of the keyboard
_LONGEST = {"visit_id": 80, "patient_id": 80, "given": 80, "family": 80}
_LONGEST_DETAIL = 200
Reasons = tuple[str, ...]
T = TypeVar("T")


class _Reason(Exception):
    """Why a cell cannot be taken, as the end of a sentence that begins with its column. It holds no cell's text."""


class Converter:
    """Turns the rows below one header into visits, as one map tells. Raises BadValue for a header that lacks columns."""

    def __init__(self, plan: ImportMap, header: Sequence[str]) -> None:
        self.plan = plan
        self.width = len(header)
        names = [name.strip() for name in header]
        wanted = {**plan.details, **plan.columns}
        if lacking := sorted({column for column in wanted.values() if column not in names}):
            raise BadValue(f"The file lacks the columns that the map names: {_quoted(lacking)}.")
        if doubled := sorted({column for column in wanted.values() if names.count(column) > 1}):
            raise BadValue(f"The file has a column twice that the map names: {_quoted(doubled)}.")
        self.index = {key: names.index(column) for key, column in plan.columns.items()}
        self.details = {key: (names.index(column), column) for key, column in plan.details.items()}

    def convert(self, fields: Sequence[str]) -> ReportedVisit | Reasons:
        """The visit that a row tells of, or every reason why it cannot be one. Never raises."""
        if len(fields) != self.width:
            return (f"the row has {'more' if len(fields) > self.width else 'fewer'} fields than the header",)
        return _Row(self, fields).visit()


class _Row:
    """One row being read; collects the reasons as it goes."""

    def __init__(self, converter: Converter, fields: Sequence[str]) -> None:
        self.plan = converter.plan
        self.index = converter.index
        self.details = converter.details
        self.fields = fields
        self.reasons: list[str] = []

    def visit(self) -> ReportedVisit | Reasons:
        external_id, value = self.take("visit_id", self._id), self.take("patient_id", self._id)
        booked_at, day = self.take("booked", self._moment), self.take("day", self._day)
        came = self.take("outcome", self._word)
        reminded = self.take("reminded", self._word)
        birth_date = self.take("birth_date", self._day)
        age = self.take("age", self._age)
        sex = self.take("sex", self._word)
        given, family = self.take("given", self._name), self.take("family", self._name)
        details = self._details()
        lead_days = self._lead_days(booked_at, day)
        if birth_date and day:
            from_birth = self._age_on(day, birth_date)
            age = from_birth if age is None else age
        # The four are None only beside a reason; saying so here spares the reader (and the checker) the thought.
        if self.reasons or external_id is None or value is None or booked_at is None or day is None:
            return tuple(dict.fromkeys(self.reasons))
        patient = ImportedPatient(value, given or "", family or "", birth_date, str(sex or ""))
        return ReportedVisit(
            external_id,
            patient,
            booked_at.astimezone(UTC),
            day,
            lead_days,
            bool(came),
            bool(reminded),
            age,
            details,
        )

    def take(self, key: str, read: Callable[[str, str], T]) -> T | None:
        """What `read` makes of the cell; None, with a reason noted, where it cannot; None where nothing is mapped."""
        if key not in self.index:
            return None
        try:
            return read(key, self.fields[self.index[key]].strip())
        except _Reason as reason:
            self.reasons.append(f"{self.plan.columns[key]} {reason}")
            return None

    def _id(self, key: str, text: str) -> str:
        if not text:
            raise _Reason("is empty")
        if key in self.plan.whole_numbers and not _WHOLE_NUMBER.fullmatch(text):
            raise _Reason("is not a whole number")
        if not text.isprintable():
            raise _Reason("holds characters that are no text")
        return self._name(key, text)

    def _name(self, key: str, text: str) -> str:
        return _plain(text, _LONGEST[key])

    def _moment(self, key: str, text: str) -> datetime:
        """The instant, told on the clock of the map's zone."""
        if not text:
            raise _Reason("is empty")
        try:
            moment = datetime.strptime(text, self.plan.dates[key])  # noqa: DTZ007  the zone follows below
        except (ValueError, OverflowError):
            raise _Reason("is not a date as the map writes it") from None
        if moment.year not in _YEARS:
            raise _Reason("lies outside the years 1900 to 2100")
        return moment.astimezone(self.plan.zone) if moment.tzinfo else moment.replace(tzinfo=self.plan.zone)

    def _day(self, key: str, text: str) -> date | None:
        if key == "birth_date" and not text:
            return None
        return self._moment(key, text).date()

    def _word(self, key: str, text: str) -> bool | str:
        meaning = self.plan.words[key].get(fold_word(text))
        if meaning is None:
            raise _Reason("holds a word that the map does not know")
        return meaning

    def _age(self, _: str, text: str) -> int | None:
        if not text:
            return None
        if not _AGE.fullmatch(text):
            raise _Reason("is not a whole number")
        return self._in_bounds(int(text))

    def _in_bounds(self, age: int) -> int:
        youngest, oldest = self.plan.ages
        if age < youngest:
            raise _Reason(f"is below {youngest}")
        if age > oldest:
            raise _Reason(f"is above {oldest}")
        return age

    def _age_on(self, day: date, birth_date: date) -> int | None:
        column = self.plan.columns["birth_date"]
        if birth_date > day:
            self.reasons.append(f"{column} lies after {self.plan.columns['day']}")
            return None
        years = day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
        try:
            return self._in_bounds(years)
        except _Reason as reason:
            self.reasons.append(f"the age from {column} {reason}")
            return None

    def _lead_days(self, booked_at: datetime | None, day: date | None) -> int:
        """Days from the booking to the visit, on the clinic's calendar."""
        lead = (day - booked_at.date()).days if booked_at and day else 0
        if lead < 0:
            self.reasons.append(f"{self.plan.columns['day']} lies before {self.plan.columns['booked']}")
        return lead

    def _details(self) -> dict[str, str]:
        kept: dict[str, str] = {}
        for key, (index, column) in self.details.items():
            try:
                text = _plain(self.fields[index].strip(), _LONGEST_DETAIL)
            except _Reason as reason:
                self.reasons.append(f"{column} {reason}")
            else:
                kept |= {key: text} if text else {}
        return kept


def _plain(text: str, longest: int) -> str:
    """One line of `text` as the database may keep it; what would be cut off is refused, not cut."""
    if len(text) > longest:
        raise _Reason(f"is longer than {longest} characters")
    line = one_line(text, limit=longest)
    if text and not line:
        raise _Reason("holds no letter that can be kept")
    return line


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
