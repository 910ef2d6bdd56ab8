"""What the settings' views share: who may change them, and a form that becomes a draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.actions import drafts
from frontdesk.clinic.queries.settings import clinic_day
from frontdesk.desk.pages.settings_forms import DraftForm, attempt
from frontdesk.desk.views.kit import person
from frontdesk.kit.clock import now

Row = TypeVar("Row", bound=Model)


def reader(request: HttpRequest) -> User:
    """Who reads the settings: everybody at a desk."""
    user = person(request)
    user.check_may(Permission.USE_DESK)
    return user


def writer(request: HttpRequest) -> User:
    """Who changes the settings."""
    user = person(request)
    user.check_may(Permission.DRAFT_SETTINGS)
    return user


def load(found: QuerySet[Row], pk: int) -> Row:
    """The row of this number; 404 for any other."""
    row = found.filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such setting.")
    return row


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form sent; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def its_day() -> date:
    """Today, on the clinic's calendar."""
    return clinic_day(now())


def draft_of(
    request: HttpRequest,
    form: DraftForm,
    kind: str,
    subject: int | None,
    proposal: Callable[[], dict[str, Any]],
) -> HttpResponse | None:
    """Make the draft that the form describes and show it; None where the form must be shown again."""
    if not (form.is_bound and form.is_valid()):
        return None
    made = attempt(
        form,
        lambda: drafts.draft(
            kind=kind,
            subject=subject,
            proposal=proposal(),
            because=form.cleaned_data["because"],
            holds_from=form.cleaned_data["holds_from"],
            by=person(request),
            now=now(),
        ),
    )
    if made is None:
        return None
    messages.success(request, "Drafted. It changes nothing until somebody else has approved it.")
    return redirect("desk:settings-draft", made.pk)
