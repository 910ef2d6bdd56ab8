"""Writing a guide: one form for each change of the draft, by its author alone, until it is handed in."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdesk.clinic.actions import guide_drafts
from frontdesk.clinic.engine import guide_change as changes
from frontdesk.clinic.engine.guide import Content, check_needs, shape
from frontdesk.clinic.models import Draft, DraftKind
from frontdesk.clinic.queries.settings import is_being_written
from frontdesk.desk.pages.guide_editor import Editor
from frontdesk.desk.pages.guide_forms import GuideFile, HandIn, QuestionForm, RuleForm, place_of_new
from frontdesk.desk.pages.guide_outline import ANSWERED, needs_at
from frontdesk.desk.pages.settings_forms import SettingsForm, attempt
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import its_day, load, reader, sent, writer
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused

Change = Callable[[Content], Content]
View = Callable[[HttpRequest, Editor], HttpResponse]


def in_writing(view: View) -> Callable[[HttpRequest, int], HttpResponse]:
    """A view of a draft that its author is writing. One that is handed in is shown as it is read."""

    @wraps(view)
    def opened(request: HttpRequest, pk: int) -> HttpResponse:
        draft = _load(pk)
        if writer(request).pk != draft.drafted_by_id:
            raise NotAllowed(f"Only {draft.drafted_by.name}, who writes this draft, may change it.")
        if not is_being_written(draft):
            messages.info(request, "This draft is not being written any more.")
            return redirect("desk:settings-draft", pk)
        return view(request, Editor(draft, request.GET))

    return opened


@require_safe
@in_writing
def editor(request: HttpRequest, its: Editor) -> HttpResponse:
    """The whole draft. The address answers the questions of the walk."""
    return _editor(request, its)


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def question(request: HttpRequest, its: Editor) -> HttpResponse:
    """One question with its answers; without a code in the address, a new one."""
    code = request.GET.get("question", "")
    standing = its.content.question(code)
    if code and standing is None:
        raise Http404("There is no such question.")
    form = QuestionForm(sent(request), standing=standing)
    if form.is_bound and form.is_valid():
        do = request.POST.get("do", "save")
        answers = form.answers(do, [one.code for one in standing.answers] if standing else [])
        words = {"words": form.cleaned_data["words"], "words_es": form.cleaned_data["words_es"]}

        def change(content: Content) -> Content:
            if standing is None:
                return changes.add_question(content, **words, answers=answers)
            return changes.change_question(content, code, **words, answers=answers)

        done = f"Question “{words['words']}” {'changed' if standing else 'added'}."
        made = _write(request, its, form, change, done)
        if made is not None and do != "save":
            kept = code or made.questions[-1].code
            return redirect(its.back_to("desk:settings-guide-question", question=kept))
        if made is not None:
            messages.success(request, done)
            return redirect(its.url)
    context = {"its": its, "form": form, "standing": standing}
    return render(request, "desk/settings/guide/question.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def rule(request: HttpRequest, its: Editor) -> HttpResponse:
    """One rule; without a number in the address, a new one, which may begin with answers that it names."""
    number, before = request.GET.get("rule", ""), request.GET.get("before") or place_of_new(its.content)
    found = its.rule_of(number)
    if number and found is None:
        raise Http404("There is no such rule.")
    form = RuleForm(
        sent(request), content=its.content, types=its.types_in_use, standing=found[1] if found else None,
        needs=needs_at(its.content, request.GET.getlist(ANSWERED)), before=before,
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        wanted = form.rule()

        def change(content: Content) -> Content:
            if found is None:
                return changes.add_rule(content, wanted, before=form.place)
            return changes.change_rule(content, found[0], wanted)

        done = f"Rule {found[0]} changed." if found else "Rule added."
        if _write(request, its, form, change, done) is not None:
            messages.success(request, done)
            return redirect(its.url)
    context = {"its": its, "form": form, "number": found[0] if found else None}
    return render(request, "desk/settings/guide/rule.html", context, status=form.status)


@require_POST
@in_writing
def arrange(request: HttpRequest, its: Editor) -> HttpResponse:
    """Move a question or a rule up or down, or take it out."""
    kind, _, which = request.POST.get("what", "").partition(":")
    do = request.POST.get("do", "")
    form = SettingsForm(request.POST)
    change = _arranged(its, kind, which, do)
    if change is None:
        messages.error(request, "This button is not known here. Nothing was changed.")
    elif _write(request, its, form, change, f"{kind.capitalize()} {which}: {do}") is None:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect(its.url)


def _arranged(its: Editor, kind: str, which: str, do: str) -> Change | None:
    """The change that a button of the lists asks for; None for one that is no button of ours."""
    by = {"up": changes.UP, "down": changes.DOWN}.get(do)
    if kind == "question" and by is not None:
        return lambda content: changes.move_question(content, which, by)
    if kind == "question" and do == "remove":
        return lambda content: changes.remove_question(content, which)
    found = its.rule_of(which) if kind == "rule" else None
    if found is not None and by is not None:
        return lambda content: changes.move_rule(content, found[0], by)
    if found is not None and do == "remove":
        return lambda content: changes.remove_rule(content, found[0])
    return None


@require_POST
@in_writing
def upload(request: HttpRequest, its: Editor) -> HttpResponse:
    """Put what a file holds in the place of all that stands in the draft."""
    form = GuideFile(request.POST, request.FILES)
    if form.is_valid():

        def change(_: Content) -> Content:
            read = shape(form.cleaned_data["file"], unfinished=True)
            check_needs(read)
            return read

        if _write(request, its, form, change, "Taken from a file.") is not None:
            messages.success(request, "Taken from the file. Look at the whole guide before you hand it in.")
            return redirect(its.url)
    return _editor(request, its, upload_form=form)


@require_POST
@in_writing
def hand_in(request: HttpRequest, its: Editor) -> HttpResponse:
    """Finished: from now on the draft waits for somebody else."""
    form = HandIn(request.POST, today=its_day())
    if form.is_valid():
        made = attempt(
            form,
            lambda: guide_drafts.hand_in(draft=its.draft, by=person(request), now=now(), **form.cleaned_data),
        )
        if made is not None:
            messages.success(request, "Handed in. It changes nothing until somebody else has approved it.")
            return redirect("desk:settings-draft", made.pk)
    return _editor(request, its, hand_in_form=form)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on writing a draft that waits for approval."""
    draft = _load(pk)
    writer(request)
    try:
        guide_drafts.take_back(draft=draft, by=person(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk:settings-draft", pk)
    return redirect("desk:settings-guide-draft", pk)


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft's guide as a file, written or handed in."""
    draft = _load(pk)
    reader(request)
    return as_file(draft.proposal["content"], f"guide-{draft.proposal['specialty']}-draft-{pk}.json")


def as_file(content: object, name: str) -> HttpResponse:
    """JSON to be kept as a file of this name."""
    answer = HttpResponse(json.dumps(content, ensure_ascii=False, indent=2), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _load(pk: int) -> Draft:
    return load(Draft.objects.filter(kind=DraftKind.GUIDE).select_related("drafted_by"), pk)


def _editor(
    request: HttpRequest,
    its: Editor,
    *,
    upload_form: GuideFile | None = None,
    hand_in_form: HandIn | None = None,
) -> HttpResponse:
    form, upload_form = hand_in_form or HandIn(today=its_day()), upload_form or GuideFile()
    context = {"its": its, "form": form, "upload": upload_form, "page": its.page, "walk_url": its.plain_url}
    part = "_walk" if request.method == "GET" and request.headers.get("HX-Request") else "editor"
    status = max(form.status, upload_form.status)
    return render(request, f"desk/settings/guide/{part}.html", context, status=status)


def _write(
    request: HttpRequest, its: Editor, form: SettingsForm, change: Change, what: str
) -> Content | None:
    """Make the change. A refusal is put into the form, and None answered."""
    mark = request.POST.get("mark", "")
    return attempt(
        form,
        lambda: guide_drafts.write(
            draft=its.draft, mark=mark, change=change, what=what, by=person(request), now=now()
        ),
    )
