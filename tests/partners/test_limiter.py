"""So many requests a minute and no more, however many processes share the work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from frontdesk.partners import limiter
from tests.factories import partners
from tests.universe import NOW, Universe

MINUTE = timedelta(minutes=1)


def _as_another_process(patch: pytest.MonkeyPatch) -> None:
    """What a process has in memory is its own."""
    patch.setattr(limiter, "_shares", {})


@pytest.mark.django_db
def test_the_limit_of_a_minute(universe: Universe) -> None:
    client = partners.register(universe, per_minute=90).client
    moment = NOW + timedelta(seconds=42)
    assert [limiter.allow(client, moment) for _ in range(90)] == [0] * 90
    assert limiter.allow(client, moment) == 18
    assert limiter.allow(client, moment + timedelta(seconds=17)) == 1
    assert limiter.allow(client, NOW + MINUTE) == 0


@pytest.mark.django_db
def test_most_requests_cost_no_statement_and_refusals_none(
    universe: Universe, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = partners.register(universe, per_minute=400).client
    with django_assert_max_num_queries(41):  # a handful of ten each
        for _ in range(1000):
            limiter.allow(client, NOW)


@pytest.mark.django_db
def test_processes_share_it(universe: Universe, monkeypatch: pytest.MonkeyPatch) -> None:
    client = partners.register(universe, per_minute=100).client
    _as_another_process(monkeypatch)
    given = [limiter.allow(client, NOW) for _ in range(60)]
    _as_another_process(monkeypatch)
    given += [limiter.allow(client, NOW) for _ in range(60)]
    assert (
        100 - 2 <= given.count(0) <= 100
    )  # what the first had taken and not given out is lost: at most a handful


@pytest.mark.django_db
def test_each_client_has_its_own(universe: Universe) -> None:
    one, other = (partners.register(universe, per_minute=1).client for _ in range(2))
    assert (limiter.allow(one, NOW), limiter.allow(other, NOW)) == (0, 0)
    assert limiter.allow(one, NOW) == 60 and limiter.allow(other, NOW) == 60


@pytest.mark.django_db
def test_failed_tries_are_counted_by_who_makes_them(universe: Universe) -> None:
    for _ in range(limiter.FAILURES):
        assert limiter.failed_too_often("a", NOW) == 0
        limiter.note_failure("a", NOW)
    assert limiter.failed_too_often("a", NOW + timedelta(seconds=59)) == 1
    assert limiter.failed_too_often("b", NOW) == 0
    assert limiter.failed_too_often("a", NOW + MINUTE) == 0
