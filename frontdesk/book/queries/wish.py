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
from frontdesk.book.queries.supply import Supply, supply
from frontdesk.clinic.choices import Audience, InterpreterMode, Language, Modality, ResourceKind
from frontdesk.clinic.models import Interpreter, Provider, Site, SlotClass, VisitType
from frontdesk.kit import rows

_PROVIDERS = """
    SELECT provider.resource_ptr_id FROM clinic_provider AS provider
    JOIN clinic_resource AS resource ON resource.id = provider.resource_ptr_id
    WHERE provider.specialty_id = %s AND resource.active AND (%s = '' OR provider.sex = %s)
    AND (%s = '' OR %s = ANY(provider.languages))
    AND EXISTS (SELECT FROM book_session WHERE resource_id = resource.id AND site_id = ANY(%s::bigint[]))
    ORDER BY 1
"""


@dataclass(frozen=True)
class Wish:
    """What is looked for. `earliest` is an instant; `until` a local day, included. Ids, not rows.

    `busy` are the instants (start, end) between which the patient cannot begin or be in a visit: other visits,
    with the way between sites. `hours` are local hours [from, to). `new_patient` None means that nobody knows;
    `directed` that a clinician directed this visit type. `modality` converts the visit, where its type may be.

    `only`: the visit lies in time that is kept for one of these slot classes; empty: in any that it may have. With
    `open_only` it may have no kept time and no extra place.

    With `interpreter` one who interprets from `language` is taken, unless the provider speaks it; with `always` even
    then.
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
    only: frozenset[int] = frozenset()
    open_only: bool = False
    modality: str = ""
    room: int | None = None
    always: bool = False

    @property
    def by(self) -> str:
        """The modality of the visit."""
        return self.modality or self.visit_type.modality

    @property
    def kept_only(self) -> bool:
        """Must the visit lie in kept time?"""
        return self.visit_type.kept_only or bool(self.only)

    @property
    def interpreted(self) -> str:
        """The language from which somebody interprets where the provider does not speak it; "" for none."""
        return self.language if self.interpreter or self.always else ""


@dataclass(frozen=True)
class Taking:
    """What a visit of one length takes: its parts, the pools they are taken from, and the need in ticks.

    `speak` are those of its providers who speak the patient's language, so that no interpreter comes with them.
    """

    parts: tuple[Part, ...]
    pools: Pools
    need: Need
    speak: frozenset[int] = frozenset()

    def parts_with(self, provider: int) -> tuple[Part, ...]:
        """What a visit with this provider takes: without the interpreter, who is the last, where none is needed."""
        return self.parts[:-1] if provider in self.need.alone else self.parts


def takings(wish: Wish) -> list[Taking]:
    """One for each length that the wish's providers have for the visit type; none where a part has nobody."""
    there = _supply(wish)
    made = (
        _taking(wish, there, own, providers) for own, providers in _by_length(wish, there.lengths).items()
    )
    return [one for one in made if one is not None]


def speakers(wish: Wish) -> frozenset[int]:
    """Providers who speak the language of the wish, so that no interpreter is needed with them."""
    return frozenset() if wish.always else _supply(wish).speakers


def _supply(wish: Wish) -> Supply:
    # Who speaks the language is said of a time even where an interpreter is left to be arranged.
    language = "" if wish.language == Language.ENGLISH and not wish.interpreted else wish.language
    return supply(
        wish.visit_type, wish.sites, language=language, modality=wish.by, directed=wish.directed,
        audiences=_audiences(wish.new_patient),
    )  # fmt: skip


def _taking(wish: Wish, there: Supply, own: int | None, providers: list[int]) -> Taking | None:
    """None where a part has nobody. Where nobody interprets, those who speak the language are left."""
    speak = frozenset() if wish.always else there.speakers.intersection(providers)
    language = wish.interpreted
    if language and speak and not there.members.get(("interpreter", language)):
        providers = [one for one in providers if one in speak]
    if speak.issuperset(providers):
        language = ""
    parts = _assemble(wish.visit_type, there.segments, own, wish.by, language)
    pools = [providers, *(_members(wish, there, part) for part in parts[1:])]
    if not all(pools):
        return None
    need = need_of(parts, speak if language else frozenset())
    ticks = min(one.ticks for one in need.parts)
    known = there.others_at(parts) if wish.room is None else None
    classes = frozenset[int]() if wish.open_only else there.classes
    made = Pools(pools, ticks, classes, wish.kept_only, known, within=wish.only)
    return Taking(parts, made, need, speak)


def _members(wish: Wish, there: Supply, part: Part) -> Sequence[int]:
    if wish.room is not None and part.kind == ResourceKind.ROOM:
        return [wish.room]
    return there.members.get((part.kind, part.of), ())


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


def need_of(parts: Sequence[Part], alone: frozenset[int] = frozenset()) -> Need:
    """The parts in ticks; providers in `alone` take no last part."""
    slices = tuple(
        Slice(part.offset // bits.TICK_MINUTES, -(-part.minutes // bits.TICK_MINUTES)) for part in parts
    )
    length = max(part.end for part in parts)
    return Need(parts=slices, step=2 if length % 15 else 3, alone=alone)


def classes_for(
    visit_type: VisitType, *, modality: str, directed: bool, new_patient: bool | None
) -> frozenset[int]:
    """The slot classes whose kept time a visit may have. `new_patient` None: nobody knows, and none is refused."""
    rows = SlotClass.objects.filter(visit_types=visit_type, active=True, audience__in=_audiences(new_patient))
    if not directed:
        rows = rows.filter(by_direction=False)
    rows = rows.filter(Q(modalities=[]) | Q(modalities__contains=[modality]))
    return frozenset(rows.values_list("pk", flat=True))


def classes_of(wish: Wish) -> frozenset[int]:
    """The slot classes whose kept time the wish may have."""
    if wish.open_only:
        return frozenset()
    return classes_for(
        wish.visit_type, modality=wish.by, directed=wish.directed, new_patient=wish.new_patient
    )


def _audiences(new_patient: bool | None) -> list[str]:
    """Whose time a patient may have."""
    if new_patient is None:
        return [one.value for one in Audience]
    own = Audience.NEW if new_patient else Audience.ESTABLISHED
    return [Audience.ANYBODY.value, own.value]


def providers_for(
    visit_type: VisitType, sites: Sequence[Site], *, sex: str = "", language: str = ""
) -> list[int]:
    """The providers of the visit type's specialty who have sessions at one of the sites."""
    there = rows.ids(site.pk for site in sites)
    values = [visit_type.specialty_id, sex, sex, language, language, there]
    return [pk for (pk,) in rows.run(_PROVIDERS, values)]


def _by_length(wish: Wish, lengths: Mapping[int, int]) -> Mapping[int | None, list[int]]:
    if not lengths:
        return {None: list(wish.providers)}
    found: dict[int | None, list[int]] = defaultdict(list)
    for provider in wish.providers:
        found[lengths.get(provider)].append(provider)
    return found


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


def interpreters_for(language: str) -> list[int]:
    """Who interprets the language: people first, then remote lines."""
    rows = Interpreter.objects.filter(languages__contains=[language], active=True)
    found = list(rows.order_by("pk").values_list("pk", "mode"))
    return [pk for pk, mode in sorted(found, key=lambda row: row[1] != InterpreterMode.PERSON)]
