"""Where may a visit that is booked go? Its own time counts as free, since a move takes the new time first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import search
from frontdesk.book.engine.kept import Kept, Moment, closed_to
from frontdesk.book.models import Appointment, AppointmentStatus, Claim, ResourceDay
from frontdesk.book.queries.derive import span_of
from frontdesk.book.queries.find import HORIZON, Option, open_times
from frontdesk.book.queries.new_patients import is_new_patient
from frontdesk.book.queries.open_time import Pools, freed_by_expiry, mask_of, site_days
from frontdesk.book.queries.wish import Taking, Wish, classes_of, takings
from frontdesk.book.rules import direction_of
from frontdesk.clinic.models import Provider, Site, SlotClass, VisitType
from frontdesk.kit.clock import local_midnight

TICK = timedelta(minutes=bits.TICK_MINUTES)
_BLOCKED = "This time is blocked, and not released yet."
LOOKED_AT = 60  # free times among which the nearest are chosen
Own = Mapping[tuple[int, date], int]


@dataclass(frozen=True)
class Target:
    """Where a visit would go. `start` is an instant; `room` is a room's id where a certain one is asked for."""

    visit_type: VisitType
    site: Site
    provider: Provider
    start: datetime
    room: int | None = None

    @property
    def day(self) -> date:
        return self.start.astimezone(self.site.zone).date()


def wish_for(visit: Appointment, target: Target, *, now: datetime) -> Wish:
    """What is looked for when `visit` goes to `target`: with this provider, at this site, from its day on.

    A visit that a clinician directed is looked for as directed, up to the day of the direction.
    """
    patient, kind = visit.patient, target.visit_type
    same = kind.pk == visit.visit_type_id
    direction = direction_of(visit, kind, now=now)
    interpreter, always = _interpreter(visit, same=same)
    until = target.day + timedelta(days=HORIZON)
    return Wish(
        visit_type=kind,
        sites=[target.site],
        providers=[target.provider.pk],
        earliest=local_midnight(target.day, target.site.time_zone),
        until=direction.last(until) if direction.on(target.day) else until,
        language=patient.language,
        interpreter=interpreter,
        always=always,
        busy=_busy(visit, now),
        new_patient=is_new_patient(patient, kind.specialty_id, now=now),
        directed=direction.on(target.day),
        only=direction.only,
        open_only=direction.open_only,
        modality=visit.modality if same else "",
        room=target.room,
    )


def place_for(visit: Appointment, target: Target, *, now: datetime) -> Option | None:
    """What the visit would take at exactly this place; None where something that it needs is not free then.

    The room, the interpreter and the machines that it has are preferred.
    """
    wish, own = wish_for(visit, target, now=now), own_time(visit)
    midnight = local_midnight(target.day, target.site.time_zone)
    tick, odd = divmod(target.start - midnight, TICK)
    if odd:
        return None
    for taking in takings(wish):
        found = _search(taking, target, own, tick, now)
        if found is not None:
            length = timedelta(minutes=max(part.end for part in taking.parts))
            parts, spoken = taking.parts_with(found[0]), found[0] in taking.speak
            end = target.start + length
            return Option(target.site, found, parts, target.start, end, wish.by, spoken=spoken)
    return None


def _interpreter(visit: Appointment, *, same: bool) -> tuple[bool, bool]:
    """Is an interpreter looked for, and even with a provider who speaks the language?

    One who is there although the provider speaks it was asked for on purpose. Who has none and cannot do without
    one needs them with another provider or for another visit type: else somebody decided that it goes without.
    """
    patient, helper = visit.patient, visit.interpreter
    speaks = patient.language in visit.provider.languages
    if helper is None:
        return patient.needs_interpreter and (speaks or not same), False
    fits = patient.needs_interpreter or patient.language in helper.languages
    return fits, fits and speaks


def nearest_to(
    visit: Appointment, target: Target, *, providers: Sequence[int], now: datetime, limit: int = 3
) -> list[Option]:
    """The free times nearest to the wished one with any of the providers, in the order of time."""
    wish = replace(wish_for(visit, target, now=now), providers=providers)
    found = islice(open_times(wish, now=now), LOOKED_AT)
    best = sorted(found, key=lambda option: abs(option.start - target.start))[:limit]
    return sorted(best, key=lambda option: option.start)


def why_not(visit: Appointment, target: Target, *, now: datetime) -> str:
    """Why nothing is free for the visit there, in one sentence: the first reason that holds."""
    return next(_reasons(visit, target, now))


