"""A database that DATABASE_URL names: it will do, or one sentence says why not, without the password."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
import pytest

from frontdesk.up.database import check_database
from frontdesk.up.postgres import Cluster
from frontdesk.up.problems import ExitCode, Problem

PASSWORD = "n0t-to-be-shown"


def refusal(url: str) -> str:
    with pytest.raises(Problem) as caught:
        check_database(url)
    assert caught.value.code is ExitCode.DATABASE
    sentence = str(caught.value)
    assert PASSWORD not in sentence
    assert "\n" not in sentence
    return sentence


def url_of(cluster: Cluster, user: str, database: str = "frontdesk") -> str:
    return f"postgresql://{user}:{PASSWORD}@/{database}?host={quote(str(cluster.sockets))}"


def test_the_embedded_database_itself_will_do(cluster: Cluster) -> None:
    assert check_database(cluster.app_url) == "frontdesk_app"


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        f"mysql://maya:{PASSWORD}@localhost/frontdesk",
        f"postgresql://maya:{PASSWORD}@localhost:port/frontdesk",
        f"postgresql://maya:{PASSWORD}@localhost:99999/frontdesk",
        f"postgresql://maya:{PASSWORD}@[::1/frontdesk",
        f"postgresql://maya:{PASSWORD}@localhost/frontdesk?nonsense=1",
        f"postgresql://maya:{PASSWORD}%zz@localhost/frontdesk",
        f"postgresql://maya:{PASSWORD}@localhost/front\0desk",
    ],
)
def test_what_is_no_address_is_said_with_an_example(url: str) -> None:
    assert "postgresql://user:password@host:5432/name" in refusal(url)


def test_nobody_answers() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        sentence = refusal(f"postgresql://maya:{PASSWORD}@127.0.0.1:{port}/frontdesk")
    assert f"No database answers: frontdesk at 127.0.0.1:{port}" in sentence


def test_a_database_that_is_not_there(cluster: Cluster) -> None:
    assert "does not exist there" in refusal(url_of(cluster, "frontdesk_app", "nowhere"))


def test_a_user_or_password_that_is_refused(cluster: Cluster) -> None:
    # The cluster lets only its own roles in; a line for one more with a password makes it ask for that.
    hba = cluster.data / "pg_hba.conf"
    before = hba.read_text()
    assert "does not let this user in" in refusal(url_of(cluster, "stranger"))
    with psycopg.connect(url_of(cluster, "postgres"), autocommit=True) as connection:
        connection.execute("create role locked login password 'another'")
        hba.write_text(before + "local all locked scram-sha-256\n")
        connection.execute("select pg_reload_conf()")
        try:
            assert "refuses this user name and password" in refusal(url_of(cluster, "locked"))
        finally:
            hba.write_text(before)
            connection.execute("select pg_reload_conf()")
            connection.execute("drop role locked")


def test_a_database_that_does_not_keep_utf8(cluster: Cluster) -> None:
    with psycopg.connect(url_of(cluster, "postgres"), autocommit=True) as connection:
        connection.execute(
            "create database plain encoding 'SQL_ASCII' template template0 locale_provider libc locale 'C'"
        )
        try:
            assert "keeps its text as SQL_ASCII" in refusal(url_of(cluster, "frontdesk_app", "plain"))
        finally:
            connection.execute("drop database plain")


def test_a_server_that_is_too_old() -> None:
    with old_server("14.11") as port:
        sentence = refusal(
            f"postgresql://maya:{PASSWORD}@127.0.0.1:{port}/frontdesk?sslmode=disable&gssencmode=disable"
        )
    assert "is PostgreSQL 14; Frontdesk needs 15 or newer" in sentence


@contextmanager
def old_server(version: str) -> Iterator[int]:
    """A server that speaks just enough of PostgreSQL's protocol to say its version; yields its port."""

    def message(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("!i", len(body) + 4) + body

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            told = {"server_version": version, "server_encoding": "UTF8", "client_encoding": "UTF8"}
            status = b"".join(message(b"S", f"{name}\0{value}\0".encode()) for name, value in told.items())
            connection.sendall(message(b"R", struct.pack("!i", 0)) + status + message(b"Z", b"I"))
            connection.recv(4096)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()
