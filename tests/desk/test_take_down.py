"""Writing down a voicemail or a message."""

from __future__ import annotations

from frontdesk.triage.models import Request
from frontdesk.work.models import Task
from tests.desk.support import Desk, read, said
from tests.desk.work_scene import message_form
from tests.factories.protocol import CHEST_PAIN
from tests.universe import at


def test_it_becomes_a_request_that_waits_for_anybody(desk: Desk) -> None:
    cast = desk.universe
    assert "Take down a message" in said(desk.get(cast.alice, "desk:requests"))
    answer = desk.post(cast.alice, "desk:take-down", **message_form())
    assert answer["Location"] == "/requests/"
    kept = Request.objects.get()
    assert (kept.channel, kept.contact_at, kept.opened_by, kept.taken_by) == (
        "voicemail", at(9, 20), cast.alice, None,
    )  # fmt: skip
    page = desk.get(cast.bob, "desk:requests", show="waiting")
    assert "Kept and screened." in said(desk.get(cast.alice, "desk:requests"))
    assert f"/requests/{kept.pk}/take/" in {form.action for form in read(page).forms}
    assert Task.objects.get().queue == "messages"


def test_an_emergency_in_it_is_before_a_clinician_when_the_page_answers(desk: Desk) -> None:
    cast = desk.universe
    desk.post(cast.alice, "desk:take-down", **{**message_form(), "channel": "email", "text": CHEST_PAIN})
    assert Request.objects.get().handoffs.count() == 1
    assert "emergency. A clinician has been asked." in said(desk.get(cast.alice, "desk:requests"))


def test_what_was_typed_stays_and_nothing_is_kept_where_something_is_wrong(desk: Desk) -> None:
    cast = desk.universe
    form = {**message_form(), "day": "2027-01-01", "name": "Ann <i>"}
    answer = desk.post(cast.alice, "desk:take-down", **form)
    page = read(answer)
    assert answer.status_code == 422 and "a time within the last 31 days" in page.text
    assert page.form("/requests/take-down/").fields["name"] == "Ann <i>"
    assert not Request.objects.exists()


def test_the_form_begins_with_the_present_at_ones_own_site(desk: Desk) -> None:
    cast = desk.universe
    fields = read(desk.get(cast.charlie, "desk:take-down")).form("/requests/take-down/").fields
    assert (fields["site"], fields["day"], fields["at"]) == ("harbor", "2026-03-03", "10:00")
