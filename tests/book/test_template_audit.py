"""What does not agree is found before the booking window opens, said in a sentence, and told once."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from frontdesk.book.actions import blocks, templates
from frontdesk.book.actions.template_audit import open_findings
from frontdesk.book.models import Session
from frontdesk.book.queries.template_audit import Finding, audit, by_kind
from frontdesk.clinic.actions import closures
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import Duty, Site
from frontdesk.daybook.facts import System
from frontdesk.work.models import Task
from tests.factories import clinic
from tests.factories.time import slot_class, week
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
THURSDAY = TODAY + timedelta(days=2)


@pytest.fixture
def calm(universe: Universe) -> Universe:
    """The clinic without its two standing disagreements: Dr. Fischer is at Main Street only while not at Harbor."""
    Session.objects.filter(resource=universe.dr_lena, site=universe.main).delete()
    return universe


def found(universe: Universe, *sites: Site) -> list[Finding]:
    return audit(sites=sites or [universe.main, universe.harbor], now=NOW)


def sentences(universe: Universe, kind: str) -> list[str]:
    return [one.sentence for one in found(universe) if one.kind == kind]


def test_where_all_agrees_nothing_is_found(calm: Universe) -> None:
    assert found(calm) == []
    assert audit(sites=[], now=NOW) == []


def test_a_provider_at_two_sites_at_once(universe: Universe) -> None:
    tuesday, thursday = [one for one in found(universe) if one.kind == "two_sites"]
    assert tuesday.sentence == (
        "Dr. Lena Fischer has sessions at Harbor and Main Street at once,"
        " Tuesdays 08:00–17:00 (4 days, first Tue 3 Mar)."
    )
    assert thursday.about == ("resource", universe.dr_lena.pk)
    assert thursday.first == THURSDAY


def test_more_providers_than_rooms(universe: Universe) -> None:
    (tuesday, thursday) = sentences(universe, "rooms")
    assert tuesday == (
        "3 providers need a room at once and there are 2 exam rooms, Tuesdays 08:00–17:00 (4 days, first Tue 3 Mar)."
    )
    assert thursday.startswith("3 providers")


def test_a_room_that_is_out_of_order_is_missed(calm: Universe) -> None:
    blocks.block(resource=calm.exam_2, kind="out_of_order", start=at(9), end=at(10), by=calm.alice, now=at(8))
    assert sentences(calm, "rooms") == [
        "2 providers need a room at once and there is 1 exam room, on Tue 3 Mar, 09:00–10:00."
    ]
    Session.objects.filter(resource__in=[calm.exam_1, calm.exam_2]).delete()
    assert "there is no exam room" in sentences(calm, "rooms")[0]


def test_time_for_video_alone_needs_no_room(calm: Universe) -> None:
    video = slot_class("video", "Video", calm.follow_up, modalities=[Modality.VIDEO, Modality.PHONE])
    calm.follow_up.converts_to = [Modality.VIDEO]
    calm.follow_up.save()
    Session.objects.filter(resource=calm.exam_2).delete()
    assert len(sentences(calm, "rooms")) == 5
    Session.objects.filter(resource=calm.dr_yusuf).update(slot_class=video)
    assert found(calm) == []


def test_a_specialty_that_can_do_without_a_room_is_not_counted(calm: Universe) -> None:
    Session.objects.filter(resource=calm.exam_2).delete()
    clinic.visit_type("talk", "Talk", in_=calm.dr_carol.specialty, minutes=15, room_type="")
    assert found(calm) == []


def test_sessions_and_visits_on_a_closed_day(calm: Universe) -> None:
    calm.book(at(11, day=THURSDAY))
    closures.close(site=calm.main, day=THURSDAY, name="Storm", holiday=False, by=calm.dan, now=NOW)
    (one,) = found(calm)
    assert one.sentence == (
        "Main Street is closed on Thu 5 Mar (Storm): the sessions of 2 providers fall away, and 1 visit still stands"
        " in the book."
    )
    assert (one.kind, one.about[0], one.first) == ("closed", "closure", THURSDAY)


def _duty(
    universe: Universe, day: date, starts: int = 8, ends: int = 17, *, site: Site | None = None
) -> Duty:
    return Duty.objects.create(
        site=site or universe.main, target="provider", user=universe.carol, starts=at(starts, day=day),
        ends=at(ends, day=day),
    )  # fmt: skip


def test_on_duty_while_away(calm: Universe) -> None:
    _duty(calm, THURSDAY)
    assert found(calm) == []
    for kind in ("on_call", "vacation"):
        blocks.block(resource=calm.dr_carol, kind=kind, start=at(8, day=THURSDAY), end=at(17, day=THURSDAY),
                     by=calm.alice, now=NOW)  # fmt: skip
    (one,) = found(calm)
    assert one.sentence == (
        "Dr. Carol Calden is on duty for provider escalations at Main Street on Thu 5 Mar, and is away then: vacation."
    )
    assert one.about[0] == "block"


def test_on_duty_without_a_session(calm: Universe) -> None:
    _duty(calm, THURSDAY, site=calm.harbor)
    assert found(calm) == []  # at work at Main Street
    Session.objects.filter(resource=calm.dr_carol, weekday=3).delete()
    _duty(calm, THURSDAY, 19, 23, site=calm.harbor)  # at night nobody has sessions
    assert [one.sentence for one in found(calm)] == [
        "Dr. Carol Calden is on duty for provider escalations at Harbor on Thu 5 Mar, but has no session anywhere then."
    ]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"active": False}, "a slot class that is no longer used"),
        ({"modalities": ["video"]}, "but none of its visit types can be by video"),
        ({"modalities": ["in_person"]}, ""),
        ({}, ""),
    ],
)
def test_time_that_nobody_can_book(calm: Universe, more: dict[str, object], words: str) -> None:
    kept = slot_class("kept", "Follow-ups", calm.follow_up, **more)
    Session.objects.filter(resource=calm.dr_carol, weekday=0).update(slot_class=kept)
    told = f"1 week at Main Street keeps time for Follow-ups, {words}."
    assert sentences(calm, "slot_class") == ([told] if words else [])


def test_a_class_without_a_visit_type_keeps_time_for_nobody(calm: Universe) -> None:
    kept = slot_class("empty", "Nobody")
    Session.objects.filter(resource__in=[calm.dr_carol, calm.dr_yusuf], weekday=0).update(slot_class=kept)
    assert sentences(calm, "slot_class") == [
        "2 weeks at Main Street keep time for Nobody, which has no visit type that is in use."
    ]


def test_a_draft_that_was_forgotten(calm: Universe) -> None:
    made = templates.draft(resource=calm.dr_carol, site=calm.main, rows=week(), because="", holds_from=TODAY,
                           by=calm.carol, now=NOW)  # fmt: skip
    (one,) = found(calm)
    assert one.sentence == (
        "Version 1 for Dr. Carol Calden was to hold from Tue 3 Mar and still waits for approval."
    )
    assert one.about == ("template", made.pk)


def test_what_is_of_another_site_is_not_told(universe: Universe) -> None:
    assert {one.kind for one in found(universe, universe.main)} == {"two_sites", "rooms"}
    assert {one.kind for one in found(universe, universe.harbor)} == {"two_sites"}


def test_findings_stand_under_their_headings(universe: Universe) -> None:
    assert [(heading, len(some)) for heading, some in by_kind(found(universe))] == [
        ("At two sites at once", 2),
        ("More providers than rooms", 2),
    ]


def test_each_finding_is_told_once(universe: Universe) -> None:
    by = System("template audit")
    assert open_findings(by=by, now=NOW) == 4
    assert open_findings(by=by, now=NOW + timedelta(days=1)) == 0
    task = Task.objects.order_by("pk")[0]
    assert (task.about_kind, task.queue, task.site) == ("finding", "desk", universe.main)
    blocks.block(
        resource=universe.exam_2, kind="out_of_order", start=at(18), end=at(19), by=universe.alice, now=NOW
    )
    assert open_findings(by=by, now=NOW) == 0
    Session.objects.filter(resource=universe.exam_1).update(starts=time(9))
    assert open_findings(by=by, now=NOW) > 0
