"""Whose work and whose messages a client sees: of its sites, nothing restricted, nothing of a visit that it may not see."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from frontdesk.book.models import Appointment, Hold
from frontdesk.clinic.models import VisitType
from frontdesk.daybook.models import Look
from frontdesk.outreach.models import Message
from frontdesk.triage.actions import contacts, requests, walk_ins
from frontdesk.triage.models import Contact, Handoff, Request
from frontdesk.work.models import Queue, Task
from tests.factories import partners
from tests.gateway.fhir import worked as work
from tests.gateway.fhir.support import Clock, Machine, machine
from tests.gateway.fhir.worked import Worked
from tests.universe import LAST_OPEN, NOW, Universe, at
from tests.work.kit import task as task_of

pytestmark = pytest.mark.django_db
EVERY = "_lastUpdated=ge2020-01-01&_count=200"


@pytest.fixture
def there(universe: Universe) -> Worked:
    return work.worked(universe)


def seen_by(one: Machine, kind: str) -> set[str]:
    """What a client is shown, by a search and one by one; a count says no more."""
    answer = one.get(f"{kind}?{EVERY}")
    assert answer.status == 200 and answer.next is None
    assert answer.body["total"] == len(answer.ids) == one.get(f"{kind}?{EVERY}&_summary=count").body["total"]
    return set(answer.ids)


def check_hidden(one: Machine, kind: str, pks: set[str]) -> None:
    """They are answered as what is not there, however they are asked for."""
    assert not seen_by(one, kind) & pks
    assert one.get(f"{kind}?_id={','.join(sorted(pks))}").ids == []
    none = one.get(f"{kind}/987654321")
    for pk in pks:
        theirs = one.get(f"{kind}/{pk}")
        assert (theirs.status, theirs.body) == (none.status, none.body) == (404, none.body), pk


def test_a_client_sees_the_work_of_its_sites(ehr: Machine, there: Worked) -> None:
    assert seen_by(ehr, "Task") == there.tasks
    assert seen_by(ehr, "Communication") == there.communications


def test_another_site_is_as_if_it_were_not_there(universe: Universe, clock: Clock, there: Worked) -> None:
    harbor = machine(universe, sites=[universe.harbor])
    check_hidden(harbor, "Task", there.tasks)
    check_hidden(harbor, "Communication", there.communications)
    for query in (f"Task?patient={universe.dora.pk}", f"Communication?patient={universe.ben.pk}",
                  f"Task?focus=Appointment/{there.tell.about_ref}", f"Communication?about={there.visit.pk}"):  # fmt: skip
        assert harbor.get(query).ids == [], query
    assert not Look.objects.filter(user=harbor.registered.user).exists()


def test_what_is_restricted_is_not_there_for_anybody(universe: Universe, clock: Clock) -> None:
    """Not even for a client that sees sensitive visits."""
    request = work.in_crisis(universe)
    handed = {f"handoff-{pk}" for pk in request.handoffs.values_list("pk", flat=True)}
    tasks = {str(pk) for pk in Task.objects.values_list("pk", flat=True)}
    calls = {f"contact-{pk}" for pk in Contact.objects.values_list("pk", flat=True)}
    assert handed and tasks and calls
    for one in (machine(universe), machine(universe, sees_sensitive=True)):
        check_hidden(one, "Task", handed | tasks)
        check_hidden(one, "Communication", calls)
        assert one.get(f"Task?patient={universe.chen.pk}").body["total"] == 0
        assert not Look.objects.filter(user=one.registered.user).exists()


@pytest.mark.parametrize("mark", ["request", "task", "queue"])
def test_one_mark_is_enough(mark: str, ehr: Machine, universe: Universe, there: Worked) -> None:
    """A request that is restricted, or anything of which is, or is in the crisis queue: the whole of it is hidden."""
    work_of_it = Task.objects.filter(pk=there.offered.pk)
    marking: dict[str, Callable[[], int]] = {
        "request": lambda: Request.objects.filter(pk=there.handoff.request_id).update(restricted=True),
        "task": lambda: work_of_it.update(restricted=True), "queue": lambda: work_of_it.update(queue=Queue.CRISIS),
    }  # fmt: skip
    marking[mark]()
    check_hidden(ehr, "Task", {str(there.offered.pk), f"handoff-{there.handoff.pk}"})
    check_hidden(ehr, "Communication", {f"contact-{there.contact.pk}"})
    assert seen_by(ehr, "Task") == {str(there.tell.pk)}
    assert seen_by(ehr, "Communication") == {str(there.message.pk)}


def test_restricted_work_about_a_visit_is_hidden_too(ehr: Machine, universe: Universe, there: Worked) -> None:
    Task.objects.filter(pk=there.tell.pk).update(restricted=True)
    check_hidden(ehr, "Task", {str(there.tell.pk)})
    request = universe.ready(universe.ben)
    call = work.called(universe, request)
    other = task_of(universe, kind="request", ref=request.pk, queue=Queue.CRISIS)
    check_hidden(ehr, "Task", {str(other.pk)})
    check_hidden(ehr, "Communication", {f"contact-{call.pk}"})


def test_work_that_is_kept_at_another_site_is_hidden(ehr: Machine, universe: Universe, there: Worked) -> None:
    Task.objects.filter(pk=there.tell.pk).update(site=universe.harbor)
    check_hidden(ehr, "Task", {str(there.tell.pk)})


def test_a_sensitive_visit_hides_all_that_would_tell_of_it(
    universe: Universe, clock: Clock, there: Worked
) -> None:
    visit = work.secret_visit(universe)
    # What was held was to be another visit.
    Hold.objects.filter(asked_for=visit.asked_for).update(visit_type=universe.follow_up)
    tell = task_of(universe, patient=universe.ana, ref=visit.pk)
    asked = task_of(universe, patient=universe.ana, kind="request", ref=visit.asked_for or 0)
    message, call = Message.objects.get(about_ref=visit.pk), Contact.objects.get(request=visit.asked_for)
    tasks = {str(tell.pk), str(asked.pk)}
    said = {str(message.pk), f"contact-{call.pk}"}
    blind, trusted = machine(universe), machine(universe, sees_sensitive=True)
    check_hidden(blind, "Task", tasks)
    check_hidden(blind, "Communication", said)
    for query in (f"Task?patient={universe.ana.pk}", f"Task?focus=Appointment/{visit.pk}",
                  f"Communication?patient={universe.ana.pk}", f"Communication?about={visit.pk}"):  # fmt: skip
        answer = blind.get(f"{query}&_include=*")
        assert (answer.ids, answer.body["total"]) == ([], 0), query
    assert seen_by(trusted, "Task") == there.tasks | tasks
    assert seen_by(trusted, "Communication") == there.communications | said
    assert not Look.objects.filter(user=blind.registered.user, ref=universe.ana.pk).exists()


def test_a_handoff_that_directs_a_sensitive_visit_is_hidden(
    universe: Universe, clock: Clock, there: Worked
) -> None:
    Handoff.objects.filter(pk=there.handoff.pk).update(
        direct_visit_type=work.secret_type(universe.dr_carol.specialty), direction="same_day",
        directed_at=NOW, directed_by=universe.carol, accepted_at=NOW, accepted_by=universe.carol,
    )  # fmt: skip
    blind, trusted = machine(universe), machine(universe, sees_sensitive=True)
    check_hidden(blind, "Task", {str(there.offered.pk), f"handoff-{there.handoff.pk}"})
    found = trusted.get(f"Task/handoff-{there.handoff.pk}").body
    assert [one["type"]["text"] for one in found["output"]] == ["Direction", "Visit type"]


def test_time_that_is_held_for_a_sensitive_visit_hides_its_request(
    universe: Universe, clock: Clock, there: Worked
) -> None:
    secret = work.secret_type(universe.dr_carol.specialty)
    start = at(9, day=LAST_OPEN)
    held = universe.hold(
        start, request=universe.ready(universe.chen), wanted=universe.wanted(start, visit_type=secret)
    )
    task = task_of(universe, patient=universe.chen, kind="request", ref=held.asked_for or 0)
    assert Hold.objects.filter(asked_for=task.about_ref).exists()
    check_hidden(machine(universe), "Task", {str(task.pk)})
    assert str(task.pk) in seen_by(machine(universe, sees_sensitive=True), "Task")


def test_who_came_late_for_a_sensitive_visit_is_hidden(universe: Universe, clock: Clock) -> None:
    visit = universe.book(at(11))
    Appointment.objects.filter(pk=visit.pk).update(start=at(9, 40), end=at(10, 10))
    task = work.came_late(universe, Appointment.objects.get(pk=visit.pk))
    one = machine(universe)
    assert str(task.pk) in seen_by(one, "Task")
    VisitType.objects.filter(pk=visit.visit_type_id).update(sensitive=True)
    check_hidden(one, "Task", {str(task.pk)})


def test_a_walk_in_is_as_its_request(ehr: Machine, universe: Universe, there: Worked) -> None:
    request = requests.open_request(site=universe.main, by=universe.bob, now=NOW, channel="walk_in")
    walk_in = walk_ins.arrive(request=request, by=universe.bob, now=NOW)
    task = task_of(universe, kind="walk_in", ref=walk_in.pk)
    found = ehr.get(f"Task/{task.pk}").body
    assert found["description"] == "Somebody at the counter" and "for" not in found, (
        "Nobody knows yet who it is."
    )
    Request.objects.filter(pk=request.pk).update(restricted=True)
    check_hidden(ehr, "Task", {str(task.pk)})


def test_the_clinics_own_housekeeping_is_not_told(ehr: Machine, universe: Universe, there: Worked) -> None:
    """Among it is which other systems there are. What nobody has thought of is not told either."""
    kinds = ("conflict", "finding", "subscription", "something-new")
    check_hidden(ehr, "Task", {str(task_of(universe, kind=kind, ref=there.visit.pk).pk) for kind in kinds})


def test_calls_of_no_request_have_no_site_and_are_not_told(
    ehr: Machine, universe: Universe, there: Worked
) -> None:
    alone = contacts.log(how="phone_out", end="not_reached", patient=universe.ben, by=universe.alice, now=NOW)
    check_hidden(ehr, "Communication", {f"contact-{alone.pk}"})


def test_messages_about_anything_but_visits_are_not_told(ehr: Machine, there: Worked) -> None:
    Message.objects.filter(pk=there.message.pk).update(about_kind="appointments")
    check_hidden(ehr, "Communication", {str(there.message.pk)})
    Message.objects.filter(pk=there.message.pk).update(about_kind="appointment/2")
    assert str(there.message.pk) in seen_by(ehr, "Communication")


OLDER = tuple(one for one in partners.EVERYTHING if "Task" not in one and "Communication" not in one)


@pytest.mark.parametrize("kind", ["Task", "Communication"])
def test_older_clients_are_not_given_it(kind: str, universe: Universe, clock: Clock, there: Worked) -> None:
    """Whoever was registered for everything there was, box by box, asks for system/*.rs and does not get it."""
    registered = partners.register(universe, scopes=OLDER)
    older = Machine(registered, partners.token_by_door(registered, "system/*.rs"))
    assert older.get("Location").status == 200
    for path in (f"{kind}?{EVERY}", f"{kind}/{there.message.pk}"):
        assert (older.get(path).status, older.get(path).code) == (403, "forbidden")
    assert older.form(kind, _lastUpdated="ge2020").status == 403
    for scopes, reading, searching in (([f"system/{kind}.r"], 404, 403), ([f"system/{kind}.s"], 403, 200)):
        one = machine(universe, scopes)
        assert (one.get(f"{kind}/987654321").status, one.get(f"{kind}?{EVERY}").status) == (
            reading,
            searching,
        )


def test_nothing_can_be_written(ehr: Machine, there: Worked) -> None:
    for kind, pk in (("Task", there.tell.pk), ("Communication", there.message.pk)):
        body = str(ehr.get(f"{kind}/{pk}").body).encode()
        for method, path in (
            ("POST", kind),
            ("PUT", f"{kind}/{pk}"),
            ("PATCH", f"{kind}/{pk}"),
            ("DELETE", f"{kind}/{pk}"),
        ):
            answer = ehr.send(method, path, body)
            assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD"), (method, path)
    assert Task.objects.get(pk=there.tell.pk).done_at is None
