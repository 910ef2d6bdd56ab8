from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.book.actions import appointments, holds
from frontdesk.book.actions.holds import DoesNotFit, PatientBusy, TimePast, Wanted
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.models import Appointment, Claim, Hold, ResourceDay
from frontdesk.book.ports import Link
from frontdesk.book.queries.check_days import differences
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import NotAllowed
from tests.factories.clinic import interpreter
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
EXPIRED = NOW + holds.STANDS_FOR
SWEEPER = System("hold sweeper")


def _place(universe: Universe, wanted: Wanted, *, key: str, by: str = "alice") -> Hold:
    return holds.place(
        wanted=wanted, patient=universe.ben, request_id=universe.ready().pk, key=key,
        by=getattr(universe, by), now=NOW,
    )  # fmt: skip


class TestPlace:
    def test_it_keeps_everything_the_visit_needs_for_ten_minutes(self, universe: Universe) -> None:
        hold = universe.hold(at(11), request=universe.ready(universe.ana))
        assert (hold.start, hold.end, hold.expires_at) == (at(11), at(11, 30), NOW + timedelta(minutes=10))
        claimed = {claim.resource_id for claim in Claim.objects.live().filter(hold=hold)}
        assert claimed == {universe.dr_carol.pk, universe.exam_1.pk, universe.marisol.pk}
        assert differences(now=NOW) == []

    def test_what_else_was_offered_is_written_down(self, universe: Universe) -> None:
        request = universe.ready()
        offered = [{"words": "12:00 with Dr. Demir"}]
        holds.place(
            wanted=universe.wanted(at(11)), patient=universe.ben, request_id=request.pk, key="k",
            by=universe.alice, now=NOW, offered=offered,
        )  # fmt: skip
        assert Entry.objects.about("request", request.pk).get(kind="TimeHeld").alternatives == offered

    def test_the_same_key_answers_the_same_hold(self, universe: Universe) -> None:
        wanted = universe.wanted(at(11))
        assert _place(universe, wanted, key="once") == _place(universe, wanted, key="once")
        assert Hold.objects.count() == 1

    def test_another_time_of_the_same_request_lets_the_first_go(self, universe: Universe) -> None:
        request = universe.ready()
        first = universe.hold(at(11), request=request)
        universe.hold(at(11, 15), request=request)
        first.refresh_from_db()
        assert first.ended_how == "let_go"
        assert differences(now=NOW) == []

    @pytest.mark.parametrize(("hour", "minute"), [(10, 45), (11, 0), (11, 15), (11, 25), (10, 35)])
    def test_a_time_that_overlaps_is_taken(self, universe: Universe, hour: int, minute: int) -> None:
        universe.hold(at(11))
        with pytest.raises(TimeTaken):
            universe.hold(at(hour, minute), request=universe.ready(universe.chen))

    @pytest.mark.parametrize(("hour", "minute"), [(10, 30), (11, 30)])
    def test_a_time_that_only_touches_is_not(self, universe: Universe, hour: int, minute: int) -> None:
        universe.hold(at(11))
        assert universe.hold(at(hour, minute), request=universe.ready(universe.chen))

    @pytest.mark.parametrize(
        ("hour", "days"),
        [(7, 1), (17, 1), (16, 4), (11, 60)],
        ids=["early", "late", "saturday", "not open yet"],
    )
    def test_time_that_is_not_open_is_refused(self, universe: Universe, hour: int, days: int) -> None:
        day = TODAY + timedelta(days=days)
        if hour == 16:
            assert day.weekday() == 5
        with pytest.raises(TimeTaken):
            universe.hold(at(hour, day=day))

    def test_a_visit_may_not_run_past_the_session(self, universe: Universe) -> None:
        assert universe.hold(at(16, 30))
        with pytest.raises(TimeTaken):
            universe.hold(at(16, 35, day=TODAY + timedelta(days=1)))

    def test_the_past_is_past(self, universe: Universe) -> None:
        with pytest.raises(TimePast):
            universe.hold(at(9, 45))

    def test_the_patient_can_only_be_at_one_place(self, universe: Universe) -> None:
        universe.book(at(11))
        wanted = universe.wanted(at(11, 15), provider=universe.dr_yusuf, room=universe.exam_2)
        with pytest.raises(PatientBusy, match="11:00"):
            universe.hold(at(11, 15), wanted=wanted)

    def test_a_provider_at_two_sites_can_only_be_at_one(self, universe: Universe) -> None:
        lena, skin = universe.dr_lena, universe.skin_check
        here = Wanted(skin, universe.main, lena, at(11), universe.exam_1)
        there = Wanted(skin, universe.harbor, lena, at(11), universe.harbor_room)
        universe.hold(at(11), wanted=here)
        with pytest.raises(TimeTaken):
            universe.hold(at(11), wanted=there, request=universe.ready(universe.chen))

    @pytest.mark.parametrize("wrong", ["provider", "room", "language"])
    def test_what_does_not_fit_the_visit_is_refused(self, universe: Universe, wrong: str) -> None:
        request = universe.ready(universe.ana if wrong == "language" else universe.ben)
        arabic = interpreter("Sami Haddad", at=universe.main, languages=["ar"])
        wanted = {
            "provider": universe.wanted(at(11), provider=universe.dr_lena),
            "room": universe.wanted(at(11), room=universe.harbor_room),
            "language": universe.wanted(at(11), interpreter=arabic),
        }[wrong]
        with pytest.raises(DoesNotFit):
            universe.hold(at(11), request=request, wanted=wanted)

    @pytest.mark.parametrize("who", ["carol", "erin", "pat"])
    def test_some_roles_may_not(self, universe: Universe, who: str) -> None:
        with pytest.raises(NotAllowed):
            _place(universe, universe.wanted(at(11)), key="k", by=who)
        assert not Claim.objects.exists()


