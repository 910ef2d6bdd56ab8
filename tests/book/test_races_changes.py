"""Many hands on visits that are booked already: moves, cancellations, blocks and "first available" at once.

Real PostgreSQL and real connections, everything committed. After each race the book is counted naively.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction

from frontdesk.accounts.models import User
from frontdesk.book.actions import appointments, blocks, cancels, holds, moves
from frontdesk.book.actions.changes import Ended, Stale
from frontdesk.book.actions.days import remake_days
from frontdesk.book.actions.holds import Wanted
from frontdesk.book.actions.moves import Move, wanted_of
from frontdesk.book.actions.taking import NotOverbookable
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.models import Appointment, Block, Claim, Hold, Once, OverbookRule
from frontdesk.book.queries.find import Wish, providers_for
from frontdesk.clinic.choices import BlockKind
from frontdesk.daybook.models import Entry
from frontdesk.triage.models import Request
from tests.factories.callers import callers
from tests.factories.crowd import Crowd, crowd
from tests.factories.soundness import faults
from tests.universe import LAST_OPEN, NOW, Universe, at

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 20
ROUNDS = 10 if os.environ.get("FRONTDESK_FULL_PROOFS") else 4
_keys = count(1)


@dataclass
class Field:
    """The clinic, twenty callers with a request that may be booked, and a client for each; the clock runs on."""

    clinic: Universe
    requests: list[Request]
    crowd: Crowd
    now: datetime = field(default=NOW)

    @property
    def alice(self) -> User:
        return self.clinic.alice

    def tick(self) -> datetime:
        """Each round has a moment of its own."""
        self.now += timedelta(seconds=1)
        return self.now

    def hold(self, request: Request, wanted: Wanted) -> Hold:
        assert request.patient is not None
        return holds.place(
            wanted=wanted, patient=request.patient, request_id=request.pk, key=f"change-{next(_keys)}",
            by=self.alice, now=self.now,
        )  # fmt: skip

    def book(self, request: Request, wanted: Wanted) -> Appointment:
        return appointments.book(hold=self.hold(request, wanted), by=self.alice, now=self.now)

    def move(self, visit: Appointment, start: datetime, key: str = "") -> Appointment:
        return moves.move(
            visit=visit, to=wanted_of(visit, start), move=Move(why="patient-asked"), version=visit.version,
            key=key, by=self.alice, now=self.now,
        )  # fmt: skip

    def cancel(self, visit: Appointment, key: str = "") -> Appointment:
        return cancels.cancel(
            visit=visit, why="patient-asked", note="", version=visit.version, key=key, by=self.alice, now=self.now
        )  # fmt: skip

    def undo(self, visit: Appointment) -> Appointment:
        return cancels.undo(visit=visit, version=visit.version, by=self.alice, now=self.now)

    def run(self, *tasks: Callable[[], Any]) -> list[Any]:
        return self.crowd.run(tasks)


@pytest.fixture(scope="module")
def twenty() -> Iterator[Crowd]:
    with crowd(CLIENTS) as clients:
        yield clients


@pytest.fixture
def play(universe: Universe, twenty: Crowd) -> Iterator[Field]:
    """After each race the book must be sound."""
    requests = callers(CLIENTS, site=universe.main, by=universe.alice, now=NOW)
    yield Field(universe, requests, twenty)
    assert faults(now=NOW) == []


def _fresh(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def _kinds(outcome: list[Any]) -> Counter[str]:
    return Counter(type(one).__name__ for one in outcome)


class TestMoves:
    def test_a_move_and_bookings_of_the_same_time_leave_one(self, play: Field) -> None:
        visit = play.book(play.requests[0], play.clinic.wanted(at(11)))
        wanted = play.clinic.wanted(at(14))
        for _ in range(ROUNDS):
            play.tick()
            others = [partial(play.book, one, wanted) for one in play.requests[1:]]
            outcome = play.run(partial(play.move, visit, at(14)), *others)
            assert _kinds(outcome) == {"Appointment": 1, "TimeTaken": CLIENTS - 1}, outcome
            won = next(one for one in outcome if isinstance(one, Appointment))
            visit = _fresh(visit)
            visit = play.move(visit, at(11)) if won == visit else visit
            if won != visit:
                play.cancel(won)

    def test_two_that_want_each_others_place_both_stay(self, play: Field) -> None:
        one = play.book(play.requests[0], play.clinic.wanted(at(11)))
        other = play.book(play.requests[1], play.clinic.wanted(at(12)))
        for _ in range(ROUNDS):
            play.tick()
            outcome = play.run(partial(play.move, one, at(12)), partial(play.move, other, at(11)))
            assert _kinds(outcome) == {"TimeTaken": 2}, outcome
        assert (_fresh(one).start, _fresh(other).start) == (at(11), at(12))

    def test_who_moves_away_always_gets_away_from_who_follows(self, play: Field) -> None:
        first = play.book(play.requests[0], play.clinic.wanted(at(11)))
        second = play.book(play.requests[1], play.clinic.wanted(at(12)))
        for _ in range(ROUNDS):
            play.tick()
            followed, left = play.run(partial(play.move, first, at(12)), partial(play.move, second, at(13)))
            assert isinstance(left, Appointment) and left.start == at(13), left
            assert isinstance(followed, Appointment | TimeTaken), followed
            first, second = _fresh(first), _fresh(second)
            if first.start == at(12):
                first = play.move(first, at(11))
            second = play.move(second, at(12))

    def test_twenty_that_move_to_one_time_leave_one_there(self, play: Field) -> None:
        starts = [at(8, day=LAST_OPEN) + timedelta(minutes=20 * place) for place in range(CLIENTS)]
        short = play.clinic.same_day
        visits = [
            play.book(request, play.clinic.wanted(start, visit_type=short))
            for request, start in zip(play.requests, starts, strict=True)
        ]
        play.tick()
        outcome = play.run(*(partial(play.move, visit, at(16)) for visit in visits))
        assert _kinds(outcome) == {"Appointment": 1, "TimeTaken": CLIENTS - 1}, outcome


class TestOneVisit:
    def test_of_a_cancellation_and_a_move_one_wins(self, play: Field) -> None:
        won: Counter[str] = Counter()
        for turn in range(ROUNDS):
            play.tick()
            visit = play.book(play.requests[turn], play.clinic.wanted(at(15)))
            tasks: list[Callable[[], Appointment]] = [
                partial(play.cancel, visit),
                partial(play.move, visit, at(16)),
            ]
            outcome = play.run(*(tasks if turn % 2 else tasks[::-1]))
            (lost,) = (one for one in outcome if not isinstance(one, Appointment))
            assert isinstance(lost, Stale | Ended), lost
            visit = _fresh(visit)
            won[visit.status] += 1
            assert visit.version == 2
            if visit.is_live:
                play.cancel(visit)
        assert won.total() == ROUNDS

    def test_of_a_restored_visit_and_a_new_one_exactly_one_stands(self, play: Field) -> None:
        wanted = play.clinic.wanted(at(15))
        for turn in range(ROUNDS):
            play.tick()
            visit = play.cancel(play.book(play.requests[0], wanted))
            tasks: list[Callable[[], Appointment]] = [
                partial(play.undo, visit), partial(play.book, play.requests[1], wanted),
            ]  # fmt: skip
            outcome = play.run(*(tasks if turn % 2 else tasks[::-1]))
            assert _kinds(outcome) == {"Appointment": 1, "TimeTaken": 1}, outcome
            won = next(one for one in outcome if isinstance(one, Appointment))
            play.cancel(_fresh(won))

    @pytest.mark.parametrize("what", ["cancel", "move"])
    def test_one_key_sent_by_twenty_is_done_once_and_all_are_told_the_same(
        self, play: Field, what: str
    ) -> None:
        for turn in range(3):
            play.tick()
            visit = play.book(play.requests[turn], play.clinic.wanted(at(11 + turn)))
            key = f"sent-often-{turn}"
            move = partial(play.move, visit, at(14), key=key)
            task = move if what == "move" else partial(play.cancel, visit, key=key)
            outcome = play.run(*[task] * CLIENTS)
            assert _kinds(outcome) == {"Appointment": CLIENTS}, _kinds(outcome)
            assert {one.pk for one in outcome} == {visit.pk}
            assert Once.objects.filter(key=key).count() == 1
            visit = _fresh(visit)
            assert visit.version == 2
            if visit.is_live:
                play.cancel(visit)


class TestTheProvidersTime:
    def _block(self, play: Field) -> Block:
        return blocks.block(
            resource=play.clinic.dr_carol, kind=BlockKind.MEETING, start=at(13), end=at(15),
            by=play.alice, now=play.now,
        ).block  # fmt: skip

    def _remake(self, play: Field) -> int:
        with transaction.atomic():
            return remake_days(resources=[play.clinic.dr_carol.pk], first=date(2026, 3, 3), last=LAST_OPEN)

    def test_a_block_that_is_recorded_while_twenty_book_closes_the_time(self, play: Field) -> None:
        for _ in range(ROUNDS):
            play.tick()
            starts = [at(12, 45) + timedelta(minutes=10 * place) for place in range(CLIENTS - 3)]
            bookings = [
                partial(play.book, request, play.clinic.wanted(start))
                for request, start in zip(play.requests, starts, strict=False)
            ]
            outcome = play.run(
                *bookings[:8], partial(self._block, play), partial(self._remake, play), *bookings[8:],
                partial(self._remake, play),
            )  # fmt: skip
            made = next(one for one in outcome if isinstance(one, Block))
            assert set(_kinds(outcome)) <= {"Appointment", "TimeTaken", "Block", "int"}, outcome
            with pytest.raises(TimeTaken):
                play.hold(play.requests[-1], play.clinic.wanted(at(13)))
            assert faults(now=NOW) == []
            play.tick()
            booked = [one for one in outcome if isinstance(one, Appointment)]
            lift = partial(blocks.lift, block=made, because="", by=play.alice, now=play.now)
            outcome = play.run(lift, *(partial(play.cancel, visit) for visit in booked))
            assert set(_kinds(outcome)) <= {"Appointment", "Block"}, outcome
            assert not Claim.objects.live().exists()

    @pytest.mark.parametrize("cap", [1, 3])
    def test_extra_visits_never_pass_the_cap_of_the_signed_rule(self, play: Field, cap: int) -> None:
        clinic = play.clinic
        rule = OverbookRule.objects.create(
            provider=clinic.dr_carol, starts=time(8), ends=time(17), cap=cap, valid_from=NOW.date(),
            valid_until=LAST_OPEN, drafted_at=NOW, drafted_by=clinic.dan, signed_at=NOW, signed_by=clinic.carol,
        )  # fmt: skip
        for _ in range(ROUNDS // 2):
            play.tick()
            tasks = [
                partial(
                    play.hold,
                    request,
                    Wanted(
                        clinic.phone_call,
                        clinic.main,
                        clinic.dr_carol,
                        at(11) + timedelta(minutes=15 * (place % 10)),
                        overbook=rule,
                    ),
                )
                for place, request in enumerate(play.requests)
            ]
            outcome = play.run(*tasks)
            won = [one for one in outcome if isinstance(one, Hold)]
            assert len(won) == cap == Claim.objects.live().filter(unit=2).count()
            assert all(isinstance(one, Hold | TimeTaken | NotOverbookable) for one in outcome), outcome
            for hold in won:
                holds.let_go(hold=hold, by=play.alice, now=play.now)


class TestFirstAvailable:
    EIGHT = 8

    def _wish(self, play: Field) -> Wish:
        clinic = play.clinic
        doctors = providers_for(clinic.follow_up, [clinic.main])
        return Wish(clinic.follow_up, [clinic.main], doctors, at(10, 15), LAST_OPEN)

    def _counted(self, play: Field, request: Request, wish: Wish, key: str = "") -> tuple[Hold, int]:
        """What `place_first` holds, and how often it had to lock days for it: each try locks them once."""
        assert request.patient is not None
        tries = 0

        def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            nonlocal tries
            tries += "FOR NO KEY UPDATE" in sql and 'FROM "book_resourceday"' in sql
            return execute(sql, *rest)

        with connection.execute_wrapper(watch):
            hold = holds.place_first(
                wish=wish, patient=request.patient, request_id=request.pk, key=key or f"first-{next(_keys)}",
                by=play.alice, now=play.now,
            )  # fmt: skip
        return hold, tries

    def test_eight_at_once_each_get_a_time_of_their_own_at_the_first_or_second_try(self, play: Field) -> None:
        wish = self._wish(play)
        for _ in range(ROUNDS):
            play.tick()
            outcome = play.run(
                *(partial(self._counted, play, one, wish) for one in play.requests[: self.EIGHT])
            )
            assert _kinds(outcome) == {"tuple": self.EIGHT}, outcome
            assert max(tries for _, tries in outcome) <= 2
            got = {(hold.provider_id, hold.start) for hold, _ in outcome}
            assert len(got) == self.EIGHT
            # Nobody was sent further than needed: two doctors and two rooms, so the first four quarters of times.
            assert {start for _, start in got} == {
                at(10, 15) + timedelta(minutes=30 * turn) for turn in range(4)
            }
            for hold, _ in outcome:
                holds.let_go(hold=hold, by=play.alice, now=play.now)

    def test_one_key_holds_one_time(self, play: Field) -> None:
        wish = self._wish(play)
        outcome = play.run(
            *[partial(self._counted, play, play.requests[0], wish, key="first-once")] * CLIENTS
        )
        assert _kinds(outcome) == {"tuple": CLIENTS}, outcome
        assert len({hold.pk for hold, _ in outcome}) == 1
        assert Entry.objects.filter(kind="TimeHeld").count() == 1
