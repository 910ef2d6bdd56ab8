"""Escalation at the doors: the alert of the bar, the last resort on the page, who is on duty, one handoff on one page."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from frontdesk.accounts.permissions import Role
from frontdesk.clinic.models import Staff
from frontdesk.daybook.models import Entry, Look
from frontdesk.triage.actions import escalation
from frontdesk.triage.models import Handoff, Request
from tests.desk.support import Desk, Page, read, rows, said, written
from tests.factories import staff
from tests.factories.protocol import CHEST_PAIN, FEVER, SELF_HARM
from tests.factories.trees import on_duty, use_trees
from tests.universe import LONG_AGO, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(desk: Desk) -> Desk:
    """Bob is the nurse on duty, Carol the provider; the manager is not."""
    cast = desk.universe
    cast.protocol = use_trees(approved_by=cast.carol, at=LONG_AGO)
    Staff.objects.filter(user=cast.bob).update(extension="412")
    on_duty(cast.bob, "nurse", at=cast.main, now=NOW)
    on_duty(cast.carol, "provider", at=cast.main, now=NOW)
    return desk


def fever(clinic: Desk) -> Handoff:
    return clinic.universe.ready(said=FEVER).handoffs.get()


def nobody_accepts(clinic: Desk, handoff: Handoff) -> Handoff:
    """To the last resort, and the clock with it."""
    while handoff.last_resort_at is None:
        clinic.moment = handoff.due_at
        escalation.sweep(now=clinic.moment)
        handoff.refresh_from_db()
    return handoff


class TestTheAlert:
    def test_whoever_is_asked_sees_it_on_every_page_with_the_way_to_accept(self, clinic: Desk) -> None:
        handoff, cast = fever(clinic), clinic.universe
        accept = reverse("desk:handoff-accept", args=[handoff.pk])
        for name in ("desk:today", "desk:queues", "desk:patients", "desk:settings"):
            page = read(clinic.get(cast.bob, name))
            assert "You are asked: urgent Fever, Main Street" in page.text, name
            assert page.forms_to(accept), name
            assert reverse("desk:request", args=[handoff.request_id]) in page.links
        for who in (cast.alice, cast.carol, cast.dan, cast.charlie):
            assert "You are asked: urgent" not in said(clinic.get(who, "desk:today"))

    def test_the_poll_brings_what_is_new_and_nothing_where_nothing_is(self, clinic: Desk) -> None:
        cast = clinic.universe
        assert clinic.get(cast.bob, "desk:asked", alert="none").status_code == 204
        handoff = fever(clinic)
        brought = clinic.get(cast.bob, "desk:asked", alert="none")
        assert brought.status_code == 200
        seen = read(brought)
        version = next(one["value"] for _, one in seen.tags if one.get("id") == "alert-seen")
        assert clinic.get(cast.bob, "desk:asked", alert=version).status_code == 204
        clinic.post(cast.bob, "desk:handoff-accept", handoff.pk)
        gone = read(clinic.get(cast.bob, "desk:asked", alert=version))
        assert "You are asked" not in gone.text

    def test_what_is_heard_has_no_clock_and_what_is_grave_is_heard_at_once(self, clinic: Desk) -> None:
        fever(clinic)
        brought = clinic.get(clinic.universe.bob, "desk:asked", alert="none").content.decode()
        assert 'id="alert-say" hx-swap-oob="innerHTML">You are asked: urgent, Fever, Main Street.<' in brought
        assert 'id="alert-say-now" hx-swap-oob="innerHTML"><' in brought
        clinic.universe.ready(clinic.universe.dora, said=CHEST_PAIN)
        brought = clinic.get(clinic.universe.bob, "desk:asked", alert="none").content.decode()
        assert 'id="alert-say-now" hx-swap-oob="innerHTML">You are asked: emergency' in brought
        assert 'data-title="(2) You are asked: emergency"' in brought

    def test_the_last_resort_is_shown_and_heard_again_each_time_it_is_raised(self, clinic: Desk) -> None:
        nobody_accepts(clinic, fever(clinic))
        heard = []
        for _ in range(2):
            page = clinic.get(clinic.universe.alice, "desk:asked", alert="none").content.decode()
            seen = next(one["value"] for _, one in Page(page).tags if one.get("id") == "alert-seen")
            heard.append(page.partition('id="alert-say-now"')[2])
            clinic.later(minutes=2)
            assert clinic.get(clinic.universe.alice, "desk:asked", alert=seen).status_code == 204
            clinic.later(minutes=1)
            escalation.sweep(now=clinic.moment)
            assert clinic.get(clinic.universe.alice, "desk:asked", alert=seen).status_code == 200
        assert "Nobody has accepted yet: urgent" in heard[0]
        assert "Nobody has accepted for 3 minutes: urgent" in heard[1]

    def test_reading_it_writes_nothing(self, clinic: Desk) -> None:
        fever(clinic)
        clinic.get(clinic.universe.bob, "desk:asked")
        before = rows()
        clinic.get(clinic.universe.bob, "desk:asked")
        assert not written(before)

    def test_a_crisis_is_told_to_those_alone_who_may_see_it(self, clinic: Desk) -> None:
        cast = clinic.universe
        on_duty(cast.bob, "crisis", at=cast.main, now=NOW)
        on_duty(cast.dan, "manager", at=cast.main, now=NOW)
        handoff = nobody_accepts(clinic, cast.ready(said=SELF_HARM).handoffs.get())
        other = staff.user("amy", Role.SCHEDULER, sites=(cast.main,))
        for who, sees in ((cast.bob, 1), (cast.carol, 1), (cast.alice, 1), (cast.dan, 0), (other, 0)):
            assert said(clinic.get(who, "desk:today")).count("Nobody has accepted: emergency") == sees, who
            assert clinic.get(who, "desk:handoff", handoff.pk).status_code == (200 if sees else 404)
            assert clinic.get(who, "desk:handoff-export", handoff.pk).status_code == (200 if sees else 404)

    def test_whoever_took_the_call_of_a_crisis_writes_down_that_the_line_took_over(
        self, clinic: Desk
    ) -> None:
        cast = clinic.universe
        handoff = cast.ready(said=SELF_HARM).handoffs.get()
        clinic.post(cast.alice, "desk:handoff-accept", handoff.pk, other="988, counsellor 7")
        handoff.refresh_from_db()
        assert handoff.accepted_by_other == "988, counsellor 7"


class TestTheRequestPage:
    def test_it_says_who_is_asked_now_and_who_would_be_next(self, clinic: Desk) -> None:
        handoff, cast = fever(clinic), clinic.universe
        text = said(clinic.get(cast.alice, "desk:request", handoff.request_id))
        assert "Asked now: Triage nurse: Bob Blden, RN" in text
        assert "If nobody accepts: triage nurse, then provider, then manager, then what to tell" in text
        clinic.later(minutes=10)
        escalation.sweep(now=clinic.moment)
        text = said(clinic.get(cast.alice, "desk:request", handoff.request_id))
        assert "Asked: Triage nurse: Bob Blden, RN. Nobody accepted in time" in text
        assert "Nobody on duty: Triage nurse, second" in text
        assert "Asked now: Provider: Carol Clden, MD" in text

    def test_a_clock_says_its_time_before_a_script_moves_it_and_that_it_has_run_over(
        self, clinic: Desk
    ) -> None:
        cast, handoff = clinic.universe, fever(clinic)
        addresses = (("desk:request", handoff.request_id), ("desk:duty",))
        for minutes, late in ((0, False), (16, True)):
            clinic.later(minutes=minutes)
            for name, *args in addresses:
                page = clinic.get(cast.bob, name, *args).content.decode()
                clocks = re.findall(r"<time([^>]*data-until[^>]*)>([^<]*)</time>", page)
                assert clocks and all(words for _, words in clocks)
                assert all(("late" in attributes) is late for attributes, _ in clocks)

    def test_the_open_page_hears_of_each_step(self, clinic: Desk) -> None:
        handoff = fever(clinic)
        request = Request.objects.with_mark().get(pk=handoff.request_id)
        state = {"mark": str(getattr(request, "mark", ""))}
        cast = clinic.universe
        assert clinic.get(cast.alice, "desk:request-state", request.pk, **state).status_code == 204
        clinic.later(minutes=10)
        escalation.sweep(now=clinic.moment)
        assert clinic.get(cast.alice, "desk:request-state", request.pk, **state).status_code == 200

    def test_the_last_resort_says_what_to_tell_the_caller_in_steps_that_are_stamped(
        self, clinic: Desk
    ) -> None:
        handoff, cast = nobody_accepts(clinic, fever(clinic)), clinic.universe
        url = reverse("desk:request-step", args=[handoff.request_id])
        page = read(clinic.get(cast.alice, "desk:request", handoff.request_id))
        assert "Nobody has accepted yet. Say this to the caller and do this, now." in page.text
        assert "Nobody has it yet. I keep asking." in page.text
        form = page.form(url, holds="script")
        assert form.fields | {"csrfmiddlewaretoken": ""} == {
            "csrfmiddlewaretoken": "", "step": "honest", "script": "last_nurse",
        }  # fmt: skip
        answer = clinic.browser(cast.alice).post(url, form.fields)
        assert answer["Location"].endswith("?focus=last")
        done = handoff.request.steps_done.get()
        assert (done.script_key, done.step_key, done.done_by) == ("last_nurse", "honest", cast.alice)
        assert (
            read(clinic.get(cast.alice, "desk:request", handoff.request_id))
            .form(url, holds="script")
            .fields["step"]
            == "ring"
        )

    def test_no_other_script_is_stamped_by_its_name(self, clinic: Desk) -> None:
        handoff, cast = fever(clinic), clinic.universe
        for script in ("last_nurse", "last_crisis", "urgent", "\x00"):
            form = {"step": "honest", "script": script}
            clinic.post(cast.alice, "desk:request-step", handoff.request_id, **form)
        assert not handoff.request.steps_done.exists()

    def test_without_words_in_the_protocol_the_page_still_says_what_to_do(self, desk: Desk) -> None:
        handoff = nobody_accepts(desk, desk.universe.ready(said=FEVER).handoffs.get())
        text = said(desk.get(desk.universe.alice, "desk:request", handoff.request_id))
        assert "Nobody has accepted yet." in text
        assert "The protocol in force has no words for this." in text

    def test_a_stamp_shows_how_long_after_the_lane_it_was(self, clinic: Desk) -> None:
        cast = clinic.universe
        request = cast.ready(said=CHEST_PAIN)
        for step, seconds in (("stay", 12), ("call_911", 30)):
            clinic.later(seconds=seconds)
            clinic.post(cast.alice, "desk:request-step", request.pk, step=step)
        text = said(clinic.get(cast.alice, "desk:request", request.pk))
        assert "10:00:12 that is +00:12 after the lane was set" in text
        assert "All steps 00:42 after the lane was set" in text

    def test_what_came_of_it_is_written_down_once(self, clinic: Desk) -> None:
        handoff, cast = fever(clinic), clinic.universe
        url = reverse("desk:handoff-outcome", args=[handoff.pk])
        early = clinic.browser(cast.bob).post(url, {"outcome": "Seen"}, follow=True)
        assert "Nobody has accepted this handoff yet" in said(early)
        clinic.post(cast.bob, "desk:handoff-accept", handoff.pk)
        empty = clinic.browser(cast.bob).post(url, {"outcome": " "}, follow=True)
        assert "Say what came of it" in said(empty)
        told = clinic.browser(cast.bob).post(url, {"outcome": "Seen at four"}, follow=True)
        assert "What came of it is written down." in said(told)
        again = clinic.browser(cast.carol).post(url, {"outcome": "Other"}, follow=True)
        assert "written down already" in said(again)
        handoff.refresh_from_db()
        assert (handoff.outcome, handoff.outcome_by) == ("Seen at four", cast.bob)
        assert Entry.objects.filter(kind="HandoffOutcomeNoted").count() == 1


class TestOnDuty:
    def test_everybody_of_the_desk_sees_who_answers_what_with_the_extension(self, clinic: Desk) -> None:
        cast = clinic.universe
        text = said(clinic.get(cast.alice, "desk:duty"))
        assert "Who is on duty at Main Street" in text
        assert "Triage nurse Bob Blden, RN , ext 412" in text.replace(", ext", " , ext")
        assert "Crisis Nobody" in text
        assert "1 without anybody now" in text

    def test_who_follows_and_when_nobody_does(self, clinic: Desk) -> None:
        cast = clinic.universe
        grace = staff.user("grace", Role.NURSE, sites=(cast.main,), title="RN")
        on_duty(grace, "nurse", at=cast.main, now=clinic.moment.replace(hour=23, minute=30))
        text = said(clinic.get(cast.alice, "desk:duty"))
        assert "Grace Glden, RN" in text
        assert "Nobody in between" in text

    def test_somebody_who_has_it_again_at_once_is_the_same_and_far_ends_are_named_by_day(
        self, clinic: Desk
    ) -> None:
        cast = clinic.universe
        on_duty(cast.bob, "nurse", at=cast.main, now=clinic.moment + timedelta(hours=12))
        on_duty(cast.dan, "manager", at=cast.main, now=clinic.moment, hours=24 * 90)
        text = said(clinic.get(cast.alice, "desk:duty"))
        assert "until Tue 21:00 Next: the same, for a day at least" in text
        assert "until 1 Jun 2026" in text

    def test_another_site_is_chosen_by_its_code_and_only_ones_own(self, clinic: Desk) -> None:
        cast = clinic.universe
        assert "at Harbor" in said(clinic.get(cast.dan, "desk:duty", site="harbor"))
        assert "at Main Street" in said(clinic.get(cast.alice, "desk:duty", site="harbor"))

    def test_somebody_without_a_site(self, clinic: Desk) -> None:
        stray = staff.user("stray", Role.SCHEDULER)
        assert "You have no site yet" in said(clinic.get(stray, "desk:duty"))

    def test_the_settings_say_which_trees_have_hours_with_nobody(self, clinic: Desk) -> None:
        cast = clinic.universe
        text = said(clinic.get(cast.dan, "desk:settings-duty", site="main"))
        assert "Escalations with hours that nobody covers" in text
        assert "Crisis Tue 03 Mar 10:00 to" in text


class TestOnePage:
    def test_until_it_is_accepted_it_has_the_words_of_now(self, clinic: Desk) -> None:
        handoff, cast = fever(clinic), clinic.universe
        clinic.type(cast.alice, handoff.request, "words", "And my neck hurts")
        text = said(clinic.get(cast.carol, "desk:handoff", handoff.pk))
        assert "Handoff to Triage nurse" in text
        assert FEVER in text and "And my neck hurts" in text
        assert "Nobody has accepted yet" in text
        assert Look.objects.filter(user=cast.carol, where="handoff page").exists()

    def test_it_leaves_for_another_system_as_json(self, clinic: Desk) -> None:
        handoff, cast = fever(clinic), clinic.universe
        clinic.post(cast.bob, "desk:handoff-accept", handoff.pk)
        clinic.post(cast.bob, "desk:handoff-direct", handoff.pk, direction="call_back", note="At noon")
        clinic.post(cast.bob, "desk:handoff-outcome", handoff.pk, outcome="Called, better")
        answer = clinic.get(cast.alice, "desk:handoff-export", handoff.pk)
        found = json.loads(answer.content)
        assert found["format"] == "frontdesk-handoff-1"
        assert (found["situation"], found["words"], found["callback"]) == ("Fever", [FEVER], "212-555-0142")
        assert (found["asked_action"], found["accepted_by"]) == (
            "Accept, and direct what may be booked", "Bob Blden, RN",
        )  # fmt: skip
        assert found["accepted_at"] == "2026-03-03T10:00:00-05:00"
        assert found["direction"]["what"] == "call_back"
        assert (found["outcome"], found["steps"][0]["end"]) == ("Called, better", "accepted")
        assert found["patient"]["mrn"] == cast.ben.mrn
        assert "attachment" in answer["Content-Disposition"]
