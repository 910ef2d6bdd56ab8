"""What was offered to the caller, and the call log: doors of the request page."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from frontdesk.desk.pages.time_of_day import read_time
from frontdesk.desk.views.kit import load_request, person
from frontdesk.desk.views.requests import shown
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.actions import alternatives, contacts
from frontdesk.triage.models import Request


@require_POST
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """`quick` is one of the usual offers, `offer` what was typed; `taken` that the caller took it."""
    found, post = load_request(request, pk), request.POST
    words = post.get("quick", "") or post.get("offer", "")
    taken = post.get("taken", "") == "yes"
    try:
        alternatives.offer(request=found, words=words, taken=taken, by=person(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        return _refused(request, pk, "offer", refusal)
    messages.success(request, "The offer is written down.")
    return redirect(reverse("desk:request", args=[pk]) + "#offers")


@require_POST
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    found, post, moment = load_request(request, pk), request.POST, now()
    try:
        contacts.log(
            request=found,
            how=post.get("how", ""),
            end=post.get("end", ""),
            said=post.get("said", ""),
            began_at=_today_at(found, post, "began", moment),
            ended_at=_today_at(found, post, "ended", moment),
            by=person(request),
            now=moment,
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        return _refused(request, pk, "contact", refusal)
    messages.success(request, "The call is in the log.")
    return redirect(reverse("desk:request", args=[pk]) + "#calls")


def _today_at(found: Request, post: QueryDict, field: str, moment: datetime) -> datetime | None:
    """The time of day that was typed; None where none was. Raises BadValue."""
    text = one_line(post.get(field, ""), limit=20)
    day = moment.astimezone(found.site.zone).date()
    return read_time(text, day=day, site=found.site, field=field) if text else None


def _refused(request: HttpRequest, pk: int, form: str, refusal: Refused) -> HttpResponse:
    """The page again, with the sentence in the box and what was typed still there."""
    status = 422 if isinstance(refusal, BadValue) else 409
    context = {"counter_problem": refusal, "counter_form": form, "counter_typed": request.POST}
    return shown(request, load_request(request, pk), status=status, **context)
