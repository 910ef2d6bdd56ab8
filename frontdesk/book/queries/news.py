"""Has anything changed that the calendar of some sites shows? One query, asked every second by each open calendar.

The calendar asks again and again instead of being told over a connection that stays open (server-sent events): the
product runs under WSGI, where every open connection holds a whole worker thread, so that a hundred calendars would
need a hundred threads that do nothing. A question that is answered by the tip of one index costs less than that.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from django.db import connection

from frontdesk.book.queries.open_time import array
from frontdesk.daybook.facts import Fact

# Facts of other rooms after which a calendar looks different.
_OTHERS = {"SiteClosed", "SiteReopened", "SettingApplied"}
# Facts of the book after which it looks the same.
_UNSEEN = {"BookingRefused", "HistoryTakenIn", "DaysOpened", "AuditRun"}
# How many new entries are looked through; after more, something is taken to have changed.
MOST = 500

# The links of the daybook's chain are made as transactions commit, one after another, so their numbers never
# arrive out of order, as those of the entries may. What is about a visit or a hold counts at its own site; a move
# counts everywhere, since it may have left a site.
_NEWS = """
    WITH news AS (
        SELECT link.seq, link.entry_id, entry.kind
        FROM daybook_link AS link JOIN daybook_entry AS entry ON entry.id = link.entry_id
        WHERE link.seq > %s ORDER BY link.seq LIMIT %s
    )
    SELECT max(seq), count(*), bool_or(kind = ANY(%s) AND (kind = 'AppointmentMoved' OR NOT EXISTS (
        SELECT 1 FROM daybook_entrysubject AS subject WHERE subject.entry_id = news.entry_id
        AND subject.kind IN ('appointment', 'hold')
    ) OR EXISTS (
        SELECT 1 FROM daybook_entrysubject AS subject
        LEFT JOIN book_appointment AS visit ON subject.kind = 'appointment' AND visit.id = subject.ref
        LEFT JOIN book_hold AS hold ON subject.kind = 'hold' AND hold.id = subject.ref
        WHERE subject.entry_id = news.entry_id
        AND (visit.site_id = ANY(%s::bigint[]) OR hold.site_id = ANY(%s::bigint[]))
    )))
    FROM news
"""


def latest() -> int:
    """The number of the daybook's last link: what a page that is read from now on has seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(seq) FROM daybook_link")
        (seq,) = cursor.fetchone()
    return int(seq or 0)


def news(since: int, sites: Collection[int]) -> tuple[int, bool]:
    """(what has been seen now, did anything change for these sites) since the link of that number."""
    shown = array(sites)
    with connection.cursor() as cursor:
        cursor.execute(_NEWS, [since, MOST, list(_seen_kinds()), shown, shown])
        seq, count, changed = cursor.fetchone()
    if count >= MOST:
        return latest(), True
    return (int(seq), bool(changed)) if count else (since, False)


@cache
def _seen_kinds() -> frozenset[str]:
    own = {one.__name__ for one in Fact.__subclasses__() if one.__module__.startswith("frontdesk.book.facts")}
    return frozenset((own - _UNSEEN) | _OTHERS)
