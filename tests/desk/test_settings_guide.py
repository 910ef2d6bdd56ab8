"""Writing a guide at the desk: one form for each change, refusals that keep what was typed, files, the drawing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from frontdesk.clinic.models import Draft
from tests.desk import settings_scene as forms
from tests.desk.support import Answer, Desk, read, said
from tests.factories.settings import drafted, guide, guide_content, guide_proposal, in_writing
from tests.universe import Universe

pytestmark = pytest.mark.django_db
Content = dict[str, Any]


@pytest.fixture
def draft(desk: Desk) -> Draft:
    guide(desk.universe)
    return in_writing(desk.universe)


def content_of(draft: Draft) -> Content:
    draft.refresh_from_db()
    content: Content = draft.proposal["content"]
    return content


def ask_at(draft: Draft, name: str, **query: str) -> str:
    return f"{reverse(f'desk:settings-guide-{name}', args=[draft.pk])}?{'&'.join(f'{k}={v}' for k, v in query.items())}"


def send(desk: Desk, draft: Draft, name: str, form: dict[str, str], **query: str) -> Answer:
    return desk.browser(desk.universe.dan).post(ask_at(draft, name, **query), form)


def upload(desk: Desk, draft: Draft, text: str | bytes) -> Answer:
    file = SimpleUploadedFile("guide.json", text.encode() if isinstance(text, str) else text)
    url = reverse("desk:settings-guide-upload", args=[draft.pk])
    return desk.browser(desk.universe.dan).post(url, {"mark": forms.mark(draft), "file": file})


def test_one_press_begins_a_draft_and_the_next_goes_on_with_it(desk: Desk) -> None:
    cast = desk.universe
    guide(cast)
    primary = cast.follow_up.specialty.pk
    first = desk.post(cast.dan, "desk:settings-guide-edit", primary)["Location"]
    assert desk.post(cast.dan, "desk:settings-guide-edit", primary)["Location"] == first
    assert "Go on with your draft" in said(desk.get(cast.dan, "desk:settings-guide", primary))
    seen_by_carol = said(desk.get(cast.carol, "desk:settings-guide", primary))
    assert (
        "has been writing a change of this guide" in seen_by_carol
        and "waits for approval" not in seen_by_carol
    )
    assert "Being written" in said(desk.get(cast.carol, "desk:settings-drafts"))


def test_the_whole_is_drawn_with_a_way_to_change_each_end(desk: Desk, draft: Draft) -> None:
    page = read(desk.get(desk.universe.dan, "desk:settings-guide-draft", draft.pk))
    assert "Not sure → A clinician decides A nurse decides who must be examined." in page.text
    branch = next(one for one in page.links if "at=worse" in one and "at=touch" in one and "before=2" in one)
    rule = read(desk.browser(desk.universe.dan).get(branch))
    assert rule.form("", holds="because").fields["before"] == "2"
    ticked = [here["value"] for tag, here in rule.tags if tag == "input" and "checked" in here]
    assert ticked == ["no", "no"]


def test_a_question_is_added_changed_and_its_answers_ordered(desk: Desk, draft: Draft) -> None:
    send(desk, draft, "question", forms.question_form(draft))
    added = content_of(draft)["questions"][2]
    assert (added["code"], added["words_es"]) == ("is-it-a-refill", "¿Es una receta?")
    shown = read(desk.browser(desk.universe.dan).get(ask_at(draft, "question", question="touch")))
    fields = {**shown.form("", holds="words").fields, "do": "up-2", "answer-0-words": "Yes, today"}
    answer = send(desk, draft, "question", fields, question="touch")
    assert "question=touch" in answer["Location"]
    touch = content_of(draft)["questions"][1]
    assert [one["code"] for one in touch["answers"]] == ["yes", "unsure", "no"]
    assert touch["answers"][0]["words"] == "Yes, today"


def test_an_answer_that_a_rule_waits_for_is_not_removed_and_all_is_kept(desk: Desk, draft: Draft) -> None:
    shown = read(desk.browser(desk.universe.dan).get(ask_at(draft, "question", question="touch")))
    fields = {**shown.form("", holds="words").fields, "do": "remove-1", "words": "Must we see you?"}
    answer = send(desk, draft, "question", fields, question="touch")
    assert answer.status_code == 422
    assert "rule 2 waits for it and for no other" in said(answer)
    kept = read(answer).form("", holds="words").fields
    assert (kept["words"], kept["answer-1-words"]) == ("Must we see you?", "No")
    assert content_of(draft) == guide_content()


def test_a_form_that_is_wrong_keeps_what_was_typed(desk: Desk, draft: Draft) -> None:
    wrong = forms.question_form(draft, words="", **{"answer-1-words": ""})
    answer = send(desk, draft, "question", wrong)
    assert answer.status_code == 422
    assert "This must be filled in." in said(answer)
    assert "Write the answer in English too, or empty the row." in said(answer)
    kept = read(answer).form("", holds="words").fields
    assert (kept["words_es"], kept["answer-1-words_es"]) == ("¿Es una receta?", "No")
    wrong = forms.rule_form(draft, visit_type="", because="Looked at.")
    answer = send(desk, draft, "rule", wrong)
    assert answer.status_code == 422
    assert read(answer).form("", holds="because").fields["because"] == "Looked at."
    assert content_of(draft) == guide_content()


def test_a_rule_is_added_and_changed(desk: Desk, draft: Draft) -> None:
    send(desk, draft, "rule", forms.rule_form(draft))
    rule = content_of(draft)["rules"][3]
    assert (rule["needs"], rule["visit_type"]) == ({"worse": ["no"], "touch": ["yes"]}, "follow-up")
    form = {"mark": forms.mark(draft), "visit_type": "*", "because": "A nurse asks.", "need-worse": "yes"}
    send(desk, draft, "rule", form, rule="1")
    assert content_of(draft)["rules"][0] == {
        "needs": {"worse": ["yes"]}, "visit_type": "", "because": "A nurse asks.",
    }  # fmt: skip


def test_the_lists_are_arranged_and_the_walk_is_kept(desk: Desk, draft: Draft) -> None:
    answer = send(desk, draft, "arrange", forms.arrangement(draft), **{"say-worse": "no"})
    assert answer["Location"].endswith("?say-worse=no")
    assert [one["code"] for one in content_of(draft)["questions"]] == ["touch", "worse"]
    send(desk, draft, "arrange", forms.arrangement(draft, what="rule:2", do="remove"))
    assert len(content_of(draft)["rules"]) == 3
    refused = desk.browser(desk.universe.dan).post(
        ask_at(draft, "arrange"), forms.arrangement(draft, do="remove"), follow=True
    )
    assert "“Must somebody examine you?” stays: rule 2 needs its answer." in said(refused)


def test_two_windows_do_not_overwrite_each_other(desk: Desk, draft: Draft) -> None:
    old = forms.rule_form(draft)
    send(desk, draft, "arrange", forms.arrangement(draft))
    answer = send(desk, draft, "rule", old)
    assert answer.status_code == 422
    assert "changed in another window meanwhile" in said(answer)
    assert len(content_of(draft)["rules"]) == 4


def test_the_walk_goes_through_the_draft_and_not_through_what_holds(desk: Desk, draft: Draft) -> None:
    form = {
        "mark": forms.mark(draft),
        "visit_type": "phone-call",
        "because": "We ring back.",
        "need-worse": "yes",
    }
    send(desk, draft, "rule", form, rule="1")
    dan = desk.universe.dan
    walked = desk.get(dan, "desk:settings-guide-draft", draft.pk, **{"say-worse": "yes"})
    assert "We ring back. Rule 1" in said(walked)
    held = desk.get(dan, "desk:settings-guide", desk.universe.follow_up.specialty.pk, worse="yes")
    assert "What is new or worse is seen today. Rule 1" in said(held)


def test_a_guide_goes_into_a_file_and_back(desk: Desk, draft: Draft) -> None:
    cast = desk.universe
    file = desk.get(cast.alice, "desk:settings-guide-download", cast.follow_up.specialty.pk)
    assert json.loads(file.content) == guide_content()
    assert "guide-primary-version-1.json" in file["Content-Disposition"]
    changed = guide_proposal(because="Seen today.")["content"]
    assert upload(desk, draft, json.dumps(changed)).status_code == 302
    assert content_of(draft) == changed
    mine = desk.get(cast.dan, "desk:settings-guide-draft-download", draft.pk)
    assert json.loads(mine.content) == changed
    assert (
        desk.get(cast.alice, "desk:settings-guide-download", cast.skin_check.specialty.pk).status_code == 404
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "This is not JSON"),
        ("{", "This is not JSON: look for a missing comma, quote or bracket in line 1."),
        ("[" * 5000, "This is not JSON"),
        (b"\xff\xfe\x00", "This is not JSON"),
        ("[]", "A guide is an object with “questions” and “rules”."),
        ('{"questions": 3}', "A guide needs “questions”"),
        ('{"rules": [{"needs": {"a": ["b"]}, "because": "x"}]}', "Rule 1 asks for “a”"),
        ('{"a": ' + "9" * 5000 + "}", "This is not JSON"),
        (" " * 200_001, "This file is too large to be a guide."),
    ],
)
def test_a_file_that_is_no_guide(content: str | bytes, sentence: str, desk: Desk, draft: Draft) -> None:
    answer = upload(desk, draft, content)
    assert (answer.status_code, sentence in said(answer)) == (422, True)
    assert content_of(draft) == guide_content()


def test_a_file_with_characters_that_cannot_be_kept(desk: Desk, draft: Draft) -> None:
    content = guide_content()
    content["questions"][0]["words"] = "Is it\x00 new?\ud800"
    content["rules"][0]["visit_type"] = "same\x00-day"
    assert upload(desk, draft, json.dumps(content)).status_code == 302
    assert content_of(draft)["questions"][0]["words"] == "Is it new?"


def test_it_is_handed_in_with_a_reason_and_taken_back(desk: Desk, draft: Draft) -> None:
    cast = desk.universe
    same = send(desk, draft, "hand-in", forms.SIGNED)
    assert same.status_code == 422 and "Nothing is different from what holds now." in said(same)
    send(desk, draft, "arrange", forms.arrangement(draft))
    blank = send(desk, draft, "hand-in", {**forms.SIGNED, "because": ""})
    assert blank.status_code == 422 and "This must be filled in." in said(blank)
    send(desk, draft, "hand-in", forms.SIGNED)
    shown = said(desk.get(cast.carol, "desk:settings-draft", draft.pk))
    assert "Order of the questions" in shown and "Approve it" in shown and "Go on writing" not in shown
    assert desk.get(cast.dan, "desk:settings-guide-draft", draft.pk).status_code == 302
    assert "Go on writing" in said(desk.get(cast.dan, "desk:settings-draft", draft.pk))
    desk.post(cast.dan, "desk:settings-guide-take-back", draft.pk)
    assert desk.get(cast.dan, "desk:settings-guide-draft", draft.pk).status_code == 200
    assert "cannot be approved yet" in said(desk.get(cast.carol, "desk:settings-draft", draft.pk))


def test_a_draft_that_was_overtaken_says_what_to_do(desk: Desk, draft: Draft) -> None:
    cast = desk.universe
    other = drafted(cast, "guide", draft.subject, guide_proposal(because="Seen today."))
    desk.post(cast.carol, "desk:settings-draft-approve", other.pk)
    page = said(desk.get(cast.dan, "desk:settings-guide-draft", draft.pk))
    assert "The guide has been changed since you began." in page


def test_a_draft_of_something_else_is_no_guide(desk: Desk) -> None:
    cast: Universe = desk.universe
    other = drafted(
        cast, "grid", None, {"follow-up": {"moves": "never", "moves_because": "x", "converts_to": []}}
    )
    assert desk.get(cast.dan, "desk:settings-guide-draft", other.pk).status_code == 404
    assert desk.post(cast.dan, "desk:settings-guide-take-back", other.pk).status_code == 404
