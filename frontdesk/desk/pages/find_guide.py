"""The guide to the visit type, question by question, and what the desk should know of the type."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from frontdesk.clinic.engine.guide import BadGuide, Content, Decision, Question, decide, shape
from frontdesk.clinic.models import Guide, KnowledgeCard, VisitType
from frontdesk.desk.pages.find_choices import Choice

if TYPE_CHECKING:
    from frontdesk.desk.pages.find_page import FindPage

# Why somebody takes another visit type than the guide suggests. Codes, so that no words stand in an address.
OTHER_TYPE = (
    Choice("patient-asks", "The patient asks for it"),
    Choice("provider-asked", "The provider asked for it"),
    Choice("clinician-said", "A clinician said so"),
    Choice("nothing-free", "Nothing is free for the suggested type"),
    Choice("guide-wrong", "The guide does not fit this case"),
)


class GuidePanel:
    """Which visit type? The questions of one specialty's guide, what was answered, and what follows."""

    reasons = OTHER_TYPE

    def __init__(self, page: FindPage) -> None:
        self.page = page

    @cached_property
    def guides(self) -> list[Guide]:
        """The guides there are; none where a clinician has directed the visit type."""
        if self.page.directed and self.page.directed.direct_visit_type:
            return []
        return list(Guide.objects.select_related("specialty").order_by("specialty__name"))

    @cached_property
    def guide(self) -> Guide | None:
        code = self.page.asked.text("guide")
        return next((one for one in self.guides if one.specialty.code == code), None)

    @cached_property
    def content(self) -> Content | None:
        try:
            return shape(self.guide.content) if self.guide else None
        except BadGuide:
            return None

    @cached_property
    def answers(self) -> dict[str, str]:
        """Question code to answer code; of two answers to one question the later holds."""
        said = (one.partition(":") for one in self.page.asked.lists.get("said", ()))
        return {question: answer for question, _, answer in said}

    @cached_property
    def decision(self) -> Decision | None:
        return decide(self.content, self.answers) if self.content else None

    @property
    def question(self) -> Question | None:
        return self.decision.needed if self.decision else None

    @property
    def so_far(self) -> list[tuple[str, str]]:
        """The questions that were answered, in words."""
        found = []
        for question in self.content.questions if self.content else ():
            answer = question.answer(self.answers.get(question.code))
            if answer is not None:
                found.append((question.words, answer.words))
        return found

    @cached_property
    def suggested(self) -> VisitType | None:
        code = self.decision.visit_type_code if self.decision else None
        return VisitType.objects.filter(code=code, active=True).first() if code else None

    @property
    def is_done(self) -> bool:
        return self.decision is not None and self.decision.needed is None

    @property
    def differs(self) -> bool:
        """Was another visit type chosen than the guide suggests?"""
        chosen = self.page.visit_type
        return self.suggested is not None and chosen is not None and chosen.pk != self.suggested.pk

    @property
    def because(self) -> str:
        """The reason that was chosen for another type, in words; empty where none was."""
        value = self.page.asked.text("because")
        return next((one.words for one in OTHER_TYPE if one.value == value), "")

    @property
    def lacks_reason(self) -> bool:
        return self.differs and not self.because

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a form that begins a guide keeps of the rest."""
        return [
            (name, value) for name, value in self.page.asked.pairs if name not in ("guide", "said", "because")
        ]

    @property
    def url_again(self) -> str:
        """The page without the guide."""
        return f"{reverse('desk:find', args=[self.page.request.pk])}?{urlencode(self.kept)}"

    @property
    def url_of_suggested(self) -> str:
        code = self.suggested.code if self.suggested else ""
        return self.page.url_with(visit_type=code, because="", **{"with": "", "room": ""})

    # What to know of the type

    @cached_property
    def cards(self) -> list[KnowledgeCard]:
        kind = self.page.visit_type
        return list(kind.cards.filter(active=True)) if kind else []

    @property
    def hints(self) -> list[list[str]]:
        """System, code, the clinic's own words."""
        kind = self.page.visit_type
        return [[str(part) for part in one][:3] for one in kind.code_hints if len(one) >= 3] if kind else []

    @property
    def has_knowledge(self) -> bool:
        kind = self.page.visit_type
        return bool(self.cards or self.hints or (kind and kind.prep_text))
