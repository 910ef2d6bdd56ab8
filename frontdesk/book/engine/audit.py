"""One visit against the rules of its type and of what it takes. Values in, findings out; no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from frontdesk.book.engine.segments import Part, length_of


class Code(StrEnum):
    """What may be wrong with a visit ahead, in the order in which a report shows it."""

    PATIENT_TWICE = "PATIENT_TWICE"
    PROVIDER_GONE = "PROVIDER_GONE"
    WRONG_SPECIALTY = "WRONG_SPECIALTY"
    TYPE_RETIRED = "TYPE_RETIRED"
    WRONG_LENGTH = "WRONG_LENGTH"
    NO_CLAIMS = "NO_CLAIMS"
    ROOM_MISSING = "ROOM_MISSING"
    ROOM_WRONG_KIND = "ROOM_WRONG_KIND"
    ROOM_ELSEWHERE = "ROOM_ELSEWHERE"
    RESOURCE_RETIRED = "RESOURCE_RETIRED"
    CLAIMS_DIFFER = "CLAIMS_DIFFER"
    NO_INTERPRETER = "NO_INTERPRETER"
    WRONG_LANGUAGE = "WRONG_LANGUAGE"
    OUTSIDE_OPEN = "OUTSIDE_OPEN"
    KEPT_FOR_OTHERS = "KEPT_FOR_OTHERS"
    CLAIM_WITHOUT_VISIT = "CLAIM_WITHOUT_VISIT"


TITLES: dict[Code, str] = {
    Code.PATIENT_TWICE: "The patient has two visits of one type on one day",
    Code.PROVIDER_GONE: "The provider no longer works here",
    Code.WRONG_SPECIALTY: "Booked with another specialty",
    Code.TYPE_RETIRED: "The visit type is no longer in use",
    Code.WRONG_LENGTH: "The length is not that of the visit type",
    Code.NO_CLAIMS: "The visit takes nobody’s time",
    Code.ROOM_MISSING: "No room is taken",
    Code.ROOM_WRONG_KIND: "The room is of another kind",
    Code.ROOM_ELSEWHERE: "The room is at another site",
    Code.RESOURCE_RETIRED: "A room, machine or interpreter is no longer in use",
    Code.CLAIMS_DIFFER: "What it takes is not what the visit type needs",
    Code.NO_INTERPRETER: "An interpreter is needed and none is arranged",
    Code.WRONG_LANGUAGE: "The interpreter does not speak the language",
    Code.OUTSIDE_OPEN: "The time is not open",
    Code.KEPT_FOR_OTHERS: "The time is kept for other visits",
    Code.CLAIM_WITHOUT_VISIT: "Time is taken by nothing that still stands",
}


PREFIX = "Audit: "


def title_of(code: Code) -> str:
    """What the task of a finding of this kind is called."""
    return f"{PREFIX}{TITLES[code].lower()}"


@dataclass(frozen=True)
class Thing:
    """A resource as the audit sees it. `of` is its room or machine type, or its specialty's id, as text."""

    kind: str
    name: str
    site: int
    active: bool
    of: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A live claim of a visit: [start, end), instants."""

    resource: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Seen:
    """A visit ahead, with what its type takes with its provider. `parts` is empty for a place in a group."""

    type_name: str
    type_active: bool
    specialty: str
    parts: Sequence[Part]
    site: int
    provider: int
    room: int | None
    interpreter: int | None
    language: str
    needs_interpreter: bool
    waived: bool
    start: datetime
    end: datetime
    pieces: Sequence[Piece] = ()


Found = tuple[Code, str]


def against_its_type(seen: Seen, things: Mapping[int, Thing]) -> Iterator[Found]:
    """Type, length, provider, room, interpreter and claims of one visit: each mismatch with its sentence."""
    if not seen.type_active:
        yield Code.TYPE_RETIRED, f"{seen.type_name} is no longer booked: choose another visit type."
    yield from _provider(seen, things[seen.provider])
    yield from _interpreter(seen, things)
    if not seen.parts:
        return
    minutes = (seen.end - seen.start) // timedelta(minutes=1)
    if minutes != (wanted := length_of(seen.parts)):
        yield (
            Code.WRONG_LENGTH,
            f"It takes {minutes} min; {seen.type_name} takes {wanted} with this provider.",
        )
    yield from _rooms(seen, things)
    yield from _claims(seen, things, same_length=minutes == wanted)


def _provider(seen: Seen, provider: Thing) -> Iterator[Found]:
    if not provider.active:
        yield Code.PROVIDER_GONE, f"{provider.name} no longer works here."
    if provider.of != seen.specialty:
        yield (
            Code.WRONG_SPECIALTY,
            f"{provider.name} does not see patients for {seen.type_name}: take the right time first, then move.",
        )


def _interpreter(seen: Seen, things: Mapping[int, Thing]) -> Iterator[Found]:
    if not seen.needs_interpreter or seen.waived:
        return
    if seen.interpreter is None and seen.language in things[seen.provider].languages:
        return
    if seen.interpreter is None:
        yield Code.NO_INTERPRETER, "The patient needs an interpreter, and none is arranged."
    elif seen.language not in things[seen.interpreter].languages:
        yield (
            Code.WRONG_LANGUAGE,
            f"{things[seen.interpreter].name} does not speak the patient’s language.",
        )


def _rooms(seen: Seen, things: Mapping[int, Thing]) -> Iterator[Found]:
    wanted = {part.of for part in seen.parts if part.kind == "room"}
    if wanted and seen.room is None and not any(things[one.resource].kind == "room" for one in seen.pieces):
        yield Code.ROOM_MISSING, f"{seen.type_name} needs a room, and none is taken."
    taken = dict.fromkeys(one.resource for one in seen.pieces if one.resource != seen.provider)
    for resource in dict.fromkeys([*([seen.room] if seen.room else []), *taken]):
        thing = things[resource]
        if not thing.active:
            yield Code.RESOURCE_RETIRED, f"{thing.name} is no longer in use."
        if thing.kind != "room":
            continue
        if thing.site != seen.site:
            yield Code.ROOM_ELSEWHERE, f"{thing.name} is at another site than the visit."
        if wanted and thing.of not in wanted:
            yield Code.ROOM_WRONG_KIND, f"{thing.name} is not of the kind that {seen.type_name} needs."


def _claims(seen: Seen, things: Mapping[int, Thing], *, same_length: bool) -> Iterator[Found]:
    if not seen.pieces:
        yield Code.NO_CLAIMS, "No time is taken for it: somebody else may be booked into it."
        return
    # What is missing of an interpreter is said elsewhere.
    expected = [_shape(one, seen) for one in seen.parts if seen.interpreter or one.kind != "interpreter"]
    actual = [(_kind(things[one.resource]), one.start, one.end) for one in seen.pieces]
    if not any(one.resource == seen.provider for one in seen.pieces):
        yield Code.CLAIMS_DIFFER, f"The time of {things[seen.provider].name} is not taken."
    elif same_length and sorted(actual) != sorted(expected):
        yield Code.CLAIMS_DIFFER, _difference(Counter(expected), Counter(actual), seen)


def _shape(part: Part, seen: Seen) -> tuple[str, datetime, datetime]:
    start = seen.start + timedelta(minutes=part.offset)
    return _kind(part), start, start + timedelta(minutes=part.minutes)


def _kind(one: Part | Thing) -> str:
    """What the claims are compared by: a machine by its type. Of what kind a room is, is said elsewhere."""
    return one.of if one.kind == "equipment" else one.kind


def _difference(
    expected: Counter[tuple[str, datetime, datetime]],
    actual: Counter[tuple[str, datetime, datetime]],
    seen: Seen,
) -> str:
    missing, more = expected - actual, actual - expected
    said = [f"missing: {_in_words(missing, seen)}"] if missing else []
    said += [f"too much: {_in_words(more, seen)}"] if more else []
    return f"Not what {seen.type_name} takes; {'; '.join(said)}."


def _in_words(pieces: Counter[tuple[str, datetime, datetime]], seen: Seen) -> str:
    """Each piece as minutes of the visit: "room minute 0 to 30"."""
    minute = timedelta(minutes=1)
    return ", ".join(
        f"{kind} minute {(start - seen.start) // minute} to {(end - seen.start) // minute}"
        for kind, start, end in sorted(pieces)
    )
