"""Late arrivals: written down, answered, approved and settled on one page of the visit."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.desk.pages.late_arrivals import LateProblem, late_page
from frontdesk.desk.pages.time_of_day import read_time
from frontdesk.desk.views.kit import load_visit, looked, person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.actions import late_arrivals
from frontdesk.triage.models import LateArrival
from frontdesk.triage.queries.late_arrivals import late_seen_by

TYPED = ("arrived", "feasible", "answer", "because", "disposition", "note")


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one visit: whoever came late for it, and what becomes of that."""
    return _show(request, load_visit(request, pk))


@require_safe
def go(request: HttpRequest, pk: int) -> HttpResponse:
    """From a late arrival to the page of its visit."""
    return redirect("desk:visit-late", _load(request, pk).appointment_id)


@require_POST
def arrived(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_visit(request, pk)
    person(request).check_may(Permission.BOOK)

    def do() -> str:
        day = found.start.astimezone(found.site.zone).date()
        came = read_time(request.POST.get("arrived", ""), day=day, site=found.site, field="arrived")
        late = late_arrivals.record_arrival(visit=found, arrived_at=came, by=person(request), now=now())
        return (
            f"{late.minutes_late} minutes late. The provider’s team is asked; the answer is due in 5 minutes."
        )

    return _done(request, found, "record", do)


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    late = _load(request, pk)

    def do() -> str:
        feasible = request.POST.get("feasible", "")
        if feasible not in ("yes", "no"):
            raise BadValue("Say whether it can still be done.", field="feasible")
        words = request.POST.get("answer", "")
        late_arrivals.answer(
            late=late, feasible=feasible == "yes", words=words, by=person(request), now=now()
        )
        return "Answered."

    return _done(request, late.appointment, "answer", do)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    late = _load(request, pk)

    def do() -> str:
        because = request.POST.get("because", "")
        late_arrivals.approve(late=late, because=because, by=person(request), now=now())
        return "Approved."

    return _done(request, late.appointment, "approve", do)


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    late = _load(request, pk)

    def do() -> str:
        end, note = request.POST.get("disposition", ""), request.POST.get("note", "")
        done = late_arrivals.settle(late=late, disposition=end, note=note, by=person(request), now=now())
        return f"Settled: {done.get_disposition_display().lower()}."

    return _done(request, late.appointment, "settle", do)


def _done(request: HttpRequest, found: Appointment, form: str, do: Callable[[], str]) -> HttpResponse:
    try:
        notice = do()
    except NotAllowed:
        raise
    except Refused as refusal:
        typed = {name: one_line(request.POST.get(name, ""), limit=300) for name in TYPED}
        problem = LateProblem(form, refusal.sentence, getattr(refusal, "field", ""), typed)
        status = 422 if isinstance(refusal, BadValue) else 409
        return _show(request, load_visit(request, found.pk), problem=problem, status=status)
    messages.success(request, notice)
    return redirect("desk:visit-late", found.pk)


def _show(
    request: HttpRequest, found: Appointment, *, problem: LateProblem | None = None, status: int = 200
) -> HttpResponse:
    looked(request, found.patient, where="late arrival")
    page = late_page(found, user=person(request), now=now(), problem=problem)
    return render(request, "desk/counter/late.html", {"page": page}, status=status)


def _load(request: HttpRequest, pk: int) -> LateArrival:
    """A late arrival at a visit that this person may see; 404 for any other."""
    found = late_seen_by(person(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such late arrival.")
    return found
