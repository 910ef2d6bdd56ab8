"""Limits by the minute that all web processes keep together: requests of a client, failed tries at the token door.

A row in a small table counts what was used in the running minute. A process takes a handful at a time from it and
spends that from memory, so most requests cost no statement, and the processes together never give more than the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from threading import Lock

from django.db import connection

from frontdesk.partners.models import Client

FAILURES = 10
"""Failed tries a minute that one address may make under one name."""
_MINUTE = timedelta(minutes=1)
_MOST_AT_ONCE = 200
_TAKE = """
INSERT INTO partners_meter AS m (key, minute, used) VALUES (%s, %s, %s)
ON CONFLICT (key) DO UPDATE SET
  used = CASE WHEN m.minute < excluded.minute THEN excluded.used ELSE least(m.used + excluded.used, 1000000000) END,
  minute = greatest(m.minute, excluded.minute)
RETURNING used
"""
_TRIED = "SELECT used FROM partners_meter WHERE key = %s AND minute = %s"


@dataclass
class _Share:
    """What this process has taken for a minute and not given out yet. `over`: there is no more in this minute."""

    minute: datetime
    left: int = 0
    over: bool = False


_shares: dict[int, _Share] = {}
_lock = Lock()


def allow(client: Client, now: datetime) -> int:
    """May the client make one more request? 0: yes, and it is counted; else the seconds it has to wait."""
    minute = _minute(now)
    if _spend(client.pk, minute):
        return 0
    if not _is_over(client.pk, minute):
        handful = max(1, min(_MOST_AT_ONCE, client.per_minute // 40))
        used = _take(f"client {client.pk}", minute, handful)
        got = min(handful, client.per_minute - (used - handful))
        if got > 0:
            _keep(client.pk, minute, got - 1)
            return 0
        _close(client.pk, minute)
    return _wait(now)


def failed_too_often(who: str, now: datetime) -> int:
    """Seconds until `who` (a key of at most 70 characters) may try again; 0 where it may now."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIED, [f"fail {who}", _minute(now)])
        tried = cursor.fetchone()
    return _wait(now) if tried and tried[0] >= FAILURES else 0


def note_failure(who: str, now: datetime) -> None:
    """Count one failed try."""
    _take(f"fail {who}", _minute(now), 1)


def within_the_hour(who: str, most: int, now: datetime) -> bool:
    """Count one more by `who` (a key of at most 70 characters): is it one of the first `most` of this clock hour?"""
    return _take(f"hour {who}", _minute(now).replace(minute=0), 1) <= most


def sweep(now: datetime) -> int:
    """Delete the rows of minutes that are long over; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM partners_meter WHERE minute < %s", [now - timedelta(hours=1)])
        return int(cursor.rowcount)


def _spend(pk: int, minute: datetime) -> bool:
    with _lock:
        share = _shares.get(pk)
        if share is None or share.minute != minute or share.left < 1:
            return False
        share.left -= 1
        return True


def _is_over(pk: int, minute: datetime) -> bool:
    share = _shares.get(pk)
    return share is not None and share.minute == minute and share.over


def _keep(pk: int, minute: datetime, more: int) -> None:
    with _lock:
        share = _shares.get(pk)
        if share is None or share.minute != minute:
            share = _shares[pk] = _Share(minute)
        share.left += more


def _close(pk: int, minute: datetime) -> None:
    with _lock:
        _shares[pk] = _Share(minute, over=True)


def _take(key: str, minute: datetime, count: int) -> int:
    """Add to the count of the minute; answers what it is now."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [key, minute, count])
        return int(cursor.fetchone()[0])


def _minute(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(second=0, microsecond=0)


def _wait(now: datetime) -> int:
    return ceil((_minute(now) + _MINUTE - now).total_seconds())
