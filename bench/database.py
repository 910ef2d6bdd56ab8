"""The database that is measured: a throwaway one of the bench's own that waits for the disk, or one that is named."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from frontdesk.up.paths import make_folder, only_one, var_folder
from frontdesk.up.postgres import Cluster


@contextmanager
def database(named: str, size: str) -> Iterator[str]:
    """The address of a migrated database with the demo of this size; DATABASE_URL says it too.

    The bench's own lies below `var/bench`, has fsync on like any other, and is kept for the next run.
    """
    if named:
        _use(named, size)
        yield named
        return
    home = var_folder() / "bench" / size
    mode = 0o711 if os.geteuid() == 0 else 0o700
    for folder in (home.parent.parent, home.parent, home):
        make_folder(folder, mode)
    with only_one(home / "lock", "Another bench"):
        cluster = Cluster(home)
        cluster.start()
        try:
            _use(cluster.owner_url, size)
            yield cluster.owner_url
        finally:
            cluster.stop()


def _use(url: str, size: str) -> None:
    os.environ |= {"DATABASE_URL": url, "MIGRATION_DATABASE_URL": url, "FRONTDESK_SECRET_KEY": "bench"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdesk.config.settings")
    _run("migrate", "--verbosity", "0")
    _run("demo", "--size", size, "--if-empty")


def _run(*arguments: str) -> None:
    root = Path(__file__).resolve().parents[1]
    subprocess.run([sys.executable, "-m", "frontdesk", *arguments], cwd=root, check=True, stdout=sys.stderr)


def version_and_sync(url: str) -> str:
    """PostgreSQL 18.0, fsync on."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT current_setting('server_version'), current_setting('fsync')"
        ).fetchone()
    assert row is not None
    return f"PostgreSQL {row[0].split()[0]}, fsync {row[1]}"
