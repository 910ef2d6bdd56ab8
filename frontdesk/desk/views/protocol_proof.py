"""Looking before signing: a sentence tried, what is different, and a backtest over past requests."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.protocol_backtest import BacktestPage
from frontdesk.desk.pages.protocol_changes import Changes
from frontdesk.desk.pages.protocol_desk import Its
from frontdesk.desk.pages.protocol_forms import BacktestForm, TryForm
from frontdesk.desk.pages.protocol_try import tried
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.views.kit import looked, person
from frontdesk.desk.views.protocol_kit import clinic_zone, load
from frontdesk.desk.views.settings_kit import its_day, sent
from frontdesk.kit.clock import now
from frontdesk.people.models import Patient
from frontdesk.triage.actions import backtests
from frontdesk.triage.actions.protocol_parts import check_may_draft
from frontdesk.triage.engine.shapes import Protocol as Rules
from frontdesk.triage.models import Backtest
from frontdesk.triage.models.in_force import by_id

MONTH = timedelta(days=30)


@require_http_methods(["GET", "HEAD", "POST"])
def try_it(request: HttpRequest, pk: int) -> HttpResponse:
    """A sentence by this version and by what holds now, side by side. Nothing of it is kept."""
    its = load(request, pk)
    form, sides = TryForm(sent(request)), None
    if form.is_bound and form.is_valid():
        named = [(str(its.row), its.rules), _other(its)]
        sides = tried(form.cleaned_data["text"], form.context(), named)
    context = {"its": its, "form": form, "sides": sides}
    return render(request, "desk/protocols/try.html", context, status=form.status)


@require_safe
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What is different from what holds now, or from another version of the same name."""
    its = load(request, pk)
    wanted = request.GET.get("against", "")
    others = [one for one in its.siblings if one.pk != its.pk]
    against = next((one for one in others if str(one.pk) == wanted), None) if wanted else its.before
    found = Changes(by_id(against.pk).rules, its.rules) if against is not None else None
    context = {"its": its, "against": against, "others": others, "changes": found}
    return render(request, "desk/protocols/changes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def backtest(request: HttpRequest, pk: int) -> HttpResponse:
    """Have this version read over past requests; and what was found before."""
    its = load(request, pk)
    _check_may(request)
    today = its_day()
    form = BacktestForm(sent(request), initial={"first": today - MONTH, "last": today})
    if form.is_bound and form.is_valid():
        made = attempt(
            form, lambda: backtests.ask(protocol=its.row, by=person(request), now=now(), **form.cleaned_data)
        )
        if made is not None:
            return redirect("desk:backtest", made.pk)
    found = its.row.backtests.select_related("asked_by", "against").defer("rows")[:20]
    context = {"its": its, "form": form, "found": found, "most": backtests.MOST}
    return render(request, "desk/protocols/backtest.html", context, status=form.status)


@require_safe
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """What a backtest found, or how far it is."""
    found = Backtest.objects.select_related("protocol", "against", "asked_by").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such backtest.")
    _check_may(request)
    clinic_zone()
    user = person(request)
    page = BacktestPage(found, user, show=request.GET.get("show", ""), page=request.GET.get("page", ""))
    if page.is_done:
        for patient in Patient.objects.filter(pk__in=page.people):
            looked(request, patient, where="a backtest of a protocol")
    part = "_result" if request.headers.get("HX-Request") else "result"
    return render(
        request, f"desk/protocols/{part}.html", {"page": page, "its": Its(found.protocol, user, now())}
    )


def _check_may(request: HttpRequest) -> None:
    """For past requests callers' words are read: that needs the permission to see why people call."""
    user = person(request)
    check_may_draft(user)
    user.check_may(Permission.SEE_REASON)


def _other(its: Its) -> tuple[str, Rules | None]:
    """What is tried beside it: what holds now in its place."""
    holds = its.holds
    return (f"{holds}, which holds now", its.holding) if holds is not None else ("", None)
