"""Visits that were cancelled late or not kept, by reason and by side. Sums; no patient.

Definitions. *Late*: cancelled with less notice than the site asks for. *Not kept*: marked so by the desk. The share is
of all visits that stood in the book for those days, cancelled ones included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from frontdesk.book.engine.why import CHANGES, MISSES, why
from frontdesk.book.models import Appointment, AppointmentStatus
from frontdesk.book.models.appointment import Whose
from frontdesk.clinic.models import Site
from frontdesk.insight.no_shows import Share
from frontdesk.kit.clock import day_span

LATE, MISSED = "Cancelled late", "Not kept"
UNSAID = "No reason kept"


@dataclass(frozen=True)
class Row:
    """One reason: on whose side it lies, its code and words, and its visits of all visits."""

    what: str
    whose: str
    code: str
    words: str
    share: Share


@dataclass(frozen=True)
class Endings:
    visits: int
    late: Share
    missed: Share
    cancelled: Share
    rows: Sequence[Row]


def endings(*, site: Site, first: date, last: date) -> Endings:
    """What ended badly of the visits at the site on the local days first..last."""
    start, end = day_span(first, site.time_zone)[0], day_span(last, site.time_zone)[1]
    booked = Appointment.objects.filter(site=site, start__gte=start, start__lt=end)
    is_late = Q(status=AppointmentStatus.CANCELLED, late_cancel=True)
    is_missed = Q(status=AppointmentStatus.NO_SHOW)
    sums = booked.aggregate(
        visits=Count("pk"),
        late=Count("pk", filter=is_late),
        missed=Count("pk", filter=is_missed),
        cancelled=Count("pk", filter=Q(status=AppointmentStatus.CANCELLED)),
    )
    grouped = booked.filter(is_late | is_missed).values("status", "ended_whose", "ended_code")
    counted = grouped.annotate(count=Count("pk")).order_by("status", "-count", "ended_code")
    of = sums["visits"]
    return Endings(
        of,
        Share(sums["late"], of),
        Share(sums["missed"], of),
        Share(sums["cancelled"], of),
        [
            _row(one["status"], one["ended_whose"], one["ended_code"], Share(one["count"], of))
            for one in counted
        ],
    )


def _row(status: str, whose: str, code: str, share: Share) -> Row:
    missed = status == AppointmentStatus.NO_SHOW
    found = why(code, MISSES if missed else CHANGES)
    side = str(Whose(whose).label) if whose in Whose.values else ""
    return Row(MISSED if missed else LATE, side, code, found.words if found else UNSAID, share)
