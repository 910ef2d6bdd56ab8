"""Gives every test run a database: loaded with `-p tests.database_plugin` before Django's settings are read.

TEST_DATABASE_URL (or DATABASE_URL) names a server to use; without either a throwaway embedded PostgreSQL is started
below var/test and stopped when the run ends. With xdist only the controller does so; its workers inherit the address.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from frontdesk.up.problems import Problem
from frontdesk.up.throwaway import throwaway_cluster

_held = ExitStack()
if os.environ.get("FRONTDESK_COVERAGE"):
    os.environ.setdefault("FRONTDESK_TEMPLATE_DEBUG", "1")  # for the coverage of templates


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> Iterator[None]:
    """Runs before pytest-django's hook of this name, since a wrapper goes first."""
    if not {"-h", "--help", "-V", "--version"} & set(args):
        provide_database()
    return (yield)


def provide_database() -> None:
    """Set DATABASE_URL for this process and its children, starting the throwaway cluster if there is none."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        os.environ["DATABASE_URL"] = named
    if os.environ.get("DATABASE_URL"):
        return
    try:
        cluster = _held.enter_context(throwaway_cluster())
    except Problem as problem:
        raise pytest.UsageError(str(problem)) from problem
    os.environ["DATABASE_URL"] = cluster.owner_url


def pytest_unconfigure() -> None:
    _held.close()