class TestEnd:
    def test_letting_go_gives_the_time_back_at_once(self, universe: Universe) -> None:
        hold = universe.hold(at(11))
        ended = holds.let_go(hold=hold, by=universe.alice, now=NOW)
        assert (ended.ended_how, ended.ended_at) == ("let_go", NOW)
        assert universe.hold(at(11), request=universe.ready(universe.chen))

    def test_letting_go_twice_is_no_change(self, universe: Universe) -> None:
        hold = universe.hold(at(11))
        for moment in (NOW, NOW + timedelta(minutes=1)):
            holds.let_go(hold=hold, by=universe.alice, now=moment)
        assert Hold.objects.get(pk=hold.pk).ended_at == NOW
        assert Entry.objects.filter(kind="HoldEnded").count() == 1

    def test_a_booked_hold_cannot_be_let_go(self, universe: Universe) -> None:
        hold = universe.hold(at(11))
        appointments.book(hold=hold, by=universe.alice, now=NOW)
        assert holds.let_go(hold=hold, by=universe.alice, now=NOW).ended_how == "booked"
        assert Claim.objects.live().count() == 2

    @pytest.mark.parametrize(("seconds", "free"), [(-1, False), (0, True), (1, True)])
    def test_an_expired_hold_is_released_for_whoever_wants_its_time(
        self, universe: Universe, seconds: int, free: bool
    ) -> None:
        old = universe.hold(at(11))
        moment = EXPIRED + timedelta(seconds=seconds)
        request = universe.ready(universe.chen)
        if not free:
            with pytest.raises(TimeTaken):
                universe.hold(at(11), request=request, now=moment)
            return
        universe.hold(at(11), request=request, now=moment)
        old.refresh_from_db()
        assert (old.ended_how, old.ended_at) == ("expired", moment)
        assert differences(now=NOW) == []

    def test_the_sweep_writes_off_what_has_expired_and_no_more(self, universe: Universe) -> None:
        old = universe.hold(at(11))
        young = universe.hold(at(12), request=universe.ready(universe.chen), now=NOW + timedelta(minutes=5))
        assert holds.sweep(by=SWEEPER, now=EXPIRED) == 1
        assert holds.sweep(by=SWEEPER, now=EXPIRED) == 0
        old.refresh_from_db()
        young.refresh_from_db()
        assert (old.ended_how, young.ended_how) == ("expired", "")
        assert differences(now=NOW) == []


