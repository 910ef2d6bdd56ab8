"""Walk-ins: who waits at the counter, in which order, and how it ended."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.walk_ins import Problem, WaitPage, wait_page
from frontdesk.desk.views.kit import person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.actions import requests, walk_ins
from frontdesk.triage.models import WalkIn


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The whole page; or with part=list the list alone, 204 where it is as the asker has `seen` it."""
    person(request).check_may(Permission.SEE_QUEUES)
    page = _page(request, asked_text(request.GET, "site"))
    if request.GET.get("part") != "list":
        return render(request, "desk/counter/walk_ins.html", {"page": page})
    if request.GET.get("seen") == page.version:
        return HttpResponse(status=204)
    return render(request, "desk/counter/_waiting.html", {"page": page})


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Somebody came to the counter: a request of that channel, open for the first minute."""
    user = person(request)
    user.check_may(Permission.TAKE_REQUESTS)
    code = asked_text(request.POST, "site")
    sites = list(Site.objects.of(user).order_by("pk"))
    site = next((one for one in sites if one.code == code or not code), None)
    if site is None:
        raise Refused("Choose one of your sites.", code="NO_SITE")
    opened = requests.open_request(site=site, by=user, now=now(), channel="walk_in")
    return redirect("desk:request", opened.pk)


@require_POST
def tier(request: HttpRequest, pk: int) -> HttpResponse:
    def do(walk_in: WalkIn) -> str:
        number = asked_text(request.POST, "tier")
        chosen = int(number) if number in {str(one) for one in walk_ins.TIERS} else 0
        reason = request.POST.get("reason", "")
        walk_ins.set_tier(walk_in=walk_in, tier=chosen, reason=reason, by=person(request), now=now())
        return f"Tier {chosen} is set, and the order with it."

    return _done(request, pk, "tier", do)


@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    def do(walk_in: WalkIn) -> str:
        end, note = request.POST.get("end", ""), request.POST.get("note", "")
        left = walk_ins.leave(walk_in=walk_in, end=end, note=note, by=person(request), now=now())
        return f"{left.get_end_display()}. The person is off the list."

    return _done(request, pk, "leave", do)


def _done(request: HttpRequest, pk: int, form: str, do: Callable[[WalkIn], str]) -> HttpResponse:
    """Do it and go back to the list; a refusal stands in the row, with what was typed."""
    walk_in = _load(request, pk)
    try:
        notice = do(walk_in)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _refused(request, walk_in, form, refusal)
    messages.success(request, notice)
    return redirect(f"{reverse('desk:walk-ins')}?site={walk_in.site.code}")


def _refused(request: HttpRequest, walk_in: WalkIn, form: str, refusal: Refused) -> HttpResponse:
    typed = {
        name: one_line(request.POST.get(name, ""), limit=300) for name in ("tier", "reason", "end", "note")
    }
    problem = Problem(walk_in.pk, form, refusal.sentence, getattr(refusal, "field", ""), typed)
    page = _page(request, walk_in.site.code, problem)
    if not any(row.problem for row in (*page.now, *page.rows)):
        messages.error(request, refusal.sentence)  # the row is gone
    status = 422 if isinstance(refusal, BadValue) else 409
    return render(request, "desk/counter/walk_ins.html", {"page": page}, status=status)


def _page(request: HttpRequest, site: str, problem: Problem | None = None) -> WaitPage:
    page = wait_page(user=person(request), site=site, now=now(), problem=problem)
    if page.site is not None:
        timezone.activate(page.site.zone)
    return page


def _load(request: HttpRequest, pk: int) -> WalkIn:
    """A walk-in that this person may see; 404 for any other."""
    visible = WalkIn.objects.visible_to(person(request)).select_related("request", "site")
    found = visible.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such walk-in.")
    return found
