"""Killed half-way, an import is simply run again: nothing is lost and nothing is there twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from frontdesk.book.models import PastVisit
from frontdesk.gateway.models import ImportRun
from frontdesk.people.models import Patient
from tests.gateway.imports.exports import many, read, row, write, write_map

ROOT = Path(__file__).parents[3]
ROWS = 6_000
Process = subprocess.Popen[str]


def start(folder: Path) -> Process:
    """The command in a process of its own, on the test's database, in batches small enough to be caught between."""
    command = [
        "import",
        "appointments",
        "a.csv",
        "--map",
        "map.toml",
        "--batch",
        "20",
        "--rejects",
        "rejects.csv",
    ]
    return subprocess.Popen(
        [sys.executable, "-m", "frontdesk", *command],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": database_url(),
            "FRONTDESK_SECRET_KEY": "for tests",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def database_url() -> str:
    used = connection.settings_dict
    options = {key.lower(): used[key] for key in ("USER", "PASSWORD", "HOST", "PORT") if used[key]}
    return f"postgresql:///{quote(used['NAME'])}?{urlencode(options)}"


def wait_for_rows(process: Process, count: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the import ended by itself: {process.communicate()[1]}"
        if ImportRun.objects.filter(finished_at=None, rows_read__gte=count).exists():
            return
        time.sleep(0.01)
    raise AssertionError("the import did not get going")


@pytest.mark.django_db(transaction=True)
def test_kill_9_and_run_again(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [*many(ROWS), row(Visit="9000", Age="-1")])
    write_map(tmp_path / "map.toml")

    for part in (400, 1_200):
        process = start(tmp_path)
        wait_for_rows(process, part)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        run = ImportRun.objects.latest("pk")
        assert run.finished_at is None
        assert part <= run.rows_read < ROWS
        assert PastVisit.objects.count() == sum(ImportRun.objects.values_list("rows_accepted", flat=True))
        assert not (tmp_path / "rejects.csv").exists()

    before = PastVisit.objects.count()
    process = start(tmp_path)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    run = ImportRun.objects.latest("pk")
    assert (run.rows_read, run.rows_accepted, run.rows_known, run.rows_rejected) == (
        ROWS + 1,
        ROWS - before,
        before,
        1,
    )
    assert f"{ROWS - before:,}" in out
    ids = PastVisit.objects.values_list("external_id", flat=True)
    assert sorted(map(int, ids)) == list(range(1, ROWS + 1))
    assert Patient.objects.count() == ROWS // 2 + 1
    assert [one["Visit"] for one in read(tmp_path / "rejects.csv")] == ["9000"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "map.toml", "rejects.csv"]
