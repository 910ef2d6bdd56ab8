"""Moving, cancelling, marking as missed and taking back: what is refused leaves everything as it was."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from frontdesk.book.actions import appointments, cancels, holds, moves
from frontdesk.book.actions.changes import Ended, Stale
from frontdesk.book.actions.moves import Move, NotMovable, wanted_of
from frontdesk.book.actions.taking import KeptTime, PatientBusy, TimePast
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.models import Appointment, Block, Claim, Session
from frontdesk.book.ports import Link
from frontdesk.book.queries.check_days import differences
from frontdesk.book.rules import BookingGate
from frontdesk.clinic.choices import BlockKind, Moves
from frontdesk.clinic.models import SlotClass, VisitType
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

ASKED = Move(why="patient-asked")


def _move(universe: Universe, visit: Appointment, start: datetime, **more: Any) -> Appointment:
    given: dict[str, Any] = {
        "move": ASKED,
        "version": visit.version,
        "key": "",
        "by": universe.alice,
        "now": NOW,
    }
    return moves.move(visit=visit, to=wanted_of(visit, start), **{**given, **more})


def _cancel(universe: Universe, visit: Appointment, **more: Any) -> Appointment:
    given: dict[str, Any] = {
        "why": "patient-asked", "note": "", "version": visit.version, "key": "", "by": universe.alice,
        "now": NOW,
    }  # fmt: skip
    return cancels.cancel(visit=visit, **{**given, **more})


def _standing(visit: Appointment) -> tuple[object, ...]:
    visit.refresh_from_db()
    claims = Claim.objects.live().filter(appointment=visit).order_by("resource_id")
    return visit.start, visit.status, visit.version, tuple(claims.values_list("resource_id", "start"))


class TestMove:
    def test_a_moved_visit_has_its_new_time_and_gives_the_old_one_back(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        moved = _move(universe, visit, at(14))
        assert (moved.start, moved.end, moved.version, moved.moved) == (at(14), at(14, 30), 2, 1)
        assert universe.book(at(11), request=universe.ready(universe.chen))
        fact = Entry.objects.about("appointment", visit.pk).get(kind="AppointmentMoved")
        assert (fact.facts["why"], fact.facts["whose"]) == ("patient-asked", "patient")
        assert datetime.fromisoformat(fact.facts["was"]["start"]) == at(11)
        assert differences(now=NOW) == []

    def test_it_may_move_by_ten_minutes_over_itself(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        assert _move(universe, visit, at(11, 10)).start == at(11, 10)
        assert differences(now=NOW) == []

    def test_taken_time_is_refused_and_the_visit_stays(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        universe.book(at(14), request=universe.ready(universe.chen))
        before = _standing(visit)
        with pytest.raises(TimeTaken):
            _move(universe, visit, at(14, 15))
        assert _standing(visit) == before
        assert differences(now=NOW) == []

    def test_a_stale_screen_is_refused_with_what_changed(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        _move(universe, visit, at(14), now=NOW + timedelta(minutes=5))
        with pytest.raises(Stale, match="moved by Alice Alden at 10:05"):
            _move(universe, visit, at(15))

    def test_the_same_key_moves_once(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        for _ in range(2):
            assert _move(universe, visit, at(14), key="k").start == at(14)
        assert Entry.objects.filter(kind="AppointmentMoved").count() == 1

    @pytest.mark.parametrize(
        ("start", "refusal"), [(at(9), TimePast), (at(18), TimeTaken), (at(16, 45), TimeTaken)]
    )
    def test_where_it_cannot_be_it_does_not_go(
        self, universe: Universe, start: datetime, refusal: type[Exception]
    ) -> None:
        visit = universe.book(at(11))
        with pytest.raises(refusal):
            _move(universe, visit, start)

    def test_the_patient_is_in_one_place_at_a_time(self, universe: Universe) -> None:
        request = universe.ready()
        visit = universe.book(at(11), request=request)
        other = universe.wanted(at(14), provider=universe.dr_yusuf, room=universe.exam_2)
        universe.book(at(14), request=request, wanted=other)
        with pytest.raises(PatientBusy):
            _move(universe, visit, at(14))

    def test_the_grid_is_kept_for_what_the_clinic_wants_and_not_against_the_patient(
        self, universe: Universe
    ) -> None:
        VisitType.objects.update(moves=Moves.APPROVED, moves_because="Post-op week")
        visit = universe.book(at(11))
        with pytest.raises(NotMovable, match="named person’s approval"):
            _move(universe, visit, at(14), move=Move(why="urgent-need"))
        with pytest.raises(NotMovable):
            _move(universe, visit, at(14), move=Move(why="urgent-need", approved_by=universe.alice))
        visit = _move(universe, visit, at(14), move=Move(why="urgent-need", approved_by=universe.bob))
        assert Entry.objects.get(kind="AppointmentMoved").approved_by == universe.bob
        visit = moves.set_movability(
            visit=visit,
            moves=Moves.NEVER,
            because="Second time",
            version=visit.version,
            by=universe.bob,
            now=NOW,
        )
        with pytest.raises(NotMovable, match="Second time"):
            _move(universe, visit, at(15), move=Move(why="urgent-need", approved_by=universe.bob))
        assert _move(universe, visit, at(15)).start == at(15)

    def test_an_open_emergency_of_the_patient_comes_first(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        universe.use_starter()
        universe.ready(universe.ben, said="crushing chest pain and I cannot breathe")
        with pytest.raises(BookingGate) as refused:
            _move(universe, visit, at(14))
        assert refused.value.code == "GATE_EMERGENCY"

    def test_who_may_not_book_may_not_move(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        with pytest.raises(NotAllowed):
            _move(universe, visit, at(14), by=universe.erin)

    def test_an_unknown_reason_is_refused(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        with pytest.raises(BadValue):
            _move(universe, visit, at(14), move=Move(why="just because"))


class TestCancel:
    def test_cancelled_time_is_free_and_the_reason_is_kept(self, universe: Universe) -> None:
        visit = _cancel(universe, universe.book(at(11)), why="provider-away", note="Flu")
        assert (visit.status, visit.ended_whose, visit.ended_code, visit.ended_note) == (
            "cancelled", "provider", "provider-away", "Flu",
        )  # fmt: skip
        assert not Claim.objects.live().exists()
        assert universe.book(at(11), request=universe.ready(universe.chen))
        assert differences(now=NOW) == []

    @pytest.mark.parametrize(("days", "late"), [(0, True), (3, False)])
    def test_short_notice_is_a_late_cancellation(self, universe: Universe, days: int, late: bool) -> None:
        visit = universe.book(at(11, day=TODAY + timedelta(days=days)))
        assert _cancel(universe, visit).late_cancel is late

    def test_twice_with_one_key_is_once(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        for _ in range(2):
            _cancel(universe, visit, key="once")
        assert Entry.objects.filter(kind="AppointmentCancelled").count() == 1

    def test_it_can_be_taken_back_while_nothing_has_followed(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        before = _standing(visit)
        visit = _cancel(universe, visit)
        visit = cancels.undo(visit=visit, version=visit.version, by=universe.alice, now=NOW)
        assert _standing(visit) == (before[0], "booked", 3, before[3])
        assert differences(now=NOW) == []

    def test_not_after_a_while_and_not_over_somebody_else(self, universe: Universe) -> None:
        visit = _cancel(universe, universe.book(at(11)))
        late = NOW + timedelta(minutes=16)
        with pytest.raises(cancels.TooLate):
            cancels.undo(visit=visit, version=visit.version, by=universe.alice, now=late)
        universe.book(at(11), request=universe.ready(universe.chen))
        with pytest.raises(TimeTaken):
            cancels.undo(visit=visit, version=visit.version, by=universe.alice, now=NOW)

    def test_a_missed_visit_has_its_reason_and_keeps_its_past(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        with pytest.raises(Ended):
            cancels.miss(visit=visit, why="no-word", note="", version=1, by=universe.alice, now=NOW)
        later = at(11, 20)
        visit = cancels.miss(visit=visit, why="no-word", note="", version=1, by=universe.alice, now=later)
        assert (visit.status, visit.ended_code, visit.missed_by) == ("no_show", "no-word", universe.alice)
        visit = cancels.undo(visit=visit, version=2, by=universe.alice, now=later)
        assert (visit.status, visit.missed_at) == ("booked", None)


class TestKeptTime:
    @pytest.fixture
    def discharge(self, universe: Universe) -> SlotClass:
        """Tuesdays from 14:00 to 15:00 Dr. Carol keeps for same-day visits, until 12:00 of the day."""
        kept = SlotClass.objects.create(code="same-day", name="Same-day", release_days=0, release_at=time(12))
        kept.visit_types.add(universe.same_day)
        Session.objects.create(
            resource=universe.dr_carol, site=universe.main, weekday=1, starts=time(14), ends=time(15),
            valid_from=TODAY, slot_class=kept,
        )  # fmt: skip
        _remake(universe)
        return kept

    def test_it_is_for_whom_it_is_kept(self, universe: Universe, discharge: SlotClass) -> None:
        with pytest.raises(KeptTime, match="kept for: Same-day"):
            universe.book(at(14))
        wanted = universe.wanted(at(14), visit_type=universe.same_day)
        assert universe.book(at(14), wanted=wanted)
        assert differences(now=NOW) == []

    def test_from_its_release_on_it_is_everybodys(self, universe: Universe, discharge: SlotClass) -> None:
        hold = universe.hold(at(14), now=at(12))
        assert appointments.book(hold=hold, by=universe.alice, now=at(12, 1))

    def test_a_block_always_stands_and_closes_the_time(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        Block.objects.create(
            resource=universe.dr_carol, kind=BlockKind.SICK, start=at(10), end=at(13), recorded_at=NOW,
            recorded_by=universe.alice,
        )  # fmt: skip
        _remake(universe)
        assert differences(now=NOW) == []
        with pytest.raises(TimeTaken):
            universe.book(at(12), request=universe.ready(universe.chen))
        assert _move(universe, visit, at(13)).start == at(13)


class TestChain:
    def test_an_unarranged_interpreter_stops_the_booking_until_it_is_waived(self, universe: Universe) -> None:
        hold = holds.place(
            wanted=universe.wanted(at(11)), patient=universe.ana, request_id=universe.ready(universe.ana).pk,
            key="k", by=universe.alice, now=NOW,
        )  # fmt: skip
        with pytest.raises(BookingGate) as refused:
            appointments.book(hold=hold, by=universe.alice, now=NOW)
        assert refused.value.code == "NO_INTERPRETER"
        because = {Link.INTERPRETER.value: "Her daughter asked to interpret; the nurse agreed"}
        with pytest.raises(NotAllowed):
            appointments.book(hold=hold, by=universe.alice, now=NOW, waivers=because)
        with pytest.raises(BadValue):
            appointments.book(hold=hold, by=universe.bob, now=NOW, waivers={Link.INTERPRETER.value: " "})
        visit = appointments.book(hold=hold, by=universe.bob, now=NOW, waivers=because)
        link = visit.chain.get(link="Interpreter")
        assert (link.verdict, link.waived_by, link.waived_because) == (
            "waived", universe.bob, because["Interpreter"],
        )  # fmt: skip

    def test_what_no_room_checks_yet_is_never_a_pass(self, universe: Universe) -> None:
        chain = universe.book(at(11)).chain.filter(link__in=["Referral", "Authorization", "Coverage"])
        assert set(chain.values_list("verdict", flat=True)) == {"not checked"}


def _remake(universe: Universe) -> None:
    from frontdesk.book.actions.days import remake_days

    remake_days(resources=[universe.dr_carol.pk], first=TODAY, last=LAST_OPEN)
