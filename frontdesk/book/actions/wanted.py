"""One time to take, and the pieces of it that each resource gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.core.exceptions import ObjectDoesNotExist

from frontdesk.accounts.models import User
from frontdesk.book.engine.segments import Part, length_of
from frontdesk.book.models import Appointment, Claim, Hold, OverbookRule
from frontdesk.book.ports import Ask
from frontdesk.book.queries.find import Option, Wish
from frontdesk.book.queries.find import at as option_at
from frontdesk.book.queries.wish import parts_for
from frontdesk.clinic.choices import ResourceKind
from frontdesk.clinic.models import Interpreter, Provider, Resource, Room, Site, VisitType
from frontdesk.clinic.queries.remembered import row
from frontdesk.kit.errors import Refused
from frontdesk.people.models import Patient


class DoesNotFit(Refused):
    """The provider, the room or the interpreter is not one for this visit."""

    code = "DOES_NOT_FIT"


class Piece(NamedTuple):
    """One resource from `start` to `end` (instants), on its first unit or on the one that a signed rule opens."""

    resource: int
    start: datetime
    end: datetime
    unit: int = 1


@dataclass(frozen=True)
class Wanted:
    """One time to take: everything a visit needs. `start` is an instant.

    `others` are the resources of the parts that are neither the provider, the first room nor the interpreter, in
    the order of the parts. `overbook` takes the provider's second unit, inside a signed rule.
    """

    visit_type: VisitType
    site: Site
    provider: Provider
    start: datetime
    room: Room | None = None
    interpreter: Interpreter | None = None
    others: tuple[int, ...] = ()
    modality: str = ""
    overbook: OverbookRule | None = None

    def __post_init__(self) -> None:
        # Lengths are added to it: on a local clock that would go wrong where an hour comes twice.
        object.__setattr__(self, "start", self.start.astimezone(UTC))

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        language = "any" if self.interpreter else ""
        return parts_for(self.visit_type, provider=self.provider.pk, modality=self.by, language=language)

    @property
    def by(self) -> str:
        """The modality of the visit."""
        return self.modality or self.visit_type.modality

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=length_of(self.parts))

    @property
    def also(self) -> list[str]:
        """The names of the room and the interpreter, where there are any."""
        return [part.name for part in (self.room, self.interpreter) if part is not None]

    @property
    def resources(self) -> list[int]:
        return [piece.resource for piece in self.pieces]

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """What is taken. Raises DoesNotFit where a part has no resource."""
        chosen = _chosen(self)
        found = []
        for part, resource in zip(self.parts, chosen, strict=True):
            if resource is None:
                raise DoesNotFit(f"This visit needs {_in_words(part)} of its own kind.")
            start = self.start + timedelta(minutes=part.offset)
            unit = 2 if part.leads and self.overbook else 1
            found.append(Piece(resource, start, start + timedelta(minutes=part.minutes), unit))
        return tuple(found)

    def known(self) -> Wanted:
        """The same with its visit type as it is remembered, so that its parts need not be asked for."""
        return replace(self, visit_type=row(VisitType, self.visit_type.pk))

    def at(self, start: datetime) -> Wanted:
        """The same at another instant."""
        return replace(self, start=start)


def wanted_from(option: Option, visit_type: VisitType) -> Wanted:
    """An option of find-a-time as the book takes it."""
    return wanted_with(
        visit_type,
        option.site,
        option.start,
        resources=option.resources,
        parts=option.parts,
        by=option.modality,
    )


def with_others(wanted: Wanted, patient: Patient, now: datetime) -> Wanted | None:
    """The same time and provider with whatever else is free then; None where that is what was asked for."""
    if wanted.overbook is not None or len(wanted.pieces) == 1:
        return None
    wish = Wish(
        visit_type=wanted.visit_type,
        sites=[wanted.site],
        providers=[wanted.provider.pk],
        earliest=wanted.start,
        until=wanted.start.astimezone(wanted.site.zone).date(),
        language=patient.language,
        interpreter=wanted.interpreter is not None,
        always=wanted.interpreter is not None,
        modality=wanted.modality,
        directed=True,
    )
    option = option_at(wish, wanted.provider.pk, wanted.start, now=now)
    if option is None or set(option.resources) == set(wanted.resources):
        return None
    return wanted_from(option, wanted.visit_type)


def wanted_with(
    visit_type: VisitType,
    site: Site,
    start: datetime,
    *,
    resources: Sequence[int],
    parts: Sequence[Part],
    by: str,
) -> Wanted:
    """A time with one resource for each part, by id, the provider first. Raises LookupError where one is gone."""
    room, interpreter, others = None, None, []
    try:
        for part, pk in zip(parts[1:], resources[1:], strict=False):
            if part.kind == ResourceKind.ROOM and room is None:
                room = row(Room, pk)
            elif part.kind == ResourceKind.INTERPRETER:
                interpreter = row(Interpreter, pk)
            else:
                others.append(pk)
        provider = row(Provider, resources[0])
    except ObjectDoesNotExist:
        raise LookupError from None
    return Wanted(visit_type, site, provider, start, room, interpreter, tuple(others), by)


def _chosen(wanted: Wanted) -> Iterator[int | None]:
    rooms = iter([wanted.room.pk] if wanted.room else [])
    others = iter(wanted.others)
    for part in wanted.parts:
        if part.leads:
            yield wanted.provider.pk
        elif part.kind == ResourceKind.INTERPRETER:
            yield wanted.interpreter.pk if wanted.interpreter else None
        elif part.kind == ResourceKind.ROOM and (room := next(rooms, None)) is not None:
            yield room
        else:
            yield next(others, None)


def _in_words(part: Part) -> str:
    kind = {
        "provider": "somebody",
        "room": "a room",
        "equipment": "a machine",
        "interpreter": "an interpreter",
    }
    return kind[part.kind]


def check_fits(wanted: Wanted, patient: Patient) -> None:
    """Is every named resource one for this visit and this patient? Raises DoesNotFit."""
    if wanted.provider.specialty_id != wanted.visit_type.specialty_id:
        raise DoesNotFit(f"{wanted.provider.name} does not see patients for this visit type.")
    helper = wanted.interpreter
    if helper and patient.needs_interpreter and patient.language not in helper.languages:
        raise DoesNotFit(f"{helper.name} does not speak the patient’s language.")
    kinds: Sequence[tuple[Part, int]] = [
        (part, piece.resource) for part, piece in zip(wanted.parts, wanted.pieces, strict=True)
    ]
    for part, resource in kinds:
        if part.kind == ResourceKind.ROOM and not _is_room(resource, part, wanted):
            raise DoesNotFit("This visit needs a room of its own kind at the site.")


def _is_room(resource: int, part: Part, wanted: Wanted) -> bool:
    room = wanted.room
    if room is not None and room.pk == resource:
        return room.room_type == part.of and room.site_id == wanted.site.pk
    return Room.objects.filter(pk=resource, room_type=part.of, site=wanted.site).exists()


def ask_for(wanted: Wanted, patient: Patient, request_id: int | None, by: User, now: datetime) -> Ask:
    """What the checks are asked of a wanted time."""
    return Ask(
        request_id=request_id,
        patient=patient,
        visit_type=wanted.visit_type,
        by=by,
        now=now,
        provider=wanted.provider,
        site=wanted.site,
        start=wanted.start,
        end=wanted.end,
        room=wanted.room,
        interpreter=wanted.interpreter,
        resources=wanted.others,
        modality=wanted.by,
    )


def ask_of_hold(hold: Hold, by: User, now: datetime) -> Ask:
    """What the checks are asked of a held time."""
    return Ask(
        request_id=hold.asked_for,
        patient=hold.patient,
        visit_type=hold.visit_type,
        by=by,
        now=now,
        provider=hold.provider,
        site=hold.site,
        start=hold.start,
        end=hold.end,
        room=hold.room,
        interpreter=hold.interpreter,
        resources=tuple(hold.claims.values_list("resource_id", flat=True)),
        modality=hold.modality,
    )


def wanted_of(
    visit: Appointment, start: datetime | None = None, *, claims: Sequence[Claim] | None = None
) -> Wanted:
    """What the visit takes now, or would take at another instant with the same resources.

    `claims` are the visit's live ones unless told otherwise: of a cancelled visit, those it had.
    """
    wanted = Wanted(
        visit.visit_type, visit.site, visit.provider, visit.start, visit.room, visit.interpreter, (),
        visit.modality, visit.overbooked_by,
    )  # fmt: skip
    if claims is None:
        claims = list(Claim.objects.live().filter(appointment=visit))
    return replace(wanted, others=_others(wanted, claims), start=start or visit.start)


def _others(wanted: Wanted, claims: Sequence[Claim]) -> tuple[int, ...]:
    """The resources of the parts that Wanted does not name, in the order of the parts: by kind and stretch."""
    named = [wanted.provider.pk, *(one.pk for one in (wanted.room, wanted.interpreter) if one)]
    left = {claim.resource_id: claim for claim in claims if claim.resource_id not in named}
    kinds = dict(Resource.objects.filter(pk__in=left).values_list("pk", "kind")) if left else {}
    found = []
    for part, resource in zip(wanted.parts, _chosen(wanted), strict=True):
        if resource is not None:
            continue
        same = [pk for pk in left if kinds[pk] == part.kind]
        first = wanted.start + timedelta(minutes=part.offset)
        best = min(same, key=lambda pk: (abs(left[pk].start - first), left[pk].end, pk), default=None)
        if best is not None:
            found.append(best)
            del left[best]
    return tuple(found)
