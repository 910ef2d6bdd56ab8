"""Why an offered time fits, in the words that scheduler and auditor both read. One function says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class PartOfDay(StrEnum):
    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"

    @property
    def hours(self) -> tuple[int, int]:
        """Local hours [from, to) of the day."""
        return {"any": (0, 24), "morning": (0, 12), "afternoon": (12, 24)}[self.value]


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for a time (`fits`) or that the clerk should know before offering it."""

    fits: bool
    sentence: str


@dataclass(frozen=True)
class Candidate:
    """A time as the ranking sees it."""

    provider: int
    site: int
    day: date
    hour: int
    start: datetime
    interpreter: bool


@dataclass(frozen=True)
class Preference:
    """What is known of the patient and the wish."""

    today: date
    own_provider: int | None = None
    home_site: int | None = None
    part_of_day: PartOfDay = PartOfDay.ANY
    due: date | None = None
    language: str = ""
    interpreter: bool = False
    directed_by: str = ""


def score(option: Candidate, preference: Preference) -> tuple[float, datetime, int]:
    """Lower is better: a day's wait weighs 1, a strange provider 3, another site 2; then by time."""
    wait = (option.day - preference.today).days
    strange = preference.own_provider is not None and option.provider != preference.own_provider
    elsewhere = preference.home_site is not None and option.site != preference.home_site
    return wait + 3.0 * strange + 2.0 * elsewhere, option.start, option.provider


def reasons_for(option: Candidate, preference: Preference) -> tuple[Reason, ...]:
    """What to say of a time, the strongest first."""
    found: list[Reason] = []
    if preference.own_provider is not None:
        own = option.provider == preference.own_provider
        found.append(Reason(own, "The patient’s own provider" if own else "Not the patient’s own provider"))
    found.append(Reason(True, _wait(option.day, preference.today)))
    if preference.part_of_day is not PartOfDay.ANY:
        found.append(Reason(True, f"{preference.part_of_day.value.capitalize()}, as asked"))
    if preference.interpreter:
        found.append(Reason(True, f"{preference.language} interpreter is free and held with it"))
    if preference.home_site is not None and option.site != preference.home_site:
        found.append(Reason(False, "Not the site where the patient usually comes"))
    if preference.due is not None:
        found.append(_due(option.day, preference.due, preference.directed_by))
    return tuple(found)


def _wait(day: date, today: date) -> str:
    days = (day - today).days
    return {0: "Today", 1: "Tomorrow"}.get(days, f"In {days} days")


def _due(day: date, due: date, directed_by: str) -> Reason:
    left = (due - day).days
    source = f", as {directed_by} directed" if directed_by else ""
    if left < 0:
        return Reason(False, f"{-left} days after the due date{source}")
    return Reason(True, f"Within the due date{source}" if left else f"On the due date{source}")
