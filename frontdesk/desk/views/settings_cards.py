"""Knowledge cards: found, read, written, retired."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.actions import cards
from frontdesk.clinic.models import KnowledgeCard
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.settings_cards import SHOWN, CardForm, find_cards
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import its_day, load, reader, sent, writer
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user, today = reader(request), its_day()
    text, overdue = asked_text(request.GET, "q"), asked_text(request.GET, "show") == "overdue"
    context = {
        "cards": find_cards(text, overdue=overdue, today=today)[:SHOWN],
        "text": text,
        "overdue": overdue,
        "overdue_count": find_cards("", overdue=True, today=today).count(),
        "today": today,
        "may_draft": user.may(Permission.DRAFT_SETTINGS),
    }
    return render(request, "desk/settings/cards.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    writer(request)
    return _answer(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    card = load(KnowledgeCard.objects.filter(active=True), pk)
    writer(request)
    return _answer(request, card)


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    card = load(KnowledgeCard.objects.all(), pk)
    writer(request)
    try:
        cards.retire_card(card=card, by=person(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"“{card.title}” is out of use.")
    return redirect("desk:settings-cards")


def _answer(request: HttpRequest, card: KnowledgeCard | None) -> HttpResponse:
    form = CardForm(sent(request), card=card, today=its_day())
    if form.is_bound and form.is_valid():
        written = attempt(
            form, lambda: cards.write_card(card=card, by=person(request), now=now(), **form.words())
        )
        if written is not None:
            messages.success(request, f"“{written.title}” is written.")
            return redirect("desk:settings-cards")
    context = {"form": form, "card": card}
    return render(request, "desk/settings/card_form.html", context, status=form.status)
