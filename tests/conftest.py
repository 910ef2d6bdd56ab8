"""What every test may use: the universe, a quiet network, quick passwords."""

from __future__ import annotations

import copy
import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase, override_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker

from frontdesk.triage.engine import protocol as engine
from tests import database
from tests import universe as universe_module
from tests.factories.daybook import APPEND_ONLY
from tests.universe import Universe

# The same examples at each run and no time limit for one: a busy machine must not make a test fail.
hypothesis_settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("house")


# They start servers of their own and wait for them: begun first, they do so while other workers work, not alone at the end.
WAITING = {"crash", "up"}
MOST_PROTOCOLS = 40  # that are remembered: the one that Frontdesk ships is large


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.relative_to(here).parts[0] not in WAITING)


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Argon2 is slow by design; tests that are about it name it themselves."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    with override_settings(PASSWORD_HASHERS=hashers):
        yield


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """No test reaches beyond this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(str(address[0])):
            raise AssertionError(f"A test reached for {address[0]}: only loopback is open.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session", autouse=True)
def _protocols_are_read_once() -> Iterator[None]:
    """A test puts a protocol in force as a row of its own; the same content is read and compiled once for all of them."""
    plain, known = engine.read_protocol, dict[str, engine.Protocol]()

    def read(content: Mapping[str, object], *, unfinished: bool = False) -> engine.Protocol:
        key = json.dumps([content, unfinished], sort_keys=True, default=repr)
        if len(known) >= MOST_PROTOCOLS:
            known.clear()
        if key not in known:
            known[key] = plain(content, unfinished=unfinished)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "read_protocol", read)
        yield


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    """Every worker's database is a copy of one that was migrated."""
    if not request.config.getvalue("nomigrations"):
        with django_db_blocker.unblock():
            database.use_template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let tests that commit be cleaned up after.

    The database refuses to empty the daybook, and Django empties every table after a test that committed.
    So the triggers against TRUNCATE are off while tests run, as the owner of a table may do and the
    application's own role may not; tests/daybook turns them on again to see them refuse.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER no_truncate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", database.empty)
        yield
    # A served product's threads may still hold connections, and then the database could not be dropped.
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )


@pytest.fixture(scope="module")
def _module_universe(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Universe | None]:
    """The clinic built once for a module, in a transaction around all its tests; each test rolls back to it.

    None for a module in which any test commits: there each test builds its own.
    """
    items = [item for item in request.session.items if item.getparent(pytest.Module) is request.node]
    if any(_commits(item) for item in items):
        yield None
        return
    with django_db_blocker.unblock(), transaction.atomic():
        yield universe_module.build()
        transaction.set_rollback(True)


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    by_marker = marker is not None and bool(marker.kwargs.get("transaction"))
    named = {"transactional_db", "live_server", "django_db_reset_sequences", "django_db_serialized_rollback"}
    return by_marker or bool(named & set(getattr(item, "fixturenames", ())))


@pytest.fixture
def universe(_module_universe: Universe | None, db: None) -> Universe:
    """The small clinic of tests/universe.py. With `transactional_db` beside it, it is committed."""
    return copy.deepcopy(_module_universe) or universe_module.build()
