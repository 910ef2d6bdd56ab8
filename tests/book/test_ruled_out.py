"""The gates agree with the search, and the first reasons are counted right."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from frontdesk.book.engine import bits
from frontdesk.book.engine.gates import Gate
from frontdesk.book.queries.find import HORIZON, open_times
from frontdesk.book.queries.gated import gated
from frontdesk.book.queries.ruled_out import DAYS, ruled_out
from frontdesk.book.queries.wish import Wish
from tests.factories.books import random_book, random_wish
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
Time = tuple[int, int, datetime]


def offered(wish: Wish) -> set[Time]:
    return {(one.provider, one.site.pk, one.start) for one in open_times(wish, now=NOW)}


def let_through(wish: Wish, *, in_session: bool) -> set[Time]:
    first, last = TODAY - timedelta(days=1), TODAY + timedelta(days=HORIZON)
    return {
        (one.provider, one.site.pk, one.midnight + timedelta(minutes=5 * tick))
        for one in gated(wish, first, last, now=NOW, in_session=in_session)
        for tick in bits.ticks(one.fits)
    }


@pytest.mark.parametrize("seed", range(8))
def test_the_gates_let_through_exactly_what_is_offered(universe: Universe, seed: int) -> None:
    types = random_book(universe, seed)
    some = 0
    for number in range(25):
        wish = random_wish(universe, types, 1000 * seed + number)
        found = offered(wish)
        assert let_through(wish, in_session=bool(number % 5)) == found
        some += bool(found)
    assert some > 2, "These wishes show nothing: they are never met."


def test_every_time_in_session_is_counted_once(universe: Universe) -> None:
    universe.book(at(10))
    wish = Wish(universe.follow_up, [universe.main], [universe.dr_carol.pk], at(10), TODAY)
    found = ruled_out(wish, now=NOW)
    # The quarters of ten days from 8:00 to 17:00; today's before ten are too early.
    in_session = 9 * 36
    assert found.span.last == TODAY + timedelta(days=DAYS - 1)
    assert found.looked_at == in_session == found.fit + sum(found.first_reasons.values())
    assert found.fit == len(list(open_times(wish, now=NOW)))
    assert found.first_reasons == {Gate.NOTICE: 8, Gate.DUE: 8 * 36, Gate.BOOKED: 2, Gate.LENGTH: 1}


def test_an_interpreter_whom_nobody_is(universe: Universe) -> None:
    wish = Wish(universe.follow_up, [universe.main], [universe.dr_carol.pk], at(10), LAST_OPEN)
    chinese = ruled_out(replace(wish, language="zh", interpreter=True), now=NOW)
    assert (chinese.fit, set(chinese.first_reasons)) == (0, {Gate.NOTICE, Gate.LENGTH, Gate.INTERPRETER})
    assert chinese.first_reasons[Gate.INTERPRETER] > 200


def test_with_many_providers_fewer_days_are_looked_at(universe: Universe) -> None:
    wish = Wish(universe.follow_up, [universe.main], [universe.dr_carol.pk] * 200, at(10), LAST_OPEN)
    found = ruled_out(replace(wish, providers=list(range(10**6, 10**6 + 200))), now=NOW)
    assert (found.span.first, found.span.last, found.looked_at) == (TODAY, TODAY + timedelta(days=1), 0)
