"""Finding a patient, one patient's record, and the access log."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.desk.context import home_site
from frontdesk.desk.pages.asked import asked_id, asked_text
from frontdesk.desk.pages.patients import find_patients, looks_page, record_of
from frontdesk.desk.views.kit import load_patient, looked, person
from frontdesk.kit.clock import local_day, now

SEARCH = "patient search"


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Who fits what was typed. Nobody's record is opened here, so no look is written down.

    What was typed is posted and kept in the session: an address with a patient's name would stay in histories and logs.
    """
    user, moment = person(request), now()
    user.check_may(Permission.SEE_PATIENTS)
    if request.method == "POST":
        request.session[SEARCH] = asked_text(request.POST, "q")
        return redirect("desk:patients")
    text = request.session.get(SEARCH, "")
    page = find_patients(text, by=user, today=local_day(moment, _zone(user)), now=moment)
    return render(request, "desk/patients.html", {"page": page})


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    user, moment = person(request), now()
    user.check_may(Permission.SEE_PATIENTS)
    patient = load_patient(request, pk)
    looked(request, patient, where="patient page", at=moment)
    page = record_of(patient, by=user, today=local_day(moment, _zone(user)), now=moment)
    return _with_zone(request, "desk/patient.html", page)


@require_safe
def looks(request: HttpRequest) -> HttpResponse:
    person(request).check_may(Permission.SEE_ACCESS_LOG)
    page = looks_page(before=asked_id(request.GET, "before"), by=asked_id(request.GET, "by"))
    return _with_zone(request, "desk/looks.html", page)


def _zone(user: User) -> str:
    home = home_site(user)
    return home.time_zone if home else "UTC"


def _with_zone(request: HttpRequest, template: str, page: Any) -> HttpResponse:
    return render(request, template, {"page": page, "zone": _zone(person(request))})
