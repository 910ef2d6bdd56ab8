"""Birth dates as they are typed: 03/14/1979, 3-14-79, 1979-03-14, 14 Mar 1979, Mar 14 1979, 03141979."""

from __future__ import annotations

import re
from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
OLDEST = 125  # years; nobody on record has lived longer


class NotADate(ValueError):
    """The message is a sentence for the clerk."""


def read_birth_date(text: str, *, today: date) -> date:
    """The date meant by `text`; month before day where both are numbers. Raises NotADate."""
    year, month, day = _parts(text, today)
    try:
        found = date(year, month, day)
    except ValueError:
        raise NotADate("There is no such day: type month, day and year, such as 03/14/1979.") from None
    if found > today:
        raise NotADate("A birth date cannot lie in the future.")
    if found.year < today.year - OLDEST:
        raise NotADate(f"A birth date before {today.year - OLDEST} cannot be right.")
    return found


def _parts(text: str, today: date) -> tuple[int, int, int]:
    text = text.strip()
    if text.startswith(("-", "+", ".", "/")):
        raise NotADate("Type month, day and year, such as 03/14/1979.")
    words = re.findall(r"[0-9]+|[a-z]+", text.lower()) if text.isascii() else []
    numbers = [word for word in words if word.isdigit()]
    if len(words) == 1 and len(numbers) == 1 and len(words[0]) == 8:
        return _from_digits(words[0])
    if len(words) != 3 or any(len(word) > 9 for word in words):
        raise NotADate("Type month, day and year, such as 03/14/1979.")
    if len(numbers) == 3:
        return _from_numbers(numbers, today)
    return _from_words(words, numbers, today)


def _from_digits(digits: str) -> tuple[int, int, int]:
    if digits[:2] in ("19", "20"):
        return int(digits[:4]), int(digits[4:6]), int(digits[6:])
    return int(digits[4:]), int(digits[:2]), int(digits[2:4])


def _from_numbers(numbers: list[str], today: date) -> tuple[int, int, int]:
    first, second, third = numbers
    if len(first) == 4:
        return int(first), int(second), int(third)
    return _full_year(third, today), int(first), int(second)


def _from_words(words: list[str], numbers: list[str], today: date) -> tuple[int, int, int]:
    name = next((word[:3] for word in words if not word.isdigit()), "")
    if name not in MONTHS or len(numbers) != 2:
        raise NotADate("Type month, day and year, such as 03/14/1979.")
    return _full_year(numbers[1], today), MONTHS.index(name) + 1, int(numbers[0])


def _full_year(digits: str, today: date) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    century = today.year - today.year % 100
    return century + year if century + year <= today.year else century - 100 + year
