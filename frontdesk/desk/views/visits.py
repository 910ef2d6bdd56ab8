"""Changing a visit from its drawer: cancelled, not kept, taken back, a check waived, how easily it moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import cancels, chains, moves
from frontdesk.book.models import Appointment
from frontdesk.clinic.choices import Moves
from frontdesk.desk.pages.acts import CANCEL, MAY_MOVE, MISS, WAIVE, Refusal
from frontdesk.desk.pages.choice import back_to, kept, number
from frontdesk.desk.pages.visit import Wanted
from frontdesk.desk.views.calendar import show
from frontdesk.desk.views.kit import load_visit, made_way, person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import clean, one_line

Do = Callable[[Appointment, User, datetime], str]
TYPED = ("why", "note", "for", "moves", "because")


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    def do(visit: Appointment, user: User, moment: datetime) -> str:
        sent = _sent(request)
        ended = cancels.cancel(
            visit=visit, why=sent["why"], note=sent["note"], version=_version(request), key=_key(request, pk),
            by=user, now=moment, made_way_for=made_way(request),
        )  # fmt: skip
        late = " It counts as a late cancellation." if ended.late_cancel else ""
        return f"The visit is cancelled, and its time is free again.{late}"

    return _done(request, pk, CANCEL, Permission.BOOK, do)


@require_POST
def missed(request: HttpRequest, pk: int) -> HttpResponse:
    def do(visit: Appointment, user: User, moment: datetime) -> str:
        sent = _sent(request)
        cancels.miss(
            visit=visit, why=sent["why"], note=sent["note"], version=_version(request), by=user, now=moment
        )
        return "Marked: the patient did not come."

    return _done(request, pk, MISS, Permission.BOOK, do)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    def do(visit: Appointment, user: User, moment: datetime) -> str:
        cancels.undo(visit=visit, version=_version(request), by=user, now=moment)
        return "Taken back: the visit stands as it was."

    return _done(request, pk, "", Permission.BOOK, do)


@require_POST
def may_move(request: HttpRequest, pk: int) -> HttpResponse:
    def do(visit: Appointment, user: User, moment: datetime) -> str:
        sent = _sent(request)
        if sent["moves"] not in Moves:
            raise BadValue("Choose how easily it may move.", field="moves")
        moves.set_movability(
            visit=visit, moves=Moves(sent["moves"]), because=sent["because"], version=_version(request), by=user,
            now=moment,
        )  # fmt: skip
        return "Saved how easily this visit may move."

    return _done(request, pk, MAY_MOVE, Permission.APPROVE_MOVES, do)


@require_POST
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    def do(visit: Appointment, user: User, moment: datetime) -> str:
        link = visit.chain.filter(pk=number(request.POST.get("link", ""))).first()
        if link is None:
            raise BadValue("The chain was checked anew: choose the check again.", field="link")
        chains.waive(link=link, because=_sent(request)["because"], by=user, now=moment)
        return f"Waived: {link.link}."

    return _done(request, pk, WAIVE, Permission.WAIVE_CHECKS, do)


def _done(request: HttpRequest, pk: int, act: str, needs: Permission, do: Do) -> HttpResponse:
    """Do it, and back to the calendar with a notice; a refusal shows its sentence in the form, as it was typed."""
    visit = load_visit(request, pk)
    user = person(request)
    user.check_may(needs)
    try:
        notice = do(visit, user, now())
    except NotAllowed:
        raise
    except Refused as refusal:
        return _refused(request, pk, act, refusal)
    messages.success(request, notice)
    return redirect(back_to(request.POST.get("back", ""), visit=pk))


def _refused(request: HttpRequest, pk: int, act: str, refusal: Refused) -> HttpResponse:
    visit = load_visit(request, pk)  # anew: somebody may have changed it
    where = getattr(refusal, "field", "")
    link = number(request.POST.get("link", ""))
    why = Refusal(refusal.sentence, where, _sent(request))
    wanted = Wanted(act, link, why)
    status = 422 if isinstance(refusal, BadValue) else 409
    response = show(request, kept(request.POST.get("back", "")), visit=visit, wanted=wanted, status=status)
    response.headers["X-Refused"] = refusal.code
    return response


def _sent(request: HttpRequest) -> dict[str, str]:
    """What was typed, without what nobody can type."""
    return {name: clean(request.POST.get(name, ""), limit=200) for name in TYPED}


def _version(request: HttpRequest) -> int:
    return number(request.POST.get("version", ""))


def _key(request: HttpRequest, pk: int) -> str:
    """The key of this form, and of this visit alone."""
    return one_line(f"{pk}-{request.POST.get('key', '')}", limit=64)
