"""Absences and other blocks, their worklists, and kept time that is released by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import blocks
from frontdesk.book.models import Block, Session
from frontdesk.book.queries.affected import worklist
from frontdesk.book.queries.gatherings import hit_by
from frontdesk.book.queries.kept_time import kept_on
from frontdesk.clinic.choices import BlockKind
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.absences import (
    FIELDS,
    AbsenceForm,
    Said,
    block_rows,
    names,
    phone_of,
    sites_of,
    visible_blocks,
    when,
)
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.time_tabs import tabs
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import reader, sent
from frontdesk.kit.clock import local_day, now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line

PER_PAGE = 30
FARTHEST = timedelta(days=3660)


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Record an absence, with who would be affected beside it; below, those that stand."""
    user = _recorder(request)
    form = AbsenceForm(sent(request), user=user, initial={"from_day": _today(user), "kind": BlockKind.SICK})
    looks = request.POST.get("do") == "look"
    if form.is_bound and form.is_valid() and not looks and (pk := _record(form, user)) is not None:
        return redirect("desk:absence", pk)
    hit = form.said.would_hit(user) if form.is_bound and form.is_valid() else None
    if looks and request.headers.get("HX-Request"):
        return render(request, "desk/settings/time/_hit.html", {"hit": hit})
    past = asked_text(request.GET, "show") == "past"
    found = visible_blocks(user).order_by("start", "pk")
    shown = found.exclude(lifted_at=None, end__gt=now()).order_by("-start", "-pk") if past else found.filter(
        lifted_at=None, end__gt=now()
    )  # fmt: skip
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "hit": hit,
        "names": names(user),
        "rows": block_rows(list(page.object_list)),
        "page": page,
        "past": past,
        "tabs": tabs(user, "desk:absences"),
    }
    return render(request, "desk/settings/time/absences.html", context, status=200 if looks else form.status)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The worklist of one absence."""
    user = _recorder(request)
    block = _load(user, pk)
    timezone.activate(block.resource.site.zone)
    work = worklist(block, user=user)
    waiting = [(one, phone_of(one.visit.patient)) for one in work.waiting]
    context = {"absence": block, "when": when(block), "work": work, "waiting": waiting}
    context["gatherings"] = hit_by(block)
    return render(request, "desk/settings/time/absence.html", context)


@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    user = _recorder(request)
    block = _load(user, pk)
    try:
        blocks.lift(block=block, because=request.POST.get("because", ""), by=user, now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(request, "Lifted. The time is open again, and the visits in it stay.")
    return redirect("desk:absence", pk)


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """The kept and closed time of a day at a site."""
    user = reader(request)
    sites = sites_of(user)
    site = next(
        (one for one in sites if one.code == asked_text(request.GET, "site")), sites[0] if sites else None
    )
    today = local_day(now(), site.time_zone) if site else now().date()
    day = _day(asked_text(request.GET, "day")) or today
    rows = kept_on(day, site, by=user, now=now()) if site else []
    if site:
        timezone.activate(site.zone)
    context = {
        "rows": rows, "site": site, "sites": sites, "day": day, "before": day - timedelta(days=1),
        "after": day + timedelta(days=1), "tabs": tabs(user, "desk:kept"),
        "has_passed": day < today,
    }  # fmt: skip
    return render(request, "desk/settings/time/kept.html", context)


@require_POST
def release_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the kept time of a session for the day that the form names."""
    user = reader(request)
    mine = Session.objects.filter(site__in=Site.objects.of(user)).select_related("slot_class", "site")
    found = mine.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such time.")
    return _release(request, found, found.site, user)


@require_POST
def release_block(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the kept time of a block for the day that the form names, at the site where it was shown."""
    user = reader(request)
    found = _load(user, pk)
    there = [one for one in sites_of(user) if one.code == asked_text(request.POST, "site")]
    return _release(request, found, there[0] if there else found.resource.site, user)


def _release(request: HttpRequest, what: Session | Block, site: Site, user: User) -> HttpResponse:
    day = _day(request.POST.get("day", ""))
    try:
        if day is None:
            raise BadValue("Choose a day, such as 2026-03-14.")
        because = request.POST.get("because", "")
        blocks.release(kept=what, day=day, site=site, because=because, by=user, now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"Released: this time is open to everybody on {day:%A} {day.day} {day:%B}.")
    return redirect(f"{reverse('desk:kept')}?{urlencode({'site': site.code, 'day': day or ''})}")


def _recorder(request: HttpRequest) -> User:
    user = person(request)
    user.check_may(Permission.RECORD_ABSENCES)
    return user


def _record(form: AbsenceForm, user: User) -> int | None:
    """Record what the form says; the id of the (first) block, or None with the refusal in the form."""
    said: Said = form.said
    try:
        if said.weekly_until is not None:
            every = blocks.block_weekly(until=said.weekly_until, by=user, now=now(), **said.arguments)
            return every[0].block.pk
        return blocks.block(by=user, now=now(), **said.arguments).block.pk
    except NotAllowed:
        raise
    except BadValue as refusal:
        field = FIELDS.get(refusal.field, refusal.field)
        form.add_error(field if field in form.fields else None, refusal.sentence)
    return None


def _load(user: User, pk: int) -> Block:
    found = visible_blocks(user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such absence.")
    return found


def _day(text: str) -> date | None:
    """The day that was typed, if it is one and lies within ten years."""
    try:
        day = date.fromisoformat(one_line(text, limit=20))
    except ValueError:
        return None
    return day if abs(day - now().date()) <= FARTHEST else None


def _today(user: User) -> date:
    sites = sites_of(user)
    moment: datetime = now()
    return local_day(moment, sites[0].time_zone) if sites else moment.date()
