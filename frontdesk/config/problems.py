"""What a person is told when a command cannot work with the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError, ProgrammingError
from psycopg import errors

from frontdesk.up.problems import ExitCode


@contextmanager
def database_in_words() -> Iterator[None]:
    """Turn the driver's errors into one sentence and an exit code. No address and no password is repeated."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise CommandError(_reason(error), returncode=ExitCode.DATABASE) from error
    except ProgrammingError as error:
        if isinstance(error.__cause__, errors.UndefinedTable):
            sentence = "The database has no tables yet: run “python -m frontdesk prepare” first."
        elif isinstance(error.__cause__, errors.InsufficientPrivilege):
            sentence = (
                "The database refuses this to its user: run “python -m frontdesk prepare” as the owner."
            )
        else:
            raise
        raise CommandError(sentence, returncode=ExitCode.DATABASE) from error


def _reason(error: Exception) -> str:
    cause = error.__cause__
    if isinstance(cause, errors.DiskFull):
        return "The disk of the database is full: free some room, then try again."
    if isinstance(cause, errors.ReadOnlySqlTransaction):
        return "The database takes no writes at present: it is a replica, or set to read only."
    if isinstance(cause, (errors.InvalidPassword, errors.InvalidAuthorizationSpecification)):
        return "The database refused the user or the password in DATABASE_URL."
    if isinstance(cause, errors.InvalidCatalogName):
        return "The database named in DATABASE_URL does not exist: create it first."
    if isinstance(cause, (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow)):
        return "The database server is stopping or starting: try again in a moment."
    return _unreached(str(error))


def _unreached(text: str) -> str:
    """Errors of a connection that never stood carry no class of their own: go by what they say."""
    said = text.lower()
    if "password authentication failed" in said or "no password supplied" in said or "role" in said:
        return "The database refused the user or the password in DATABASE_URL."
    if "database" in said and "does not exist" in said:
        return "The database named in DATABASE_URL does not exist: create it first."
    return "The database cannot be reached: check that it runs and that DATABASE_URL names it rightly."
