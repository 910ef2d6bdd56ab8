"""Moving a visit: looking at what the move would do, and doing it."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import moves
from frontdesk.book.models import Appointment
from frontdesk.book.ports import Link
from frontdesk.desk.pages.acts import Refusal
from frontdesk.desk.pages.choice import back_to, number
from frontdesk.desk.pages.move import MovePage
from frontdesk.desk.views.kit import load_visit, looked, made_way, person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import clean, one_line


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Where to, and what it would do (GET, writes nothing); the same address does it (POST)."""
    visit = load_visit(request, pk)
    person(request).check_may(Permission.BOOK)
    if request.method == "POST":
        return _do(request, visit)
    looked(request, visit.patient, where="move a visit")
    return _show(request, visit, request.GET)


def _do(request: HttpRequest, visit: Appointment) -> HttpResponse:
    page = MovePage(visit, user=person(request), now=now(), asked=request.POST)
    try:
        moved = _move(request, page)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _refused(request, visit.pk, refusal)
    local = moved.start.astimezone(moved.site.zone)
    words = f"{local:%A} {local.day} {local:%B}, {local:%H:%M}, {moved.provider.name}"
    messages.success(request, f"Moved to {words}.")
    return redirect(back_to(request.POST.get("back", ""), day=local.date(), visit=moved.pk, page=""))


def _move(request: HttpRequest, page: MovePage) -> Appointment:
    """Raises what the action raises, and Refused where nothing was free to begin with or the form is not whole."""
    if not page.is_whole:
        raise BadValue("Choose day, time, provider, site and visit type from what the page shows.")
    # A repeat of what was done already stands where it wants to go: the action knows it by its key.
    if page.wanted is None or (page.refused and not page.stays):
        raise Refused(page.refused, code="NO_PLACE")
    sent = _sent(request)
    return moves.move(
        visit=page.visit,
        to=page.wanted,
        move=moves.Move(
            sent["why"],
            sent["note"],
            page.approver,
            [{"words": page.from_words}],
            made_way_for=made_way(request),
        ),
        version=number(request.POST.get("version", "")),
        key=one_line(f"{page.visit.pk}-{request.POST.get('key', '')}", limit=64),
        by=page.user,
        now=page.now,
        waivers=_waivers(request),
    )


def _refused(request: HttpRequest, pk: int, refusal: Refused) -> HttpResponse:
    visit = load_visit(request, pk)  # anew: somebody may have changed it
    looked(request, visit.patient, where="move a visit")
    why = Refusal(refusal.sentence, getattr(refusal, "field", ""), _sent(request))
    status = 422 if isinstance(refusal, BadValue) else 409
    response = _show(request, visit, request.POST, refusal=why, status=status)
    response.headers["X-Refused"] = refusal.code
    return response


def _show(
    request: HttpRequest,
    visit: Appointment,
    asked: Mapping[str, str],
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    page = MovePage(visit, user=person(request), now=now(), asked=asked, refusal=refusal)
    part = "_move" if request.headers.get("HX-Request") else "move"
    return render(request, f"desk/{part}.html", {"page": page}, status=status)


def _sent(request: HttpRequest) -> dict[str, str]:
    return {
        name: clean(request.POST.get(name, ""), limit=200) for name in ("why", "note", "for", *_waive_names())
    }


def _waivers(request: HttpRequest) -> dict[str, str]:
    """For each link for which a reason was written: that reason."""
    written = {link.value: clean(request.POST.get(f"waive-{link.name}", ""), limit=200) for link in Link}
    return {link: because for link, because in written.items() if because}


def _waive_names() -> list[str]:
    return [f"waive-{link.name}" for link in Link]
