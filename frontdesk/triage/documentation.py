"""What a rule may ask to be written down, by the key that protocols use.

A key with "?" at its end is asked and not required: a temperature that nobody took is not missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from frontdesk.people.engine.birth_dates import NotADate, read_birth_date

# What other parts of the record hold already: the words, the callback, the handoff, what was told.
KEPT_ELSEWHERE = frozenset(
    {
        "reported_words",
        "callback",
        "callback_number",
        "accepted_by",
        "caller_told",
        "escalated_to",
        "resolution",
        "direction",
        "answer",
    }
)

LABELS: dict[str, str] = {
    "onset": "Began",
    "temperature": "Temperature, as stated",
    "severity": "How bad, as stated",
    "duration": "For how long",
    "age": "Age",
    "guardian_callback": "Guardian’s callback number",
    "weeks_pregnant": "Weeks pregnant, if they say so",
    "risk_factors": "Risk factors, as stated",
    "glucose_reading": "Glucose reading, as stated",
    "safe_now": "Safe now?",
    "medicine": "Medicine",
    "time_taken": "When it was taken",
    "medicine_and_time": "Medicine, and when taken",
    "substance_and_time": "What was taken, and when",
    "suspected_cause": "What they think caused it",
    "inhaler_use": "Inhaler: how often today, and does it help",
    "last_known_well": "Last known well",
    "procedure_date": "Procedure date",
    "facility": "Facility that discharged them",
    "discharge_date": "Discharge date",
    "facility_and_discharge_date": "Facility and discharge date",
    "discharge_instructions": "Discharge instructions verified",
    "result_source": "Who reported the result",
    "result_time": "Date and time of the result",
    "result_source_and_time": "Source and time of the result",
    "emergency_call": "Who calls 911, and when",
    "address": "Where the patient is",
    "outreach_attempts": "Every attempt to get the papers",
    "language_arrangement": "How the interpreter is arranged",
    "approved_by": "Who approved",
    "payer_contact": "What the payer said",
    "error_source": "Where the error came from",
    "alternatives": "Alternatives offered",
}

DAYS = frozenset({"procedure_date", "discharge_date"})  # a day that has been
STAMPS = frozenset({"result_time"})  # a day or a clock time, in figures
NOT_A_DAY = "cannot be read as a day: type month, day and year, such as 03/14/2026"
NOT_YET = "lies in the future"
NO_TIME = "needs a date or a time in figures, such as 03/14 9:40"
OLDEST = timedelta(days=3 * 366)
_AGO = re.compile(r"(\d{1,3})\s+(day|week)s?\s+ago")


@dataclass(frozen=True)
class Asked:
    """One thing that a rule wants written down."""

    key: str
    required: bool = True

    @property
    def label(self) -> str:
        return label(self.key)


def asked(documentation: Iterable[str]) -> list[Asked]:
    """A rule's keys as they stand in a protocol, read; those that are kept elsewhere are left out."""
    keys = (Asked(one.removesuffix("?"), not one.endswith("?")) for one in documentation)
    return [one for one in keys if one.key not in KEPT_ELSEWHERE]


def label(key: str) -> str:
    """The words on the screen for a key; a key without a label is shown as words. "?" is said as "optional"."""
    plain = key.removesuffix("?")
    words = LABELS.get(plain, plain.replace("_", " ").capitalize())
    return f"{words} (optional)" if key != plain else words


def problem(key: str, value: str, *, today: date) -> str:
    """What is wrong with an answer, to be said after its label; "" where nothing is. `today` is the site's day."""
    if key in STAMPS and not any(sign.isdigit() for sign in value):
        return NO_TIME
    if key not in DAYS:
        return ""
    day = read_day(value, today=today)
    if day is None:
        return NOT_A_DAY
    return NOT_YET if day > today else ""


def read_day(text: str, *, today: date) -> date | None:
    """The day that somebody names: a date, "today", "yesterday", "3 days ago"; None where it cannot be told."""
    said = " ".join(text.lower().split())
    if said in ("today", "yesterday"):
        return today - timedelta(days=("today", "yesterday").index(said))
    if (ago := _AGO.fullmatch(said)) is not None:
        return today - timedelta(days=int(ago[1]) * (7 if ago[2] == "week" else 1))
    try:
        found = read_birth_date(text, today=today + timedelta(days=366))
    except NotADate:
        return None
    return found if found >= today - OLDEST else None
