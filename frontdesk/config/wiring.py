"""Who reacts to what, and who is asked before a booking: all of it on this page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from frontdesk.book.facts import AppointmentBooked
from frontdesk.book.models import Appointment
from frontdesk.book.ports import BookingCheck
from frontdesk.daybook.facts import Fact
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import Actor
from frontdesk.outreach.actions import messages
from frontdesk.triage.checks import request_allows_booking


def confirm_by_message(fact: AppointmentBooked, *, entry: Entry, by: Actor, now: datetime) -> None:
    """A booked visit is confirmed to the patient, in the same transaction."""
    appointment = Appointment.objects.select_related("patient", "site", "visit_type").get(
        pk=fact.appointment_id
    )
    messages.confirm_booking(appointment=appointment, by=by, now=now, cause=entry)


REACTIONS: dict[type[Fact], Sequence[Callable[..., None]]] = {
    AppointmentBooked: (confirm_by_message,),
}

BOOKING_CHECKS: Sequence[BookingCheck] = (request_allows_booking,)
