"""What a person sees while the database is prepared, and what the application's processes are told."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from frontdesk.up.command import environment_for
from frontdesk.up.main import Addresses, announce, child_environment
from frontdesk.up.paths import log_file, secret_file
from frontdesk.up.prepare import _Listener

DATABASE = Addresses("postgresql://app@/frontdesk", "postgresql://owner@/frontdesk", "app")


def test_log_ins_are_kept_back_and_all_else_is_shown_as_it_comes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listener = _Listener(tmp_path / "log")
    for piece in (
        "Loading\n\rPati",
        "ents 1\rPatients 2\nlog",
        "in: maya a-password Nurse, Main Street\n",
        "the end",
    ):
        listener.hear(piece)
    listener.end()
    assert capsys.readouterr().out == "Loading\n\rPatients 1\rPatients 2\nthe end\n"
    assert listener.logins == [["maya", "a-password", "Nurse, Main Street"]]
    assert "a-password" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    "said",
    ["Traceback (most recent call last):\n  File x\nValueError: no\n", "CommandError: It will not do.\n"],
)
def test_an_error_goes_to_the_log_alone(
    said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listener = _Listener(tmp_path / "log")
    listener.hear(f"Loading\n{said}")
    listener.end()
    assert capsys.readouterr().out == "Loading\n"
    assert (tmp_path / "log").read_text() == f"Loading\n{said}"
    assert listener.last_line == said.splitlines()[-1]


def test_log_ins_stand_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    announce(
        "http://127.0.0.1:8000", [["maya", "one", "Nurse"], ["bartholomew", "two", "Provider, all sites"]]
    )
    said = capsys.readouterr().out
    assert "Frontdesk is at http://127.0.0.1:8000\n" in said
    assert "  maya          one   Nurse\n  bartholomew   two   Provider, all sites\n" in said


def test_the_application_gets_its_own_role_and_a_secret_that_lasts(tmp_path: Path) -> None:
    environ = {"HOME": "/home/maya", "EMAIL_URL": "", "DATABASE_URL": ""}
    told = child_environment(environ, tmp_path, DATABASE, "http://127.0.0.1:8000")
    assert told["DATABASE_URL"] == DATABASE.app
    assert told["MIGRATION_DATABASE_URL"] == DATABASE.owner
    assert told["HOME"] == "/home/maya"
    assert "EMAIL_URL" not in told, "an empty one is none, and the demo's mailbox takes its place"
    secret = Path(told["FRONTDESK_SECRET_KEY_FILE"])
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    text = secret.read_text()
    assert len(text) > 64
    assert secret_file(tmp_path).read_text() == text


def test_a_secret_that_somebody_gave_is_left_to_them(tmp_path: Path) -> None:
    told = child_environment({"FRONTDESK_SECRET_KEY": "theirs"}, tmp_path, DATABASE, "")
    assert told["FRONTDESK_SECRET_KEY"] == "theirs"
    assert "FRONTDESK_SECRET_KEY_FILE" not in told


@pytest.mark.parametrize(("command", "address"), [("demo", DATABASE.owner), ("verify", DATABASE.app)])
def test_only_what_changes_tables_runs_as_their_owner(
    command: str, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTDESK_VAR", str(tmp_path))
    assert environment_for([command], DATABASE)["DATABASE_URL"] == address


def test_a_log_that_has_grown_too_long_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontdesk.up.paths.LOG_LIMIT", 3)
    (tmp_path / "log").mkdir()
    log = tmp_path / "log" / "web.log"
    log.write_text("long")
    assert log_file(tmp_path, "web") == log
    assert not log.exists()
    assert (tmp_path / "log" / "web.log.1").read_text() == "long"
