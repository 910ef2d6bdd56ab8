"""The clinic's protocols: the list, one version, what is begun, and files."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.protocol_desk import Its, ProtocolList
from frontdesk.desk.pages.protocol_forms import ApproveForm, HandInForm, NewForm, ProtocolFile
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.protocol_kit import clinic_zone, load
from frontdesk.desk.views.settings_kit import sent
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.triage.actions import protocols
from frontdesk.triage.actions.protocol_files import from_file
from frontdesk.triage.actions.protocol_parts import check_may_draft
from frontdesk.triage.queries.protocol_toml import to_file

WRITE_IT = "Every change is kept here. Nothing holds until it is handed in and a clinician has approved it."


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = person(request)
    user.check_may(Permission.USE_DESK)
    clinic_zone()
    return render(request, "desk/protocols/index.html", {"page": ProtocolList(user, now())})


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One version, and what may be done with it."""
    return version(request, load(request, pk))


def version(
    request: HttpRequest,
    its: Its,
    *,
    hand_in: HandInForm | None = None,
    approve: ApproveForm | None = None,
    end: HandInForm | None = None,
) -> HttpResponse:
    """The page of a version, with a form that was refused where there is one."""
    forms = (hand_in or HandInForm(), approve or ApproveForm(), end or HandInForm(prefix="end"))
    context = {"its": its, "page": its.page, "hand_in": forms[0], "approve": forms[1], "end": forms[2]}
    status = max(form.status for form in forms)
    return render(request, "desk/protocols/version.html", context, status=status)


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the next version, or go on with it."""
    its = load(request, pk)
    try:
        made = protocols.begin(version=its.row, by=person(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect(its.url)
    return redirect("desk:protocol-version", made.pk)


@require_POST
def starter(request: HttpRequest) -> HttpResponse:
    """A draft of what Frontdesk ships."""
    try:
        made = protocols.begin_starter(by=person(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk:protocols")
    messages.success(request, WRITE_IT)
    return redirect("desk:protocol-version", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A scoped protocol, read beside the general one."""
    check_may_draft(person(request))
    form = NewForm(sent(request))
    if form.is_bound and form.is_valid():
        name = form.cleaned_data["name"]
        made = attempt(
            form,
            lambda: protocols.begin_scoped(name=name, scope=form.scope(), by=person(request), now=now()),
        )
        if made is not None:
            messages.success(request, WRITE_IT)
            return redirect("desk:protocol-version", made.pk)
    context = {"form": form, "upload": ProtocolFile()}
    return render(request, "desk/protocols/new.html", context, status=form.status)


@require_POST
def take_in(request: HttpRequest) -> HttpResponse:
    """A draft of what a file says."""
    check_may_draft(person(request))
    form = ProtocolFile(request.POST, request.FILES)
    if form.is_valid():
        made = attempt(form, lambda: from_file(text=form.cleaned_data["file"], by=person(request), now=now()))
        if made is not None:
            messages.success(request, "Taken from the file. Look at the whole draft before you hand it in.")
            return redirect("desk:protocol-version", made.pk)
    context = {"form": NewForm(None), "upload": form}
    return render(request, "desk/protocols/new.html", context, status=form.status)


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """A version as a file that people can read, and that can be taken in here or elsewhere."""
    its = load(request, pk)
    answer = HttpResponse(to_file(its.row), content_type="application/toml; charset=utf-8")
    name = f"{slugify(its.row.name) or 'protocol'}-version-{its.row.version}.toml"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
