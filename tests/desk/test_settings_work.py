"""The settings of queues and of a site's hours."""

from __future__ import annotations

from frontdesk.clinic.models import SiteHours
from frontdesk.daybook.models import Entry
from frontdesk.work.models import Queue, QueueRule
from frontdesk.work.queries.due import due_of
from frontdesk.work.standing import Due
from tests.desk.support import Desk, read, said
from tests.desk.work_scene import hours_form, queue_form
from tests.work.kit import rule


def test_where_nobody_answers_is_said_first_and_on_the_index(desk: Desk) -> None:
    cast = desk.universe
    assert "Nobody answers for Nurse triage." in said(desk.get(cast.dan, "desk:settings"))
    for queue in Queue:
        if queue != Queue.RESULTS:
            rule(cast, queue, owner=cast.carol)
    page = said(desk.get(cast.alice, "desk:settings-queues"))
    assert page.index("Nobody answers for Results.") < page.index("Tell the patient")


def test_a_rule_is_set_and_stands_in_the_form_again(desk: Desk) -> None:
    cast = desk.universe
    fields = (
        read(desk.get(cast.dan, "desk:settings-queue", "messages")).form("/settings/queues/messages/").fields
    )
    assert (fields["due_minutes"], fields["due_voicemail"], fields["owner"]) == ("240", "120", "")
    answer = desk.post(cast.dan, "desk:settings-queue", "messages", **queue_form(cast))
    assert answer["Location"] == "/settings/queues/"
    kept = QueueRule.objects.get()
    assert (kept.owner, kept.roles, kept.escalate_to) == (cast.dan, ["scheduler"], None)
    assert due_of("messages", "voicemail") == Due(90, False)
    fields = (
        read(desk.get(cast.dan, "desk:settings-queue", "messages")).form("/settings/queues/messages/").fields
    )
    assert (fields["due_minutes"], fields["due_voicemail"], fields["owner"]) == ("60", "90", str(cast.dan.pk))
    assert "Messages" in said(desk.get(cast.dan, "desk:settings-queues"))


def test_a_rule_without_an_owner_is_refused_beside_its_field(desk: Desk) -> None:
    cast = desk.universe
    answer = desk.post(cast.dan, "desk:settings-queue", "messages", **{**queue_form(cast), "owner": ""})
    assert answer.status_code == 422 and "Who answers for it : This must be filled in." in said(answer)
    assert not QueueRule.objects.exists()


def test_the_crisis_queue_is_answered_for_by_those_who_may_see_it(desk: Desk) -> None:
    page = desk.get(desk.universe.dan, "desk:settings-queue", "crisis").content.decode()
    owners = page.partition('name="owner"')[2].partition("</select>")[0]
    assert "Carol Clden" in owners and "Dan Dlden" not in owners
    assert desk.get(desk.universe.dan, "desk:settings-queue", "no-such").status_code == 404


def test_the_hours_of_a_site_are_set_and_shown(desk: Desk) -> None:
    cast = desk.universe
    assert "Not written down: these count" in said(
        desk.get(cast.alice, "desk:settings-organization", site="main")
    )
    answer = desk.post(cast.dan, "desk:settings-hours", cast.main.pk, **hours_form())
    assert answer["Location"] == "/settings/organization/?site=main"
    assert "Monday 08:00–12:00 Tuesday Closed" in said(
        desk.get(cast.alice, "desk:settings-organization", site="main")
    )
    fact = Entry.objects.get(kind="SiteHoursSet").facts
    assert (fact["was"], fact["holds"]) == ({}, {"0": ["08:00–12:00"]})


def test_hours_that_cannot_be_are_refused(desk: Desk) -> None:
    cast = desk.universe
    for wrong, sentence in (
        ({"opens_0_1": "12:00", "closes_0_1": "08:00"}, "Monday: it closes before it opens."),
        ({"opens_0_1": "08:00"}, "Give both times, or neither."),
        (
            {"opens_6_1": "08:00", "closes_6_1": "12:00", "opens_6_2": "11:00", "closes_6_2": "13:00"},
            "Sunday: two stretches overlap.",
        ),
    ):
        answer = desk.post(cast.dan, "desk:settings-hours", cast.main.pk, **wrong)
        assert answer.status_code == 422 and sentence in said(answer), sentence
    assert not SiteHours.objects.exists()


def test_an_empty_week_brings_the_usual_hours_back(desk: Desk) -> None:
    cast = desk.universe
    desk.post(cast.dan, "desk:settings-hours", cast.main.pk, **hours_form())
    desk.post(cast.dan, "desk:settings-hours", cast.main.pk)
    assert not SiteHours.objects.exists()
    assert "Not written down" in said(desk.get(cast.alice, "desk:settings-organization", site="main"))
