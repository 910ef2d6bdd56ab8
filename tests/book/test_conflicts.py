"""A resource that is wanted twice: found, escalated, and resolved with the most pressing visit first."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest

from frontdesk.book import jobs_audit
from frontdesk.book.actions import blocks, conflicts
from frontdesk.book.actions.changes import Stale
from frontdesk.book.actions.conflicts import ConflictOver
from frontdesk.book.actions.days import open_days
from frontdesk.book.actions.moves import NotMovable
from frontdesk.book.models import Appointment, Block, Conflict
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.conflicts import conflicts_seen_by, hits
from frontdesk.book.queries.resolve import Proposal, proposals
from frontdesk.clinic.actions import closures
from frontdesk.clinic.choices import BlockKind, Moves
from frontdesk.clinic.models import Room, VisitType
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.outreach.models import Message
from frontdesk.people.models import RiskFlag
from frontdesk.work.models import Queue, Task
from tests.factories import clinic as make
from tests.universe import LAST_OPEN, NOW, OPENER, TODAY, Universe, at

pytestmark = pytest.mark.django_db

TOMORROW = TODAY + timedelta(days=1)
DETECTOR = System("conflict detector")
_keys = count(1)


def on(hour: int, minute: int = 0) -> datetime:
    return at(hour, minute, day=TOMORROW)


def _visit(universe: Universe, hour: int, *, name: str = "", kind: VisitType | None = None) -> Appointment:
    """A visit with Dr. Carol in the first room."""
    who = universe.newcomer(name or "Nora", f"N{next(_keys)}", email=f"n{next(_keys)}@mail.example")
    return universe.book(
        on(hour), request=universe.ready(who), wanted=universe.wanted(on(hour), visit_type=kind)
    )


def _leak(universe: Universe, *, close: bool = True) -> Conflict:
    """Water in the first room, tomorrow from nine to noon."""
    return conflicts.report(
        resource=universe.exam_1, start=on(9), end=on(12), cause="Water comes in", close=close,
        by=universe.alice, now=NOW,
    )  # fmt: skip


def _accept(
    universe: Universe, conflict: Conflict, one: Proposal, *, version: int | None = None
) -> Appointment:
    said = {
        "version": version or one.visit.version,
        "by": universe.alice,
        "now": NOW,
        "key": f"k{next(_keys)}",
    }
    if one.instead is not None:
        return conflicts.reassign(conflict=conflict, visit=one.visit, instead=one.instead, **said)  # type: ignore[arg-type]
    assert one.option is not None
    return conflicts.move_to(conflict=conflict, visit=one.visit, option=one.option, **said)  # type: ignore[arg-type]


class TestReport:
    def test_it_is_recorded_whatever_is_booked_and_escalated(self, universe: Universe) -> None:
        inside, outside = _visit(universe, 10), _visit(universe, 13)
        conflict = _leak(universe)
        assert list(conflict.visits.all()) == [inside]
        task = Task.objects.open().get(about_kind="conflict", about_ref=conflict.pk)
        assert (task.queue, task.weight, task.title) == (
            Queue.DESK, 1, "Exam 1 is wanted twice, Wed 4 Mar, 10:00: 1 visit",
        )  # fmt: skip
        assert NOW < task.due_at < inside.start
        found = Entry.objects.about("conflict", conflict.pk).get(kind="ConflictFound")
        assert (found.reason, found.facts["source"]) == ("Water comes in", "outside")
        assert outside.pk not in found.facts["visits"]

    def test_its_time_is_taken_out_of_the_book_where_that_is_wished(self, universe: Universe) -> None:
        _leak(universe, close=False)
        assert not Block.objects.exists()
        _leak(universe)
        assert universe.hold(on(11), wanted=universe.wanted(on(11))).room == universe.exam_2

    def test_nothing_booked_is_no_reason_to_refuse(self, universe: Universe) -> None:
        assert not _leak(universe).visits.exists()

    @pytest.mark.parametrize(
        ("visit", "weight"), [("plain", 1), ("same day", 2), ("never", 2), ("approved", 1)]
    )
    def test_it_weighs_as_its_gravest_visit(self, visit: str, weight: int, universe: Universe) -> None:
        _visit(universe, 9)
        kind = universe.same_day if visit == "same day" else None
        one = _visit(universe, 10, kind=kind)
        if visit in ("never", "approved"):
            Appointment.objects.filter(pk=one.pk).update(may_move=visit)
        assert Task.objects.get(about_kind="conflict", about_ref=_leak(universe).pk).weight == weight

    @pytest.mark.parametrize(
        ("start", "end", "cause", "field"),
        [
            (on(12), on(9), "Water", "end"), (NOW - timedelta(hours=2), NOW, "Water", "end"),
            (on(9), on(9) + timedelta(days=32), "Water", "end"), (on(9), on(10), " x", "cause"),
            (on(9) + timedelta(days=400), on(10) + timedelta(days=400), "Water", "start"),
        ],
    )  # fmt: skip
    def test_what_is_refused(
        self, start: datetime, end: datetime, cause: str, field: str, universe: Universe
    ) -> None:
        with pytest.raises(BadValue) as refused:
            conflicts.report(
                resource=universe.exam_1, start=start, end=end, cause=cause, close=True,
                by=universe.alice, now=NOW,
            )  # fmt: skip
        assert refused.value.field == field

    def test_who_may(self, universe: Universe) -> None:
        with pytest.raises(NotAllowed):
            conflicts.report(
                resource=universe.exam_1, start=on(9), end=on(10), cause="Water", close=True,
                by=universe.erin, now=NOW,
            )  # fmt: skip


class TestDetector:
    def test_a_room_that_is_away_under_a_visit(self, universe: Universe) -> None:
        visit = _visit(universe, 10)
        made = blocks.block(
            resource=universe.exam_1, kind=BlockKind.OUT_OF_ORDER, start=on(8), end=on(17), because="Painted",
            by=universe.alice, now=NOW,
        )  # fmt: skip
        (conflict,) = conflicts.detect(by=DETECTOR, now=NOW)
        assert (conflict.source, conflict.cause, conflict.start) == ("block", "Painted", made.block.start)
        assert list(conflict.visits.all()) == [visit]
        assert conflicts.detect(by=DETECTOR, now=NOW) == []

    def test_it_is_not_found_again_once_somebody_said_that_it_stands(self, universe: Universe) -> None:
        _visit(universe, 10)
        conflict = _leak(universe)
        conflicts.resolve(conflict=conflict, words="Mopped up, the room is fit", by=universe.alice, now=NOW)
        assert conflicts.detect(by=DETECTOR, now=NOW) == []

    def test_a_new_visit_in_the_same_block_is_another_conflict(self, universe: Universe) -> None:
        first = _visit(universe, 10)
        conflict = _leak(universe, close=False)
        second = _visit(universe, 11)
        blocks.block(
            resource=universe.exam_1, kind=BlockKind.OUT_OF_ORDER, start=on(9), end=on(12),
            by=universe.alice, now=NOW,
        )  # fmt: skip
        (found,) = conflicts.detect(by=DETECTOR, now=NOW)
        assert list(found.visits.all()) == [second]
        assert list(conflict.visits.all()) == [first]

    def test_a_providers_absence_has_its_tasks_already(self, universe: Universe) -> None:
        visit = _visit(universe, 10)
        blocks.block(
            resource=universe.dr_carol,
            kind=BlockKind.SICK,
            start=on(8),
            end=on(17),
            by=universe.alice,
            now=NOW,
        )
        assert conflicts.detect(by=DETECTOR, now=NOW) == []
        Task.objects.open().update(done_at=NOW, done_by=universe.alice)
        (conflict,) = conflicts.detect(by=DETECTOR, now=NOW)
        assert (conflict.resource_id, list(conflict.visits.all())) == (universe.dr_carol.pk, [visit])

    def test_a_closed_day(self, universe: Universe) -> None:
        visit = _visit(universe, 10)
        closures.close(
            site=universe.main, day=TOMORROW, name="Storm", holiday=False, by=universe.dan, now=NOW
        )
        assert conflicts.detect(by=DETECTOR, now=NOW) == []
        Task.objects.open().update(done_at=NOW, done_by=universe.alice)
        (conflict,) = conflicts.detect(by=DETECTOR, now=NOW)
        assert (conflict.source, list(conflict.visits.all())) == ("closure", [visit])

    def test_released_and_lifted_blocks_and_kept_time_are_none(self, universe: Universe) -> None:
        _visit(universe, 10)
        made = blocks.block(
            resource=universe.exam_1,
            kind=BlockKind.MEETING,
            start=on(9),
            end=on(12),
            by=universe.alice,
            now=NOW,
        ).block
        Block.objects.filter(pk=made.pk).update(release_days=2, release_at=at(8).time())
        assert conflicts.detect(by=DETECTOR, now=NOW) == []
        Block.objects.filter(pk=made.pk).update(
            release_days=None, release_at=None, lifted_at=NOW, lifted_by=universe.alice
        )
        assert conflicts.detect(by=DETECTOR, now=NOW) == []

    def test_the_job_runs_it(self, universe: Universe) -> None:
        _visit(universe, 10)
        blocks.block(
            resource=universe.exam_1,
            kind=BlockKind.OTHER,
            start=on(8),
            end=on(17),
            by=universe.alice,
            now=NOW,
        )
        jobs_audit.detect_conflicts(int(NOW.timestamp()))
        assert Conflict.objects.count() == 1
        assert Entry.objects.get(kind="ConflictFound").actor_name == "conflict detector"


class TestProposals:
    def test_the_most_pressing_visit_chooses_first(self, universe: Universe) -> None:
        """Acuity decides, then how hard each is to move, and only then the clock."""
        early, plain = _visit(universe, 9), _visit(universe, 10)
        urgent = _visit(universe, 11, kind=universe.same_day)
        Appointment.objects.filter(pk=plain.pk).update(may_move=Moves.APPROVED)
        found = proposals(_leak(universe), now=NOW)
        assert [one.visit.pk for one in found] == [urgent.pk, plain.pk, early.pk]
        assert {one.instead for one in found} == {universe.exam_2}

    def test_preparation_breaks_a_tie(self, universe: Universe) -> None:
        first = _visit(universe, 9)
        fasting = make.visit_type("fasting", "Fasting visit", in_=universe.dr_carol.specialty, minutes=30)
        second = _visit(universe, 10, kind=fasting)
        VisitType.objects.filter(pk=fasting.pk).update(prep_hours=12)
        assert [one.visit.pk for one in hits(_leak(universe))] == [second.pk, first.pk]

    def test_without_another_room_the_nearest_time(self, universe: Universe) -> None:
        visit = _visit(universe, 10)
        Room.objects.filter(pk=universe.exam_2.pk).update(room_type="imaging")
        (one,) = proposals(_leak(universe), now=NOW)
        assert one.instead is None and one.option is not None
        assert one.option.start == on(8, 30)
        moved = _accept(universe, Conflict.objects.get(), one)
        assert (moved.pk, moved.start, moved.room_id) == (visit.pk, on(8, 30), universe.exam_1.pk)

    def test_what_is_offered_to_one_is_not_offered_to_another(self, universe: Universe) -> None:
        _visit(universe, 10)
        _visit(universe, 11)
        Room.objects.filter(pk=universe.exam_2.pk).update(room_type="imaging")
        conflict = _leak(universe)
        found = proposals(conflict, now=NOW)
        starts = [one.option.start for one in found if one.option]
        assert len(set(starts)) == 2
        for one in found:
            _accept(universe, conflict, one)
        assert differences(now=NOW) == []

    def test_a_taken_room_and_one_in_conflict_are_not_offered(self, universe: Universe) -> None:
        _visit(universe, 10)
        third = make.room("Exam 3", at=universe.main)
        make.sessions(third, at=universe.main)
        conflict = _leak(universe)
        conflicts.report(
            resource=universe.exam_2, start=on(9), end=on(12), cause="Painted", close=False,
            by=universe.alice, now=NOW,
        )  # fmt: skip
        (one,) = proposals(conflict, now=NOW)
        assert one.instead is None

    def test_infection_precautions_need_a_room_that_is_fit(self, universe: Universe) -> None:
        visit = _visit(universe, 10)
        RiskFlag.objects.create(
            patient=visit.patient, code="infection-precautions", label="Precautions", since=TODAY
        )
        conflict = _leak(universe)
        assert proposals(conflict, now=NOW)[0].instead is None
        Room.objects.filter(pk=universe.exam_2.pk).update(isolation=True)
        assert proposals(conflict, now=NOW)[0].instead == universe.exam_2

    def test_another_interpreter(self, universe: Universe) -> None:
        visit = universe.book(on(10), request=universe.ready(universe.ana))
        other = make.interpreter("Lucia Prado", at=universe.main, languages=["es"])
        make.sessions(other, at=universe.main)
        open_days(resources=[other], first=TODAY, last=LAST_OPEN, by=OPENER, now=NOW)
        conflict = conflicts.report(
            resource=universe.marisol, start=on(9), end=on(12), cause="Jury duty", close=True,
            by=universe.alice, now=NOW,
        )  # fmt: skip
        (one,) = proposals(conflict, now=NOW)
        assert one.instead == other
        assert _accept(universe, conflict, one).interpreter_id == other.pk
        assert visit.start == on(10)


class TestResolution:
    def test_a_room_is_accepted_and_the_patient_is_told_nothing(self, universe: Universe) -> None:
        visit = _visit(universe, 10)
        conflict = _leak(universe)
        (one,) = proposals(conflict, now=NOW)
        moved = _accept(universe, conflict, one)
        assert (moved.start, moved.room) == (visit.start, universe.exam_2)
        conflict.refresh_from_db()
        assert (conflict.resolution, conflict.resolved_by) == (
            "Every visit has another place or time.", universe.alice,
        )  # fmt: skip
        assert not Task.objects.open().filter(about_kind="conflict").exists()
        assert Message.objects.about_visits().filter(about_ref=visit.pk).count() == 1
        fact = Entry.objects.get(kind="ConflictResolved")
        assert (fact.facts["moved"], fact.facts["left"], fact.reason) == ([visit.pk], [], "Water comes in")
        assert hits(conflict)[0].settled == "Wed 4 Mar, 10:00, Dr. Carol Calden, Exam 2"

    def test_it_stays_open_while_a_visit_waits(self, universe: Universe) -> None:
        _visit(universe, 9), _visit(universe, 10)
        conflict = _leak(universe)
        _accept(universe, conflict, proposals(conflict, now=NOW)[0])
        conflict.refresh_from_db()
        assert conflict.resolved_at is None
        assert [bool(one.settled) for one in hits(conflict)] == [False, True]

    def test_words_resolve_it_too(self, universe: Universe) -> None:
        visit = _visit(universe, 10)
        conflict = _leak(universe)
        with pytest.raises(BadValue):
            conflicts.resolve(conflict=conflict, words=" ", by=universe.alice, now=NOW)
        conflicts.resolve(conflict=conflict, words="The water is gone", by=universe.bob, now=NOW)
        assert Entry.objects.get(kind="ConflictResolved").facts["left"] == [visit.pk]
        with pytest.raises(ConflictOver):
            conflicts.resolve(conflict=conflict, words="Again", by=universe.bob, now=NOW)

    def test_who_was_slower_hears_so(self, universe: Universe) -> None:
        _visit(universe, 9), _visit(universe, 10)
        conflict = _leak(universe)
        first, second = proposals(conflict, now=NOW)
        _accept(universe, conflict, first)
        with pytest.raises(Stale):
            _accept(universe, conflict, first, version=first.visit.version)
        _accept(universe, conflict, second)
        with pytest.raises(ConflictOver):
            _accept(universe, conflict, second)

    def test_a_protected_visit_needs_somebody_who_may_approve(self, universe: Universe) -> None:
        visit = _visit(universe, 10)
        Appointment.objects.filter(pk=visit.pk).update(may_move=Moves.NEVER)
        conflict = _leak(universe)
        (one,) = proposals(conflict, now=NOW)
        with pytest.raises(NotMovable):
            _accept(universe, conflict, one)
        moved = conflicts.reassign(
            conflict=conflict, visit=one.visit, instead=universe.exam_2, version=one.visit.version, key="b",
            by=universe.bob, now=NOW,
        )  # fmt: skip
        assert moved.room == universe.exam_2
        assert Entry.objects.get(kind="AppointmentMoved").approved_by == universe.bob

    def test_a_room_of_another_kind_is_refused(self, universe: Universe) -> None:
        visit = _visit(universe, 10)
        with pytest.raises(BadValue, match="is not one for this visit"):
            conflicts.reassign(
                conflict=_leak(universe), visit=visit, instead=universe.harbor_room, version=1, key="h",
                by=universe.alice, now=NOW,
            )  # fmt: skip

    def test_another_site_sees_none(self, universe: Universe) -> None:
        conflict = _leak(universe)
        assert not conflicts_seen_by(universe.charlie).exists()
        assert not conflicts_seen_by(universe.erin).exists()
        assert list(conflicts_seen_by(universe.alice)) == [conflict]
