"""The draft of a guide is written by one person, step by step, and handed in; then it is a draft like any other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from frontdesk.clinic.actions import drafts, guide_drafts
from frontdesk.clinic.actions.draft_parts import DraftSettled, Overtaken
from frontdesk.clinic.engine import guide_change as changes
from frontdesk.clinic.engine.guide import Answer, Content, shape
from frontdesk.clinic.models import Draft, Guide
from frontdesk.clinic.queries.settings import Standing, drafts_in_writing, open_drafts, standing
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from tests.factories.settings import drafted, guide, guide_content, guide_proposal, in_writing, written
from tests.universe import NOW, TODAY, Universe

pytestmark = pytest.mark.django_db


def hand_in(cast: Universe, draft: Draft) -> Draft:
    return guide_drafts.hand_in(draft=draft, because="Clearer.", holds_from=TODAY, by=cast.dan, now=NOW)


def without_the_last_rule(content: Content) -> Content:
    return replace(content, rules=content.rules[:-1])


def test_a_draft_begins_with_what_holds_and_there_is_one_for_each_author(universe: Universe) -> None:
    guide(universe)
    made = in_writing(universe)
    assert made.proposal["content"] == guide_content()
    assert in_writing(universe).pk == made.pk
    other = guide_drafts.begin(specialty=universe.follow_up.specialty, by=universe.erin, now=NOW)
    assert other.pk != made.pk
    assert {one.pk for one in drafts_in_writing(specialty="primary")} == {made.pk, other.pk}
    assert not drafts_in_writing(specialty="skin") and not open_drafts(kind="guide")


def test_a_new_guide_from_nothing_to_its_approval(universe: Universe) -> None:
    made = in_writing(universe)
    with pytest.raises(BadValue, match="There is no question yet"):
        hand_in(universe, made)
    written(universe, made, lambda content: changes.add_question(
        content, words="Is it new?", words_es="¿Es nuevo?", answers=[Answer("", "Yes", "Sí"), Answer("", "No", "No")],
    ))  # fmt: skip
    rule = shape(guide_content()).rules[-1]
    written(universe, made, lambda content: changes.add_rule(content, rule))
    handed = hand_in(universe, made)
    assert standing(handed) == Standing.WAITING
    drafts.approve(draft=handed, by=universe.carol, now=NOW)
    assert Guide.objects.get().content["questions"][0]["code"] == "is-it-new"


def test_each_step_is_in_the_daybook(universe: Universe) -> None:
    guide(universe)
    made = in_writing(universe)
    written(universe, made, without_the_last_rule)
    hand_in(universe, made)
    guide_drafts.take_back(draft=made, by=universe.dan, now=NOW)
    told = Entry.objects.filter(subjects__kind="draft", subjects__ref=made.pk).order_by("pk")
    assert [one.kind for one in told] == ["DraftBegun", "DraftWritten", "SettingDrafted", "DraftTakenBack"]


def test_nobody_approves_what_is_being_written(universe: Universe) -> None:
    guide(universe)
    made = in_writing(universe)
    assert standing(made) == Standing.WRITING
    with pytest.raises(Refused, match="still being written"):
        drafts.approve(draft=made, by=universe.carol, now=NOW)
    drafts.withdraw(draft=made, by=universe.carol, now=NOW)
    made.refresh_from_db()
    assert standing(made) == Standing.WITHDRAWN
    with pytest.raises(DraftSettled):
        written(universe, made, without_the_last_rule)


def test_only_its_author_writes_it(universe: Universe) -> None:
    guide(universe)
    made = in_writing(universe)
    mark = shape(made.proposal["content"]).mark
    for who in (universe.carol, universe.bob):
        with pytest.raises(NotAllowed):
            guide_drafts.write(draft=made, mark=mark, change=without_the_last_rule, what="x", by=who, now=NOW)
        with pytest.raises(NotAllowed):
            guide_drafts.hand_in(draft=made, because="x", holds_from=TODAY, by=who, now=NOW)
        with pytest.raises(NotAllowed):
            guide_drafts.take_back(draft=made, by=who, now=NOW)
    with pytest.raises(NotAllowed):
        guide_drafts.begin(specialty=universe.follow_up.specialty, by=universe.bob, now=NOW)


def test_what_was_changed_in_another_window_is_not_written_over(universe: Universe) -> None:
    guide(universe)
    made = in_writing(universe)
    mark = shape(made.proposal["content"]).mark
    written(universe, made, without_the_last_rule)
    with pytest.raises(Refused) as refused:
        guide_drafts.write(
            draft=made, mark=mark, change=without_the_last_rule, what="x", by=universe.dan, now=NOW
        )
    assert refused.value.code == "MOVED_ON"
    made.refresh_from_db()
    assert len(made.proposal["content"]["rules"]) == 3


def test_a_rule_that_names_what_there_is_not_is_refused(universe: Universe) -> None:
    guide(universe)
    with pytest.raises(BadValue, match="asks for “worse”"):
        written(
            universe, in_writing(universe), lambda content: replace(content, questions=content.questions[1:])
        )


def test_what_is_unfinished_or_the_same_or_overtaken_is_not_handed_in(universe: Universe) -> None:
    standing_guide = guide(universe)
    made = in_writing(universe)
    with pytest.raises(Refused, match="Nothing is different"):
        hand_in(universe, made)
    for field, because, day in (("because", " ", TODAY), ("holds_from", "x", TODAY.replace(year=2020))):
        with pytest.raises(BadValue) as wrong:
            guide_drafts.hand_in(draft=made, because=because, holds_from=day, by=universe.dan, now=NOW)
        assert wrong.value.field == field
    written(universe, made, lambda content: changes.move_rule(content, 4, -3))
    with pytest.raises(BadValue, match="Rule 2 can never decide"):
        hand_in(universe, made)
    written(universe, made, lambda content: changes.remove_rule(changes.move_rule(content, 1, 3), 1))
    other = drafted(universe, "guide", standing_guide.pk, guide_proposal(because="Seen today."))
    drafts.approve(draft=other, by=universe.carol, now=NOW)
    with pytest.raises(Overtaken):
        hand_in(universe, made)


def test_what_waits_is_taken_back_until_it_is_approved(universe: Universe) -> None:
    one = guide(universe)
    made = drafted(universe, "guide", one.pk, guide_proposal(because="Seen today."))
    guide_drafts.take_back(draft=made, by=universe.dan, now=NOW)
    made.refresh_from_db()
    assert standing(made) == Standing.WRITING
    drafts.approve(draft=hand_in(universe, made), by=universe.carol, now=NOW)
    with pytest.raises(DraftSettled):
        guide_drafts.take_back(draft=made, by=universe.dan, now=NOW)
    with pytest.raises(DraftSettled):
        hand_in(universe, made)


def test_a_guide_that_was_spoilt_in_the_database_is_begun_anew(universe: Universe) -> None:
    one = guide(universe)
    one.content = {"questions": 3}
    one.save()
    assert in_writing(universe).proposal["content"] == {"questions": [], "rules": []}
