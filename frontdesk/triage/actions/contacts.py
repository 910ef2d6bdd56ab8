"""The call log: who spoke with whom, when, and how it ended."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import one_line
from frontdesk.people.models import Patient
from frontdesk.triage.facts_counter import ContactLogged
from frontdesk.triage.models import Contact, ContactEnd, ContactHow, Request

MOST = 500  # characters of what was said


@transaction.atomic
def log(
    *,
    how: str,
    end: str,
    by: User,
    now: datetime,
    request: Request | None = None,
    patient: Patient | None = None,
    said: str = "",
    began_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> Contact:
    """Write down one call or conversation about a request or with a patient; it is never changed afterwards.

    It began `now` where no time is given. A closed request may be spoken about, too. Raises BadValue where the
    choices are unknown, the times are ahead or the wrong way round, or nothing is said of a talk; NotAllowed.
    """
    if not by.may(Permission.ACCEPT_HANDOFFS):
        by.check_may(Permission.TAKE_REQUESTS)
    began = began_at or now
    words = _said(said, how, end)
    _check_times(began, ended_at, now)
    patient = patient or (request.patient if request else None)
    if request is None and patient is None:
        raise BadValue("Say with whom it was: open a request or a record.")
    contact = Contact.objects.create(
        request=request,
        patient=patient,
        how=how,
        end=end,
        said=words,
        began_at=began,
        ended_at=ended_at,
        by=by,
    )
    fact = ContactLogged(
        contact_id=contact.pk,
        request_id=request.pk if request else None,
        patient_id=patient.pk if patient else None,
        how=ContactHow(how).label,
        end=ContactEnd(end).label,
        said=words,
        began_at=began,
        ended_at=ended_at,
    )
    record(fact, by=by, now=now)
    return contact


def _said(said: str, how: str, end: str) -> str:
    if how not in ContactHow.values:
        raise BadValue("Say how it was: they called, we called, in person.", field="how")
    if end not in ContactEnd.values:
        raise BadValue("Say how it ended: spoke with them, left a message, not reached.", field="end")
    words = one_line(said, limit=MOST + 1)
    if len(words) > MOST:
        raise BadValue(f"Too long: at most {MOST} characters fit here.", field="said")
    if end == ContactEnd.REACHED and not words:
        raise BadValue("You spoke with them: write down in a few words what was said.", field="said")
    return words


def _check_times(began: datetime, ended: datetime | None, now: datetime) -> None:
    if began > now or (ended is not None and ended > now):
        raise BadValue("A call that is still ahead cannot be logged.", field="began")
    if ended is not None and ended < began:
        raise BadValue("It cannot have ended before it began.", field="began")
