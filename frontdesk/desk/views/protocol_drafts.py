"""Writing a draft of a protocol: one form for each of its parts, by its author alone, until it is handed in."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from frontdesk.desk.pages.protocol_desk import Its
from frontdesk.desk.pages.protocol_forms import ScopeForm
from frontdesk.desk.pages.protocol_part_forms import (
    ConceptForm,
    KindsForm,
    ReadConceptForm,
    ScriptForm,
    TreeForm,
    WordsForm,
)
from frontdesk.desk.pages.protocol_rule_form import RuleForm
from frontdesk.desk.pages.protocol_try import tried_concept
from frontdesk.desk.pages.settings_forms import SettingsForm, attempt
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.protocol_kit import Change, in_writing, write
from frontdesk.desk.views.settings_kit import sent
from frontdesk.kit.clock import now
from frontdesk.triage.actions import protocols
from frontdesk.triage.engine import change as changes
from frontdesk.triage.engine.change import Content
from frontdesk.triage.engine.protocol import ProtocolError
from frontdesk.triage.queries.protocol_versions import general_content

NOT_MEANT = "not_meant"


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def rule(request: HttpRequest, its: Its) -> HttpResponse:
    """One rule; without a code in the address, a new one."""
    code = request.GET.get("rule", "")
    standing = its.rules.rule(code)
    if code and standing is None:
        raise Http404("There is no such rule.")
    fresh = changes.next_code(its.row.content)
    form = RuleForm(sent(request), rules=its.rules, beside=its.general, standing=standing, code=fresh)
    if form.is_bound and form.is_valid():
        wanted = form.rule()

        def change(content: Content) -> Content:
            if standing is None and any(
                one.get("code") == wanted["code"] for one in content.get("rules", [])
            ):
                raise ProtocolError(f"There is a rule {wanted['code']} already. Give this one another code.")
            return changes.put_rule(content, code or wanted["code"], wanted)

        done = f"Rule {wanted['code']} {'changed' if standing else 'added'}."
        if write(request, its, form, change, done) is not None:
            return _back(request, its, done, f"rule-{_anchor(wanted['code'])}")
    context = {"its": its, "form": form, "standing": standing}
    return render(request, "desk/protocols/rule.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def concept(request: HttpRequest, its: Its) -> HttpResponse:
    """One thing that callers say; without a key in the address, a new one."""
    key = request.GET.get("concept", "")
    standing = its.rules.concepts.get(key)
    if key and standing is None:
        raise Http404("There is no such concept.")
    read = standing is not None and bool(standing.reads)
    form: Any = (
        ReadConceptForm(sent(request), standing=standing)
        if standing is not None and read
        else ConceptForm(sent(request), standing=standing)
    )
    tried = None
    if form.is_bound and form.is_valid():
        if request.POST.get("do") == "try" and not read:
            tried = tried_concept(its.row.content, key, form)
        else:
            done = f"“{form.cleaned_data['title']}” {'changed' if standing else 'added'}."
            change = _putting("concepts", key, form.part())
            made = write(request, its, form, change, done)
            if made is not None:
                return _back(request, its, done, f"says-{key}" if key else "concepts")
    context = {"its": its, "form": form, "standing": standing, "read": read, "tried": tried, "key": key}
    return render(request, "desk/protocols/concept.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def script(request: HttpRequest, its: Its) -> HttpResponse:
    """One script; without a key in the address, a new one."""
    key = request.GET.get("script", "")
    standing = its.rules.scripts.get(key)
    if key and standing is None:
        raise Http404("There is no such script.")
    form = ScriptForm(sent(request), standing=standing, rules=its.rules)
    if form.is_bound and form.is_valid():
        done = f"Script “{form.cleaned_data['title']}” {'changed' if standing else 'added'}."
        if write(request, its, form, _putting("scripts", key, form.part()), done) is not None:
            return _back(request, its, done, f"script-{key}" if key else "scripts")
    context = {"its": its, "form": form, "standing": standing}
    return render(request, "desk/protocols/script.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def tree(request: HttpRequest, its: Its) -> HttpResponse:
    """Who is asked for one target; without one in the address, a new one."""
    key = request.GET.get("tree", "")
    standing = its.rules.trees.get(key)
    if standing is None and its.general is not None:
        standing = its.general.trees.get(key)
    if key and standing is None:
        raise Http404("There is no such target.")
    form = TreeForm(sent(request), standing=standing, rules=its.rules)
    if form.is_bound and form.is_valid():
        done = f"Who is asked, “{form.cleaned_data['title']}”: {'changed' if standing else 'added'}."
        if write(request, its, form, _putting("trees", key, form.part()), done) is not None:
            return _back(request, its, done, "trees")
    context = {"its": its, "form": form, "standing": standing, "key": key}
    return render(request, "desk/protocols/tree.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def kinds(request: HttpRequest, its: Its) -> HttpResponse:
    """The least lane of each kind of request."""
    form = KindsForm(sent(request), rules=its.rules)
    if form.is_bound and form.is_valid():
        found = form.kinds()
        done = "Kinds of request changed."
        if write(request, its, form, lambda content: {**content, "kinds": found}, done) is not None:
            return _back(request, its, done, "kinds")
    return render(request, "desk/protocols/kinds.html", {"its": its, "form": form}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def words(request: HttpRequest, its: Its) -> HttpResponse:
    """A list of words, or (“not_meant”) the phrases in which a symptom is only named."""
    name = request.GET.get("list", "")
    is_list = name != NOT_MEANT
    entries = its.rules.words.get(name, ()) if is_list else its.rules.not_meant
    if name and is_list and name not in its.rules.words:
        raise Http404("There is no such list.")
    form = WordsForm(sent(request), name=name, entries=entries, is_list=is_list)
    if form.is_bound and form.is_valid():
        wanted, kept = name or form.cleaned_data["name"], form.lines()

        def change(content: Content) -> Content:
            return (
                changes.put_words(content, wanted, kept) if is_list else changes.put_not_meant(content, kept)
            )

        done = f"List “{wanted}” changed." if is_list else "Named, but not meant: changed."
        if write(request, its, form, change, done) is not None:
            return _back(request, its, done, "lists")
    context = {"its": its, "form": form, "name": name, "is_list": is_list}
    return render(request, "desk/protocols/words.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def scope(request: HttpRequest, its: Its) -> HttpResponse:
    """For whom and when a scoped draft is read."""
    form = ScopeForm(sent(request), scope=its.scope)
    if form.is_bound and form.is_valid():
        made = attempt(
            form,
            lambda: protocols.set_scope(
                draft=its.row,
                mark=request.POST.get("mark", ""),
                scope=form.scope(),
                by=person(request),
                now=now(),
            ),
        )
        if made is not None:
            return _back(request, its, "Changed for whom and when it is read.", "main")
    return render(request, "desk/protocols/scope.html", {"its": its, "form": form}, status=form.status)


@require_POST
@in_writing
def remove(request: HttpRequest, its: Its) -> HttpResponse:
    """Take a rule, a concept, a script, a tree or a list out of the draft, if nothing needs it."""
    kind, _, key = request.POST.get("what", "").partition(":")
    change = _removing(kind, key)
    if change is None:
        messages.error(request, "This button is not known here. Nothing was changed.")
        return redirect(its.url)
    return _at_once(request, its, change, f"Removed: {kind} {key}.")


@require_POST
@in_writing
def take(request: HttpRequest, its: Its) -> HttpResponse:
    """Take a concept over from the general protocol, with the lists of words that its phrases use."""
    key = request.POST.get("concept", "")
    title = dict(its.takeable).get(key)
    if title is None or its.general is None:
        messages.error(request, "Choose one of the concepts of the general protocol that are not here yet.")
        return redirect(its.url)
    source = general_content(its.now)
    return _at_once(
        request, its, lambda content: changes.take_concept(content, key, source), f"Taken over: {title}."
    )


def _at_once(request: HttpRequest, its: Its, change: Change, done: str) -> HttpResponse:
    form = SettingsForm(request.POST)
    form.is_valid()
    if write(request, its, form, change, done) is None:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    else:
        messages.success(request, done)
    return redirect(its.url)


def _removing(kind: str, key: str) -> Change | None:
    if kind == "rule":
        return lambda content: changes.remove_rule(content, key)
    if kind in ("concepts", "scripts", "trees"):
        return lambda content: changes.remove_part(content, kind, key)
    return None


def _putting(where: str, key: str, part: dict[str, Any]) -> Change:
    return lambda content: changes.put_part(content, where, key, part)[0]


def _back(request: HttpRequest, its: Its, done: str, anchor: str) -> HttpResponse:
    messages.success(request, done)
    return redirect(f"{its.url}#{anchor}")


def _anchor(code: str) -> str:
    return re.sub(r"[^a-z0-9-]", "", code.lower())
