"""Absences can always be recorded, and the visits they hit become work."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from frontdesk.book.actions import blocks, holds
from frontdesk.book.actions.blocks import Blocked, ReleaseRule
from frontdesk.book.models import Appointment, Block, Claim, Session
from frontdesk.book.queries.affected import worklist
from frontdesk.book.queries.check_days import differences
from frontdesk.clinic.choices import Moves
from frontdesk.clinic.models import VisitType
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.people.models import Patient
from frontdesk.work.models import Task
from tests.factories.there import there
from tests.factories.time import hours, slot_class
from tests.universe import NOW, TODAY, ZONE, Universe, at

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)
TITLE = "Dr. Carol Calden, sick: move or cancel, and tell the patient"


def block(universe: Universe, start: datetime, end: datetime, *, kind: str = "sick", **more: Any) -> Blocked:
    more = {"by": universe.alice, "now": NOW, "resource": universe.dr_carol, **more}
    return blocks.block(kind=kind, start=start, end=end, **more)


def visit(
    universe: Universe, hour: int, patient: Patient, *, day: date = TOMORROW, kind: VisitType | None = None
) -> Appointment:
    start, request = at(hour, day=day), universe.ready(patient)
    helped = universe.marisol if patient.needs_interpreter else None
    wanted = universe.wanted(start, visit_type=kind, interpreter=helped)
    return universe.book(start, request=request, wanted=wanted)


def open_titles(universe: Universe) -> list[str]:
    return [one.title for one in Task.objects.open().filter(title__startswith="Dr. Carol").order_by("pk")]


def carol_on(universe: Universe, day: date, **more: bool) -> list[tuple[str, str]]:
    return hours(universe.dr_carol, day, universe.main, **more)


# ---- recording ----


def test_an_absence_is_recorded_over_visits_and_each_becomes_a_task(universe: Universe) -> None:
    hit = visit(universe, 11, universe.ben)
    kept = visit(universe, 15, universe.dora)
    done = block(universe, at(9, day=TOMORROW), at(13, day=TOMORROW), because="Fever")
    assert list(done.hit) == [hit]
    assert carol_on(universe, TOMORROW) == [("08:00", "09:00"), ("13:00", "17:00")]
    (task,) = Task.objects.filter(title=TITLE)
    assert (task.about_ref, task.queue, task.weight, task.patient) == (hit.pk, "contact", 1, universe.ben)
    assert task.next_step == "Visit on Wed 4 Mar at 11:00"
    assert NOW < task.due_at < hit.start
    for one in (hit, kept):
        one.refresh_from_db()
        assert one.is_live
    assert Claim.objects.live().filter(appointment=hit, resource=universe.dr_carol).count() == 1
    assert differences(now=NOW) == []


def test_time_that_is_blocked_is_not_taken(universe: Universe) -> None:
    block(universe, at(9, day=TOMORROW), at(13, day=TOMORROW))
    with pytest.raises(Refused):
        universe.hold(at(11, day=TOMORROW))
    universe.hold(at(13, day=TOMORROW))


def test_a_hold_that_stands_in_it_may_end_as_it_likes(universe: Universe) -> None:
    held = universe.hold(at(11, day=TOMORROW))
    block(universe, at(9, day=TOMORROW), at(13, day=TOMORROW))
    holds.let_go(hold=held, by=universe.alice, now=NOW)
    assert carol_on(universe, TOMORROW, free=True) == [("08:00", "09:00"), ("13:00", "17:00")]
    assert differences(now=NOW) == []


def test_what_a_visit_weighs_and_when_it_is_due(universe: Universe) -> None:
    for kind, moves in ((universe.follow_up, Moves.NEVER), (universe.same_day, Moves.APPROVED)):
        kind.moves = moves
        kind.save()
    soon = visit(universe, 12, universe.ben, day=TODAY)
    later = visit(universe, 11, universe.dora, day=TODAY + timedelta(days=8), kind=universe.same_day)
    block(universe, NOW, at(17, day=TODAY + timedelta(days=9)))
    found = {one.about_ref: one for one in Task.objects.filter(title=TITLE)}
    assert (found[soon.pk].weight, found[soon.pk].due_at) == (3, at(11))
    assert (found[later.pk].weight, found[later.pk].due_at) == (2, later.start - timedelta(days=1))


def test_a_room_out_of_order_hits_its_visits(universe: Universe) -> None:
    hit = visit(universe, 11, universe.ben)
    done = block(
        universe, at(8, day=TOMORROW), at(17, day=TOMORROW), kind="out_of_order", resource=universe.exam_1
    )
    assert list(done.hit) == [hit]


def test_time_that_is_kept_for_a_class_hits_what_is_not_of_it(universe: Universe) -> None:
    urgent = slot_class("urgent", "Same-day urgent", universe.same_day)
    other = visit(universe, 11, universe.ben)
    visit(universe, 12, universe.dora, kind=universe.same_day)
    done = block(universe, at(8, day=TOMORROW), at(17, day=TOMORROW), kind="other", slot_class=urgent)
    assert list(done.hit) == [other]
    assert carol_on(universe, TOMORROW) == [("08:00", "17:00")]
    assert open_titles(universe) == [
        "Dr. Carol Calden, time is kept for Same-day urgent: move or cancel, and tell the patient"
    ]


def test_the_same_absence_twice_opens_no_second_task(universe: Universe) -> None:
    visit(universe, 11, universe.ben)
    for _ in range(2):
        block(universe, at(9, day=TOMORROW), at(13, day=TOMORROW))
    assert len(open_titles(universe)) == 1


def test_every_week_until_a_day_at_the_same_local_hour(universe: Universe) -> None:
    done = blocks.block_weekly(
        resource=universe.dr_carol, kind="meeting", start=datetime(2026, 3, 4, 12, tzinfo=ZONE),
        end=datetime(2026, 3, 4, 13, tzinfo=ZONE), until=date(2026, 3, 25), by=universe.alice, now=NOW,
    )  # fmt: skip
    starts = [one.block.start.astimezone(ZONE) for one in done]
    assert [(one.day, one.hour) for one in starts] == [(4, 12), (11, 12), (18, 12), (25, 12)]
    assert there(Block.objects.first()).start.utcoffset() == timedelta()
    assert Entry.objects.filter(kind="TimeBlocked").count() == 4
    assert carol_on(universe, date(2026, 3, 11)) == [("08:00", "12:00"), ("13:00", "17:00")]
    assert differences(now=NOW) == []


@pytest.mark.parametrize(
    ("until", "days", "sentence"),
    [
        (date(2026, 3, 3), 0, "comes before its first"),
        (date(2027, 3, 31), 0, "runs for a year at most"),
        (date(2026, 3, 25), 8, "lasts a week at most"),
    ],
)
def test_a_weekly_block_has_bounds(universe: Universe, until: date, days: int, sentence: str) -> None:
    start = at(12, day=TOMORROW)
    with pytest.raises(BadValue, match=sentence):
        blocks.block_weekly(
            resource=universe.dr_carol, kind="meeting", start=start, end=start + timedelta(days=days, hours=1),
            until=until, by=universe.alice, now=NOW,
        )  # fmt: skip
    assert not Block.objects.exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"kind": "golf"}, "Choose why the time is taken"),
        ({"end": at(8, day=TOMORROW)}, "The end comes before the beginning"),
        ({"start": at(8), "end": at(9)}, "This time has passed already"),
        ({"end": at(8, day=TODAY + timedelta(days=500))}, "400 days at most"),
        (
            {"start": at(8, day=date(2029, 6, 1)), "end": at(9, day=date(2029, 6, 1))},
            "within the next three years",
        ),
        ({"release": ReleaseRule(days=1)}, "give both"),
        ({"release": ReleaseRule(by="king")}, "Choose a role"),
    ],
)
def test_what_is_no_block_is_refused(universe: Universe, more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadValue, match=sentence):
        block(universe, **{"start": at(9, day=TOMORROW), "end": at(13, day=TOMORROW), **more})
    assert not Block.objects.exists()


@pytest.mark.parametrize("who", ["erin", "pat"])
def test_some_roles_record_no_absence(universe: Universe, who: str) -> None:
    somebody = getattr(universe, who)
    with pytest.raises(NotAllowed):
        block(universe, at(9, day=TOMORROW), at(13, day=TOMORROW), by=somebody)
    made = block(universe, at(9, day=TOMORROW), at(13, day=TOMORROW)).block
    with pytest.raises(NotAllowed):
        blocks.lift(block=made, because="", by=somebody, now=NOW)


def test_the_daybook_tells_of_the_absence_and_its_end(universe: Universe) -> None:
    hit = visit(universe, 11, universe.ben)
    made = block(universe, at(9, day=TOMORROW), at(13, day=TOMORROW), because="Fever").block
    blocks.lift(block=made, because="Well again", by=universe.bob, now=NOW)
    told = list(Entry.objects.about("block", made.pk))
    assert [(one.kind, one.reason, one.actor) for one in told] == [
        ("TimeBlocked", "Fever", universe.alice),
        ("BlockLifted", "Well again", universe.bob),
    ]
    assert told[0].facts["visits"] == [hit.pk]


# ---- lifting ----


def test_lifting_opens_the_time_and_finishes_the_tasks(universe: Universe) -> None:
    visit(universe, 11, universe.ben)
    made = block(universe, at(9, day=TOMORROW), at(13, day=TOMORROW)).block
    blocks.lift(block=made, because="Well again", by=universe.alice, now=NOW)
    assert carol_on(universe, TOMORROW) == [("08:00", "17:00")]
    assert open_titles(universe) == []
    assert Task.objects.get(title=TITLE).outcome == "The absence was lifted: the visit stays"
    with pytest.raises(blocks.BlockGone):
        blocks.lift(block=made, because="", by=universe.alice, now=NOW)
    assert differences(now=NOW) == []


def test_a_visit_that_another_absence_hits_keeps_its_task(universe: Universe) -> None:
    visit(universe, 11, universe.ben)
    made = block(universe, at(9, day=TOMORROW), at(13, day=TOMORROW)).block
    block(universe, at(10, day=TOMORROW), at(12, day=TOMORROW))
    blocks.lift(block=made, because="", by=universe.alice, now=NOW)
    assert open_titles(universe) == [TITLE]


# ---- the worklist ----


def test_the_worklist_is_in_order_of_acuity_then_preparation(universe: Universe) -> None:
    kinds = [universe.same_day, universe.follow_up]
    kinds[1].prep_hours = 8
    kinds[1].save()
    phone = universe.phone_call
    phone.moves = Moves.NEVER
    phone.save()
    plain = universe.skin_check
    plain.specialty = universe.dr_carol.specialty
    plain.save()
    visits = [
        visit(universe, 9, universe.ben, kind=plain),
        visit(universe, 10, universe.dora, kind=kinds[1]),
        visit(universe, 11, universe.chen, kind=kinds[0]),
    ]
    made = block(universe, at(8, day=TOMORROW), at(17, day=TOMORROW)).block
    found = worklist(made, user=universe.alice)
    assert [one.visit for one in found.waiting] == visits[::-1]
    assert [one.needs for one in found.waiting] == [["Same-day care"], ["Prepares 8 h before"], []]
    assert (found.settled, found.total) == ([], 3)


def test_what_is_cancelled_or_elsewhere_is_settled(universe: Universe) -> None:
    cancelled, moved = visit(universe, 9, universe.ben), visit(universe, 10, universe.dora)
    waits = visit(universe, 11, universe.ana)
    made = block(universe, at(8, day=TOMORROW), at(17, day=TOMORROW)).block
    Claim.objects.filter(appointment__in=[cancelled, moved]).update(released_at=NOW + timedelta(minutes=5))
    Appointment.objects.filter(pk=cancelled.pk).update(
        status="cancelled", cancelled_at=NOW, cancelled_by=universe.alice
    )
    later = at(10, day=TODAY + timedelta(days=2))
    Appointment.objects.filter(pk=moved.pk).update(start=later, end=later + timedelta(minutes=30))
    found = worklist(made, user=universe.alice)
    assert [(one.visit, one.needs) for one in found.waiting] == [(waits, ["Interpreter"])]
    assert [(one.visit, one.settled) for one in found.settled] == [
        (cancelled, "Cancelled"),
        (moved, "Moved to Thu 5 Mar, 10:00, Dr. Carol Calden"),
    ]


def test_the_worklist_names_nobody_whom_the_reader_may_not_see(universe: Universe) -> None:
    visit(universe, 11, universe.ben)
    made = block(universe, at(9, day=TOMORROW), at(13, day=TOMORROW)).block
    for who in (universe.charlie, universe.erin):
        assert worklist(made, user=who).total == 0


# ---- releasing kept time ----


def _kept(universe: Universe, **more: Any) -> Session:
    urgent = slot_class("urgent", "Same-day urgent", universe.same_day)
    return Session.objects.create(
        resource=universe.dr_carol, site=universe.main, weekday=TOMORROW.weekday(), starts="14:00", ends="15:00",
        valid_from=TODAY, valid_until=TOMORROW, slot_class=urgent, **more,
    )  # fmt: skip


def test_kept_time_is_released_for_one_day_by_whoever_may(universe: Universe) -> None:
    session = _kept(universe)
    with pytest.raises(NotAllowed, match="Only a triage nurse or a clinic manager may release this time"):
        blocks.release(kept=session, day=TOMORROW, site=universe.main, because="", by=universe.alice, now=NOW)
    made = blocks.release(
        kept=session, day=TOMORROW, site=universe.main, because="Quiet", by=universe.bob, now=NOW
    )
    assert (made.session, made.day, made.released_by) == (session, TOMORROW, universe.bob)
    entry = Entry.objects.get(kind="TimeReleased")
    assert (entry.reason, entry.facts["session_id"], entry.approved_by) == ("Quiet", session.pk, universe.bob)
    with pytest.raises(blocks.ReleasedBefore):
        blocks.release(kept=session, day=TOMORROW, site=universe.main, because="", by=universe.dan, now=NOW)
    assert differences(now=NOW) == []


def test_who_may_is_said_by_the_session_before_its_class(universe: Universe) -> None:
    session = _kept(universe, released_by="provider")
    with pytest.raises(NotAllowed, match="Only a provider or a clinic manager"):
        blocks.release(kept=session, day=TOMORROW, site=universe.main, because="", by=universe.bob, now=NOW)
    blocks.release(kept=session, day=TOMORROW, site=universe.main, because="", by=universe.carol, now=NOW)


def test_a_block_is_released_for_a_day_and_only_by_a_manager_unless_it_says_so(universe: Universe) -> None:
    made = block(universe, at(9, day=TOMORROW), at(13, day=TOMORROW + timedelta(days=1)), kind="admin").block
    with pytest.raises(NotAllowed, match="Only a clinic manager may release this time"):
        blocks.release(kept=made, day=TOMORROW, site=universe.main, because="", by=universe.bob, now=NOW)
    blocks.release(kept=made, day=TOMORROW, site=universe.main, because="", by=universe.dan, now=NOW)
    assert carol_on(universe, TOMORROW) == [("08:00", "17:00")]
    assert carol_on(universe, TOMORROW + timedelta(days=1)) == [("13:00", "17:00")]
    assert differences(now=NOW) == []


def test_only_time_that_is_kept_that_day_is_released(universe: Universe) -> None:
    session = _kept(universe)
    for day, site, sentence in (
        (TODAY - timedelta(days=6), universe.main, "has passed"),
        (TOMORROW + timedelta(days=1), universe.main, "No time is kept"),
        (TOMORROW, universe.harbor, "No time is kept"),
    ):
        with pytest.raises(BadValue, match=sentence):
            blocks.release(kept=session, day=day, site=site, because="", by=universe.dan, now=NOW)
    made = block(universe, at(9, day=TOMORROW), at(13, day=TOMORROW)).block
    blocks.lift(block=made, because="", by=universe.alice, now=NOW)
    made.refresh_from_db()
    with pytest.raises(BadValue, match="No time is kept"):
        blocks.release(kept=made, day=TOMORROW, site=universe.main, because="", by=universe.dan, now=NOW)
