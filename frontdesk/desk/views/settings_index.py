"""All settings, with what waits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from frontdesk.clinic.queries.settings import open_drafts
from frontdesk.desk.pages.settings_index import KEPT, SETTINGS
from frontdesk.desk.views.settings_kit import reader
from frontdesk.triage.queries.protocol_versions import waiting
from frontdesk.work.queries.answering import gaps


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    open_to = [one for one in SETTINGS if one[2] not in KEPT or user.may(KEPT[one[2]])]
    cards = [(title, text, reverse(name)) for title, text, name in open_to]
    context = {"cards": cards, "drafts": open_drafts()[:8], "gaps": gaps(), "protocols": waiting()[:8]}
    return render(request, "desk/settings/index.html", context)
