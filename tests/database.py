"""The database of a test run: migrated once and copied for every worker, and emptied quickly after a test that commits."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
_ONE_MAKES_IT = 5_550_101  # the key of the lock below

# What Django fills in after each migration, and would fill in anew after every emptying.
FILLED_BY_DJANGO = {"django_content_type", "auth_permission"}


def use_template() -> None:
    """Let this worker's database be made as a copy of a migrated one.

    The first worker that comes migrates it; it is kept, and migrated anew when a migration has changed.
    """
    name = f"test_{connection.settings_dict['NAME']}_template"
    with psycopg.connect(**_server(), dbname="postgres", autocommit=True) as alone:
        alone.execute("SELECT pg_advisory_lock(%s)", [_ONE_MAKES_IT])
        known = alone.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if known is None or known[0] != fingerprint():
            _migrate(name)
            told = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), fingerprint())
            alone.execute(told)
    connection.settings_dict["TEST"]["TEMPLATE"] = name


def _server() -> dict[str, Any]:
    params = connection.get_connection_params()
    return {key: params[key] for key in ("user", "password", "host", "port") if params.get(key)}


def _migrate(name: str) -> None:
    """As Django makes a test's database, and then everything named as before."""
    here = connection.settings_dict
    plain, test = here["NAME"], here["TEST"].get("NAME")
    here["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
    finally:
        here["NAME"], here["TEST"]["NAME"] = plain, test


def fingerprint() -> str:
    """Of all that a migration reads: the migrations of every application, and what of ours they import."""
    digest = sha256()
    for app in sorted(apps.get_app_configs(), key=lambda one: one.label):
        for file in sorted((Path(app.path) / "migrations").glob("[0-9]*.py")):
            content = file.read_bytes()
            digest.update(f"{app.label} {file.name}".encode() + content)
            for module in re.findall(rb"^import (frontdesk[.\w]+)", content, re.MULTILINE):
                digest.update((ROOT / f"{module.decode().replace('.', '/')}.py").read_bytes())
    digest.update((ROOT / "requirements" / "dev.lock").read_bytes())
    return digest.hexdigest()


def empty(_case: object = None) -> None:
    """Empty every table, in the place of Django's own way: what that fills in again each time is left as it is.

    Waiting jobs go too, whose tables are not Django's: the next test would count them.
    """
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    ours = [table for table in tables if table not in FILLED_BY_DJANGO]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), ours))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
