"""What a visit takes, stretch by stretch. Values in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Part:
    """One stretch of a visit on one kind of resource: `minutes` from `offset` minutes after its beginning.

    `kind` is a ResourceKind's value. The first part of a visit leads: it takes the provider whom the patient
    comes to see. `of` says which resources fit: a specialty's id, a room type, an equipment type, a language.
    """

    kind: str
    offset: int
    minutes: int
    of: str = ""
    leads: bool = False

    @property
    def end(self) -> int:
        return self.offset + self.minutes


def parts_of(
    *, minutes: int, room_type: str, segments: Sequence[Part], own_minutes: int | None = None
) -> tuple[Part, ...]:
    """The parts of a visit, the leading one first.

    Without `segments` it is a provider, and a room of `room_type` if there is one, from beginning to end. With a
    provider's `own_minutes` the leading part takes so much longer or shorter; what lasts until its end or beyond
    stretches with it, and what begins after it shifts.
    """
    if not segments:
        length = own_minutes or minutes
        room = (Part("room", 0, length, room_type),) if room_type else ()
        return (Part("provider", 0, length, leads=True), *room)
    lead = next(part for part in segments if part.leads)
    rest = [part for part in segments if not part.leads]
    if own_minutes is None:
        return (lead, *rest)
    more = own_minutes - minutes
    longer = replace(lead, minutes=max(lead.minutes + more, 5))
    more = longer.minutes - lead.minutes
    return (longer, *(_beside(part, lead, more) for part in rest))


def with_interpreter(parts: tuple[Part, ...], language: str) -> tuple[Part, ...]:
    """The parts with an interpreter for the whole visit."""
    return (*parts, Part("interpreter", 0, length_of(parts), language))


def without_place(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts of a visit that is not in person: no room and no machine."""
    return tuple(part for part in parts if part.kind not in ("room", "equipment"))


def length_of(parts: Sequence[Part]) -> int:
    """Minutes from the beginning of the visit to its end."""
    return max(part.end for part in parts)


def _beside(part: Part, lead: Part, more: int) -> Part:
    if part.offset >= lead.end:
        return replace(part, offset=part.offset + more)
    if part.end >= lead.end:
        return replace(part, minutes=max(part.minutes + more, 5))
    return part
