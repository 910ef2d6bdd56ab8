"""What is looked for, and what it takes: from a visit type to the parts and the resources that may take them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Need, Slice
from frontdesk.book.engine.reasons import PartOfDay
from frontdesk.book.engine.segments import Part, parts_of, with_interpreter, without_place
from frontdesk.book.queries.open_time import Pools
from frontdesk.clinic.choices import Audience, InterpreterMode, Language, Modality, ResourceKind
from frontdesk.clinic.models import Equipment, Interpreter, Provider, Room, Site, SlotClass, VisitType


@dataclass(frozen=True)
class Wish:
    """What is looked for. `earliest` is an instant; `until` a local day, included. Ids, not rows.

    `busy` are the instants (start, end) between which the patient cannot begin or be in a visit: other visits,
    with the way between sites. `hours` are local hours [from, to). `new_patient` None means that nobody knows;
    `directed` that a clinician directed this visit type. `modality` converts the visit, where its type may be.
    """

    visit_type: VisitType
    sites: Sequence[Site]
    providers: Sequence[int]
    earliest: datetime
    until: date
    language: str = Language.ENGLISH
    interpreter: bool = False
    part_of_day: PartOfDay = PartOfDay.ANY
    weekdays: frozenset[int] = frozenset(range(7))
    hours: tuple[int, int] | None = None
    busy: Sequence[tuple[datetime, datetime]] = ()
    new_patient: bool | None = None
    directed: bool = False
    modality: str = ""
    room: int | None = None

    @property
    def by(self) -> str:
        """The modality of the visit."""
        return self.modality or self.visit_type.modality


@dataclass(frozen=True)
class Taking:
    """What a visit of one length takes: its parts, the pools they are taken from, and the need in ticks."""

    parts: tuple[Part, ...]
    pools: Pools
    need: Need


def takings(wish: Wish) -> list[Taking]:
    """One for each length that the wish's providers have for the visit type; none where a part has nobody."""
    found = []
    segments = segments_of(wish.visit_type)
    classes = classes_for(
        wish.visit_type, modality=wish.by, directed=wish.directed, new_patient=wish.new_patient
    )
    members: dict[Part, list[int]] = {}
    for own, providers in _by_length(wish).items():
        parts = _parts(wish, segments, own)
        pools = [list(providers)]
        for part in parts[1:]:
            key = Part(part.kind, 0, 0, part.of)
            if key not in members:
                members[key] = _members(part, wish)
            pools.append(members[key])
        if all(pools):
            need = need_of(parts)
            ticks = min(one.ticks for one in need.parts)
            found.append(Taking(parts, Pools(pools, ticks, classes, wish.visit_type.kept_only), need))
    return found


def everybody(wish: Wish) -> set[int]:
    """Every resource that the wish might take."""
    return {one for taking in takings(wish) for one in taking.pools.everybody}


def segments_of(visit_type: VisitType) -> list[Part]:
    """The visit type's own segments as parts, the leading one first; empty where it has none."""
    rows = sorted(visit_type.segments.all(), key=lambda one: (not one.leads, one.offset, one.pk))
    return [Part(one.kind, one.offset, one.minutes, _of(one), one.leads) for one in rows]


def parts_for(
    visit_type: VisitType, *, provider: Provider | int, modality: str = "", language: str = ""
) -> tuple[Part, ...]:
    """What a visit of this type takes with this provider; with an interpreter where a `language` is named."""
    pk = provider if isinstance(provider, int) else provider.pk
    own = {one.provider_id: one.minutes for one in visit_type.lengths.all()}.get(pk)
    return _assemble(visit_type, segments_of(visit_type), own, modality or visit_type.modality, language)


def need_of(parts: Sequence[Part]) -> Need:
    slices = tuple(
        Slice(part.offset // bits.TICK_MINUTES, -(-part.minutes // bits.TICK_MINUTES)) for part in parts
    )
    length = max(part.end for part in parts)
    return Need(parts=slices, step=2 if length % 15 else 3)


def classes_for(
    visit_type: VisitType, *, modality: str, directed: bool, new_patient: bool | None
) -> frozenset[int]:
    """The slot classes whose kept time a visit may have. `new_patient` None: nobody knows, and none is refused."""
    rows = SlotClass.objects.filter(visit_types=visit_type, active=True)
    if not directed:
        rows = rows.filter(by_direction=False)
    if new_patient is not None:
        own = Audience.NEW if new_patient else Audience.ESTABLISHED
        rows = rows.filter(audience__in=[Audience.ANYBODY, own])
    rows = rows.filter(Q(modalities=[]) | Q(modalities__contains=[modality]))
    return frozenset(rows.values_list("pk", flat=True))


def providers_for(
    visit_type: VisitType, sites: Sequence[Site], *, sex: str = "", language: str = ""
) -> list[int]:
    """The providers of the visit type's specialty who have sessions at one of the sites."""
    found = Provider.objects.filter(
        specialty_id=visit_type.specialty_id, active=True, sessions__site__in=sites
    )
    if sex:
        found = found.filter(sex=sex)
    if language:
        found = found.filter(languages__contains=[language])
    return list(found.order_by("pk").values_list("pk", flat=True).distinct())


def _by_length(wish: Wish) -> Mapping[int | None, list[int]]:
    own = {one.provider_id: one.minutes for one in wish.visit_type.lengths.all()}
    found: dict[int | None, list[int]] = defaultdict(list)
    for provider in wish.providers:
        found[own.get(provider)].append(provider)
    return found


def _parts(wish: Wish, segments: Sequence[Part], own: int | None) -> tuple[Part, ...]:
    language = wish.language if wish.interpreter else ""
    return _assemble(wish.visit_type, segments, own, wish.by, language)


def _assemble(
    visit_type: VisitType, segments: Sequence[Part], own: int | None, modality: str, language: str
) -> tuple[Part, ...]:
    parts = parts_of(
        minutes=visit_type.minutes, room_type=visit_type.room_type, segments=segments, own_minutes=own
    )
    if modality != Modality.IN_PERSON:
        parts = without_place(parts)
    return with_interpreter(parts, language) if language else parts


def _of(segment: object) -> str:
    specialty, room, machine = (
        getattr(segment, name) for name in ("specialty_id", "room_type", "equipment_type")
    )
    return str(specialty or room or machine or "")


def _members(part: Part, wish: Wish) -> list[int]:
    """Who or what may take a part, in order of preference."""
    if part.kind == ResourceKind.ROOM:
        if wish.room is not None:
            return [wish.room]
        return _ids(Room.objects.filter(site__in=wish.sites, room_type=part.of, active=True).order_by("pk"))
    if part.kind == ResourceKind.EQUIPMENT:
        machines = Equipment.objects.filter(site__in=wish.sites, equipment_type=part.of, active=True)
        return _ids(machines.order_by("pk"))
    if part.kind == ResourceKind.INTERPRETER:
        return interpreters_for(part.of)
    return _ids(Provider.objects.filter(specialty_id=int(part.of), active=True).order_by("pk"))


def interpreters_for(language: str) -> list[int]:
    """Who interprets the language: people first, then remote lines."""
    rows = Interpreter.objects.filter(languages__contains=[language], active=True)
    found = list(rows.order_by("pk").values_list("pk", "mode"))
    return [pk for pk, mode in sorted(found, key=lambda row: row[1] != InterpreterMode.PERSON)]


def _ids(rows: object) -> list[int]:
    return list(rows.values_list("pk", flat=True))  # type: ignore[attr-defined]
