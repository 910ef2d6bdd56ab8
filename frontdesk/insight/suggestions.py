"""What a person might move so that a gap closes. Nothing is moved by itself.

Only a visit that moves freely is named, whose patient, room and everybody else are free at the new time, from tomorrow
on, so that there is time to tell the patient; and only where moving it makes one longer free stretch out of two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from frontdesk.book.actions.moves import wanted_of
from frontdesk.book.actions.taking import placed
from frontdesk.book.actions.wanted import DoesNotFit
from frontdesk.book.engine import bits
from frontdesk.book.engine.kept import Moment, closed_to
from frontdesk.book.models import Appointment, AppointmentStatus, Claim, ResourceDay
from frontdesk.book.queries.open_time import mask_of
from frontdesk.book.queries.outside import LIVE
from frontdesk.book.queries.wish import classes_for
from frontdesk.clinic.choices import Moves
from frontdesk.clinic.models import Site
from frontdesk.insight.gaps import Gap, ProviderDay
from frontdesk.kit.clock import local_day

LEAST = 10  # minutes of a gap that is worth a call
LONGEST = 60  # beyond that the gap is time to book
_WITH = ("patient", "visit_type", "site", "provider", "room", "interpreter")


@dataclass(frozen=True)
class Suggestion:
    """Move the visit to `to` (an instant) and `minutes` between two visits are no longer lost."""

    visit: Appointment
    to: datetime
    minutes: int
    provider: str

    @property
    def words(self) -> str:
        zone = self.visit.site.zone
        was, becomes = self.visit.start.astimezone(zone), self.to.astimezone(zone)
        name = self.visit.visit_type.name.lower()
        return f"Move the {was:%H:%M} {name} to {becomes:%H:%M}: closes {self.minutes} min"


def suggestions(
    *, site: Site, days: Sequence[ProviderDay], now: datetime, limit: int = 8
) -> list[Suggestion]:
    """At most `limit`, the days with most idle minutes first."""
    tomorrow = local_day(now, site.time_zone) + timedelta(days=1)
    ahead = sorted(
        (one for one in days if one.day >= tomorrow and one.gaps), key=lambda one: (-one.use.idle, one.day)
    )
    found: list[Suggestion] = []
    for one in ahead:
        for suggestion in _of_day(one, site, now):
            found.append(suggestion)
            if len(found) == limit:
                return found
    return found


def _of_day(day: ProviderDay, site: Site, now: datetime) -> Iterator[Suggestion]:
    small = [gap for gap in day.gaps if LEAST <= gap.minutes <= LONGEST]
    rows = Appointment.objects.filter(
        provider=day.provider,
        site=site,
        start__in=[gap.end for gap in small],
        status=AppointmentStatus.BOOKED,
    )
    after = {
        one.start: one
        for one in rows.filter(gathering=None, plan=None, overbooked_by=None).select_related(*_WITH)
    }
    for gap in small:
        visit = after.get(gap.end)
        if visit is not None and visit.moves is Moves.FREELY and _fits(visit, gap, now):
            yield Suggestion(visit, gap.start, gap.minutes, visit.provider.name)


def _fits(visit: Appointment, gap: Gap, now: datetime) -> bool:
    by = gap.end - gap.start
    return (
        _nobody_follows(visit)
        and not _patient_busy(visit, visit.start - by, visit.end - by)
        and _all_free(visit, gap.start, now)
    )


def _nobody_follows(visit: Appointment) -> bool:
    """Is the provider's time free after it, or the day at its end? Else the gap would only move."""
    own = Claim.objects.live().filter(appointment=visit, resource=visit.provider_id)
    end = max(own.values_list("end", flat=True), default=visit.end)
    return not Claim.objects.live().filter(resource=visit.provider_id, start=end).exists()


def _patient_busy(visit: Appointment, start: datetime, end: datetime) -> bool:
    others = Appointment.objects.filter(patient=visit.patient, status__in=LIVE).exclude(pk=visit.pk)
    return others.filter(start__lt=end, end__gt=start).exists()


def _all_free(visit: Appointment, start: datetime, now: datetime) -> bool:
    """Is everything that it takes free at the new time, its own time counted as free?"""
    try:
        pieces = placed(wanted_of(visit, start))
    except (DoesNotFit, ValueError):
        return False
    own = _own(visit)
    moment = Moment.of(now.astimezone(visit.site.zone))
    classes = classes_for(visit.visit_type, modality=visit.modality, directed=False, new_patient=None)
    for place, (_, (resource, day), mask) in enumerate(pieces):
        row = ResourceDay.objects.filter(resource=resource, day=day, site=visit.site).first()
        if row is None or mask & ~((row.free | own.get((resource, day), 0)) & row.open):
            return False
        if closed_to(row.kept_for, day, classes=classes, now=moment) & mask:
            return False
        if place == 0 and row.start_bits is not None and not _first(mask) & bits.from_bytes(row.start_bits):
            return False
    return True


def _own(visit: Appointment) -> dict[tuple[int, date], int]:
    found: dict[tuple[int, date], int] = {}
    for claim in Claim.objects.live().filter(appointment=visit):
        day, mask = mask_of(claim.start, claim.end, visit.site)
        found[claim.resource_id, day] = found.get((claim.resource_id, day), 0) | mask
    return found


def _first(mask: int) -> int:
    """The first tick of a mask."""
    return 1 << (mask.bit_length() - 1) if mask else 0
