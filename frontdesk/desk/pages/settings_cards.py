"""Knowledge cards: found by any word of theirs, and the form that writes one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.http import QueryDict

from frontdesk.clinic.models import KnowledgeCard, VisitType
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import Day, Line, SettingsForm, Several, Text

MOST_WORDS, SHOWN, REVIEW_AFTER = 8, 200, timedelta(days=180)


def find_cards(text: str, *, overdue: bool, today: date) -> QuerySet[KnowledgeCard]:
    """The cards in use in which every word of `text` stands: in the title, the body, a payer or a visit type."""
    payers = Func(F("payers"), Value(" "), function="array_to_string", output_field=CharField())
    found = KnowledgeCard.objects.filter(active=True).annotate(payer_words=payers)
    for word in text.split()[:MOST_WORDS]:
        inside = Q(title__icontains=word) | Q(body__icontains=word) | Q(payer_words__icontains=word)
        found = found.filter(inside | Q(visit_types__name__icontains=word))
    if overdue:
        found = found.filter(review_on__lte=today)
    return (
        found.select_related("written_by")
        .prefetch_related("visit_types__specialty")
        .distinct()
        .order_by("title", "pk")
    )


class CardForm(SettingsForm):
    title = Line("Title", most=120)
    body = Text("What the desk must know", most=4_000, rows=7)
    payers = Text("Payers", most=1_500, rows=3, required=False, help_text="One a line.")
    visit_types = Several("Visit types", ())
    review_on = Day("Read again on", help_text="On this day somebody checks that it is still true.")

    def __init__(
        self, data: QueryDict | None = None, *, card: KnowledgeCard | None, today: date, **more: Any
    ) -> None:
        super().__init__(data, initial=_standing(card, today), **more)
        types = VisitType.objects.filter(active=True).select_related("specialty")
        known = [
            (one.code, f"{one.name} ({one.specialty.name})")
            for one in types.order_by("specialty__name", "name")
        ]
        offer(self, "visit_types", known)

    def words(self) -> dict[str, Any]:
        """What the valid form says, as the action takes it."""
        return {**self.cleaned_data, "payers": self.cleaned_data["payers"].splitlines()}


def _standing(card: KnowledgeCard | None, today: date) -> dict[str, Any]:
    if card is None:
        return {"review_on": today + REVIEW_AFTER}
    return {
        "title": card.title,
        "body": card.body,
        "payers": "\n".join(card.payers),
        "visit_types": list(card.visit_types.values_list("code", flat=True)),
        "review_on": card.review_on,
    }
