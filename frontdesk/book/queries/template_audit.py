"""What does not agree in the time that is about to be booked: templates, absences, rooms, closures, the duty roster.

Run before a booking window opens. Each finding is a sentence, and says what it is about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import combinations

from frontdesk.book.engine import bits
from frontdesk.book.models import Appointment, Session, Template
from frontdesk.book.queries.derive import Sources, load, session_span, span_of
from frontdesk.book.queries.outside import LIVE
from frontdesk.clinic.choices import BlockKind, Modality, ResourceKind, RoomType
from frontdesk.clinic.models import Closure, Duty, Provider, Resource, Room, Site, SlotClass, VisitType
from frontdesk.kit.clock import day_span, local_day, local_midnight

WINDOW = timedelta(days=28)
HEADINGS = {
    "two_sites": "At two sites at once",
    "rooms": "More providers than rooms",
    "closed": "Sessions on a closed day",
    "duty_away": "On duty while away",
    "duty_no_session": "On duty without a session",
    "slot_class": "Time that nobody can book",
    "draft": "Drafts that wait too long",
}


@dataclass(frozen=True)
class Finding:
    """One disagreement at a site. `about` is (kind, id) of what to look at; `key` is the same for the same finding."""

    kind: str
    site: Site
    sentence: str
    about: tuple[str, int]
    first: date
    key: tuple[object, ...] = field(default=(), repr=False)

    @property
    def ref(self) -> int:
        """A number that stays the same from night to night, for the task that is opened once."""
        said = repr((self.kind, self.site.pk, self.about, self.key))
        return int.from_bytes(blake2b(said.encode(), digest_size=7).digest(), "big")


def audit(*, sites: Collection[Site], now: datetime, window: timedelta = WINDOW) -> list[Finding]:
    """Everything that does not agree at the sites, from today for the length of the window, earliest first."""
    if not sites:
        return []
    first = min(local_day(now, site.time_zone) for site in sites)
    view = _View.of(sites, first, first + window - timedelta(days=1))
    found = [
        *_two_sites(view),
        *_rooms(view),
        *_closed(view),
        *_duty(view, now),
        *_slot_classes(view),
        *_drafts(view),
    ]
    return sorted(
        found, key=lambda one: (list(HEADINGS).index(one.kind), one.first, one.site.name, one.sentence)
    )


@dataclass
class _View:
    """The window, loaded once: who is open where, by day, as ticks."""

    sites: dict[int, Site]
    days: list[date]
    source: Sources
    providers: dict[int, Provider]
    rooms: dict[int, Room]
    open: dict[tuple[date, int], dict[int, int]]  # (day, site): resource -> ticks

    @classmethod
    def of(cls, sites: Collection[Site], first: date, last: date) -> _View:
        here = {site.pk: site for site in sites}
        active = Resource.objects.filter(active=True, sessions__site__in=here)
        kinds = active.filter(kind__in=[ResourceKind.PROVIDER, ResourceKind.ROOM])
        ids = sorted(set(kinds.values_list("pk", flat=True)))
        source = load(ids, first, last)
        source.claims.clear()
        days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        opened: dict[tuple[date, int], dict[int, int]] = defaultdict(dict)
        for resource in ids:
            for day in days:
                for place, made in source.day(resource, day):
                    if made.open:
                        opened[day, place[2]][resource] = made.open
        return cls(
            here,
            days,
            source,
            {one.pk: one for one in Provider.objects.filter(pk__in=ids).select_related("specialty")},
            {one.pk: one for one in Room.objects.filter(pk__in=ids)},
            opened,
        )

    def sessions(self, resource: int, day: date, site: int) -> Iterator[Session]:
        for one in self.source.sessions.get(resource, ()):
            if one.site_id == site and one.held_on(day):
                yield one


# ---- a provider at two sites at once ----


def _two_sites(view: _View) -> Iterator[Finding]:
    found: dict[tuple[int, int, int, int, str], list[date]] = defaultdict(list)
    for day in view.days:
        places: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for (on, site), opened in view.open.items():
            if on == day:
                for resource in opened.keys() & view.providers.keys():
                    places[resource].append((site, opened[resource]))
        for resource, there in places.items():
            for (one, mask), (other, taken) in combinations(sorted(there), 2):
                for span in _hours(mask & taken):
                    found[resource, one, other, day.weekday(), span].append(day)
    for (resource, one, other, weekday, span), days in found.items():
        where = view.sites.get(one) or view.sites.get(other)
        if where is None:
            continue
        names = sorted(view.source.sites[number].name for number in (one, other))
        yield Finding(
            "two_sites",
            where,
            f"{view.providers[resource].name} has sessions at {names[0]} and {names[1]} at once, {_when(days, span)}.",
            ("resource", resource),
            days[0],
            (resource, one, other, weekday, span),
        )


# ---- more providers than rooms ----


def _rooms(view: _View) -> Iterator[Finding]:
    wanted = _room_types()
    found: dict[tuple[int, frozenset[str], int, str, int, int], list[date]] = defaultdict(list)
    for (day, site), opened in view.open.items():
        if site in view.sites:
            for types, span, people, rooms in _short(view, day, site, opened, wanted):
                found[site, types, day.weekday(), span, people, rooms].append(day)
    for (site, types, weekday, span, people, rooms), days in found.items():
        of_type = " or ".join(sorted(RoomType(one).label.lower() for one in types))
        have = "is no" if not rooms else f"is 1 {of_type}" if rooms == 1 else f"are {rooms} {of_type}s"
        yield Finding(
            "rooms",
            view.sites[site],
            f"{people} providers need a room at once and there {have if rooms else f'is no {of_type}'}, "
            f"{_when(days, span)}.",
            ("site", site),
            days[0],
            (site, tuple(sorted(types)), weekday, span, people, rooms),
        )


def _room_types() -> dict[int, frozenset[str]]:
    """The room types that visits in person of each specialty need, by its id; none where one needs no room."""
    found: dict[int, set[str]] = defaultdict(set)
    kinds = VisitType.objects.filter(active=True, modality=Modality.IN_PERSON)
    for specialty, room_type in kinds.values_list("specialty_id", "room_type"):
        found[specialty].add(room_type)
    return {specialty: frozenset(types) for specialty, types in found.items() if "" not in types}


def _short(
    view: _View, day: date, site: int, opened: dict[int, int], wanted: dict[int, frozenset[str]]
) -> Iterator[tuple[frozenset[str], str, int, int]]:
    """(types, hours, providers, rooms) where those who can only use these types are more than there are rooms."""
    people: dict[frozenset[str], list[int]] = defaultdict(list)
    for resource, mask in opened.items():
        provider = view.providers.get(resource)
        types = wanted.get(provider.specialty_id) if provider else None
        if provider and types:
            people[types].append(mask & ~_virtual(view, resource, day, site))
    for types in people:
        needing = [mask for own, masks in people.items() if own <= types for mask in masks]
        having = [
            mask for one, mask in opened.items() if one in view.rooms and view.rooms[one].room_type in types
        ]
        yield from _crowded(types, needing, having)


def _virtual(view: _View, resource: int, day: date, site: int) -> int:
    """The ticks that are kept for classes without any visit in person."""
    return bits.union(
        session_span(one, day, view.sites[site])
        for one in view.sessions(resource, day, site)
        if one.slot_class
        and one.slot_class.modalities
        and Modality.IN_PERSON not in one.slot_class.modalities
    )


def _crowded(
    types: frozenset[str], needing: Sequence[int], having: Sequence[int]
) -> Iterator[tuple[frozenset[str], str, int, int]]:
    by_count: dict[tuple[int, int], int] = defaultdict(int)
    for tick in bits.ticks(bits.union(needing)):
        mark = bits.span(tick, 1)
        people = sum(1 for mask in needing if mask & mark)
        rooms = sum(1 for mask in having if mask & mark)
        if people > rooms:
            by_count[people, rooms] |= mark
    for (people, rooms), mask in by_count.items():
        for span in _hours(mask):
            yield types, span, people, rooms


# ---- a closed day with sessions ----


def _closed(view: _View) -> Iterator[Finding]:
    closures = Closure.objects.filter(site__in=view.sites, day__range=(view.days[0], view.days[-1]))
    for one in closures.select_related("site"):
        people = sum(1 for who in view.providers if any(view.sessions(who, one.day, one.site_id)))
        start, end = day_span(one.day, one.site.time_zone)
        visits = Appointment.objects.filter(
            site=one.site, start__lt=end, end__gt=start, status__in=LIVE
        ).count()
        if people or visits:
            yield Finding(
                "closed",
                one.site,
                f"{one.site.name} is closed on {_day(one.day)} ({one.name}): the sessions of {_count(people, 'provider')}"
                f" fall away, and {_count(visits, 'visit') if visits else 'no visit'} still"
                f" stand{'' if visits > 1 else 's'} in the book.",
                ("closure", one.pk),
                one.day,
                (one.pk, bool(visits)),
            )


# ---- the duty roster ----


def _duty(view: _View, now: datetime) -> Iterator[Finding]:
    last = view.days[-1] + timedelta(days=1)
    rows = Duty.objects.filter(site__in=view.sites, ends__gt=now, starts__date__lte=last).order_by(
        "target", "pk"
    )
    people = {one.user_id: one for one in view.providers.values() if one.user_id}
    idle: dict[tuple[int, int], dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for duty in rows.select_related("site", "user"):
        provider = people.get(duty.user_id)
        if provider is not None:
            yield from _away(view, duty, provider)
            for day in _idle_days(view, duty, provider):
                idle[provider.pk, duty.site_id][day].add(duty.target)
    for (resource, site), days in idle.items():
        yield _no_session(view.providers[resource], view.sites[site], days)


def _away(view: _View, duty: Duty, provider: Provider) -> Iterator[Finding]:
    for block in view.source.blocks.get(provider.pk, ()):
        is_absence = block.slot_class_id is None and block.kind != BlockKind.ON_CALL
        if is_absence and block.start < duty.ends and block.end > duty.starts:
            day = local_day(max(block.start, duty.starts), duty.site.time_zone)
            yield Finding(
                "duty_away",
                duty.site,
                f"{provider.name} is on duty for {duty.target} escalations at {duty.site.name} on {_day(day)}, and is"
                f" away then: {block.get_kind_display().lower()}.",
                ("block", block.pk),
                day,
                (duty.pk, block.pk),
            )


def _idle_days(view: _View, duty: Duty, provider: Provider) -> Iterator[date]:
    """Days of the duty on which others see patients at the site then, and the provider is at work nowhere."""
    blocks = view.source.blocks.get(provider.pk, ())
    if any(block.start < duty.ends and block.end > duty.starts for block in blocks):
        return  # said already: away
    for day in view.days:
        mask = span_of(duty.starts, duty.ends, local_midnight(day, duty.site.time_zone))
        opened = view.open.get((day, duty.site_id), {})
        others = bits.union(
            opened[one] for one in opened.keys() & view.providers.keys() if one != provider.pk
        )
        own = bits.union(view.open.get((day, site), {}).get(provider.pk, 0) for site in view.source.sites)
        if mask & others and not mask & own:
            yield day


def _no_session(provider: Provider, site: Site, days: dict[date, set[str]]) -> Finding:
    first = min(days)
    when = f"on {_day(first)}" if len(days) == 1 else f"on {len(days)} days (first {_day(first)})"
    targets = sorted(set().union(*days.values()))
    return Finding(
        "duty_no_session",
        site,
        f"{provider.name} is on duty for {' and '.join(targets)} escalations at {site.name} {when}, but has no session"
        " anywhere then.",
        ("resource", provider.pk),
        first,
        tuple(targets),
    )


# ---- kept time that nobody can book, drafts that were forgotten ----


def _slot_classes(view: _View) -> Iterator[Finding]:
    used: dict[tuple[int, int], set[int]] = defaultdict(set)
    for resource, sessions in view.source.sessions.items():
        for one in sessions:
            if one.slot_class_id and one.site_id in view.sites:
                used[one.slot_class_id, one.site_id].add(resource)
    classes = SlotClass.objects.prefetch_related("visit_types").in_bulk({number for number, _ in used})
    for (number, site), resources in used.items():
        if fault := _unbookable(classes[number]):
            yield Finding(
                "slot_class",
                view.sites[site],
                f"{_count(len(resources), 'week')} at {view.sites[site].name} keep"
                f"{'s' if len(resources) == 1 else ''} time for {classes[number].name}, {fault}.",
                ("resource", min(resources)),
                view.days[0],
                (number, site, fault),
            )


def _unbookable(kept: SlotClass) -> str:
    """Why no visit can ever stand in time of this class; nothing where one can."""
    kinds = [one for one in kept.visit_types.all() if one.active]
    if not kept.active:
        return "a slot class that is no longer used"
    if not kinds:
        return "which has no visit type that is in use"
    if kept.modalities and not any({one.modality, *one.converts_to} & set(kept.modalities) for one in kinds):
        ways = " or ".join(Modality(one).label.lower() for one in kept.modalities)
        return f"but none of its visit types can be {'by ' if kept.modalities != ['in_person'] else ''}{ways}"
    return ""


def _drafts(view: _View) -> Iterator[Finding]:
    waiting = Template.objects.filter(
        approved_at=None, withdrawn_at=None, site__in=view.sites, holds_from__lte=view.days[0]
    )
    for one in waiting.select_related("resource", "site"):
        yield Finding(
            "draft",
            one.site,
            f"Version {one.number} for {one.resource.name} was to hold from {_day(one.holds_from)} and still waits for"
            " approval.",
            ("template", one.pk),
            one.holds_from,
        )


# ---- words ----


def _hours(mask: int) -> list[str]:
    """Stretches as hours of a day without a clock change: that is how a template says them."""
    return [f"{_at(start)}–{_at(start + count)}" for start, count in bits.stretches(mask)]


def _at(tick: int) -> str:
    minutes = tick * bits.TICK_MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _when(days: Sequence[date], span: str) -> str:
    if len(days) == 1:
        return f"on {_day(days[0])}, {span}"
    return f"{days[0]:%A}s {span} ({len(days)} days, first {_day(days[0])})"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def by_kind(found: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """The findings under their headings, in the order of HEADINGS; headings without any are left out."""
    groups: dict[str, list[Finding]] = defaultdict(list)
    for one in found:
        groups[one.kind].append(one)
    return [(HEADINGS[kind], groups[kind]) for kind in HEADINGS if groups[kind]]
