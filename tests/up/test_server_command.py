"""`frontdesk up` from the first start to the last signal, with a small program in the application's place.

The application itself is started so in tests/crash.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontdesk.up import main as up
from frontdesk.up import processes
from frontdesk.up.paths import checkout, only_one
from frontdesk.up.problems import ExitCode

# What `python -m frontdesk` and the WSGI application are in these tests: one table, one counter, no Django.
COMMANDS = """
import os, signal, sys, time
from frontdesk.up import command, main
def database():
    import psycopg
    return psycopg.connect(os.environ["DATABASE_URL"])
word = sys.argv[1]
if word == "up":
    sys.exit(main.run(sys.argv[2:]))
if word == "prepare":
    if os.environ.get("BREAK_PREPARE"):
        raise RuntimeError("no such column")
    with database() as connection:
        connection.execute("create table if not exists start (at timestamptz default now())")
        connection.execute("grant select on start to " + os.environ["FRONTDESK_APP_ROLE"])
        connection.execute("insert into start default values")
    print("Loading", " ".join(sys.argv[2:]))
    print("login: maya a-password Scheduler, Main Street")
    print("login: ned short Nurse, all sites")
if word == "worker":
    signal.pause()
if word == "starts":
    with database() as connection:
        print(connection.execute("select count(*), current_user from start").fetchone())
"""
APPLICATION = """
import os
def application(environ, answer):
    answer("200 OK", [("Content-Type", "text/plain")])
    return [os.environ["EMAIL_URL"].encode()]
"""


def small_program(folder: Path) -> Path:
    """A checkout with the small program in it."""
    package = folder / "checkout" / "frontdesk"
    shutil.copytree(checkout() / "frontdesk" / "up", package / "up")
    (package / "config").mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(COMMANDS)
    (package / "config" / "wsgi.py").write_text(APPLICATION)
    return package.parent


class Installation:
    """A checkout with its state folder and a port."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.root = root
        self.var = folder / "var"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        named = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "EMAIL_URL", "COVERAGE_PROCESS_START")
        self.environment = {name: value for name, value in os.environ.items() if name not in named}
        self.environment |= {"FRONTDESK_VAR": str(self.var), "PYTHONPATH": str(self.root)}

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            env={**self.environment, **environment},
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def up(self, *options: str) -> Server:
        return Server(self, *options)


