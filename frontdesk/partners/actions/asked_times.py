"""Somebody outside asks for a published time: it becomes a request, screened like any message, and never a booking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from frontdesk.book.queries.open_starts import is_open_at
from frontdesk.clinic.models import Site, VisitType
from frontdesk.daybook.record import Actor
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import clean, one_line
from frontdesk.triage.actions import intake
from frontdesk.triage.actions.intake import Sender
from frontdesk.triage.models import Channel, Request

MOST = 2_000  # characters of what it is about
FROM = 80  # characters of who sent them here, and of their own number for it


@dataclass(frozen=True)
class AskedTime:
    """A published time that somebody asks for. `source` and `referral` are what the link that they followed said."""

    visit_type: VisitType
    site: Site
    start: datetime
    source: str = ""
    referral: str = ""


@transaction.atomic
def ask(*, asked: AskedTime, sender: Sender, about: str, key: str, by: Actor, now: datetime) -> Request:
    """Take in that somebody asks for a time, in their words `about`; nothing is held and nothing is promised.

    Their words and what they ask for are screened together, and the request then waits where its lane says. The same
    `key` of a form is taken in once. Raises BadValue where there are no words or too many.
    """
    words = clean(about, limit=MOST + 1)
    if len(words) > MOST:
        raise BadValue(f"Too long: at most {MOST:,} characters.", field="about")
    if not words:
        raise BadValue("There are no words in it.", field="about")
    text = f"{words}\n\n{_asked_in_words(asked, now)}"
    made = intake.receive(
        channel=Channel.PORTAL, text=text, site=asked.site, sender=sender, by=by, now=now,
        outside_id=f"open-time {key}" if key else "",
    )  # fmt: skip
    return Request.objects.select_related("site").get(pk=made.pk)  # as the screening has left it


def _asked_in_words(asked: AskedTime, now: datetime) -> str:
    """For whoever answers: what was asked for, whether it was still free, and where they came from."""
    start = asked.start.astimezone(asked.site.zone)
    free = is_open_at(asked.visit_type, asked.site, asked.start, now=now) is not None
    said = (
        f"Asked for on the web page: {asked.visit_type.name}, {start:%a} {start.day} {start:%b %Y, %H:%M}, "
        f"{asked.site.name}. It was {'free' if free else 'no longer free'} then, and nothing is held."
    )
    came = [("from", asked.source), ("with their number", asked.referral)]
    came_from = ", ".join(f"{word} {kept}" for word, text in came if (kept := one_line(text, limit=FROM)))
    return f"{said} They came {came_from}." if came_from else said
