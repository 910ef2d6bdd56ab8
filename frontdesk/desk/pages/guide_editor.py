"""The page on which a guide is written: its questions, its rules, the whole as a drawing, and a walk through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from frontdesk.clinic.engine.guide import BadGuide, Content, Question, Rule, shape
from frontdesk.clinic.engine.guide_picture import remarks
from frontdesk.clinic.models import Draft, Specialty, VisitType
from frontdesk.clinic.queries.settings import is_overtaken
from frontdesk.desk.pages.guide_outline import Outline, RemarkLine, Urls, outline, remark_lines
from frontdesk.desk.pages.settings_guides import GuidePage, guide_page, types_of

SAID = "say-"  # begins the parameters of the walk, so that no question takes the name of another parameter


class Editor:
    """A draft of a guide that is being written, as its author sees it. `asked` is what the address says."""

    def __init__(self, draft: Draft, asked: QueryDict) -> None:
        self.draft, self.asked = draft, asked

    @cached_property
    def content(self) -> Content:
        try:
            return shape(self.draft.proposal.get("content"), unfinished=True)
        except BadGuide:
            return Content()

    @cached_property
    def specialty(self) -> Specialty:
        return Specialty.objects.get(code=self.draft.proposal["specialty"])

    @cached_property
    def types(self) -> Mapping[str, VisitType]:
        return types_of(self.specialty)

    @property
    def types_in_use(self) -> list[VisitType]:
        return [one for one in self.types.values() if one.active]

    @cached_property
    def page(self) -> GuidePage:
        """The rules, and the walk as it was answered so far."""
        return guide_page(self.content, self.types, self.asked, prefix=SAID)

    @cached_property
    def urls(self) -> Urls:
        question = reverse("desk:settings-guide-question", args=[self.draft.pk])
        return Urls(question, reverse("desk:settings-guide-rule", args=[self.draft.pk]), self.page.walk)

    @property
    def outline(self) -> Outline:
        return outline(self.content, self.page.rules, self.urls)

    @cached_property
    def remarks(self) -> Sequence[RemarkLine]:
        codes = [one.code for one in self.types_in_use]
        return remark_lines(remarks(self.content, visit_types=codes), self.urls)

    @property
    def stops(self) -> list[RemarkLine]:
        return [one for one in self.remarks if one.stops]

    @property
    def hints(self) -> list[RemarkLine]:
        return [one for one in self.remarks if not one.stops]

    @property
    def is_overtaken(self) -> bool:
        return is_overtaken(self.draft)

    @property
    def questions(self) -> list[tuple[Question, str]]:
        """Each with the address on which it is changed."""
        return [(one, self.urls.to_question(one.code)) for one in self.content.questions]

    @property
    def new_question(self) -> str:
        return self.urls.to_question("")

    @property
    def new_rule(self) -> str:
        return self.urls.to_new_rule({})

    @property
    def plain_url(self) -> str:
        """The editor without a walk."""
        return reverse("desk:settings-guide-draft", args=[self.draft.pk])

    @property
    def url(self) -> str:
        return self.back_to("desk:settings-guide-draft")

    def back_to(self, name: str, **more: str) -> str:
        """The address of one of the draft's pages, with the walk kept."""
        query = "&".join(one for one in (urlencode(more), self.page.walk) if one)
        return f"{reverse(name, args=[self.draft.pk])}{f'?{query}' if query else ''}"

    @property
    def arrange_url(self) -> str:
        return self.back_to("desk:settings-guide-arrange")

    def rule_of(self, number: str) -> tuple[int, Rule] | None:
        """The rule of this number as an address has it."""
        place = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
        return (place, self.content.rules[place - 1]) if 1 <= place <= len(self.content.rules) else None
