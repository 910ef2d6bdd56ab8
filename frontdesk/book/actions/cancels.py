"""Cancelling a visit, marking that the patient did not come, and taking either back for a short while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import once
from frontdesk.book.actions.changes import check_version, lock, reason, release_time
from frontdesk.book.actions.expiry import write_off
from frontdesk.book.actions.group_interpreters import Helped, change_interpreter
from frontdesk.book.actions.taking import For, check_free_patient, keys_of_wanted, take, write_claims
from frontdesk.book.actions.time import Days, TimeTaken, expired_in_the_way, keys_of_hold
from frontdesk.book.actions.wanted import wanted_of
from frontdesk.book.engine.why import CHANGES, MISSES, Why
from frontdesk.book.facts import AppointmentCancelled, AppointmentMissed, AppointmentRestored
from frontdesk.book.models import Appointment, AppointmentStatus, Claim, HoldEnd
from frontdesk.book.queries.plans import breaks_if_restored
from frontdesk.book.rules_changes import UNDO_WITHIN, Ended, can_undo
from frontdesk.daybook.record import record
from frontdesk.kit.errors import Refused

__all__ = ["UNDO_WITHIN", "Ended", "TooLate", "can_undo", "cancel", "miss", "undo"]


class TooLate(Refused):
    """It can no longer be taken back, since time has passed or something has followed from it."""

    code = "TOO_LATE"


def cancel(
    *,
    visit: Appointment,
    why: str,
    note: str,
    version: int,
    key: str,
    by: User,
    now: datetime,
    made_way_for: int | None = None,
) -> Appointment:
    """Cancel a visit that is still to come and give its time back.

    `why` is a code of engine/why.py. It counts as late with less notice than the site's `late_cancel_hours`.
    `key` makes a repeat harmless; `made_way_for` is the request for whose visit it makes room. Raises NotAllowed,
    Stale, Ended or BadValue.
    """
    by.check_may(Permission.BOOK)
    because = reason(why, CHANGES)
    try:
        with transaction.atomic():
            visit = lock(visit)
            if once.done_before(key=key, what="cancel", by=by) is not None:
                return visit
            check_version(visit, version)
            _cancel(visit, because, note, by, now, made_way_for)
            once.remember(key=key, what="cancel", ref=visit.pk, by=by, now=now)
    except IntegrityError:
        if (same := once.done_before(key=key, what="cancel", by=by)) is None:
            raise
        return Appointment.objects.get(pk=same)
    return visit


@transaction.atomic
def miss(*, visit: Appointment, why: str, note: str, version: int, by: User, now: datetime) -> Appointment:
    """Mark that the patient did not come. Raises NotAllowed, Stale, BadValue, or Ended before its beginning."""
    by.check_may(Permission.BOOK)
    because = reason(why, MISSES)
    visit = lock(visit, version)
    if visit.status != AppointmentStatus.BOOKED:
        raise Ended("This visit is not waiting for the patient any more.")
    if visit.start > now:
        raise Ended("The visit has not begun yet: cancel it instead.")
    visit.status = AppointmentStatus.NO_SHOW
    visit.missed_at, visit.missed_by = now, by
    _end(visit, because, note)
    fact = AppointmentMissed(
        appointment_id=visit.pk,
        patient_id=visit.patient_id,
        request_id=visit.asked_for,
        why=because.code,
        whose=because.whose,
        start=visit.start,
    )
    record(fact, by=by, now=now, because=_words(because, note))
    return visit


def undo(*, visit: Appointment, version: int, by: User, now: datetime) -> Appointment:
    """Take back a cancellation or a missed mark, within a quarter of an hour, where nothing has followed.

    Raises NotAllowed, Stale, TooLate (also where its plan has changed and it would no longer fit), PatientBusy, or
    TimeTaken where the time is somebody else's by now.
    """
    by.check_may(Permission.BOOK)
    try:
        with transaction.atomic():
            return _undo(lock(visit, version), by, now)
    except IntegrityError:
        raise TimeTaken("The time is somebody else’s by now.") from None


def _cancel(
    visit: Appointment, because: Why, note: str, by: User, now: datetime, made_way_for: int | None
) -> None:
    if visit.status != AppointmentStatus.BOOKED:
        raise Ended("Only a visit that is still booked can be cancelled.")
    release_time(visit=visit, now=now)
    if visit.gathering is not None:
        leaves = Helped.by(visit.interpreter, visit.gathering)
        change_interpreter(leaves=leaves, comes=None, but=visit.pk, by=by, now=now)
    visit.status = AppointmentStatus.CANCELLED
    visit.cancelled_at, visit.cancelled_by = now, by
    visit.late_cancel = visit.start - now < timedelta(hours=visit.site.late_cancel_hours)
    _end(visit, because, note)
    fact = AppointmentCancelled(
        appointment_id=visit.pk,
        patient_id=visit.patient_id,
        request_id=visit.asked_for,
        why=because.code,
        whose=because.whose,
        late=visit.late_cancel,
        start=visit.start,
        made_way_for_id=made_way_for,
    )
    record(fact, by=by, now=now, because=_words(because, note))


def _end(visit: Appointment, because: Why, note: str) -> None:
    visit.ended_whose, visit.ended_code, visit.ended_note = because.whose, because.code, note.strip()[:200]
    visit.version += 1
    visit.save()


def _words(because: Why, note: str) -> str:
    return f"{because.words}. {note.strip()}".strip()[:300]


def _undo(visit: Appointment, by: User, now: datetime) -> Appointment:
    if visit.status not in (AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW):
        raise Ended("There is nothing to take back.")
    if not can_undo(visit, now=now):
        raise TooLate("It is too long ago to be taken back. Book the visit again.")
    _check_plan(visit)
    was = visit.status
    if was == AppointmentStatus.CANCELLED:
        _take_again(visit, by, now)
    visit.status = AppointmentStatus.BOOKED
    visit.cancelled_at = visit.cancelled_by = visit.missed_at = visit.missed_by = None
    visit.ended_whose = visit.ended_code = visit.ended_note = ""
    visit.late_cancel = False
    visit.version += 1
    visit.save()
    fact = AppointmentRestored(
        appointment_id=visit.pk,
        patient_id=visit.patient_id,
        request_id=visit.asked_for,
        was=was,
        start=visit.start,
    )
    record(fact, by=by, now=now)
    return visit


def _check_plan(visit: Appointment) -> None:
    """While it did not stand, nobody was told what a change to another visit of its plan breaks with this one."""
    ended = visit.cancelled_at or visit.missed_at
    if visit.plan is not None and ended is not None:
        broken = breaks_if_restored(visit.plan, visit, ended=ended)
        if broken:
            raise TooLate(f"Its plan has changed meanwhile. {broken[0]}")


def _take_again(visit: Appointment, by: User, now: datetime) -> None:
    if visit.gathering_id is not None:
        raise TooLate("A place in a group is booked again, not restored.")
    check_free_patient(visit.patient, visit.start, visit.end, now=now, but=visit.pk)
    last = Claim.objects.filter(appointment=visit, released_at=visit.cancelled_at)
    wanted = wanted_of(visit, claims=list(last))
    stale = expired_in_the_way(wanted.resources, wanted.start, wanted.end, now)
    days = Days(keys_of_wanted(wanted).union(*(keys_of_hold(hold) for hold in stale)))
    write_off(stale, HoldEnd.EXPIRED, days, by, now)
    take(wanted, For(visit.patient, directed=True), days, now=now)
    write_claims(wanted, appointment=visit)
    days.save()
