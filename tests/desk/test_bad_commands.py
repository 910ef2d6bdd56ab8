"""Commands with absurd arguments: one sentence on standard error, an exit code, and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from frontdesk.daybook.models import Entry
from tests.desk.support import rows
from tests.universe import Universe

ROOT = Path(__file__).parents[2]
NO_SERVER = "postgresql://nobody:no-secret@127.0.0.1:1/nowhere?connect_timeout=2"


def run(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command as a person starts it, with a database that is not there."""
    return subprocess.run(
        [sys.executable, "-m", "frontdesk", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": NO_SERVER, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("demo", "--size", "galaxy"),
        ("demo", "--today", "2026-02-31"),
        ("demo", "--today", "0001-01-01"),
        ("demo", "--seed", "\u202e👩‍👩‍👧"),
        ("import", "appointments", "/no/such/file.csv", "--map", "/no/such/map.toml"),
        ("prepare", "--demo-size", "-1"),
        ("worker", "--for-ever"),
        ("verify", "--head"),
        ("up", "--port", "²"),
        ("no-such-command", "\x1b[31m"),
    ],
    ids=lambda arguments: " ".join(arguments)[:40].encode("ascii", "replace").decode(),
)  # fmt: skip
def test_a_wrong_argument(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*arguments, folder=tmp_path)
    assert done.returncode not in (0, -1)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    "arguments", [("verify",), ("demo", "--size", "small"), ("worker",)], ids=lambda arguments: arguments[0]
)
def test_a_database_that_is_not_there(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*arguments, folder=tmp_path)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "database" in done.stderr
    assert "no-secret" not in done.stderr + done.stdout


@pytest.mark.parametrize("command", ["worker", "prepare"])
def test_a_command_says_what_it_is_for(command: str, tmp_path: Path) -> None:
    done = run(command, "--help", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: ")


@pytest.mark.parametrize(
    "head", ["x", "0" * 64, "x" * 10_000, "👩‍👩‍👧", "'; DROP TABLE daybook_link; --", "%s%n", "-1"]
)
def test_a_head_that_was_never_in_the_chain(
    head: str, universe: Universe, capsys: pytest.CaptureFixture[str]
) -> None:
    before, count = rows(), Entry.objects.count()
    with pytest.raises(CommandError, match="Something is wrong"):
        call_command("verify", head=head)
    assert "it was rewritten" in capsys.readouterr().out
    assert (rows(), Entry.objects.count()) == (before, count)
