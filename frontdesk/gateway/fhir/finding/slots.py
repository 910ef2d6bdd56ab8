"""Slot: free time as the book itself offers it at this moment, and taken time without any word of whose it is.

Nothing here is remembered: what is offered is what `open_times` finds, for visit types that the client may know of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from itertools import groupby
from typing import Any

from django.db.models import Q

from frontdesk.book.engine import bits
from frontdesk.book.models import ResourceDay
from frontdesk.book.queries.find import HORIZON, Option, open_times
from frontdesk.book.queries.find import at as option_at
from frontdesk.book.queries.open_time import freed_by_expiry
from frontdesk.book.queries.wish import Wish, takings
from frontdesk.book.queries.workplaces import workplaces
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.clinic.queries import remembered
from frontdesk.clinic.queries.changes import read_once
from frontdesk.gateway.fhir import bundle, codes, dates
from frontdesk.gateway.fhir.door import Answer, Call
from frontdesk.gateway.fhir.finding import people
from frontdesk.gateway.fhir.finding.common import coded
from frontdesk.gateway.fhir.kinds import kinds
from frontdesk.gateway.fhir.params import ID, Param
from frontdesk.gateway.fhir.references import may_know, pair, providers, split, visit_types
from frontdesk.gateway.fhir.resources.schedule import FreeSlots, taken
from frontdesk.gateway.fhir.search import Asked, Term, asked, plain, token
from frontdesk.gateway.fhir.slot_ids import SlotId, unpack
from frontdesk.kit.clock import local_midnight

MOST = 1000  # slots of a page
COUNTED = 2000  # slots of a named schedule that are looked at to say how many there are in all
PARAMS = {
    "_id": ID,
    "schedule": Param("reference", "Whose time", targets=("Schedule",), chains=("actor",)),
    "service-type": Param("token", "What the visit would be for"),
    "specialty": Param("token", "The specialty"),
    "start": Param("date", "When it begins: from now on, and as far as the book goes"),
    "status": Param("token", "free or busy", narrows=False),
}
Pair = tuple[int, int]
Made = tuple[datetime, str, dict[str, Any]]  # the start, the id, the slot


@dataclass(frozen=True)
class _Wanted:
    """What a search is about: provider and site pairs, visit types, and a stretch [first, last) of instants."""

    pairs: frozenset[Pair]
    specialties: Mapping[int, int]  # of the providers
    named: bool  # whose time was said, so that taken time may be shown
    kinds: Sequence[VisitType]
    first: datetime
    last: datetime
    spans: Sequence[dates.Span]
    free: bool
    busy: bool


def read(call: Call, pk: str) -> Answer:
    """One slot as it is at this moment: free where the book offers it, taken where it was open and is no longer."""
    made = _one(call, pk)
    if made is None:
        raise bundle.nothing("Slot")
    return bundle.one(made)


def search(call: Call) -> Answer:
    """The slots that fit, in order of time."""
    found = asked(call, "Slot", kinds()["Slot"], most=MOST)
    if found.all("_id"):
        return _by_ids(call, found)
    with read_once():
        wanted = _wanted(call, found)
        slots = _in_order(call, wanted)
        counted = COUNTED if wanted.named or found.only_total else 0
        shown, total, after = _page(slots, found, counted=counted)
    remarks = [] if wanted.named or not wanted.busy or wanted.free else [_NAME_ONE]
    remarks += [_MANY] if found.only_total and total is None else []
    others = _schedules(call, found, shown)
    return bundle.searchset(call, found, bundle.Page(shown, total, after, others, remarks))


_MANY = f"More than {COUNTED} fit, and they were not all counted: ask for less time, or of one schedule."
_NAME_ONE = "Taken time is shown of schedules that are named: schedule=12-3."


def _page(
    slots: Iterator[Made], found: Asked, *, counted: int
) -> tuple[list[dict[str, Any]], int | None, tuple[Any, ...] | None]:
    """This page, the number of all where they are `counted` at most, and where the next page begins."""
    shown: list[Made] = []
    count, more = 0, False
    after = (datetime.fromisoformat(found.after[0]), found.after[1]) if found.after else None
    known = found.after[2] if found.after else None
    for one in slots:
        count += 1
        if after is not None and one[:2] <= after:
            continue
        if len(shown) < found.count:
            shown.append(one)
            continue
        more = True
        if found.after or count >= counted:
            break
    total = known if found.after else (count if not more or count < counted else None)
    if not more:
        return [slot for *_, slot in shown], total, None
    start, pk, _ = shown[-1]
    return [slot for *_, slot in shown], total, (start.isoformat(), pk, total)


# What is wanted -------------------------------------------------------------------------------------------------


def _wanted(call: Call, found: Asked) -> _Wanted:
    zone = call.sites[0].zone if call.sites else UTC
    values = [plain(value) for term in found.all("start") for value in term.values[:1]]
    spans = [dates.read(value, zone, now=call.now) for value in values]
    first, last = dates.within(spans, call.now, call.now + timedelta(days=HORIZON))
    if found.after:
        first = max(first, datetime.fromisoformat(found.after[0]))
    kind_rows = _kinds(call, found)
    pairs, specialties, named = _pairs(call, found, kind_rows)
    free, busy = _statuses(found)
    return _Wanted(pairs, specialties, named, kind_rows, first, last, spans, free, busy)


def _kinds(call: Call, found: Asked) -> list[VisitType]:
    """The visit types whose time is looked for: group visits have places, not slots."""
    rows = [kind for kind in remembered.visit_types() if kind.places == 1 and may_know(kind, call)]
    for term in found.all("service-type"):
        named = coded(term, call.base + codes.VISIT_TYPES)
        rows = [kind for kind in rows if kind.code in named]
    for term in found.all("specialty"):
        named = coded(term, call.base + codes.SPECIALTIES)
        rows = [kind for kind in rows if kind.specialty.code in named]
    return sorted(rows, key=lambda kind: kind.pk)


def _pairs(
    call: Call, found: Asked, kind_rows: Sequence[VisitType]
) -> tuple[frozenset[Pair], Mapping[int, int], bool]:
    """The providers at sites that are wanted, the specialty of each, and whether they were named."""
    named = [*found.all("schedule"), *found.all("schedule", "actor")]
    wanted = [_references(term, call) for term in named]
    if not all(wanted) or not kind_rows:
        return frozenset(), {}, bool(named)
    there = workplaces(
        specialties={kind.specialty_id for kind in kind_rows}, sites=[site.pk for site in call.sites],
        providers=_named_providers(wanted),
    )  # fmt: skip
    fitting = [one for one in there if all(_fits(one[:2], some) for some in wanted)]
    pairs = frozenset((one.provider, one.site) for one in fitting)
    return pairs, {one.provider: one.specialty for one in fitting}, bool(named)


def _named_providers(wanted: Iterable[Sequence[people.Half]]) -> set[int] | None:
    """The providers of the first term that names nobody but providers; None where there is no such term."""
    for some in wanted:
        named = [provider for provider, _ in some if provider is not None]
        if len(named) == len(some):
            return set(named)
    return None


def _references(term: Term, call: Call) -> list[people.Half]:
    found: list[people.Half] = []
    for value in term.values:
        if term.chain:
            found += people.actor(plain(value), call)
        else:
            one = split(plain(value), call.base, kind="Schedule")
            both = pair(one[1]) if one is not None and one[0] == "Schedule" else None
            found += [both] if both else []
    return found


def _fits(one: Pair, some: Iterable[people.Half]) -> bool:
    return any(provider in (None, one[0]) and site in (None, one[1]) for provider, site in some)


def _statuses(found: Asked) -> tuple[bool, bool]:
    said = [{token(value).code for value in term.values} for term in found.all("status")]
    return all("free" in one for one in said), all("busy" in one for one in said)


# Free and taken time --------------------------------------------------------------------------------------------


def _in_order(call: Call, wanted: _Wanted) -> Iterator[Made]:
    """Every slot that is wanted, by start and id."""
    if wanted.first >= wanted.last or not wanted.pairs:
        return
    streams: list[Iterator[Made]] = []
    if wanted.free:
        for sites in _by_zone(call, wanted):
            streams += [_free(call, wanted, kind, sites) for kind in wanted.kinds]
    if wanted.busy and wanted.named:
        streams.append(iter(_taken(call, wanted)))
    if len(streams) == 1 and len(wanted.pairs) == 1:
        yield from streams[0]  # no two of them at one time
        return
    for _, together in groupby(merge(*streams, key=lambda one: one[0]), key=lambda one: one[0]):
        yield from sorted(together, key=lambda one: one[1])


def _by_zone(call: Call, wanted: _Wanted) -> list[list[Site]]:
    """A search is of one time zone: its days are days there."""
    found: dict[str, list[Site]] = defaultdict(list)
    there = {site for _, site in wanted.pairs}
    for site in call.sites:
        if site.pk in there:
            found[site.time_zone].append(site)
    return list(found.values())


def _free(call: Call, wanted: _Wanted, kind: VisitType, sites: list[Site]) -> Iterator[Made]:
    here, able = {site.pk for site in sites}, wanted.specialties
    of_kind = {one for one, site in wanted.pairs if site in here and able[one] == kind.specialty_id}
    make, nots = FreeSlots(kind, call).to_fhir, [span for span in wanted.spans if span.prefix == "ne"]
    until = (wanted.last - timedelta(microseconds=1)).astimezone(sites[0].zone).date()
    wish = Wish(kind, sites, sorted(of_kind), earliest=wanted.first, until=until)
    for option in _for_anybody(wish, call.now):
        start, pair_of = option.start, (option.resources[0], option.site.pk)
        if start >= wanted.last:
            return
        if pair_of in wanted.pairs and (not nots or dates.fits(start, nots)):
            slot = make(*pair_of, start, option.end)
            yield start, slot["id"], slot


def _for_anybody(wish: Wish, now: datetime) -> Iterator[Option]:
    """Times that every patient may have: where some time is kept for new or for known patients, what both may."""
    new, known = replace(wish, new_patient=True), replace(wish, new_patient=False)
    if [one.pools.classes for one in takings(new)] == [one.pools.classes for one in takings(known)]:
        yield from open_times(new, now=now)
        return
    both = {(option.start, option.provider, option.site.pk) for option in open_times(known, now=now)}
    for option in open_times(new, now=now):
        if (option.start, option.provider, option.site.pk) in both:
            yield option


def _taken(call: Call, wanted: _Wanted) -> list[Made]:
    """Stretches of open time that nobody can have any more; neighbours run together, so that no visit shows."""
    sites = {site.pk: site for site in call.sites}
    first, last = wanted.first.date() - timedelta(days=1), wanted.last.date() + timedelta(days=1)
    found: list[Made] = []
    for day in _days(wanted.pairs, first, last, call.now):
        for start, end in day.taken(sites[day.site]):
            if wanted.first <= start < wanted.last and dates.fits(start, list(wanted.spans)):
                slot = taken(day.provider, day.site, start, end)
                found.append((start, slot["id"], slot))
    return sorted(found, key=lambda one: one[:2])


@dataclass(frozen=True)
class _Day:
    """One local day of a provider at a site, as bits."""

    provider: int
    site: int
    day: date
    open: int
    free: int

    def taken(self, site: Site) -> Iterator[tuple[datetime, datetime]]:
        """Stretches that are open and not free, as instants in UTC."""
        midnight = local_midnight(self.day, site.time_zone)
        for start, count in bits.stretches(self.open & ~self.free):
            begin = midnight + timedelta(minutes=bits.TICK_MINUTES * start)
            yield begin, begin + timedelta(minutes=bits.TICK_MINUTES * count)


def _days(pairs: Iterable[Pair], first: date, last: date, now: datetime) -> Iterator[_Day]:
    wanted = set(pairs)
    people_here, sites = {provider for provider, _ in wanted}, {site for _, site in wanted}
    rows = ResourceDay.objects.filter(
        Q(day__gte=first) & Q(day__lte=last), resource__in=people_here, site__in=sites
    )
    freed = freed_by_expiry(people_here, first, last, now)
    columns = ("resource_id", "site_id", "day", "open_bits", "free_bits")
    for provider, site, day, opened, free in rows.order_by("day").values_list(*columns):
        if (provider, site) in wanted:
            open_now = bits.from_bytes(opened)
            extra = freed.get((provider, day), 0) & open_now
            yield _Day(provider, site, day, open_now, bits.from_bytes(free) | extra)


# One slot -------------------------------------------------------------------------------------------------------


def _by_ids(call: Call, found: Asked) -> Answer:
    """Slots by their ids, twenty at most: each is asked of the book."""
    named = [plain(value) for term in found.all("_id")[:1] for value in term.values]
    made = [slot for pk in dict.fromkeys(named[:20]) if (slot := _one(call, pk)) is not None]
    shown = [] if found.only_total else made[: found.count]
    return bundle.searchset(call, found, bundle.Page(shown, len(made), None, _schedules(call, found, shown)))


def _one(call: Call, pk: str) -> dict[str, Any] | None:
    packed = unpack(pk)
    site = next((one for one in call.sites if packed and one.pk == packed.site), None)
    row = providers(call).filter(pk=packed.provider).first() if packed and site else None
    if packed is None or site is None or row is None:
        return None
    if not packed.visit_type:
        return _taken_at(call, packed, site)
    kinds_here = visit_types(call).filter(places=1, specialty=row.specialty_id).select_related("specialty")
    kind = kinds_here.filter(pk=packed.visit_type).first()
    return _free_at(call, packed, site, row, kind) if kind is not None else None


def _free_at(call: Call, packed: SlotId, site: Site, row: Provider, kind: VisitType) -> dict[str, Any] | None:
    day = packed.start.astimezone(site.zone).date()
    wish = Wish(kind, [site], [row.pk], earliest=packed.start, until=day)
    option = next(_for_anybody_at(wish, packed, call.now), None) if row.active else None
    if option is not None:
        return FreeSlots(kind, call).to_fhir(row.pk, site.pk, option.start, option.end)
    length = timedelta(minutes=kind.minutes)
    if not _was_open(packed, day, length, call.now):
        return None
    slot = FreeSlots(kind, call).to_fhir(row.pk, site.pk, packed.start, packed.start + length)
    return {**slot, "status": "busy"}


def _for_anybody_at(wish: Wish, packed: SlotId, now: datetime) -> Iterator[Option]:
    both = [
        option_at(replace(wish, new_patient=new_patient), packed.provider, packed.start, now=now)
        for new_patient in (True, False)
    ]
    if both[0] is not None and both[1] is not None:
        yield both[0]


def _was_open(packed: SlotId, day: date, length: timedelta, now: datetime) -> bool:
    """Is it time of the provider's sessions at the site, whoever has it now?"""
    site = Site.objects.get(pk=packed.site)
    midnight = local_midnight(day, site.time_zone)
    start, step = packed.start - midnight, timedelta(minutes=bits.TICK_MINUTES)
    days = _days([(packed.provider, packed.site)], day, day, now)
    return any(bits.holds(one.open, start // step, -(-length // step)) for one in days)


def _taken_at(call: Call, packed: SlotId, site: Site) -> dict[str, Any] | None:
    day = packed.start.astimezone(site.zone).date()
    end = packed.start + timedelta(minutes=packed.minutes)
    for one in _days([(packed.provider, packed.site)], day, day, call.now):
        if (packed.start, end) in one.taken(site):
            return taken(packed.provider, packed.site, packed.start, end)
    return None


def _schedules(call: Call, found: Asked, shown: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The schedules of the slots, where _include asks for them."""
    if "Slot:schedule" not in found.includes or not call.may("Schedule", "r"):
        return []
    pairs = {pair(slot["schedule"]["reference"].removeprefix("Schedule/")) for slot in shown}
    rows = people.hydrated(sorted(one for one in pairs if one is not None), call)
    return people.schedules(rows, call)
