"""The routine audit: every visit ahead against the rules, once found, once told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from frontdesk.book import jobs_audit
from frontdesk.book.actions import audits, cancels
from frontdesk.book.actions.blocks import block
from frontdesk.book.engine.audit import Code
from frontdesk.book.models import Appointment, ChainLink, Claim, Hold
from frontdesk.book.queries.audit import audit
from frontdesk.clinic.choices import BlockKind
from frontdesk.clinic.models import Interpreter, Provider, Resource, Room, Segment, VisitLength, VisitType
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import NotAllowed
from frontdesk.work.models import Queue, Task
from tests.factories.time import slot_class
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db

TOMORROW = TODAY + timedelta(days=1)
AUDITOR = System("routine audit")


def _visit(universe: Universe, hour: int = 10, who: str = "ben") -> Appointment:
    return universe.book(at(hour, day=TOMORROW), request=universe.ready(getattr(universe, who)))


def _codes() -> list[str]:
    return [one.code.value for one in audit(now=NOW).mismatches]


def _retire_type(universe: Universe, visit: Appointment) -> None:
    VisitType.objects.filter(pk=visit.visit_type_id or 0).update(active=False)


def _lengthen(universe: Universe, visit: Appointment) -> None:
    VisitLength.objects.create(visit_type=visit.visit_type, provider=visit.provider, minutes=45)


def _provider_leaves(universe: Universe, visit: Appointment) -> None:
    Resource.objects.filter(pk=visit.provider_id or 0).update(active=False)


def _other_specialty(universe: Universe, visit: Appointment) -> None:
    Provider.objects.filter(pk=visit.provider_id or 0).update(specialty=universe.dr_lena.specialty)


def _room_of_another_kind(universe: Universe, visit: Appointment) -> None:
    Room.objects.filter(pk=visit.room_id or 0).update(room_type="imaging")


def _room_moves_away(universe: Universe, visit: Appointment) -> None:
    Resource.objects.filter(pk=visit.room_id or 0).update(site=universe.harbor)


def _room_retired(universe: Universe, visit: Appointment) -> None:
    Resource.objects.filter(pk=visit.room_id or 0).update(active=False)


def _no_room(universe: Universe, visit: Appointment) -> None:
    Claim.objects.filter(appointment=visit, resource=visit.room_id).update(released_at=NOW)
    Appointment.objects.filter(pk=visit.pk).update(room=None)


def _no_claims(universe: Universe, visit: Appointment) -> None:
    Claim.objects.filter(appointment=visit).update(released_at=NOW)


def _provider_not_taken(universe: Universe, visit: Appointment) -> None:
    Claim.objects.filter(appointment=visit, resource=visit.provider_id).update(released_at=NOW)


def _another_piece(universe: Universe, visit: Appointment) -> None:
    Segment.objects.create(visit_type=visit.visit_type, kind="provider", leads=True, minutes=30)
    Segment.objects.create(visit_type=visit.visit_type, kind="room", room_type="exam", minutes=20)


def _away(universe: Universe, visit: Appointment) -> None:
    span = (visit.start - timedelta(hours=1), visit.end)
    block(
        resource=universe.dr_carol, kind=BlockKind.SICK, start=span[0], end=span[1], by=universe.alice, now=NOW
    )  # fmt: skip
    Task.objects.filter(about_ref=visit.pk).update(done_at=NOW, done_by=universe.alice)


def _kept(universe: Universe, visit: Appointment) -> None:
    kept = slot_class("urgent", "Same-day urgent", universe.same_day)
    block(
        resource=universe.dr_carol, kind=BlockKind.OTHER, start=visit.start, end=visit.end, slot_class=kept,
        by=universe.alice, now=NOW,
    )  # fmt: skip
    Task.objects.filter(about_ref=visit.pk).update(done_at=NOW, done_by=universe.alice)


def _needs_help(universe: Universe, visit: Appointment) -> None:
    visit.patient.needs_interpreter = True
    visit.patient.save()


def _status_alone(universe: Universe, visit: Appointment) -> None:
    Appointment.objects.filter(pk=visit.pk).update(
        status="cancelled", cancelled_at=NOW, cancelled_by=universe.alice
    )


Break = Callable[[Universe, Appointment], None]
CASES: list[tuple[Break, list[str]]] = [
    (_retire_type, ["TYPE_RETIRED"]),
    (_lengthen, ["WRONG_LENGTH"]),
    (_provider_leaves, ["PROVIDER_GONE"]),
    (_other_specialty, ["WRONG_SPECIALTY"]),
    (_room_of_another_kind, ["ROOM_WRONG_KIND"]),
    (_room_moves_away, ["ROOM_ELSEWHERE"]),
    (_room_retired, ["RESOURCE_RETIRED"]),
    (_no_room, ["CLAIMS_DIFFER", "ROOM_MISSING"]),
    (_no_claims, ["NO_CLAIMS"]),
    (_provider_not_taken, ["CLAIMS_DIFFER"]),
    (_another_piece, ["CLAIMS_DIFFER"]),
    (_away, ["OUTSIDE_OPEN"]),
    (_kept, ["KEPT_FOR_OTHERS"]),
    (_needs_help, ["NO_INTERPRETER"]),
    (_status_alone, ["CLAIM_WITHOUT_VISIT"] * 2),
]


def test_a_sound_book_has_no_findings(universe: Universe) -> None:
    _visit(universe, who="ana")
    universe.book(at(11), wanted=universe.wanted(at(11), visit_type=universe.phone_call))
    gone = _visit(universe, 14)
    cancels.cancel(
        visit=gone, why="cost-or-coverage", note="", version=1, key="c", by=universe.alice, now=NOW
    )
    result = audit(now=NOW)
    assert (result.visits, list(result.mismatches), result.counts) == (2, [], {})


@pytest.mark.parametrize(("spoil", "codes"), CASES, ids=lambda one: getattr(one, "__name__", ""))
def test_what_is_found(spoil: Break, codes: list[str], universe: Universe) -> None:
    visit = _visit(universe)
    spoil(universe, visit)
    found = audit(now=NOW).mismatches
    assert [one.code.value for one in found] == codes
    assert {one.about for one in found} == {("appointment", visit.pk)}
    assert all(one.sentence.endswith(".") for one in found)


def test_the_sentence_says_what_differs(universe: Universe) -> None:
    visit = _visit(universe)
    _another_piece(universe, visit)
    (one,) = audit(now=NOW).mismatches
    assert one.sentence == (
        "Not what Follow-up takes; missing: room minute 0 to 20; too much: room minute 0 to 30."
    )


def test_an_interpreter_of_another_language(universe: Universe) -> None:
    visit = _visit(universe, who="ana")
    Interpreter.objects.filter(pk=visit.interpreter_id or 0).update(languages=["pl"])
    assert _codes() == ["WRONG_LANGUAGE"]


def test_a_provider_who_speaks_the_language_needs_no_interpreter(universe: Universe) -> None:
    visit = _visit(universe)
    _needs_help(universe, visit)
    visit.patient.language = "es"
    visit.patient.save()
    assert _codes() == ["NO_INTERPRETER"]
    Provider.objects.filter(pk=universe.dr_carol.pk).update(languages=["en", "es"])
    assert _codes() == []


def test_a_waived_interpreter_is_no_finding(universe: Universe) -> None:
    visit = _visit(universe)
    _needs_help(universe, visit)
    ChainLink.objects.filter(appointment=visit, link="Interpreter").update(
        verdict="waived", waived_at=NOW, waived_by=universe.bob
    )
    assert _codes() == []


def test_one_patient_twice_on_a_day(universe: Universe) -> None:
    _visit(universe, 10)
    second = _visit(universe, 14)
    (one,) = audit(now=NOW).mismatches
    assert (one.code, one.about) == (Code.PATIENT_TWICE, ("appointment", second.pk))


def test_claims_of_a_hold_that_has_ended(universe: Universe) -> None:
    hold = universe.hold(at(10, day=TOMORROW))
    Hold.objects.filter(pk=hold.pk).update(ended_at=NOW, ended_how="expired")
    assert {(one.code.value, one.about) for one in audit(now=NOW).mismatches} == {
        ("CLAIM_WITHOUT_VISIT", ("hold", hold.pk))
    }


def test_visits_beyond_the_open_days_and_in_the_past_are_left_alone(universe: Universe) -> None:
    visit = _visit(universe)
    assert audit(now=NOW + timedelta(days=3)).visits == 0
    Appointment.objects.filter(pk=visit.pk).update(
        start=visit.start + timedelta(days=30), end=visit.end + timedelta(days=30)
    )
    for claim in Claim.objects.live():
        claim.start, claim.end = claim.start + timedelta(days=30), claim.end + timedelta(days=30)
        claim.save()
    assert _codes() == []


class TestRun:
    def test_a_finding_gets_one_task_while_it_is_open(self, universe: Universe) -> None:
        visit = _visit(universe)
        _retire_type(universe, visit)
        for _ in range(3):
            audits.run_audit(by=AUDITOR, now=NOW)
        task = Task.objects.open().get(queue=Queue.DESK)
        assert (task.title, task.about_ref, task.patient) == (
            "Audit: the visit type is no longer in use", visit.pk, universe.ben,
        )  # fmt: skip
        assert task.next_step == "Wed 4 Mar, 10:00: Follow-up is no longer booked: choose another visit type."
        facts = [one.facts for one in Entry.objects.filter(kind="AuditRun").order_by("pk")]
        assert facts[0] == {"visits": 1, "findings": {"TYPE_RETIRED": 1}, "tasks": 1, "waiting": 0}
        assert [one["tasks"] for one in facts] == [1, 0, 0]

    def test_it_comes_again_when_the_task_was_closed_and_nothing_done(self, universe: Universe) -> None:
        _retire_type(universe, _visit(universe))
        audits.run_audit(by=AUDITOR, now=NOW)
        Task.objects.open().update(done_at=NOW, done_by=universe.alice)
        audits.run_audit(by=AUDITOR, now=NOW)
        assert Task.objects.open().count() == 1

    def test_a_run_by_a_person_ends_what_is_mended(self, universe: Universe) -> None:
        visit = _visit(universe)
        _retire_type(universe, visit)
        audits.run_audit(by=universe.dan, now=NOW)
        VisitType.objects.update(active=True)
        audits.run_audit(by=universe.dan, now=NOW)
        assert Task.objects.get(about_ref=visit.pk, queue=Queue.DESK).outcome == "The audit finds it no more"

    @pytest.mark.parametrize("who", ["alice", "bob", "carol", "erin"])
    def test_a_manager_asks_for_a_run(self, who: str, universe: Universe) -> None:
        with pytest.raises(NotAllowed):
            audits.run_audit(by=getattr(universe, who), now=NOW)

    def test_what_an_absence_asks_for_already_is_not_asked_twice(self, universe: Universe) -> None:
        visit = _visit(universe)
        block(
            resource=universe.dr_carol, kind=BlockKind.SICK, start=visit.start, end=visit.end,
            by=universe.alice, now=NOW,
        )  # fmt: skip
        found = audits.run_audit(by=AUDITOR, now=NOW)
        assert found.counts == {"OUTSIDE_OPEN": 1}
        assert not Task.objects.open().filter(queue=Queue.DESK).exists()

    def test_many_findings_come_in_parts(self, universe: Universe, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(audits, "MOST_TASKS", 2)
        for hour in (9, 10, 11):
            universe.book(at(hour, day=TOMORROW), request=universe.ready(universe.newcomer("N", f"N{hour}")))
        VisitType.objects.update(active=False)
        for left in (1, 0):
            audits.run_audit(by=AUDITOR, now=NOW)
            assert Entry.objects.filter(kind="AuditRun").latest("pk").facts["waiting"] == left
        assert Task.objects.open().filter(queue=Queue.DESK).count() == 3

    def test_the_job_runs_it(self, universe: Universe) -> None:
        _visit(universe)
        jobs_audit.audit_visits(int(NOW.timestamp()))
        entry = Entry.objects.get(kind="AuditRun")
        assert (entry.actor_name, entry.facts["visits"]) == ("routine audit", 1)


def test_more_visits_need_no_more_queries(universe: Universe) -> None:
    counted = []
    for hours in ((8, 9), (10, 11, 13, 14, 15)):
        for hour in hours:
            universe.book(at(hour, day=TOMORROW), request=universe.ready(universe.newcomer("N", f"N{hour}")))
        with CaptureQueriesContext(connection) as queries:
            audit(now=NOW)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 20
