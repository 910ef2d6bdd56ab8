"""Extra visits: the rules, a draft, a signature, an end."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import overbooking
from frontdesk.book.models import OverbookRule
from frontdesk.book.queries.overbooking import rules_seen_by
from frontdesk.desk.pages.overbooking import RuleForm, rules_page
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import its_day, reader, sent, writer
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.kit.text import one_line


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    context = {"page": rules_page(user=user, now=now()), "may_draft": user.may(Permission.DRAFT_SETTINGS)}
    return render(request, "desk/watch/overbooking.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form of a rule, and its draft."""
    user = writer(request)
    form = RuleForm(sent(request), user=user, today=its_day())
    if form.is_bound and form.is_valid():
        made = attempt(form, lambda: overbooking.draft(rule=form.draft(), by=user, now=now()))
        if made is not None:
            messages.success(request, f"Drafted. It opens nothing until {made.provider.name} has signed it.")
            return redirect("desk:settings-overbooking")
    return render(request, "desk/watch/overbooking_form.html", {"form": form}, status=form.status)


@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    rule = _load(request, pk)
    return _do(
        request,
        lambda: overbooking.sign(rule=rule, by=person(request), now=now()),
        f"Signed. Extra visits with {rule.provider.name} may be booked inside this rule.",
    )


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    rule = _load(request, pk)
    because = one_line(request.POST.get("because", ""), limit=200)
    return _do(
        request,
        lambda: overbooking.end(rule=rule, because=because, by=person(request), now=now()),
        "Ended. Extra visits that are booked stand; no more can be booked.",
    )


def _load(request: HttpRequest, pk: int) -> OverbookRule:
    """A rule that the person may see; 404 for any other."""
    user = reader(request)
    found = next((one for one in rules_seen_by(user) if one.pk == pk), None)
    if found is None:
        raise Http404("There is no such rule.")
    return found


def _do(request: HttpRequest, act: Callable[[], OverbookRule], done: str) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, done)
    return redirect("desk:settings-overbooking")
