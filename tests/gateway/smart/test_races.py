"""Many at once: a proof is good once, and the limit of a minute holds."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.test import Client as Browser

from frontdesk.kit.clock import now
from frontdesk.partners import limiter
from frontdesk.partners.actions import clients
from frontdesk.partners.models import Token
from tests.factories import partners
from tests.factories.partners import ask, assertion
from tests.universe import NOW, Universe


@pytest.mark.django_db(transaction=True)
def test_one_proof_shown_by_many_at_once_is_good_once(universe: Universe) -> None:
    one = partners.register(universe)
    proof, together, codes = assertion(one, now=now()), Barrier(6), []

    def show() -> None:
        together.wait()
        codes.append(ask(Browser(), proof).status_code)
        connection.close()

    threads = [Thread(target=show) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(codes) == [200, 401, 401, 401, 401, 401]
    assert Token.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_threads_get_the_limit_between_them(universe: Universe) -> None:
    client = partners.register(universe, per_minute=100).client
    given: list[int] = []

    def work() -> None:
        given.extend(limiter.allow(client, NOW) for _ in range(50))
        connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert given.count(0) == 100


@pytest.mark.django_db(transaction=True)
def test_a_token_asked_for_while_its_client_is_being_changed_allows_no_more_than_then(
    universe: Universe,
) -> None:
    one, scopes = partners.register(universe), []

    def ask_for_all() -> None:
        scopes.append(ask(Browser(), assertion(one), "system/*.cruds").json()["scope"])
        connection.close()

    thread = Thread(target=ask_for_all)
    with transaction.atomic():
        less = partners.wanted(universe, scopes=["system/Slot.rs"])
        clients.change(client=one.client, wanted=less, by=universe.dan, now=NOW)
        thread.start()
        while thread.is_alive() and not _somebody_waits():
            thread.join(0.01)
    thread.join()
    assert scopes == ["system/Slot.rs"]


def _somebody_waits() -> bool:
    """Does another connection wait for a lock of this one?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])
