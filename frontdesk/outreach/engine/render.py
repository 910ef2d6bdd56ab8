"""Filling in a message. Only the names listed here may stand in a template, so nothing clinical can slip in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

ALLOWED = frozenset({"given_name", "clinic", "day", "time", "arrive", "address", "phone", "how"})
_NAME = re.compile(r"\{(\w*)\}")

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
        "noviembre", "diciembre",
    ),
}  # fmt: skip


class BadTemplate(ValueError):
    """The message is a sentence for whoever writes templates."""


def check_template(text: str) -> None:
    """Raises BadTemplate where a name is not allowed or a brace stands alone."""
    strangers = sorted(set(_NAME.findall(text)) - ALLOWED)
    if strangers:
        raise BadTemplate(f"A message may not hold {{{strangers[0]}}}: only {', '.join(sorted(ALLOWED))}.")
    if re.search(r"[{}]", _NAME.sub("", text)):
        raise BadTemplate("A brace stands alone in the message.")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its names filled in. Values are put in as they are and never read again."""
    check_template(text)
    return _NAME.sub(lambda found: values[found.group(1)], text)


def say_day(moment: datetime, language: str) -> str:
    """A local day in words: "Tuesday, November 24, 2026", "martes 24 de noviembre de 2026"."""
    tongue = language if language in _DAYS else "en"
    day, month = _DAYS[tongue][moment.weekday()], _MONTHS[tongue][moment.month - 1]
    if tongue == "es":
        return f"{day} {moment.day} de {month} de {moment.year}"
    return f"{day}, {month} {moment.day}, {moment.year}"


def say_time(moment: datetime, language: str) -> str:
    """A local time in words: "9:40 AM", "9:40 a. m."."""
    half = ("a. m.", "p. m.") if language == "es" else ("AM", "PM")
    return f"{moment.hour % 12 or 12}:{moment.minute:02d} {half[moment.hour >= 12]}"
