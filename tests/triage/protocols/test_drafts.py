"""A protocol is drafted, handed in, approved by somebody else, and never edited in place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.triage.actions import protocol_approval, protocols, requests, words
from frontdesk.triage.engine.change import put_part, put_rule, remove_part, remove_rule
from frontdesk.triage.models import Protocol
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.models.scope import Scope, draft_mark
from frontdesk.triage.starter import read_starter
from tests.factories import protocols as made
from tests.factories import staff
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=7)


def approve(cast: Universe, draft: Protocol, begins: Any = None, by: User | None = None) -> Protocol:
    return protocol_approval.approve(draft=draft, in_force_from=begins, by=by or cast.carol, now=NOW)


def facts(row: Protocol) -> list[str]:
    return [one.kind for one in Entry.objects.about("protocol", row.pk)]


def test_a_change_goes_from_draft_to_force(universe: Universe) -> None:
    cast = universe
    draft = made.in_writing(cast)
    assert (draft.version, draft.name) == (2, "Small protocol")
    request = words.add(request=cast.ready(), text=made.RASH, by=cast.alice, now=NOW)
    assert request.lane == "routine"
    draft = protocols.hand_in(draft=draft, because="Rashes were missed.", by=cast.dan, now=NOW)
    approve(cast, draft)
    found = in_force(now=NOW)
    assert found is not None and found.row == draft and found.rule("S1") is not None
    again = words.add(request=cast.ready(cast.dora), text=made.RASH, by=cast.alice, now=NOW)
    again.refresh_from_db()
    assert (again.lane, again.rule_code) == ("urgent", "S1")
    assert facts(draft) == ["ProtocolBegun", "ProtocolWritten", "ProtocolHandedIn", "ProtocolApproved"]


def test_what_was_read_stays_with_the_version_that_read_it(universe: Universe) -> None:
    cast = universe
    request = words.add(request=cast.ready(), text="I have a fever", by=cast.alice, now=NOW)
    approve(cast, made.handed_in(cast))
    assert {one.protocol for one in request.screenings.all()} == {cast.protocol}


def test_it_holds_from_its_moment_and_as_of_any_day(universe: Universe) -> None:
    cast = universe
    draft = approve(cast, made.handed_in(cast), LATER)
    answers = {day: in_force(now=NOW + timedelta(days=day)) for day in (-100, 0, 6, 7, 30)}
    rows = {day: found.row.pk if found else None for day, found in answers.items()}
    first = cast.protocol.pk
    assert rows == {-100: None, 0: first, 6: first, 7: draft.pk, 30: draft.pk}


@pytest.mark.parametrize("begins", [NOW - timedelta(seconds=1), NOW + timedelta(days=731)])
def test_it_does_not_hold_from_the_past(begins: Any, universe: Universe) -> None:
    with pytest.raises(BadValue, match="from now on"):
        approve(universe, made.handed_in(universe), begins)


def test_nobody_approves_what_they_wrote(universe: Universe) -> None:
    cast = universe
    draft = made.in_writing(cast, by=cast.carol)
    protocols.hand_in(draft=draft, because="Mine", by=cast.carol, now=NOW)
    staff.user("yusuf", Role.PROVIDER)
    with pytest.raises(Refused, match="Somebody else must approve"):
        approve(cast, draft)


def test_unless_nobody_else_may(universe: Universe) -> None:
    cast = universe
    draft = made.in_writing(cast, by=cast.carol)
    protocols.hand_in(draft=draft, because="Mine", by=cast.carol, now=NOW)
    approve(cast, draft)
    entry = Entry.objects.about("protocol", draft.pk).last()
    assert entry is not None and entry.facts["own"] is True


@pytest.mark.parametrize("who", ["alice", "bob", "dan", "erin", "pat"])
def test_only_a_clinician_with_that_permission_approves(who: str, universe: Universe) -> None:
    with pytest.raises(NotAllowed):
        approve(universe, made.handed_in(universe), by=getattr(universe, who))


@pytest.mark.parametrize("who", ["alice", "bob", "pat"])
def test_not_everybody_drafts(who: str, universe: Universe) -> None:
    with pytest.raises(NotAllowed):
        protocols.begin(version=universe.protocol, by=getattr(universe, who), now=NOW)


def test_a_draft_is_its_authors_and_there_is_one_at_a_time(universe: Universe) -> None:
    cast = universe
    draft = made.in_writing(cast)
    assert protocols.begin(version=cast.protocol, by=cast.dan, now=NOW) == draft
    with pytest.raises(Refused, match="A draft of “Small protocol” is there already"):
        protocols.begin(version=cast.protocol, by=cast.carol, now=NOW)
    with pytest.raises(NotAllowed, match="who writes this draft"):
        made.changed(draft, lambda content: content, by=cast.carol)


def test_two_windows_do_not_overwrite_each_other(universe: Universe) -> None:
    draft = made.in_writing(universe)
    with pytest.raises(Refused, match="changed in another window"):
        protocols.write(
            draft=draft, mark="old", change=lambda content: content, what="", by=universe.dan, now=NOW
        )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda c: put_rule(c, "E1", {**c["rules"][0], "script": "none"}), "uses the script “none”"),
        (lambda c: put_rule(c, "E1", {**c["rules"][0], "code": "E2"}), "There is a rule E2 already"),
        (lambda c: remove_rule(c, "X9"), "not in the draft any more"),
        (lambda c: remove_part(c, "concepts", "fever"), "“Fever” stays: rule U1 needs it"),
        (lambda c: remove_part(c, "scripts", "urgent"), "stays: rule U1, rule U2 and rule S1 need it"),
        (lambda c: put_part(c, "concepts", "fever", {"title": "Fever", "en": ["fe(ver"]})[0], "not a word"),
        (lambda c: put_part(c, "concepts", "", {"title": "New", "en": []})[0], "no phrases"),
    ],
)
def test_a_change_that_cannot_be_used_is_refused(change: Any, sentence: str, universe: Universe) -> None:
    draft = made.in_writing(universe)
    with pytest.raises(BadValue) as refused:
        made.changed(draft, change, by=universe.dan)
    assert sentence in refused.value.sentence
    before = draft.content
    draft.refresh_from_db()
    assert draft.content == before


def test_what_is_handed_in_is_not_written_any_more_until_it_is_taken_back(universe: Universe) -> None:
    cast = universe
    draft = made.handed_in(cast)
    with pytest.raises(Refused, match="handed in"):
        made.changed(draft, lambda content: content, by=cast.dan)
    protocols.take_back(draft=draft, by=cast.dan, now=NOW)
    with pytest.raises(Refused, match="still being written"):
        approve(cast, draft)
    made.changed(draft, lambda content: remove_rule(content, "S1"), by=cast.dan)


def test_nothing_new_is_not_handed_in(universe: Universe) -> None:
    draft = protocols.begin(version=universe.protocol, by=universe.dan, now=NOW)
    with pytest.raises(Refused, match="Nothing is different"):
        protocols.hand_in(draft=draft, because="None", by=universe.dan, now=NOW)


def test_one_that_is_withdrawn_is_gone_and_another_may_be_begun(universe: Universe) -> None:
    cast = universe
    draft = made.handed_in(cast)
    protocols.withdraw(draft=draft, by=cast.carol, now=NOW, because="Not now")
    with pytest.raises(Refused, match="withdrawn"):
        approve(cast, draft)
    assert protocols.begin(version=cast.protocol, by=cast.carol, now=NOW).version == 3


def test_a_version_that_waits_for_its_day_is_not_passed_by(universe: Universe) -> None:
    cast = universe
    second = approve(cast, made.handed_in(cast), LATER)
    third = made.changed(
        protocols.begin(version=second, by=cast.dan, now=NOW), lambda c: remove_rule(c, "S1"), by=cast.dan
    )
    protocols.hand_in(draft=third, because="No rashes", by=cast.dan, now=NOW)
    with pytest.raises(Refused, match="begins later"):
        approve(cast, third)
    protocol_approval.end(protocol=second, because="Not after all", by=cast.carol, now=NOW)
    approve(cast, third)
    found = in_force(now=LATER)
    assert found is not None and found.row == third


def test_the_general_protocol_is_not_ended(universe: Universe) -> None:
    with pytest.raises(Refused, match="The general protocol is not ended"):
        protocol_approval.end(protocol=universe.protocol, because="x", by=universe.carol, now=NOW)


def test_the_database_refuses_to_edit_what_was_approved(universe: Universe) -> None:
    with pytest.raises(IntegrityError, match="never edited"):
        Protocol.objects.filter(pk=universe.protocol.pk).update(content={})


def test_the_starter_is_a_draft_of_its_own(universe: Universe) -> None:
    cast = universe
    draft = protocols.begin_starter(by=cast.dan, now=NOW)
    assert (draft.content, draft.approved_at) == (read_starter(), None)
    assert requests.open_request(site=cast.main, by=cast.alice, now=NOW).pk
    found = in_force(now=NOW)
    assert found is not None and found.row == cast.protocol


def test_a_version_is_read_by_the_staff_once(universe: Universe) -> None:
    cast = universe
    for _ in range(2):
        protocol_approval.acknowledge(protocol=cast.protocol, by=cast.alice, now=NOW)
    assert cast.protocol.acknowledgements.count() == 1
    assert facts(cast.protocol) == ["ProtocolRead"]
    with pytest.raises(Refused):
        protocol_approval.acknowledge(protocol=made.in_writing(cast), by=cast.alice, now=NOW)


def test_a_scope_is_part_of_the_mark(universe: Universe) -> None:
    cast = universe
    draft = made.scoped_draft(cast, Scope(age_under=18))
    before = draft_mark(draft)
    protocols.set_scope(draft=draft, mark=before, scope=Scope(hours="closed"), by=cast.dan, now=NOW)
    draft.refresh_from_db()
    assert draft_mark(draft) != before
    assert Scope.of(draft).words == "while the site is closed"
    for scope, sentence in ((Scope(), "without a scope"), (Scope(age_from=9, age_under=9), "of that age")):
        with pytest.raises(BadValue, match=sentence):
            protocols.set_scope(draft=draft, mark=draft_mark(draft), scope=scope, by=cast.dan, now=NOW)