def _reasons(visit: Appointment, target: Target, now: datetime) -> Iterator[str]:
    if target.start < now:
        yield "This time has passed."
    if target.start.minute % bits.TICK_MINUTES:
        yield "Visits begin on full five minutes."
    wish = wish_for(visit, target, now=now)
    if not takings(wish):
        yield "Nobody and nothing of the kind that this visit needs is at the site."
    start, end = target.start, target.start + _length(visit, wish)
    day, mask = mask_of(start, end, target.site)
    row = ResourceDay.objects.filter(resource=target.provider.pk, day=day, site=target.site).first()
    if row is None or row.open & mask != mask:
        yield _not_open(target, row, mask)
        return
    yield from _kept_from(target, wish, row.kept_for, mask, now)
    if (row.free | own_time(visit).get((target.provider.pk, day), 0)) & mask != mask:
        yield _taken(visit, target, start, end, now)
    if row.start_bits and not bits.from_bytes(row.start_bits) & bits.span(_first_tick(target), 1):
        yield f"Visits of {target.provider.name} begin at other minutes in this session."
    yield "No room, machine or interpreter that this visit needs is free then."


def own_time(visit: Appointment) -> dict[tuple[int, date], int]:
    """The bits of each (resource, local day) that the visit itself has taken."""
    found: dict[tuple[int, date], int] = defaultdict(int)
    for claim in Claim.objects.live().filter(appointment=visit, unit=1):
        day, mask = mask_of(claim.start, claim.end, visit.site)
        found[claim.resource_id, day] |= mask
    return found


def gap_behind(visit: Appointment) -> tuple[datetime, datetime]:
    """The free stretch of the provider's time that the visit would leave, with what is free on both sides of it."""
    day, mask = mask_of(visit.start, visit.end, visit.site)
    row = ResourceDay.objects.filter(resource=visit.provider_id, day=day, site=visit.site_id).first()
    free = (row.free if row else 0) | mask
    midnight = local_midnight(day, visit.site.time_zone)
    for start, count in bits.stretches(free):
        if bits.span(start, count) & mask:
            return midnight + start * TICK, midnight + (start + count) * TICK
    return visit.start, visit.end


def _search(taking: Taking, target: Target, own: Own, tick: int, now: datetime) -> tuple[int, ...] | None:
    pools = _own_first(taking.pools, {resource for resource, _ in own})
    freed = defaultdict(int, freed_by_expiry(pools.everybody, target.day, target.day, now))
    for key, mask in own.items():
        freed[key] |= mask
    sites = {target.site.pk: target.site}
    days = site_days(pools, sites=sites, first=target.day, last=target.day, now=now, freed=freed)
    here = days.get((target.day, target.site.pk))
    if here is None:
        return None
    need = replace(taking.need, step=1, window=bits.span(tick, 1))
    found = next(search(here, need), None)
    return found.resources if found else None


def _own_first(pools: Pools, own: set[int]) -> Pools:
    parts = [sorted(part, key=lambda resource: resource not in own) for part in pools.parts]
    return replace(pools, parts=parts)


def _busy(visit: Appointment, now: datetime) -> Sequence[tuple[datetime, datetime]]:
    live = Appointment.objects.filter(
        patient=visit.patient_id,
        status__in=[AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED],
        end__gt=now,
    )
    return list(live.exclude(pk=visit.pk).values_list("start", "end"))


def _length(visit: Appointment, wish: Wish) -> timedelta:
    """How long the provider's own part lasts."""
    for taking in takings(wish):
        return timedelta(minutes=taking.parts[0].minutes)
    return visit.end - visit.start


def _first_tick(target: Target) -> int:
    midnight = local_midnight(target.day, target.site.time_zone)
    return bits.TICKS - span_of(target.start, target.start + TICK, midnight).bit_length()


def _not_open(target: Target, row: ResourceDay | None, mask: int) -> str:
    name = target.provider.name
    if row is None or not row.open & mask:
        return f"{name} has no open session at {target.site.name} then."
    return f"{name}’s session does not last that long."


def _kept_from(target: Target, wish: Wish, kept: Sequence[Kept], mask: int, now: datetime) -> Iterator[str]:
    classes = classes_of(wish)
    moment = Moment.of(now.astimezone(target.site.zone))
    for one in kept:
        if closed_to([one], target.day, classes=classes, now=moment) & mask:
            found = SlotClass.objects.filter(pk=one.slot_class).first()
            direction = " and opens by a clinician’s direction" if found and found.by_direction else ""
            yield f"This time is kept for: {found.name}{direction}." if found else _BLOCKED


def _taken(visit: Appointment, target: Target, start: datetime, end: datetime, now: datetime) -> str:
    live = Claim.objects.live().between(start, end).filter(resource=target.provider.pk, unit=1)
    held = live.filter(appointment=None, gathering=None, hold__expires_at__gt=now)
    if held.exists():
        return f"{target.provider.name}’s time is held for somebody else then."
    if live.exclude(appointment=visit).exists():
        return f"{target.provider.name} has somebody else then."
    return f"{target.provider.name} has no room for one more visit in this session."
