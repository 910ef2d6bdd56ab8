"""Trees at hours when nobody in them is on duty; and who has a duty now."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.core.management import call_command

from frontdesk.accounts.permissions import Role
from frontdesk.clinic.models import Duty, SiteHours
from frontdesk.clinic.queries.roster import answering, may_answer, now_and_then
from frontdesk.triage.queries.cover import uncovered, unknown_duties
from tests.factories import staff
from tests.factories.protocol import no_protocol_holds, protocol
from tests.factories.trees import TREES, WITH_TREES, on_duty, use_trees
from tests.universe import LONG_AGO, NOW, Universe, at

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=8)


@pytest.fixture
def clinic(universe: Universe) -> Universe:
    """Open on Tuesdays from 8 to 12. Bob is the nurse and in the crisis duty all week, Carol on call and provider."""
    use_trees(approved_by=universe.carol, at=LONG_AGO)
    SiteHours.objects.create(site=universe.main, weekday=1, opens=time(8), closes=time(12))
    for who, target in (
        (universe.bob, "nurse"), (universe.bob, "crisis"), (universe.carol, "provider"), (universe.carol, "on_call"),
    ):  # fmt: skip
        Duty.objects.create(site=universe.main, target=target, user=who, starts=NOW, ends=NOW + WEEK)
    return universe


def test_where_somebody_is_always_there_nothing_is_said(clinic: Universe) -> None:
    assert uncovered(clinic.main, now=NOW) == []


def test_open_hours_and_the_others_are_asked_of_different_steps(clinic: Universe) -> None:
    Duty.objects.filter(target="crisis").update(ends=at(11))
    (crisis,) = uncovered(clinic.main, now=NOW)
    assert (crisis.target, crisis.title) == ("crisis_clinician", "Crisis")
    assert list(crisis.stretches) == [(at(11), at(12))]  # after 12 the one on call is asked
    Duty.objects.filter(target__in=["on_call", "provider"]).update(ends=at(11))
    found = {one.target: list(one.stretches) for one in uncovered(clinic.main, now=NOW, days=1)}
    midnight = at(0) + timedelta(days=1)
    assert found["nurse"] == [(at(12), midnight)]
    assert found["provider_team"] == [(at(11), midnight)]


def test_without_a_protocol_or_without_trees_there_is_nothing_to_say(universe: Universe) -> None:
    assert uncovered(universe.main, now=NOW) == []
    no_protocol_holds()
    assert (uncovered(universe.main, now=NOW), unknown_duties(now=NOW)) == ([], [])


def test_a_duty_that_no_roster_has_is_named(universe: Universe) -> None:
    nurse = {"title": "Nurse", "queue": "nurse", "last_resort": "last_nurse"}
    tree = {**nurse, "steps": [{"duty": "janitor", "minutes": 5}, {"duty": "anybody", "minutes": 5}]}
    content = {**WITH_TREES, "trees": {**TREES, "nurse": tree}}
    protocol(content, approved_by=universe.carol, at=LONG_AGO, version=3)
    assert unknown_duties(now=NOW) == ["janitor"]


def test_the_command_says_each_stretch_and_fails(
    clinic: Universe, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("frontdesk.config.management.commands.check_duty.now", lambda: NOW)
    Duty.objects.filter(target="crisis").update(ends=at(11))
    with pytest.raises(SystemExit) as ended:
        call_command("check_duty")
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert "Main Street: Crisis asks nobody from Tue 03 Mar 11:00 to Tue 03 Mar 12:00." in told
    assert "Harbor: Triage nurse asks nobody" in told


class TestAnswering:
    def test_in_the_order_of_the_roster_and_only_who_is_there(self, universe: Universe) -> None:
        on_duty(universe.carol, "nurse", at=universe.main, now=NOW, rank=2)
        on_duty(universe.bob, "nurse", at=universe.main, now=NOW, rank=1)
        gone = staff.user("gone", Role.NURSE, sites=(universe.main,))
        elsewhere = staff.user("else", Role.NURSE, sites=(universe.harbor,))
        for who in (gone, elsewhere):
            on_duty(who, "nurse", at=universe.main, now=NOW)
        gone.is_active = False
        gone.save()
        assert [one.user for one in answering(universe.main, "nurse", NOW)] == [universe.bob, universe.carol]
        assert answering(universe.main, "nurse", NOW + timedelta(days=1)) == []

    def test_a_restricted_matter_is_asked_of_those_alone_who_may_see_it(self, universe: Universe) -> None:
        on_duty(universe.dan, "manager", at=universe.main, now=NOW)
        assert [one.user for one in answering(universe.main, "manager", NOW)] == [universe.dan]
        assert answering(universe.main, "manager", NOW, restricted=True) == []

    def test_duties_of_the_desk_may_be_had_by_the_desk(self, universe: Universe) -> None:
        assert set(may_answer(universe.main, "manager")) == {
            universe.alice, universe.bob, universe.carol, universe.dan,
        }  # fmt: skip
        assert set(may_answer(universe.main, "crisis")) == {universe.bob, universe.carol}

    def test_now_and_who_follows(self, universe: Universe) -> None:
        on_duty(universe.bob, "nurse", at=universe.main, now=NOW, hours=3)
        on_duty(universe.carol, "nurse", at=universe.main, now=NOW + timedelta(hours=6))
        found = {one.target: one for one in now_and_then(universe.main, NOW)}
        assert list(found) == ["nurse", "provider", "crisis"]
        assert [one.user for one in found["nurse"].now] == [universe.bob]
        assert [one.user for one in found["nurse"].then] == [universe.carol]
        assert (found["crisis"].now, found["crisis"].then) == ([], [])
