"""What views share: loading for the person who asks, and writing down that they looked."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn, cast

from django.http import Http404, HttpRequest
from django.utils import timezone

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.daybook.record import look
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import one_line
from frontdesk.people.models import Patient
from frontdesk.triage.models import Request


def person(request: HttpRequest) -> User:
    """Who asks. LoginRequiredMiddleware has made sure that somebody does."""
    return cast(User, request.user)


def load_request(request: HttpRequest, pk: int) -> Request:
    """A request that this person may see; 404 for any other, as if it were not there."""
    visible = Request.objects.visible_to(person(request)).select_related("site", "patient", "taken_by")
    found = visible.with_mark().filter(pk=pk).first()
    if found is None:
        _gone("There is no such request.")
    timezone.activate(found.site.zone)
    return found


def load_patient(request: HttpRequest, pk: int) -> Patient:
    found = Patient.objects.visible_to(person(request)).filter(pk=pk).first()
    return found if found is not None else _gone("There is no such record.")


_ROWS = (
    "patient", "visit_type", "site", "provider", "room", "interpreter", "booked_by", "cancelled_by", "missed_by",
)  # fmt: skip


def find_visit(user: User, pk: int) -> Appointment | None:
    """The visit of that number, with its rows loaded, if the person may see it."""
    visible = Appointment.objects.visible_to(user).select_related(*_ROWS)
    return visible.filter(pk=pk).first() if pk else None


def load_visit(request: HttpRequest, pk: int) -> Appointment:
    """A visit that this person may see; 404 for any other. Times on the page are those of its site."""
    found = find_visit(person(request), pk)
    if found is None:
        _gone("There is no such visit.")
    timezone.activate(found.site.zone)
    return found


def made_way(request: HttpRequest) -> int | None:
    """The request for whose visit another one makes room (`for` in a form), where it was named.

    Raises BadValue for anything that is not the number of a request which this person may see.
    """
    sent = request.POST.get("for", "")
    if not sent.strip():
        return None
    typed = one_line(sent, limit=20)
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    if not Request.objects.visible_to(person(request)).filter(pk=number).exists():
        raise BadValue("There is no such request: leave it empty, or give its number.", field="for")
    return number


def looked(request: HttpRequest, patient: Patient | None, *, where: str, at: datetime | None = None) -> None:
    """Write down that the person saw this patient's record on the page `where`."""
    if patient is not None:
        look(by=person(request), kind="patient", ref=patient.pk, where=where, now=at or now())


def _gone(sentence: str) -> NoReturn:
    raise Http404(sentence)
