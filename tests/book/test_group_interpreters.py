"""Who needs an interpreter in a group shares one who is taken for all of it, until the last who needs them has left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.book.actions import cancels, gatherings, places
from frontdesk.book.actions.group_interpreters import Helped, change_interpreter
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.models import Appointment, Claim, Gathering
from frontdesk.book.queries.audit import audit
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.gatherings import interpreter_for
from frontdesk.book.queries.outside import visits_of
from frontdesk.book.rules import BookingGate
from frontdesk.clinic.models import Interpreter, Provider
from frontdesk.people.models import Patient
from tests.book.test_gatherings import START, group, take
from tests.factories.family import Therapy, therapy
from tests.factories.soundness import faults
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def gym(universe: Universe) -> Therapy:
    return therapy(universe)


@pytest.fixture
def luz(universe: Universe) -> Patient:
    return universe.newcomer("Luz", "Prado", language="es", needs_interpreter=True)


def helpers(made: Gathering) -> list[int]:
    live = Claim.objects.live().filter(gathering=made, resource__kind="interpreter")
    assert all((one.start, one.end) == (made.start, made.end) for one in live)
    return [one.resource_id for one in live]


def leave(cast: Universe, visit: Appointment) -> None:
    cancels.cancel(
        visit=visit, why="patient-ill", note="", version=visit.version, key="", by=cast.alice, now=NOW
    )


def sound() -> bool:
    assert faults(now=NOW) == []
    assert differences(now=NOW) == []
    return not audit(now=NOW).mismatches


def test_one_is_taken_with_the_first_and_shared_by_the_second(
    universe: Universe, gym: Therapy, luz: Patient
) -> None:
    made = group(universe, gym)
    assert take(universe, made, universe.ben).interpreter is None
    assert helpers(made) == []
    first, second = take(universe, made, universe.ana), take(universe, made, luz)
    assert first.interpreter == second.interpreter == universe.marisol
    assert helpers(made) == [universe.marisol.pk]
    link = second.chain.get(link="Interpreter")
    assert (link.verdict, link.sentence) == ("pass", "Marisol Vega, in person.")
    assert sound()


def test_they_are_given_back_with_the_last_who_needs_them(
    universe: Universe, gym: Therapy, luz: Patient
) -> None:
    made = group(universe, gym)
    first, second = take(universe, made, universe.ana), take(universe, made, luz)
    leave(universe, first)
    assert helpers(made) == [universe.marisol.pk]
    assert sound()
    leave(universe, second)
    assert helpers(made) == []
    assert sound()
    wanted = universe.wanted(START, interpreter=universe.marisol)
    assert universe.book(START, request=universe.ready(universe.ana), wanted=wanted)


def test_they_come_along_to_another_group(universe: Universe, gym: Therapy) -> None:
    made, other = group(universe, gym), group(universe, gym, START + DAY)
    visit = take(universe, made, universe.ana)
    moved = places.move_place(
        visit=visit, to=other, why="patient-asked", note="", version=1, key="", by=universe.alice, now=NOW
    )
    assert (moved.gathering, moved.interpreter) == (other, universe.marisol)
    assert (helpers(made), helpers(other)) == ([], [universe.marisol.pk])
    assert sound()


def test_a_cancelled_group_gives_them_back(universe: Universe, gym: Therapy) -> None:
    made = group(universe, gym)
    take(universe, made, universe.ana)
    gatherings.cancel_gathering(
        gathering=made, why="room-or-machine", note="", key="", by=universe.alice, now=NOW
    )
    assert helpers(made) == []
    assert sound()


def test_nobody_is_taken_where_the_provider_speaks_the_language(universe: Universe, gym: Therapy) -> None:
    Provider.objects.filter(pk=gym.therapist.pk).update(languages=["en", "es"])
    made = group(universe, gym)
    visit = take(universe, Gathering.objects.get(pk=made.pk), universe.ana)
    assert (visit.interpreter, helpers(made)) == (None, [])
    assert visit.chain.get(link="Interpreter").sentence == "Tess Moran, PT speaks Spanish: none needed."


def test_where_nobody_is_free_the_place_is_refused_or_waived(universe: Universe, gym: Therapy) -> None:
    wanted = universe.wanted(START, interpreter=universe.marisol)
    universe.book(START, request=universe.ready(universe.dora), wanted=wanted)
    made = group(universe, gym)
    with pytest.raises(BookingGate) as refused:
        take(universe, made, universe.ana)
    assert refused.value.code == "NO_INTERPRETER"
    visit = places.take_place(
        gathering=made, patient=universe.ana, request_id=universe.ready(universe.ana).pk, key="", by=universe.bob,
        now=NOW, waivers={"Interpreter": "Her daughter interprets."},
    )  # fmt: skip
    assert (visit.interpreter, helpers(made)) == (None, [])


def test_who_was_taken_in_between_is_not_taken_twice(universe: Universe, gym: Therapy) -> None:
    """The interpreter is chosen before her day is locked: somebody may be quicker."""
    made = group(universe, gym)
    chosen = interpreter_for(made, universe.ana, now=NOW)
    wanted = universe.wanted(START, interpreter=universe.marisol)
    universe.book(START, request=universe.ready(universe.dora), wanted=wanted)
    with pytest.raises(TimeTaken, match="Marisol Vega was just taken"):
        change_interpreter(leaves=None, comes=Helped.by(chosen, made), but=None, by=universe.alice, now=NOW)
    assert helpers(made) == []
    assert sound()


def test_who_speaks_two_languages_interprets_both(universe: Universe, gym: Therapy) -> None:
    Interpreter.objects.filter(pk=universe.marisol.pk).update(languages=["es", "zh"])
    Patient.objects.filter(pk=universe.chen.pk).update(needs_interpreter=True)
    universe.chen.refresh_from_db()
    made = group(universe, gym)
    take(universe, made, universe.ana)
    assert take(universe, made, universe.chen).interpreter == universe.marisol
    assert helpers(made) == [universe.marisol.pk]


def test_an_absent_interpreter_hits_only_those_who_need_her(universe: Universe, gym: Therapy) -> None:
    made = group(universe, gym)
    take(universe, made, universe.ben)
    visit = take(universe, made, universe.ana)
    hit = [one.visit.pk for one in visits_of([universe.marisol.pk], made.start, made.end)]
    assert hit == [visit.pk]
    assert len(visits_of([gym.gym.pk], made.start, made.end)) == 2
