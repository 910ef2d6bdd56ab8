"""The page of one task: given, given back, put together, moved."""

from __future__ import annotations

from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Look
from frontdesk.triage.actions.intake import receive
from frontdesk.triage.models import Request
from frontdesk.work.actions.tasks import claim
from frontdesk.work.models import Task
from tests.desk.support import Desk, read, said
from tests.desk.work_scene import task
from tests.factories.protocol import CHECK_UP, FEVER
from tests.universe import NOW


def test_it_says_what_it_is_and_what_has_been_done(desk: Desk) -> None:
    cast = desk.universe
    one = claim(task=task(cast, "Tell Ben"), by=cast.bob, now=NOW)
    page = read(desk.get(cast.alice, "desk:task", one.pk))
    for words in ("Tell Ben", "Bob Blden, RN", "Take over", "Task opened: Tell the patient", "Task taken by"):
        assert words in page.text, words
    assert Look.objects.filter(user=cast.alice, ref=cast.ben.pk, where="task page").exists()


def test_it_is_handed_over_with_a_note_and_the_way_back_is_the_same_list(desk: Desk) -> None:
    cast = desk.universe
    one = claim(task=task(cast, "Tell Ben"), by=cast.alice, now=NOW)
    answer = desk.browser(cast.alice).post(f"/tasks/{one.pk}/give/?queue=contact", {"to": str(cast.bob.pk)})
    assert answer.status_code == 422 and "what is done and what is left" in said(answer)
    answer = desk.browser(cast.alice).post(
        f"/tasks/{one.pk}/give/?queue=contact", {"to": str(cast.bob.pk), "note": "Called twice"}
    )
    assert answer["Location"] == "/queues/?queue=contact&page=1"
    one.refresh_from_db()
    assert (one.owner, one.note) == (cast.bob, "Called twice")


def test_only_those_who_work_there_are_offered(desk: Desk) -> None:
    cast = desk.universe
    page = desk.get(cast.alice, "desk:task", task(cast, "Tell Ben").pk).content.decode()
    offered = page.partition('name="to"')[2].partition("</select>")[0]
    assert "Bob Blden" in offered and "Dan Dlden" in offered
    assert "Carol" not in offered and "Charlie" not in offered and "Erin" not in offered


def test_what_was_typed_stays_where_it_cannot_be_done(desk: Desk) -> None:
    cast = desk.universe
    one = task(cast, "Tell Ben")
    answer = desk.post(cast.alice, "desk:task-move", one.pk, queue="contact", because="Wrong list <b>")
    assert answer.status_code == 422
    assert 'value="Wrong list &lt;b&gt;"' in answer.content.decode()
    assert Task.objects.get(pk=one.pk).queue == "contact"


def test_it_is_moved_and_given_back(desk: Desk) -> None:
    cast = desk.universe
    one = claim(task=task(cast, "Tell Ben"), by=cast.alice, now=NOW)
    desk.post(cast.alice, "desk:task-back", one.pk, note="Off to lunch")
    desk.post(cast.alice, "desk:task-move", one.pk, queue="desk", because="About the parking")
    one.refresh_from_db()
    assert (one.owner, one.queue, one.note) == (None, "desk", "About the parking")
    assert "1 time between queues" in said(desk.get(cast.alice, "desk:task", one.pk))


def test_tasks_of_one_patient_are_put_together(desk: Desk) -> None:
    cast = desk.universe
    one, two = task(cast, "Tell Ben"), task(cast, "Tell Ben again")
    assert desk.post(cast.alice, "desk:task-same", one.pk, into=two.pk).status_code == 302
    one.refresh_from_db()
    assert one.same_as == two
    assert "Done: Merged into" in said(desk.get(cast.alice, "desk:task", one.pk))


def test_messages_of_one_patient_are_put_together_with_their_requests(desk: Desk) -> None:
    cast = desk.universe
    machine = System("message intake")
    made = [
        receive(channel="voicemail", text=text, site=cast.main, by=machine, now=NOW, patient=cast.ben)
        for text in (CHECK_UP, "Me again about that.")
    ]
    one, two = (Task.objects.get(about_kind="request", about_ref=request.pk) for request in made)
    assert desk.post(cast.alice, "desk:task-same", two.pk, into=one.pk).status_code == 302
    ended = Request.objects.get(pk=made[1].pk)
    assert (ended.outcome, ended.same_as) == ("duplicate", made[0])
    assert "goes on there" in said(desk.get(cast.alice, "desk:requests", show="closed"))


def test_a_handoff_offers_nothing_but_its_request(desk: Desk) -> None:
    cast = desk.universe
    handoff = cast.ready(cast.ana, said=FEVER).handoffs.get()
    one = Task.objects.get(about_kind="handoff", about_ref=handoff.pk)
    page = read(desk.get(cast.alice, "desk:task", one.pk))
    assert "A handoff ends with the clinician’s direction." in page.text
    assert not [form for form in page.forms if "/tasks/" in form.action]
    assert desk.post(cast.alice, "desk:task-move", one.pk, queue="desk", because="x").status_code == 422


def test_the_task_of_another_site_is_not_there(desk: Desk) -> None:
    cast = desk.universe
    assert desk.get(cast.charlie, "desk:task", task(cast, "Tell Ben").pk).status_code == 404