class TestBook:
    def test_a_visit_takes_over_the_time_of_its_hold(self, universe: Universe) -> None:
        request = universe.ready()
        hold = universe.hold(at(11), request=request)
        visit = appointments.book(hold=hold, by=universe.alice, now=NOW)
        assert (visit.start, visit.end, visit.room, visit.asked_for) == (
            at(11),
            at(11, 30),
            universe.exam_1,
            request.pk,
        )
        assert (visit.booked_by, visit.booked_at, visit.status) == (universe.alice, NOW, "booked")
        assert set(Claim.objects.live().values_list("appointment", flat=True)) == {visit.pk}
        fact = Entry.objects.about("appointment", visit.pk).get(kind="AppointmentBooked").facts
        assert fact["checks"][0] == "Request: pass. The routine lane allows booking."
        assert "Coverage: not checked." in fact["checks"][9]
        links = list(visit.chain.order_by("pk").values_list("link", flat=True))
        assert links == [link.value for link in Link]

    def test_booking_again_answers_the_same_visit(self, universe: Universe) -> None:
        hold = universe.hold(at(11))
        first = appointments.book(hold=hold, by=universe.alice, now=NOW)
        late = EXPIRED + timedelta(hours=1)
        assert appointments.book(hold=hold, by=universe.alice, now=late) == first
        assert Appointment.objects.count() == 1

    @pytest.mark.parametrize("how", ["expired", "let go"])
    def test_a_hold_that_ended_is_gone(self, universe: Universe, how: str) -> None:
        hold = universe.hold(at(11))
        if how == "let go":
            holds.let_go(hold=hold, by=universe.alice, now=NOW)
        with pytest.raises(appointments.HoldGone):
            appointments.book(hold=hold, by=universe.alice, now=EXPIRED if how == "expired" else NOW)
        assert not Appointment.objects.exists()

    def test_a_provider_may_not(self, universe: Universe) -> None:
        hold = universe.hold(at(11))
        with pytest.raises(NotAllowed):
            appointments.book(hold=hold, by=universe.carol, now=NOW)

    def test_a_visit_is_seen_at_its_own_site(self, universe: Universe) -> None:
        visit = universe.book(at(11))
        seen = {who for who in ("alice", "bob", "carol", "dan", "charlie", "erin", "pat")
                if visit in Appointment.objects.visible_to(getattr(universe, who))}  # fmt: skip
        assert seen == {"alice", "bob", "carol", "dan"}


def test_the_database_itself_refuses_two_claims_on_one_time(universe: Universe) -> None:
    from django.db import IntegrityError, transaction

    hold = universe.hold(at(11))
    with pytest.raises(IntegrityError, match="book_claim_once"), transaction.atomic():
        Claim.objects.create(resource=universe.dr_carol, start=at(11, 25), end=at(11, 55), hold=hold)
    Claim.objects.create(resource=universe.dr_carol, start=at(11, 30), end=at(12), hold=hold)


def test_the_database_itself_refuses_a_patient_two_visits_at_once(universe: Universe) -> None:
    from django.db import IntegrityError, transaction

    visit = universe.book(at(11))
    visit.pk, visit.idempotency_key, visit.start = None, None, at(11, 29)
    with pytest.raises(IntegrityError, match="book_patient_once"), transaction.atomic():
        visit.save()


def test_a_wrong_bit_never_becomes_a_second_visit(universe: Universe) -> None:
    universe.book(at(11))
    for day in ResourceDay.objects.filter(day=TODAY):
        day.free_bits = day.open_bits
        day.save()
    with pytest.raises(TimeTaken):
        universe.hold(at(11), request=universe.ready(universe.chen))
