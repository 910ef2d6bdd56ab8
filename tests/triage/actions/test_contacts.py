"""The call log, and what was offered instead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.triage.actions import alternatives, contacts, requests
from frontdesk.triage.models import Alternative, Contact, Request
from frontdesk.triage.queries.counter import contacts_with
from frontdesk.triage.rules import RecordIncomplete, RequestIsClosed
from tests.factories.protocol import SELF_HARM
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db


def test_a_call_is_logged_with_its_times_and_stands_in_the_trail(universe: Universe) -> None:
    request = universe.ready()
    one = contacts.log(
        request=request, how="phone_out", end="left_message", began_at=at(9, 42), ended_at=at(9, 43),
        by=universe.alice, now=NOW,
    )  # fmt: skip
    assert (one.patient, one.began_at, one.ended_at, one.said) == (universe.ben, at(9, 42), at(9, 43), "")
    entry = Entry.objects.get(kind="ContactLogged")
    assert entry.facts["end"] == "Left a minimal message"
    assert {(one.kind, one.ref) for one in entry.subjects.all()} >= {
        ("request", request.pk), ("patient", universe.ben.pk),
    }  # fmt: skip


def test_a_talk_says_what_was_said(universe: Universe) -> None:
    request = universe.ready()
    with pytest.raises(BadValue, match="what was said"):
        contacts.log(request=request, how="phone_in", end="reached", by=universe.alice, now=NOW)
    one = contacts.log(
        request=request, how="phone_in", end="reached", said="Will come", by=universe.alice, now=NOW
    )
    assert one.began_at == NOW


@pytest.mark.parametrize(
    "wrong",
    [{"how": "pigeon"}, {"end": "bored"}, {"said": "x" * 501}, {"began_at": NOW + timedelta(minutes=1)},
     {"began_at": NOW, "ended_at": NOW - timedelta(minutes=1)}, {"request": None}],
)  # fmt: skip
def test_nonsense_is_refused(universe: Universe, wrong: dict[str, object]) -> None:
    good: dict[str, object] = {"request": universe.ready(), "how": "phone_out", "end": "not_reached"}
    with pytest.raises(BadValue):
        contacts.log(**{**good, **wrong}, by=universe.alice, now=NOW)  # type: ignore[arg-type]
    assert not Contact.objects.exists()


def test_who_may_log(universe: Universe) -> None:
    request = universe.ready()
    for who in (universe.alice, universe.bob, universe.carol, universe.dan):
        contacts.log(request=request, how="phone_out", end="not_reached", by=who, now=NOW)
    for who in (universe.erin, universe.pat):
        with pytest.raises(NotAllowed):
            contacts.log(request=request, how="phone_out", end="not_reached", by=who, now=NOW)


def test_a_closed_request_may_still_be_spoken_about_and_a_patient_without_a_request(
    universe: Universe,
) -> None:
    request = universe.ready()
    Request.objects.filter(pk=request.pk).update(closed_at=NOW, closed_by=universe.alice)
    contacts.log(request=request, how="phone_out", end="not_reached", by=universe.alice, now=NOW)
    contacts.log(patient=universe.ben, how="in_person", end="cut_off", by=universe.alice, now=at(11))
    found = contacts_with(universe.ben, by=universe.alice, limit=5)
    assert [one.how for one in found] == ["in_person", "phone_out"]


def test_talks_about_a_restricted_request_are_not_shown_to_everybody(universe: Universe) -> None:
    request = universe.ready(said=SELF_HARM, by=universe.bob)
    contacts.log(request=request, how="phone_out", end="reached", said="Safe", by=universe.bob, now=NOW)
    assert contacts_with(universe.ben, by=universe.alice, limit=5) == []
    assert len(contacts_with(universe.ben, by=universe.carol, limit=5)) == 1


def test_an_offer_is_kept_with_its_answer(universe: Universe) -> None:
    request = universe.ready(kind="paperwork")
    for _ in range(2):
        alternatives.offer(
            request=request, words=" Form  left for pick-up ", taken=True, by=universe.alice, now=NOW
        )
    one = Alternative.objects.get()
    assert (one.words, one.taken, one.offered_by) == ("Form left for pick-up", True, universe.alice)
    assert Entry.objects.about("request", request.pk).filter(kind="AlternativeOffered").count() == 1


def test_an_offer_needs_words_and_an_open_request(universe: Universe) -> None:
    request = universe.ready()
    for words in ("  ", "x" * 301):
        with pytest.raises(BadValue):
            alternatives.offer(request=request, words=words, taken=False, by=universe.alice, now=NOW)
    with pytest.raises(NotAllowed):
        alternatives.offer(request=request, words="Video", taken=False, by=universe.erin, now=NOW)
    Request.objects.filter(pk=request.pk).update(closed_at=NOW, closed_by=universe.alice)
    with pytest.raises(RequestIsClosed):
        alternatives.offer(request=request, words="Video", taken=False, by=universe.alice, now=NOW)


def test_papers_are_closed_only_with_what_was_offered_instead(universe: Universe) -> None:
    request = universe.ready(kind="paperwork", said="I need this form signed today")
    for field, value in (("told", "Ready on Friday"), ("told_how", "person")):
        requests.save_field(request=request, field=field, value=value, by=universe.alice, now=NOW)
    with pytest.raises(RecordIncomplete, match="Alternatives offered"):
        requests.close(request=request, outcome="answered", by=universe.alice, now=NOW)
    alternatives.offer(request=request, words="Pick-up on Friday", taken=True, by=universe.alice, now=NOW)
    assert requests.close(request=request, outcome="answered", by=universe.alice, now=NOW).closed_at == NOW
