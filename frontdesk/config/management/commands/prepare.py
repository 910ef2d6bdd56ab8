"""`frontdesk prepare`: everything that must be true before the product starts. Quick where nothing is to do."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from frontdesk.config.demo.accounts import demo_logins
from frontdesk.config.demo.facts import DemoLoaded
from frontdesk.config.demo.load import has_clinic
from frontdesk.config.demo.sizes import SIZES
from frontdesk.config.management.commands.demo import in_words, load, read_today
from frontdesk.config.problems import database_in_words
from frontdesk.config.rights import grant_to
from frontdesk.config.static_files import collect_if_newer
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.kit.clock import now
from frontdesk.kit.service_urls import BadServiceUrl, database
from frontdesk.work.actions.queue_rules import add_missing

OWNER = "owner"
SEED = 1
SET_UP = System("set-up")


class Command(BaseCommand):
    help = "Brings the tables, the rights, the static files and (where wanted) the demo clinic up to date."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo-size", choices=["none", *SIZES], default="none")

    def handle(self, *, demo_size: str, **_: Any) -> None:
        with database_in_words(), owner_connection() as owner, only_one(owner):
            if migrate_if_needed(owner):
                self.stdout.write("The tables are up to date.")
            if role := app_role():
                grant_to(role, owner)
            if os.environ.get("FRONTDESK_STATIC") == "collected":
                collect_if_newer()
            if demo_size != "none" and not has_clinic():
                self._load_demo(demo_size)
            add_missing(by=SET_UP, now=now())
            if Entry.objects.filter(kind=DemoLoaded.kind()).exists():
                self.stdout.write("\n".join(demo_logins()))

    def _load_demo(self, size: str) -> None:
        fact = load(size, SEED, read_today(None), sys.stdout)
        self.stdout.write(in_words(fact))


@contextmanager
def owner_connection() -> Iterator[BaseDatabaseWrapper]:
    """A connection as the owner of the tables: by MIGRATION_DATABASE_URL, else the application's own."""
    url = os.environ.get("MIGRATION_DATABASE_URL", "").strip()
    if not url:
        yield connections[DEFAULT_DB_ALIAS]
        return
    try:
        told = database(url)
    except BadServiceUrl as error:
        raise CommandError(str(error).replace("DATABASE_URL", "MIGRATION_DATABASE_URL")) from error
    connections.settings[OWNER] = connections.configure_settings({"default": {}, OWNER: told})[OWNER]
    try:
        yield connections[OWNER]
    finally:
        connections[OWNER].close()
        del connections[OWNER]
        del connections.settings[OWNER]


@contextmanager
def only_one(owner: BaseDatabaseWrapper) -> Iterator[None]:
    """Wait until no other process prepares this database, and keep others waiting meanwhile."""
    with owner.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('frontdesk prepare'))")
    try:
        yield
    finally:
        if owner.connection is not None and not owner.connection.closed:
            with owner.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('frontdesk prepare'))")


def migrate_if_needed(owner: BaseDatabaseWrapper) -> bool:
    """Run the migrations that have not been run; False where there are none."""
    executor = MigrationExecutor(owner)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", database=owner.alias, interactive=False, verbosity=0, skip_checks=True)
    return True


def app_role() -> str:
    """The role that the application runs as; empty where DATABASE_URL does not say."""
    return os.environ.get("FRONTDESK_APP_ROLE", "").strip() or str(settings.DATABASES["default"]["USER"])
