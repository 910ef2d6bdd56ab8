"""Why an offered time fits, in the words that scheduler and auditor both read. One function says it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
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
    """A time as the ranking sees it. `spoken`: its provider speaks the patient's language."""

    provider: int
    site: int
    day: date
    hour: int
    start: datetime
    interpreter: bool
    spoken: bool = False


@dataclass(frozen=True)
class Preference:
    """What is known of the patient and the wish. `team` are the providers who work with the own one.

    `interpreter`: somebody must interpret, unless the provider speaks the `language`.
    """

    today: date
    own_provider: int | None = None
    home_site: int | None = None
    part_of_day: PartOfDay = PartOfDay.ANY
    due: date | None = None
    language: str = ""
    interpreter: bool = False
    directed_by: str = ""
    team: Collection[int] = ()
    own_name: str = ""


@dataclass(frozen=True)
class Neighbour:
    """The visit next to it on the provider's day: how many minutes lie between, and how many its type wishes."""

    minutes: int
    wished: int


@dataclass(frozen=True)
class Known:
    """What is known of an option beside its time; `prepare_from` is local; None where nothing begins before.

    `minutes` is its length and `usual` that of its type. `how` is in what way the interpreter comes; `converted`
    is its modality where that is not its type's own. `elsewhere` names the site that is not the usual one.
    """

    minutes: int = 0
    usual: int = 0
    kept_for: str = ""
    how: str = ""
    machines: Collection[str] = ()
    converted: str = ""
    prepare_from: datetime | None = None
    prepare: str = ""
    before: Neighbour | None = None
    after: Neighbour | None = None
    elsewhere: str = ""
    travels: bool = False
    asked_otherwise: Collection[str] = field(default=())


def score(option: Candidate, preference: Preference) -> tuple[float, datetime, int]:
    """Lower is better: a day's wait weighs 1, a strange provider 3, one of the team 1.5, another site 2, talking
    through an interpreter 1; then by time."""
    wait = (option.day - preference.today).days
    strange = 0.0
    if preference.own_provider is not None and option.provider != preference.own_provider:
        strange = 1.5 if option.provider in preference.team else 3.0
    elsewhere = preference.home_site is not None and option.site != preference.home_site
    through = preference.interpreter and not option.spoken
    return wait + strange + 2.0 * elsewhere + through, option.start, option.provider


def reasons_for(option: Candidate, preference: Preference, known: Known | None = None) -> tuple[Reason, ...]:
    """What to say of a time, the strongest first: what speaks for it, then what to know before it is offered."""
    found = [*_of_the_wish(option, preference, known or Known())]
    if known is not None:
        found += _of_the_time(known)
    return tuple(sorted(found, key=lambda reason: not reason.fits)) if known else tuple(found)


def _of_the_wish(option: Candidate, preference: Preference, known: Known) -> Iterator[Reason]:
    if preference.own_provider is not None:
        yield _provider(option.provider, preference)
    if known.kept_for:
        yield Reason(True, f"Kept for this: {known.kept_for}")
    yield Reason(True, _wait(option.day, preference.today))
    if preference.part_of_day is not PartOfDay.ANY:
        yield _part(option.hour, preference.part_of_day)
    if option.interpreter or preference.interpreter:
        yield _interpreter(option, preference, known)
    if preference.home_site is not None and option.site != preference.home_site:
        yield _elsewhere(known)
    if preference.due is not None:
        yield _due(option.day, preference.due, preference.directed_by)


def _of_the_time(known: Known) -> Iterator[Reason]:
    for machine in known.machines:
        yield Reason(True, f"{machine} is free and held with it")
    for asked in known.asked_otherwise:
        yield Reason(False, asked)
    if known.minutes != known.usual:
        yield Reason(False, f"{known.minutes} min with this provider; {known.usual} are usual")
    if known.converted:
        yield Reason(False, f"{known.converted}, which is not the usual way for it")
    if known.prepare_from is not None:
        yield Reason(False, f"Prepare from {_clock(known.prepare_from)}. {known.prepare}".strip())
    if known.before is not None:
        yield Reason(False, f"{_gap(known.before)} after the visit before; {known.before.wished} are wished")
    if known.after is not None:
        yield Reason(False, f"{_gap(known.after)} before the next visit; {known.after.wished} are wished")


def _provider(provider: int, preference: Preference) -> Reason:
    if provider == preference.own_provider:
        return Reason(True, "The patient’s own provider")
    if provider in preference.team:
        return Reason(True, f"Same team as {preference.own_name or 'the patient’s own provider'}")
    return Reason(False, "Not the patient’s own provider")


def _part(hour: int, asked: PartOfDay) -> Reason:
    low, high = asked.hours
    if low <= hour < high:
        return Reason(True, f"{asked.value.capitalize()}, as asked")
    other = "Afternoon" if asked is PartOfDay.MORNING else "Morning"
    return Reason(False, f"{other}; {asked.value}s were asked for")


def _interpreter(option: Candidate, preference: Preference, known: Known) -> Reason:
    if option.spoken:
        return Reason(True, f"Speaks {preference.language}, no interpreter needed")
    if not option.interpreter and known.usual:
        return Reason(False, f"No {preference.language} interpreter is held: one must be arranged")
    how = f" {known.how}," if known.how else " is free and"
    return Reason(True, f"{preference.language} interpreter{how} held with it")


def _elsewhere(known: Known) -> Reason:
    if not known.elsewhere:
        return Reason(False, "Not the site where the patient usually comes")
    way = ", with time for the way" if known.travels else ""
    return Reason(False, f"At {known.elsewhere}, where the patient does not usually come{way}")


def _wait(day: date, today: date) -> str:
    days = (day - today).days
    return {0: "Today", 1: "Tomorrow"}.get(days, f"In {days} days")


def _due(day: date, due: date, directed_by: str) -> Reason:
    left = (due - day).days
    source = f", as {directed_by} directed" if directed_by else ""
    if left < 0:
        return Reason(False, f"{_days(-left)} after the due date{source}")
    if left == 0:
        return Reason(False, f"On the due date itself{source}")
    return Reason(True, f"{_days(left)} before the due date{source}")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _gap(one: Neighbour) -> str:
    return f"{one.minutes} min" if one.minutes else "No time"


def _clock(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b}, {moment:%H:%M}"


def otherwise(start: datetime, hours: tuple[int, int] | None, weekdays: Collection[int]) -> tuple[str, ...]:
    """How a local time differs from the hours and days of the week that were asked for."""
    found = []
    if start.weekday() not in weekdays:
        found.append(f"A {start:%A}, which was not asked for")
    if hours is not None and not hours[0] <= start.hour < hours[1]:
        found.append(f"At {start:%H:%M}; {hours[0]:02}:00 to {hours[1]:02}:00 was asked for")
    return tuple(found)
