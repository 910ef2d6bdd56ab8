"""A PostgreSQL that DATABASE_URL names: can it be reached, and will it do? Nothing here repeats a password."""

from __future__ import annotations

from urllib.parse import urlsplit

import psycopg

from frontdesk.up.postgres import EXTENSIONS
from frontdesk.up.problems import ExitCode, Problem

OLDEST = 15
SHAPE = "It looks like postgresql://user:password@host:5432/name."


def check_database(url: str, variable: str = "DATABASE_URL") -> str:
    """See that the database at `url` answers, is new enough and has what we need; returns the role one gets there.

    Raises Problem with one sentence that says why it will not do.
    """
    place = _place(url, variable)
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            _check_fitness(connection, place)
            return connection.info.user
    except psycopg.OperationalError as error:
        raise _refusal(str(error), place, variable) from None
    except (psycopg.ProgrammingError, UnicodeError):
        raise _problem(f"{variable} cannot be read as the address of a database. {SHAPE}") from None


def _problem(sentence: str) -> Problem:
    return Problem(sentence, ExitCode.DATABASE)


def _place(url: str, variable: str) -> str:
    """What may be said of the address: host, port and database, never user or password."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("postgresql", "postgres") or not url.isprintable():
            raise ValueError
        where = f"{parts.hostname or 'the local socket'}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        raise _problem(f"{variable} is not the address of a PostgreSQL database. {SHAPE}") from None
    return f"{parts.path.lstrip('/') or 'the default database'} at {where}"


def _check_fitness(connection: psycopg.Connection, place: str) -> None:
    number = connection.info.server_version // 10_000
    if number < OLDEST:
        raise _problem(f"The database {place} is PostgreSQL {number}; Frontdesk needs {OLDEST} or newer.")
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise _problem(
            f"The database {place} keeps its text as {encoding}; Frontdesk needs one made with UTF8."
        )
    rows = connection.execute(
        "select name from pg_available_extensions where name = any(%s)", [list(EXTENSIONS)]
    )
    missing = set(EXTENSIONS) - {row[0] for row in rows}
    if missing:
        raise _problem(
            f"The database {place} lacks the extensions {', '.join(sorted(missing))}; "
            "they come with PostgreSQL's contrib package."
        )


def _refusal(said: str, place: str, variable: str) -> Problem:
    """The sentence for a connection that failed. The driver's own words are only searched, never shown."""
    known = {
        "password authentication failed": "refuses this user name and password",
        "no password supplied": "wants a password",
        "no pg_hba.conf entry": "does not let this user in from here",
        'role "': "does not know this user",
        "does not exist": "does not exist there",
        "too many clients": "has no connection left to give",
        "starting up": "is still starting; try again in a moment",
    }
    for mark, sentence in known.items():
        if mark in said:
            return _problem(f"The database {place} {sentence} ({variable}).")
    return _problem(
        f"No database answers: {place} ({variable}). Is the server running, and can it be reached from here?"
    )
