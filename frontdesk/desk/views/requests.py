"""The request: a call, a walk-in or a message, from the first minute to its end."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.context import home_site
from frontdesk.desk.pages.request_list import request_list
from frontdesk.desk.pages.request_page import RequestPage
from frontdesk.desk.views.kit import load_patient, load_request, looked, person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.triage.actions import calls, identity, requests, words
from frontdesk.triage.models import Outcome, Request


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    person(request).check_may(Permission.TAKE_REQUESTS)
    page = request_list(
        user=person(request), page=request.GET.get("page", ""), show=request.GET.get("show", "")
    )
    return render(request, "desk/requests.html", {"list": page})


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    site = home_site(person(request))
    if site is None:
        raise NotAllowed("You have no site yet: ask an administrator to give you one.")
    opened = requests.open_request(site=site, by=person(request), now=now())
    return redirect("desk:request", opened.pk)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, load_request(request, pk))


@require_safe
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """What may have changed by another desk's hand: the lane, the steps, the patient, the foot."""
    found = load_request(request, pk)
    page = _page(request, found)
    mark = page.mark
    if request.GET.get("mark") == mark:
        return HttpResponse(status=204)
    looked(request, found.patient, where="request page")
    return render(request, "desk/request/fragments.html", {"page": page, "oob": True})


@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed: one field where the page saves by itself, all or none of them from a plain form."""
    found = load_request(request, pk)
    alone = "X-Autosave" in request.headers
    typed = [(field, str(value)) for field, value in request.POST.items() if field != "csrfmiddlewaretoken"]
    try:
        with transaction.atomic():
            for field, value in typed:
                _save_one(request, found, field, value)
    except BadValue as problem:
        return _not_saved(request, found, problem, alone)
    return _saved(request, found, alone)


@require_POST
def add_words(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    try:
        words.add(request=found, text=request.POST.get("words", ""), by=person(request), now=now())
    except BadValue as problem:
        return _not_saved(request, found, problem, alone=False)
    return redirect(reverse("desk:request", args=[pk]) + "?focus=words")


@require_POST
def choose_patient(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    patient = load_patient(request, _number(request.POST.get("patient", "")))
    identity.choose(request=found, patient=patient, by=person(request), now=now())
    return redirect("desk:request", pk)


@require_POST
def start_record(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    post = request.POST
    try:
        identity.start_record(
            request=found,
            given=post.get("given", ""),
            family=post.get("family", ""),
            language=post.get("language", ""),
            needs_interpreter=post.get("needs_interpreter") == "yes",
            email=post.get("email", ""),
            by=person(request),
            now=now(),
        )
    except BadValue as problem:
        return shown(request, found, status=422, record_error=problem, typed=post)
    return redirect("desk:request", pk)


@require_POST
def park(request: HttpRequest, pk: int) -> HttpResponse:
    requests.park(request=load_request(request, pk), by=person(request), now=now())
    return redirect("desk:today")


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    outcome = request.POST.get("outcome", "")
    other = _other(request, outcome)
    try:
        if other is not None:
            calls.end_as_same(request=found, into=other, by=person(request), now=now())
        else:
            requests.close(request=found, outcome=outcome, by=person(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        return shown(request, found, status=409, close_error=refusal, ended=request.POST)
    if other is not None:
        messages.success(request, f"Request {pk} is closed. It goes on here.")
        return redirect("desk:request", other.pk)
    messages.success(request, "The request is closed.")
    return redirect("desk:trail", pk)


def shown(request: HttpRequest, found: Request, *, status: int = 200, **more: object) -> HttpResponse:
    """The whole page, also where something was refused. That its patient was looked at is written down."""
    looked(request, found.patient, where="request page")
    return render(request, "desk/request.html", {"page": _page(request, found), **more}, status=status)


def _other(request: HttpRequest, outcome: str) -> Request | None:
    """The request that goes on, where one was chosen and this person sees it."""
    if outcome != Outcome.DUPLICATE:
        return None
    chosen = _number(request.POST.get("same_as", ""))
    return Request.objects.visible_to(person(request)).filter(pk=chosen).first()


def _page(request: HttpRequest, found: Request) -> RequestPage:
    return RequestPage(found, user=person(request), now=now())


def _save_one(request: HttpRequest, found: Request, field: str, value: str) -> None:
    if field == "words":
        words.type_words(request=found, text=value, by=person(request), now=now())
    else:
        requests.save_field(request=found, field=field, value=value, by=person(request), now=now())
    if found.parked_at is not None:
        requests.resume(request=found, by=person(request), now=now())


def _saved(request: HttpRequest, found: Request, alone: bool) -> HttpResponse:
    if not alone:
        return redirect("desk:request", found.pk)
    before = found.patient_id
    page = _page(request, load_request(request, found.pk))
    if page.request.patient_id != before:
        looked(request, page.request.patient, where="request page")
    answer = render(request, "desk/request/fragments.html", {"page": page, "oob": True})
    answer.headers["X-Saved-At"] = f"{page.now.astimezone(page.request.site.zone):%H:%M:%S}"
    return answer


def _not_saved(request: HttpRequest, found: Request, problem: BadValue, alone: bool) -> HttpResponse:
    if alone:
        return render(request, "desk/request/problem.html", {"problem": problem}, status=422)
    messages.error(request, problem.sentence)
    found = load_request(request, found.pk)
    _put_back(found, request.POST)
    return shown(request, found, status=422, problem=problem, typed=request.POST)


def _put_back(found: Request, typed: QueryDict) -> None:
    """What was typed stands in the form again, though nothing of it was stored."""
    for field, value in typed.items():
        if field in requests.TYPED or field in requests.CHOSEN:
            setattr(found, field, value)
        elif field.startswith("answer_"):
            found.answers[field.removeprefix("answer_")] = value


def _number(text: str) -> int:
    """A row's number from a form; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
