"""What the views of protocols share: the version that an address names, and who may write it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.protocol_desk import Its
from frontdesk.desk.pages.settings_forms import SettingsForm, attempt
from frontdesk.desk.views.kit import person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed
from frontdesk.triage.actions import protocols
from frontdesk.triage.actions.protocol_parts import check_may_draft
from frontdesk.triage.engine.change import Content
from frontdesk.triage.models import Protocol

Change = Callable[[Content], Content]
View = Callable[[HttpRequest, Its], HttpResponse]


def load(request: HttpRequest, pk: int) -> Its:
    """A version of a protocol, for everybody at a desk; 404 for any other number. Times are the clinic's."""
    user = person(request)
    user.check_may(Permission.USE_DESK)
    rows = Protocol.objects.select_related("site", "specialty", "drafted_by", "approved_by", "ended_by")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such protocol.")
    clinic_zone()
    return Its(row, user, now())


def clinic_zone() -> None:
    """Times on the page are those of the clinic's first site."""
    site = Site.objects.order_by("pk").first()
    if site is not None:
        timezone.activate(site.zone)


def in_writing(view: View) -> Callable[[HttpRequest, int], HttpResponse]:
    """A view of a draft that its author is writing. One that is handed in is shown as it is read."""

    @wraps(view)
    def opened(request: HttpRequest, pk: int) -> HttpResponse:
        its = load(request, pk)
        check_may_draft(person(request))
        if its.is_writing and not its.is_mine and its.row.drafted_by is not None:
            raise NotAllowed(f"Only {its.row.drafted_by.name}, who writes this draft, may change it.")
        if not its.may_write:
            messages.info(request, "This version is not being written. A change of it is a new version.")
            return redirect(its.url)
        return view(request, its)

    return opened


def write(request: HttpRequest, its: Its, form: SettingsForm, change: Change, what: str) -> Protocol | None:
    """Make one change of a draft. A refusal is put into the form, and None answered."""
    mark = request.POST.get("mark", "")
    return attempt(
        form,
        lambda: protocols.write(
            draft=its.row, mark=mark, change=change, what=what, by=person(request), now=now()
        ),
    )
