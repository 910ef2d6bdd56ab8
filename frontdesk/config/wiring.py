"""Who reacts to what, and who is asked before a booking: all of it on this page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from frontdesk.accounts.models import User
from frontdesk.book.actions import closures
from frontdesk.book.facts import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentRestored,
    BookingRefused,
    DaysOpened,
    HoldEnded,
    HoldKeptLonger,
    LinkWaived,
    MovabilitySet,
    TimeHeld,
)
from frontdesk.book.facts_audit import AuditRun, ConflictFound, ConflictResolved
from frontdesk.book.facts_choice import VisitTypeChosen
from frontdesk.book.facts_history import HistoryTakenIn
from frontdesk.book.facts_overbooking import OverbookingDrafted, OverbookingEnded, OverbookingSigned
from frontdesk.book.facts_plans import (
    GatheringCancelled,
    GatheringPlanned,
    PlanBooked,
    PlanEnded,
    PlanExtended,
)
from frontdesk.book.facts_time import (
    BlockLifted,
    TemplateApproved,
    TemplateDrafted,
    TemplateWithdrawn,
    TimeBlocked,
    TimeReleased,
)
from frontdesk.book.models import Appointment, AppointmentStatus
from frontdesk.book.ports import BookingCheck
from frontdesk.clinic import facts_settings as settings
from frontdesk.clinic.facts_machine import MachineSwitched
from frontdesk.clinic.facts_sites import SiteClosed, SiteHoursSet, SiteReopened
from frontdesk.clinic.models import Site
from frontdesk.config.demo.facts import DemoLoaded
from frontdesk.config.signals import LoggedIn, LoggedOut
from frontdesk.daybook.facts import Fact
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import Actor
from frontdesk.outreach.actions import messages, visit_changes
from frontdesk.outreach.facts import LibraryDrafted, MessageQueued, MessageSettled
from frontdesk.partners import facts as partners
from frontdesk.partners import facts_subscriptions as told
from frontdesk.partners.actions import notices
from frontdesk.partners.facts_feeds import FeedMade, FeedRevoked
from frontdesk.people.facts import ContactAdded, PatientAdded
from frontdesk.people.facts_imported import PatientsImported
from frontdesk.triage import facts as triage
from frontdesk.triage import facts_counter as counter
from frontdesk.triage import facts_intake as intake
from frontdesk.triage import facts_protocol as protocols
from frontdesk.triage.actions import walk_ins
from frontdesk.triage.checks import request_allows_booking
from frontdesk.triage.models import Channel, Request
from frontdesk.triage.queries.walk_ins import is_waiting
from frontdesk.work import facts as work
from frontdesk.work.facts import TaskClaimed, TaskDone, TaskOpened


def confirm_by_message(fact: AppointmentBooked, *, entry: Entry, by: Actor, now: datetime) -> None:
    """A booked visit is confirmed to the patient, in the same transaction."""
    messages.confirm_booking(appointment=_visit(fact.appointment_id, entry), by=by, now=now, cause=entry)


def tell_of_the_move(fact: AppointmentMoved, *, entry: Entry, by: Actor, now: datetime) -> None:
    """Nobody learns of a change at the door: it is told in the transaction that makes it."""
    visit = _visit(fact.appointment_id, entry)
    visit_changes.moved(appointment=visit, was=fact.was, now_is=fact.now_is, by=by, now=now, cause=entry)


def tell_of_the_cancellation(fact: AppointmentCancelled, *, entry: Entry, by: Actor, now: datetime) -> None:
    visit = _visit(fact.appointment_id, entry)
    visit_changes.cancelled(appointment=visit, why=fact.why, by=by, now=now, cause=entry)


def tell_that_it_stands(fact: AppointmentRestored, *, entry: Entry, by: Actor, now: datetime) -> None:
    visit, was_told = _visit(fact.appointment_id, entry), fact.was == AppointmentStatus.CANCELLED
    visit_changes.restored(appointment=visit, was_told=was_told, by=by, now=now, cause=entry)


def _visit(pk: int, entry: Entry) -> Appointment:
    """The visit as its action has just written it; read again where the action does not hand it over."""
    if isinstance(entry.of, Appointment):
        return entry.of
    return Appointment.objects.select_related("patient", "site", "visit_type").get(pk=pk)


def close_the_book(fact: SiteClosed, *, entry: Entry, by: Actor, now: datetime) -> None:  # noqa: ARG001
    """A site that is closed for a day has no open time on it, and its visits become work."""
    site = Site.objects.get(pk=fact.site_id)
    closures.close_day(site=site, day=fact.day, name=fact.name, by=by, now=now)


def reopen_the_book(fact: SiteReopened, *, entry: Entry, by: Actor, now: datetime) -> None:  # noqa: ARG001
    site = Site.objects.get(pk=fact.site_id)
    closures.reopen_day(site=site, day=fact.day, name=fact.name, by=by, now=now)


def put_at_the_counter(
    fact: triage.RequestOpened,
    *,
    entry: Entry,  # noqa: ARG001
    by: Actor,
    now: datetime,
) -> None:
    """Who walked in waits at the counter from that moment."""
    if fact.channel == Channel.WALK_IN and isinstance(by, User):
        walk_ins.arrive(request=Request.objects.get(pk=fact.request_id), by=by, now=now)


def ask_for_a_tier(fact: triage.LaneSet, *, entry: Entry, by: Actor, now: datetime) -> None:  # noqa: ARG001
    """A walk-in whose words are clinical is put before the nurse, who weighs them."""
    request = Request.objects.select_related("patient").get(pk=fact.request_id)
    walk_ins.ask_for_tier(request=request, by=by, now=now)


def end_the_wait(fact: triage.RequestFact, *, entry: Entry, by: Actor, now: datetime) -> None:
    """Closed, or the same as another: the person leaves the counter’s list, or waits on with that other request."""
    if isinstance(entry.of, Request) and entry.of.opened_at == now:
        return  # opened and closed in one go: nobody has waited
    if isinstance(by, User) and is_waiting(fact.request_id):
        request = Request.objects.get(pk=fact.request_id)
        walk_ins.end_with_request(request=request, by=by, now=now)


def tell_clients(fact: notices.VisitFact, *, entry: Entry, by: Actor, now: datetime) -> None:
    """Other programs that asked to be told of visits are told, from the same transaction."""
    notices.note_visit(fact=fact, by=by, now=now, of=entry.of)


def tell_clients_of_time(fact: HoldEnded, *, entry: Entry, by: Actor, now: datetime) -> None:  # noqa: ARG001
    notices.note_hold(fact=fact, by=by, now=now)


REACTIONS: dict[type[Fact], Sequence[Callable[..., None]]] = {
    AppointmentBooked: (confirm_by_message, tell_clients),
    AppointmentCancelled: (tell_of_the_cancellation, tell_clients),
    AppointmentMissed: (tell_clients,),
    AppointmentMoved: (tell_of_the_move, tell_clients),
    AppointmentRestored: (tell_that_it_stands, tell_clients),
    HoldEnded: (tell_clients_of_time,),
    SiteClosed: (close_the_book,),
    SiteReopened: (reopen_the_book,),
    triage.LaneSet: (ask_for_a_tier,),
    intake.RequestMerged: (end_the_wait,),
    triage.RequestClosed: (end_the_wait,),
    triage.RequestOpened: (put_at_the_counter,),
}

# Facts that are read in the daybook and that nothing follows from yet. A new fact is wired above or listed here.
UNHEARD: frozenset[type[Fact]] = frozenset(
    {
        MachineSwitched,
        AuditRun, ConflictFound, ConflictResolved,
        OverbookingDrafted, OverbookingEnded, OverbookingSigned,
        BookingRefused, DaysOpened, HistoryTakenIn, HoldKeptLonger, LinkWaived, MovabilitySet, TimeHeld,
        VisitTypeChosen,
        GatheringCancelled, GatheringPlanned, PlanBooked, PlanEnded, PlanExtended,
        BlockLifted, TemplateApproved, TemplateDrafted, TemplateWithdrawn, TimeBlocked, TimeReleased,
        ContactAdded, PatientAdded, PatientsImported,
        settings.CardRetired, settings.CardWritten, settings.DepartmentAdded, settings.DutyAdded, settings.DutyEnded,
        SiteHoursSet,
        settings.OrganizationNamed, settings.ResourceAssigned, settings.SettingApplied, settings.SettingApproved,
        settings.SettingDrafted, settings.SettingWithdrawn,
        settings.DraftBegun, settings.DraftTakenBack, settings.DraftWritten,
        LibraryDrafted, MessageQueued, MessageSettled,
        FeedMade, FeedRevoked,
        TaskClaimed, TaskDone, TaskOpened,
        intake.MessageReceived, intake.RequestDropped, intake.RequestTaken,
        work.QueueRuleSet, work.TaskAssigned, work.TaskEscalated, work.TaskMerged, work.TaskReleased, work.TaskRerouted,
        triage.ClosingRefused, triage.DetailsTaken, triage.HandoffAccepted, triage.HandoffDirected, triage.HandoffOffered,
        triage.HandoffOutcomeNoted, triage.HandoffPassedOn, triage.LastResortRaisedAgain, triage.LastResortReached,
        triage.PatientMatched, triage.PatientUnmatched,
        triage.RequestParked, triage.RequestResumed, triage.StepStamped,
        triage.WordsHeard, triage.WordsScreened,
        protocols.ProtocolApproved, protocols.ProtocolBacktested, protocols.ProtocolBegun, protocols.ProtocolEnded,
        protocols.ProtocolHandedIn,
        protocols.ProtocolRead, protocols.ProtocolTakenBack, protocols.ProtocolWithdrawn, protocols.ProtocolWritten,
        counter.AlternativeOffered, counter.ContactLogged, counter.LateArrivalAnswered,
        counter.LateArrivalApproved, counter.LateArrivalRecorded, counter.LateArrivalSettled,
        counter.WalkInArrived, counter.WalkInLeft, counter.WalkInTierSet,
        told.HandshakeAnswered, told.NoticeGivenUp, told.SubscriptionAsked, told.SubscriptionChanged,
        told.SubscriptionEnded, told.SubscriptionTriedAgain,
        partners.ClientChanged, partners.ClientEnded, partners.ClientRegistered,
        DemoLoaded, LoggedIn, LoggedOut,
    }
)  # fmt: skip

BOOKING_CHECKS: Sequence[BookingCheck] = (request_allows_booking,)