class Server:
    """A running `frontdesk up`; `output` is what it said until it was ready."""

    def __init__(self, installation: Installation, *options: str) -> None:
        self.installation = installation
        self.process = subprocess.Popen(
            [sys.executable, "-m", "frontdesk", "up", "--port", str(installation.port), *options],
            env=installation.environment,
            cwd=installation.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""
        assert self.process.stdout
        while "Ctrl-C stops everything" not in self.output:
            line = self.process.stdout.readline()
            assert line, f"it ended with {self.process.wait()}: {self.output}"
            self.output += line

    def page(self, path: str = "/") -> str:
        address = f"http://127.0.0.1:{self.installation.port}{path}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return str(answer.read().decode())

    def family(self) -> set[int]:
        """The process and everything below it."""
        parents = {int(stat.parent.name): parent_of(stat) for stat in Path("/proc").glob("[0-9]*/stat")}
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found

    def end(self, signum: signal.Signals) -> int:
        self.process.send_signal(signum)
        code = self.process.wait(60)
        assert self.process.stdout
        self.output += self.process.stdout.read()
        self.process.stdout.close()
        return code


def parent_of(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:  # it ended while we looked
        return 0


def gone(pids: set[int]) -> bool:
    deadline = time.monotonic() + 60
    while alive := {pid for pid in pids if processes.exists(pid)}:
        if time.monotonic() > deadline:
            pytest.fail(f"left over: {alive}")
        time.sleep(0.05)
    return True


@pytest.fixture(scope="module")
def installation(shared_folder: Path) -> Iterator[Installation]:
    folder = shared_folder / "installation"
    folder.mkdir()
    yield Installation(folder, small_program(folder))


@pytest.mark.skipif(
    sys.platform != "linux", reason="looks into /proc, and relies on what Linux does at a kill"
)
def test_a_life_from_the_first_start_through_a_kill_to_sigterm(installation: Installation) -> None:
    first = installation.up()
    assert "Making the database" in first.output
    assert "Loading --demo-size clinic" in first.output
    assert re.search(
        r"^  maya   a-password   Scheduler, Main Street\n  ned    short        Nurse, all sites$",
        first.output,
        re.MULTILINE,
    )
    assert re.fullmatch(r"smtp://127\.0\.0\.1:\d+", first.page())

    busy = installation.run("frontdesk", "up", "--port", "1")
    assert busy.returncode == ExitCode.BUSY
    assert (
        f"http://127.0.0.1:{installation.port} (process {first.process.pid}) already uses the data"
        in busy.stderr
    )
    beside = installation.run("frontdesk.up.command", "starts")
    assert beside.stdout.strip() == "(1, 'frontdesk_app')"

    family = first.family()
    assert len(family) > 6, "database with its helpers, mailbox, worker, web server with two workers"
    first.process.kill()
    first.process.wait()
    assert first.process.stdout
    first.process.stdout.close()
    assert gone(family)

    second = installation.up()
    assert "Making the database" not in second.output
    family = second.family()
    assert second.end(signal.SIGTERM) == 0
    assert second.output.endswith("Stopped. The data stay where they are.\n")
    assert gone(family)

    alone = installation.run("frontdesk.up.command", "starts")
    assert alone.stdout.strip() == "(2, 'frontdesk_app')", (
        "nothing was lost, and the database was started for it"
    )
    assert not (installation.var / "postgres" / "postmaster.pid").exists(), "and stopped again"
    assert (installation.var / "secret").stat().st_mode & 0o777 == 0o600


def test_a_preparation_that_fails_is_one_sentence_and_leaves_nothing_running(folder: Path) -> None:
    installation = Installation(folder, small_program(folder))
    ended = installation.run("frontdesk", "up", "--port", str(installation.port), BREAK_PREPARE="1")
    assert ended.returncode == ExitCode.FAILED
    assert ended.stderr.count("\n") == 1
    assert "The database could not be prepared: RuntimeError: no such column (more in " in ended.stderr
    assert not (installation.var / "postgres" / "postmaster.pid").exists()


class TestSentences:
    @pytest.fixture(autouse=True)
    def var(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        monkeypatch.setenv("FRONTDESK_VAR", str(folder / "var"))
        monkeypatch.delenv("DATABASE_URL", raising=False)
        mask = os.umask(0o022)
        yield folder / "var"
        os.umask(mask)

    @pytest.mark.parametrize("port", ["", "0", "65536", "-1", "http", "8000.0", "٨٠٠٠", "9" * 5000, "80\n00"])
    def test_what_is_no_port(self, port: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            up.run([f"--port={port}"])
        assert ended.value.code == ExitCode.USAGE
        assert "is not a port: a whole number from 1 to 65535" in capsys.readouterr().err

    def test_a_port_that_is_taken(self, capsys: pytest.CaptureFixture[str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            assert up.run(["--port", str(port)]) == ExitCode.PORT
        said = capsys.readouterr().err
        assert said.startswith(
            f"Port {port} is taken by another program. Choose another: script/server --port "
        )
        assert said.count("\n") == 1

    def test_a_database_that_does_not_answer(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://maya:hidden@/frontdesk?host=/nowhere")
        assert up.run(["--port", free_port()]) == ExitCode.DATABASE
        said = capsys.readouterr().err
        assert said.startswith("No database answers: frontdesk at the local socket (DATABASE_URL).")
        assert "hidden" not in said

    def test_a_file_in_the_place_of_the_state_folder(
        self, var: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        var.write_text("")
        assert up.run([]) == ExitCode.STORAGE
        assert "there is a file where a folder should be" in capsys.readouterr().err

    def test_a_folder_that_cannot_be_written(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o500)
        # Root may write where the mode forbids it, but nobody may make a folder in /proc.
        monkeypatch.setenv("FRONTDESK_VAR", "/proc/var" if os.geteuid() == 0 else str(closed / "var"))
        assert up.run([]) == ExitCode.STORAGE
        assert capsys.readouterr().err.startswith("Cannot keep data in /")

    def test_a_disk_without_room(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], var: Path
    ) -> None:
        monkeypatch.setattr("frontdesk.up.postgres.ROOM_FOR_A_NEW_CLUSTER", 2**62)
        assert up.run(["--port", free_port()]) == ExitCode.STORAGE
        assert f"The disk of {var.resolve()} has " in capsys.readouterr().err

    def test_the_lock_is_free_again_when_its_holder_is_gone(self, tmp_path: Path) -> None:
        for _ in range(2):
            with only_one(tmp_path / "lock", "the first"):
                pass


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
