"""Waiting now: the list, its order, who sets a tier, and that nothing else moves anybody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from frontdesk.accounts.models import User
from frontdesk.triage.actions import requests, walk_ins, words
from frontdesk.triage.models import Request, WalkIn
from frontdesk.work.models import Task
from tests.desk.support import Answer, Desk, read, said
from tests.factories.protocol import CHECK_UP, CHEST_PAIN, FEVER, SELF_HARM
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db


def came(cast: Universe, name: str, said: str = "", *, minute: int = 0, by: User | None = None) -> WalkIn:
    moment = NOW - timedelta(minutes=30 - minute)
    opened = requests.open_request(site=cast.main, by=by or cast.alice, now=moment, channel="walk_in")
    opened = requests.save_field(request=opened, field="said_name", value=name, by=cast.alice, now=moment)
    if said:
        words.add(request=opened, text=said, by=by or cast.alice, now=moment)
    return WalkIn.objects.get(request=opened)


def names(answer: Answer) -> list[str]:
    """Who stands on the page, in order."""
    lists = re.findall(r'<ol class="waits">(.*?)</ol>', answer.content.decode(), re.DOTALL)
    return re.findall(r"data-open>([^<]+)<", "".join(lists))


def test_the_page_shows_everybody_in_order_with_the_reason(desk: Desk) -> None:
    cast = desk.universe
    came(cast, "Ada First", CHECK_UP)
    bo = came(cast, "Bo Second", FEVER, minute=5)
    came(cast, "Cy Third", CHEST_PAIN, minute=10)
    walk_ins.set_tier(walk_in=bo, tier=2, reason="Pale, 103 F", by=cast.bob, now=NOW)
    answer = desk.get(cast.alice, "desk:walk-ins")
    assert names(answer) == ["Cy Third", "Bo Second", "Ada First"]
    text = said(answer)
    for words_ in (
        "Help these first: they do not wait", "Follow the script", "2 people wait", "1 not weighed yet",
        "“Pale, 103 F”", "Tier 2, Bob Blden, RN, 10:00", "A clinician accepts the handoff", "25:00 since 09:35",
    ):  # fmt: skip
        assert words_ in text


def test_an_empty_list_says_what_to_do(desk: Desk) -> None:
    assert "Nobody waits at the counter" in said(desk.get(desk.universe.alice, "desk:walk-ins"))


def test_somebody_came_in_opens_a_request_that_waits(desk: Desk) -> None:
    cast = desk.universe
    page = read(desk.get(cast.alice, "desk:walk-ins"))
    form = page.form("/walk-ins/new/")
    answer = desk.browser(cast.alice).post(form.action, form.fields)
    one = WalkIn.objects.get()
    assert answer["Location"] == f"/requests/{one.request_id}/"
    assert (one.site, one.request.channel, one.arrived_at) == (cast.main, "walk_in", NOW)
    assert "Waits in place 1 of 1, not weighed yet" in said(
        desk.get(cast.alice, "desk:request", one.request_id)
    )


def test_a_nurse_sets_the_tier_with_the_form_on_the_page(desk: Desk) -> None:
    cast = desk.universe
    one = came(cast, "Ada First", FEVER)
    form = read(desk.get(cast.bob, "desk:walk-ins")).form(f"/walk-ins/{one.pk}/tier/")
    answer = desk.browser(cast.bob).post(
        form.action, {**form.fields, "tier": "1", "reason": "Faint"}, follow=True
    )
    assert "Tier 1 is set" in said(answer)
    one.refresh_from_db()
    assert (one.tier, one.tier_by) == (1, cast.bob)
    assert not Task.objects.open().filter(about_kind="walk_in").exists()


def test_a_scheduler_has_no_such_form_and_a_forged_one_is_refused(desk: Desk) -> None:
    cast = desk.universe
    one = came(cast, "Ada First", FEVER)
    assert not list(read(desk.get(cast.alice, "desk:walk-ins")).forms_to(f"/walk-ins/{one.pk}/tier/"))
    for who in (cast.alice, cast.dan):
        answer = desk.post(who, "desk:walk-in-tier", one.pk, tier="1", reason="He shouts")
        assert answer.status_code == 403
    for field in ("tier", "walk_in", "priority", "arrived_at"):
        answer = desk.type(cast.alice, Request.objects.get(pk=one.request_id), field, "1")
        assert answer.status_code == 422
    one.refresh_from_db()
    assert (one.tier, one.arrived_at) == (None, NOW - timedelta(minutes=30))


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"tier": "7", "reason": "Pale"}, "Choose a tier from 1 to 5."),
        ({"tier": "", "reason": "Pale"}, "Choose a tier from 1 to 5."),
        ({"tier": "2", "reason": " "}, "Say why, in a few words."),
    ],
)
def test_a_refused_tier_keeps_what_was_typed(desk: Desk, sent: dict[str, str], sentence: str) -> None:
    cast = desk.universe
    one = came(cast, "Ada First", FEVER)
    answer = desk.post(cast.bob, "desk:walk-in-tier", one.pk, **sent)
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert read(answer).form(f"/walk-ins/{one.pk}/tier/").fields["reason"] == sent["reason"].strip()


def test_an_emergency_is_not_given_a_low_tier(desk: Desk) -> None:
    cast = desk.universe
    one = came(cast, "Cy Third", CHEST_PAIN)
    answer = desk.post(cast.bob, "desk:walk-in-tier", one.pk, tier="3", reason="Looks fine")
    assert answer.status_code == 409
    assert "tier 1, or lower the lane first" in said(answer)


def test_who_leaves_stands_below_with_the_end(desk: Desk) -> None:
    cast = desk.universe
    one, other = came(cast, "Ada First"), came(cast, "Bo Second", minute=2)
    refused = desk.post(cast.alice, "desk:walk-in-leave", other.pk, end="seen", note="")
    assert refused.status_code == 409
    assert "Others stand before this person" in said(refused)
    answer = desk.post(cast.alice, "desk:walk-in-leave", one.pk, end="left", note="Back at noon")
    assert answer.status_code == 302
    page = desk.get(cast.alice, "desk:walk-ins")
    assert names(page) == ["Bo Second"]
    assert "Left before being seen" in said(page)
    assert "Back at noon" in said(page)
    gone = desk.post(cast.alice, "desk:walk-in-leave", one.pk, end="left", note="")
    assert (gone.status_code, "no longer waits" in said(gone)) == (409, True)


def test_somebody_in_crisis_is_counted_and_not_named_to_everybody(desk: Desk) -> None:
    cast = desk.universe
    came(cast, "Ada First", minute=1)
    hidden = came(cast, "Zoe Hidden", SELF_HARM, by=cast.bob)
    Request.objects.filter(pk=hidden.request_id).update(lane="urgent")
    text = said(desk.get(cast.alice, "desk:walk-ins"))
    assert "Zoe Hidden" not in text
    assert "2 people wait" in text
    assert "whom only some may see" in text
    assert "Zoe Hidden" in said(desk.get(cast.bob, "desk:walk-ins"))
    assert desk.post(cast.alice, "desk:walk-in-leave", hidden.pk, end="left").status_code == 404


def test_the_poll_brings_the_list_only_when_it_changed(desk: Desk) -> None:
    cast = desk.universe
    one = came(cast, "Ada First", FEVER)
    page = read(desk.get(cast.alice, "desk:walk-ins"))
    seen = next(
        tag["value"] for name, tag in page.tags if name == "input" and tag.get("id") == "waiting-seen"
    )
    desk.later(seconds=20)
    assert desk.get(cast.alice, "desk:walk-ins", part="list", seen=seen).status_code == 204
    walk_ins.set_tier(walk_in=one, tier=2, reason="Pale", by=cast.bob, now=NOW)
    fresh = desk.get(cast.alice, "desk:walk-ins", part="list", seen=seen)
    assert (fresh.status_code, "<html" in fresh.content.decode()) == (200, False)
    assert "Tier 2" in said(fresh)


def test_each_site_has_its_own_list(desk: Desk) -> None:
    cast = desk.universe
    came(cast, "Ada First")
    assert names(desk.get(cast.charlie, "desk:walk-ins")) == []
    assert names(desk.get(cast.charlie, "desk:walk-ins", site="main")) == []  # not one of his sites
    assert names(desk.get(cast.dan, "desk:walk-ins", site="main")) == ["Ada First"]
    assert names(desk.get(cast.dan, "desk:walk-ins", site="harbor")) == []


def test_a_long_list_costs_no_more_queries_than_a_short_one(
    desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    cast = desk.universe
    for number in range(12):
        came(cast, f"N{number}", FEVER if number % 3 else CHECK_UP, minute=number)
    desk.get(cast.bob, "desk:walk-ins")
    with django_assert_max_num_queries(32):
        desk.get(cast.bob, "desk:walk-ins", part="list")
