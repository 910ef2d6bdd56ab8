"""Protocols on the screen: written by forms, tried, compared, handed in, approved, and kept as files."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Look
from frontdesk.triage.actions import backtests, protocol_approval, protocols
from frontdesk.triage.engine.compare import compare
from frontdesk.triage.engine.protocol import read_protocol
from frontdesk.triage.models import Backtest, Protocol
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.models.scope import Scope, draft_mark
from frontdesk.triage.queries.protocol_toml import to_file
from tests.desk import protocol_scene as forms
from tests.desk.support import Answer, Desk, read, said
from tests.factories import protocols as made
from tests.factories.protocol import CHEST_PAIN, FEVER, SELF_HARM, no_protocol_holds
from tests.universe import NOW, TODAY, Universe

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(desk: Desk) -> Protocol:
    """Dan writes version 2 of the small protocol; it has a rash in it."""
    return made.in_writing(desk.universe)


def send(desk: Desk, draft: Protocol, name: str, form: dict[str, str], **query: str) -> Answer:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    url = f"{reverse(f'desk:protocol-{name}', args=[draft.pk])}?{asked}"
    return desk.browser(desk.universe.dan).post(url, form)


def rules(draft: Protocol) -> dict[str, dict[str, object]]:
    draft.refresh_from_db()
    return {one["code"]: one for one in draft.content["rules"]}


def test_the_list_says_how_each_version_stands(desk: Desk, draft: Protocol) -> None:
    made.scoped(desk.universe, Scope(age_under=18), name="Children", code="C1")
    page = said(desk.get(desk.universe.alice, "desk:protocols"))
    assert "Small protocol General: read for every request" in page
    assert "Version 2 Being written" in page and "Version 1 In force" in page
    assert "Children Beside the general one: under 18 years" in page


def test_without_any_the_list_begins_with_what_is_shipped(desk: Desk) -> None:
    no_protocol_holds()
    assert "nothing can be booked" in said(desk.get(desk.universe.dan, "desk:protocols"))
    answer = desk.post(desk.universe.dan, "desk:protocol-starter")
    made = Protocol.objects.get(name="Telephone red flags, general")
    assert answer["Location"] == reverse("desk:protocol-version", args=[made.pk])
    assert "Handed in" not in said(desk.get(desk.universe.dan, "desk:protocol-version", made.pk))


def test_a_rule_is_added_changed_and_removed(desk: Desk, draft: Protocol) -> None:
    send(desk, draft, "rule", forms.rule_form(draft, more="Since when", **{"line-1-with-0": "chest"}))
    rule = rules(draft)["S2"]
    assert rule["when"] == ["fever + rash", "chest"]
    assert rule["documentation"] == ["onset", "since_when"]
    shown = read(
        desk.browser(desk.universe.dan).get(f"{reverse('desk:protocol-rule', args=[draft.pk])}?rule=S2")
    )
    kept = shown.form("", holds="clock_minutes").fields
    assert (kept["title"], kept["line-0-with-1"], kept["line-1-with-0"]) == (
        "Fever with a rash",
        "rash",
        "chest",
    )
    send(
        desk,
        draft,
        "rule",
        forms.rule_form(draft, lane="emergency", age_under="12", flags="one, two"),
        rule="S2",
    )
    assert rules(draft)["S2"]["lane"] == "emergency"
    assert rules(draft)["S2"]["conditions"] == {"age_under": 12, "flags": ["one", "two"]}
    send(desk, draft, "remove", forms.removal(draft, what="rule:S2"))
    assert "S2" not in rules(draft)


def test_a_rule_that_is_only_looked_at_and_saved_stays_as_it_is(desk: Desk, draft: Protocol) -> None:
    cast = desk.universe
    protocols.withdraw(draft=draft, by=cast.dan, now=NOW)
    starter = protocols.begin_starter(by=cast.dan, now=NOW)
    before = Protocol.objects.get(pk=starter.pk)
    for code in ("1.1", "7.1", "11.1"):
        url = f"{reverse('desk:protocol-rule', args=[starter.pk])}?rule={code}"
        page = read(desk.browser(cast.dan).get(url))
        form = page.form("", holds="clock_minutes")
        ticked = [
            (here["name"], here["value"]) for tag, here in page.tags if tag == "input" and "checked" in here
        ]
        several: dict[str, object] = dict(form.fields)
        for name in {name for name, _ in ticked}:
            several[name] = [value for one, value in ticked if one == name]
        assert desk.browser(cast.dan).post(url, several).status_code == 302
    changes = said(desk.get(cast.dan, "desk:protocol-version", starter.pk))
    assert "1.1 Chest pain" in changes
    after = Protocol.objects.get(pk=starter.pk)
    assert compare(read_protocol(before.content), read_protocol(after.content)).is_empty


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"line-0-with-0": "", "line-0-with-1": ""}, "Choose at least one thing that the caller says."),
        ({"line-0-with-0": "nonsense"}, "names something that is not in this draft"),
        ({"code": "E1"}, "There is a rule E1 already."),
        ({"title": ""}, "This must be filled in."),
        ({"age_from": "20", "age_under": "10"}, "which nobody has"),
        ({"mark": "old"}, "changed in another window meanwhile"),
    ],
)
def test_a_rule_that_is_wrong_keeps_what_was_typed(
    changes: dict[str, str], sentence: str, desk: Desk, draft: Protocol
) -> None:
    before = rules(draft)
    answer = send(desk, draft, "rule", forms.rule_form(draft, scenario="Our 7", **changes))
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert read(answer).form("", holds="clock_minutes").fields["scenario"] == "Our 7"
    assert rules(draft) == before


def test_what_callers_say_is_tried_before_it_is_saved(desk: Desk, draft: Protocol) -> None:
    form = forms.concept_form(draft, do="try", sentence="I am itching all over")
    assert "Met by “itching”. Nothing is saved yet." in said(send(desk, draft, "concept", form))
    assert "Not met" in said(send(desk, draft, "concept", {**form, "sentence": "I am fine"}))
    wrong = said(send(desk, draft, "concept", {**form, "en": "it(ch"}))
    assert "which is not a word that could be matched" in wrong
    draft.refresh_from_db()
    assert "itch" not in draft.content["concepts"]
    send(desk, draft, "concept", {**form, "do": "save"})
    draft.refresh_from_db()
    assert draft.content["concepts"]["itch"]["es"] == ["comezon"]


def test_a_script_that_promises_is_refused(desk: Desk, draft: Protocol) -> None:
    form = forms.script_form(draft, **{"step-0-say_en": "Don't worry, it is nothing."})
    answer = send(desk, draft, "script", form)
    assert answer.status_code == 422
    assert "promises what nobody can keep" in said(answer)
    send(desk, draft, "script", forms.script_form(draft))
    draft.refresh_from_db()
    assert draft.content["scripts"]["rash"]["steps"][0]["key"] == "step_1"


def test_steps_are_put_in_another_order(desk: Desk, draft: Protocol) -> None:
    url = f"{reverse('desk:protocol-script', args=[draft.pk])}?script=emergency"
    fields = read(desk.browser(desk.universe.dan).get(url)).form("", holds="title").fields
    assert send(desk, draft, "script", {**fields, "step-0-place": "9"}, script="emergency").status_code == 302
    draft.refresh_from_db()
    assert [one["key"] for one in draft.content["scripts"]["emergency"]["steps"]] == ["call_911", "stay"]


def test_who_is_asked_kinds_lists_and_scope_are_changed(desk: Desk) -> None:
    draft = made.scoped_draft(desk.universe, Scope(age_under=18))
    send(desk, draft, "tree", forms.tree_form(draft))
    send(desk, draft, "kinds", forms.kinds_form(draft))
    send(desk, draft, "words", forms.words_form(draft))
    send(desk, draft, "words", forms.words_form(draft, entries="rash cream"), list="not_meant")
    send(desk, draft, "scope", forms.scope_form(draft))
    send(desk, draft, "take", forms.taking(draft))
    draft.refresh_from_db()
    content = draft.content
    assert content["trees"]["nurse"]["after_hours"] == [{"duty": "on_call", "minutes": 9}]
    assert content["kinds"] == {"symptom": {"lane": "routine", "script": "urgent"}}
    assert content["words"]["skin"] == ["skin", "arms"] and content["not_meant"] == ["rash cream"]
    assert content["concepts"]["fever"]["en"] == ["fever"]
    assert Scope.of(draft).words == "Main Street; 110 years or older; while the site is closed"


def test_a_sentence_by_the_draft_and_by_what_holds(desk: Desk, draft: Protocol) -> None:
    answer = desk.post(desk.universe.alice, "desk:protocol-try", draft.pk, **forms.try_form())
    page = said(answer)
    assert "Small protocol, version 2 Urgent" in page and "S1 Rash Urgent Rash: “rash”" in page
    assert "Small protocol, version 1, which holds now Routine" in page and "No rule was met." in page


def test_what_is_different_is_said_both_ways(desk: Desk, draft: Protocol) -> None:
    cast = desk.universe
    page = said(desk.get(cast.alice, "desk:protocol-changes", draft.pk))
    assert "S1 Rash Added Urgent" in page and "English, added 1 rash" in page
    protocols.hand_in(draft=draft, because="x", by=cast.dan, now=NOW)
    protocol_approval.approve(draft=draft, in_force_from=None, by=cast.carol, now=NOW)
    back = said(desk.get(cast.alice, "desk:protocol-changes", cast.protocol.pk, against=draft.pk))
    assert "S1 Rash Removed Urgent" in back and "English, removed 1 rash" in back


def test_from_the_draft_to_the_approval(desk: Desk, draft: Protocol) -> None:
    cast = desk.universe
    refused = desk.post(cast.dan, "desk:protocol-hand-in", draft.pk, because="")
    assert (refused.status_code, "This must be filled in." in said(refused)) == (422, True)
    desk.post(cast.dan, "desk:protocol-hand-in", draft.pk, because="Rashes were missed")
    page = said(desk.get(cast.carol, "desk:protocol-version", draft.pk))
    assert "Waits for approval" in page and "Rashes were missed" in page and "Approve this version" in page
    assert "Approve this version" not in said(desk.get(cast.dan, "desk:protocol-version", draft.pk))
    wrong = desk.post(cast.carol, "desk:protocol-approve", draft.pk, day="2026-03-01")
    assert (wrong.status_code, "It can hold from now on" in said(wrong)) == (422, True)
    day = TODAY + timedelta(days=2)
    assert (
        desk.post(cast.carol, "desk:protocol-approve", draft.pk, day=f"{day}", time="07:30").status_code
        == 302
    )
    page = said(desk.get(cast.alice, "desk:protocol-version", draft.pk))
    assert "Approved, not begun" in page and "Holds from Thu 5 Mar 2026, 07:30" in page
    found = in_force(now=NOW)
    assert found is not None and found.row == cast.protocol


def test_as_of_another_day(desk: Desk, draft: Protocol) -> None:
    cast = desk.universe
    protocols.hand_in(draft=draft, because="x", by=cast.dan, now=NOW)
    protocol_approval.approve(draft=draft, in_force_from=NOW + timedelta(days=2), by=cast.carol, now=NOW)
    alice = cast.alice
    assert "Small protocol, version 1 Approved" in said(desk.get(alice, "desk:protocol"))
    later = said(desk.get(alice, "desk:protocol", as_of="2026-03-09"))
    assert "Small protocol, version 2" in later and "end of Mon 9 Mar 2026" in later
    assert "No protocol is in force" in said(desk.get(alice, "desk:protocol", as_of="2025-01-01"))
    assert desk.get(alice, "desk:protocol", as_of="never").status_code == 422


def test_a_version_goes_into_a_file_and_back(desk: Desk, draft: Protocol) -> None:
    cast = desk.universe
    scoped = made.scoped(cast, Scope(site=cast.main, age_under=18), name="Children", code="C1")
    file = desk.get(cast.alice, "desk:protocol-download", scoped.pk)
    text = file.content.decode()
    assert "children-version-1.toml" in file["Content-Disposition"]
    assert "# Approved by Carol" in text
    upload = SimpleUploadedFile("c.toml", text.replace('"Rash"', '"Any rash"').encode())
    answer = desk.browser(cast.dan).post(reverse("desk:protocol-take-in"), {"file": upload})
    assert answer.status_code == 302
    taken = Protocol.objects.get(name="Children", version=2)
    assert Scope.of(taken) == Scope.of(scoped)
    assert taken.content["rules"][0]["title"] == "Any rash" and taken.approved_at is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Give it a name"),
        ("name = ", "not written as TOML"),
        ('name = "x"\nrules = 3', "the protocol's rules must be a list."),
        ('name = "x"\nscope = { site = "moon" }', "which this clinic does not have"),
        ('name = "x"\nscope = { hours = "noon" }', "“open” or “closed”"),
        ('name = "x"\nscope = { age_from = "old" }', "must be a whole number"),
        ('name = "x"\nscope = { planet = 1 }', "“scope” may hold only"),
        ('name = "x"\nstranger = 1', "“stranger”, which is not a part"),
        ('name = "Small protocol"\nscope = { age_from = 3 }', "is there already"),
    ],
)
def test_a_file_that_is_no_protocol(text: str, sentence: str, desk: Desk, draft: Protocol) -> None:
    upload = SimpleUploadedFile("c.toml", text.encode())
    answer = desk.browser(desk.universe.dan).post(reverse("desk:protocol-take-in"), {"file": upload})
    assert (answer.status_code, sentence in said(answer)) == (422, True)


def test_somebody_says_that_they_have_read_it(desk: Desk) -> None:
    cast = desk.universe
    assert "I have read this version" in said(desk.get(cast.alice, "desk:protocol-version", cast.protocol.pk))
    desk.post(cast.alice, "desk:protocol-read", cast.protocol.pk)
    page = said(desk.get(cast.alice, "desk:protocol-version", cast.protocol.pk))
    assert "1 of the staff; by you too" in page and "I have read this version" not in page


# Past requests


def ran(cast: Universe, draft: Protocol) -> Backtest:
    asked = backtests.ask(protocol=draft, first=TODAY, last=TODAY, by=cast.dan, now=NOW)
    return backtests.run(backtest=asked, by=System("backtest"), now=NOW)


def test_past_requests_both_ways(desk: Desk, draft: Protocol) -> None:
    cast = desk.universe
    for who, text in ((cast.ben, made.RASH), (cast.dora, FEVER), (cast.chen, CHEST_PAIN)):
        cast.ready(who, said=text)
    made.changed(
        draft, lambda c: {**c, "rules": [one for one in c["rules"] if one["code"] != "U1"]}, by=cast.dan
    )
    found = ran(cast, draft)
    assert found.read == found.whole == 3
    page = said(desk.get(cast.dan, "desk:backtest", found.pk))
    assert "3 requests read; 1 the same" in page
    assert "Raised 1" in page and "Lowered 1" in page
    assert "“She has a rash on her arms”" in page and "S1 Rash" in page and "U1 Fever" in page
    lowered = said(desk.get(cast.dan, "desk:backtest", found.pk, show="lowered"))
    assert "I have a fever" in lowered and "rash on her arms" not in lowered
    assert Look.objects.filter(user=cast.dan, where="a backtest of a protocol").exists()


def test_a_restricted_request_is_for_those_who_may_see_it(desk: Desk, draft: Protocol) -> None:
    cast = desk.universe
    cast.ready(cast.ben, said=SELF_HARM)
    made.changed(draft, lambda c: {**c, "rules": c["rules"][2:]}, by=cast.dan)
    asked = backtests.ask(protocol=draft, first=TODAY, last=TODAY, by=cast.carol, now=NOW)
    found = backtests.run(backtest=asked, by=System("backtest"), now=NOW)
    assert "kill myself" in said(desk.get(cast.carol, "desk:backtest", found.pk))
    page = said(desk.get(cast.dan, "desk:backtest", found.pk))
    assert "kill myself" not in page and "1 more that you may not see" in page
    assert ran(cast, draft).read == 0


def test_a_backtest_touches_nothing_and_keeps_no_words(desk: Desk, draft: Protocol) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben, said=made.RASH)
    found = ran(cast, draft)
    request.refresh_from_db()
    assert (request.lane, request.screenings.filter(protocol=draft).exists()) == ("routine", False)
    assert "arms" not in str(found.rows)


def test_a_draft_that_was_changed_meanwhile_is_said(desk: Desk, draft: Protocol) -> None:
    cast = desk.universe
    cast.ready(cast.ben, said=made.RASH)
    found = ran(cast, draft)
    asked = backtests.ask(protocol=draft, first=TODAY, last=TODAY, by=cast.dan, now=NOW)
    assert "0 of 1 requests" in said(desk.get(cast.dan, "desk:backtest", asked.pk))
    made.changed(draft, lambda c: {**c, "rules": c["rules"][1:]}, by=cast.dan)
    assert "has been changed since" in said(desk.get(cast.dan, "desk:backtest", found.pk))
    backtests.run(backtest=asked, by=System("backtest"), now=NOW)
    assert "The draft was changed before it could be read." in said(
        desk.get(cast.dan, "desk:backtest", asked.pk)
    )


def test_a_scoped_one_is_read_beside_the_general_one_where_it_fits(desk: Desk) -> None:
    cast = desk.universe
    cast.ready(cast.ben, said=f"{FEVER}. {made.RASH}"), cast.ready(cast.dora, said=made.RASH)
    draft = made.scoped_draft(cast, Scope(age_from=60), lane="emergency")
    found = ran(cast, draft)
    assert [(one["was"], one["becomes"]) for one in found.rows] == [("urgent", "emergency")]


def test_a_file_reads_like_the_starter(desk: Desk) -> None:
    text = to_file(desk.universe.use_starter())
    assert '[concepts.chest_pain]\ntitle = "Pain or pressure in the chest"' in text
    assert draft_mark(desk.universe.protocol)
