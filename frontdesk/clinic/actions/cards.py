"""Knowledge cards: written, read again by a day, retired. They need no second signature: nothing is decided by them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.facts_settings import CardRetired, CardWritten
from frontdesk.clinic.models import KnowledgeCard, VisitType
from frontdesk.clinic.queries.settings import clinic_day
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import clean, one_line

LONGEST_BODY, MOST_PAYERS, FARTHEST = 4_000, 20, timedelta(days=5 * 366)


@transaction.atomic
def write_card(
    *,
    card: KnowledgeCard | None,
    title: str,
    body: str,
    payers: Sequence[str],
    visit_types: Collection[str],
    review_on: date,
    by: User,
    now: datetime,
) -> KnowledgeCard:
    """Write a new card (`card` None) or a card anew. `visit_types` are codes, `payers` names as the desk says them.

    `review_on` is a day to come of the clinic's calendar, at most five years ahead. Raises BadValue with its field,
    Refused where the card is retired.
    """
    by.check_may(Permission.DRAFT_SETTINGS)
    row = KnowledgeCard() if card is None else _lock(card)
    row.title, row.body = _words(title, "title", 120), _words(body, "body", LONGEST_BODY)
    row.payers, row.review_on = _payers(payers), _review(review_on, clinic_day(now))
    row.written_at, row.written_by = now, by
    types = list(VisitType.objects.filter(code__in=visit_types))
    if len(types) < len(set(visit_types)):
        raise BadValue("Choose among the visit types that are listed.", field="visit_types")
    row.save()
    row.visit_types.set(types)
    fact = CardWritten(card_id=row.pk, title=row.title, review_on=row.review_on, is_new=card is None)
    record(fact, by=by, now=now)
    return row


@transaction.atomic
def retire_card(*, card: KnowledgeCard, by: User, now: datetime) -> KnowledgeCard:
    """Take a card out of use. It is not found any more, and its history stays. Refused where it is out already."""
    by.check_may(Permission.DRAFT_SETTINGS)
    row = _lock(card)
    row.active = False
    row.save(update_fields=["active"])
    record(CardRetired(card_id=row.pk, title=row.title), by=by, now=now)
    return row


def _lock(card: KnowledgeCard) -> KnowledgeCard:
    row = KnowledgeCard.objects.select_for_update(no_key=True).get(pk=card.pk)
    if not row.active:
        raise Refused("This card was retired.", code="CARD_RETIRED")
    return row


def _words(text: str, field: str, most: int) -> str:
    read = one_line(text, limit=most + 1) if field == "title" else clean(text, limit=most + 1)
    if len(read) > most:
        raise BadValue(f"At most {most:,} characters.", field=field)
    if not read:
        raise BadValue("This must be filled in.", field=field)
    return read


def _payers(payers: Sequence[str]) -> list[str]:
    read = sorted({name for one in payers if (name := one_line(one, limit=61))}, key=str.casefold)
    if len(read) > MOST_PAYERS or any(len(one) > 60 for one in read):
        raise BadValue(f"At most {MOST_PAYERS} payers, each of 60 characters at most.", field="payers")
    return read


def _review(day: date, today: date) -> date:
    if not today < day <= today + FARTHEST:
        raise BadValue("A day to come, five years ahead at most.", field="review_on")
    return day
