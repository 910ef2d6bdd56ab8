"""Who reacts to what, and who is asked before a booking: all of it on this page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from frontdesk.book.facts import AppointmentBooked, BookingRefused, DaysOpened, HoldEnded, TimeHeld
from frontdesk.book.facts_history import HistoryTakenIn
from frontdesk.book.models import Appointment
from frontdesk.book.ports import BookingCheck
from frontdesk.config.demo.facts import DemoLoaded
from frontdesk.config.signals import LoggedIn, LoggedOut
from frontdesk.daybook.facts import Fact
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import Actor
from frontdesk.outreach.actions import messages
from frontdesk.outreach.facts import MessageQueued, MessageSettled
from frontdesk.people.facts import ContactAdded, PatientAdded
from frontdesk.people.facts_imported import PatientsImported
from frontdesk.triage import facts as triage
from frontdesk.triage.checks import request_allows_booking
from frontdesk.work.facts import TaskClaimed, TaskDone, TaskOpened


def confirm_by_message(fact: AppointmentBooked, *, entry: Entry, by: Actor, now: datetime) -> None:
    """A booked visit is confirmed to the patient, in the same transaction."""
    appointment = Appointment.objects.select_related("patient", "site", "visit_type").get(
        pk=fact.appointment_id
    )
    messages.confirm_booking(appointment=appointment, by=by, now=now, cause=entry)


REACTIONS: dict[type[Fact], Sequence[Callable[..., None]]] = {
    AppointmentBooked: (confirm_by_message,),
}

# Facts that are read in the daybook and that nothing follows from yet. A new fact is wired above or listed here.
UNHEARD: frozenset[type[Fact]] = frozenset(
    {
        BookingRefused, DaysOpened, HistoryTakenIn, HoldEnded, TimeHeld,
        ContactAdded, PatientAdded, PatientsImported,
        MessageQueued, MessageSettled,
        TaskClaimed, TaskDone, TaskOpened,
        triage.DetailsTaken, triage.HandoffAccepted, triage.HandoffDirected, triage.HandoffOffered,
        triage.LaneSet, triage.PatientMatched, triage.PatientUnmatched, triage.RequestClosed,
        triage.RequestOpened, triage.RequestParked, triage.RequestResumed, triage.StepStamped,
        triage.WordsHeard, triage.WordsScreened,
        DemoLoaded, LoggedIn, LoggedOut,
    }
)  # fmt: skip

BOOKING_CHECKS: Sequence[BookingCheck] = (request_allows_booking,)
