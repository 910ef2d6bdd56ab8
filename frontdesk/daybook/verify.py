"""Checking the hash chain: has anybody changed, removed or slipped in an entry behind our back?"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

_BROKEN = """
SELECT seq, entry_id, fault FROM (
SELECT l.seq, l.entry_id,
       CASE WHEN e.id IS NULL THEN 'the entry is gone'
            WHEN l.previous IS DISTINCT FROM coalesce(lag(l.digest) OVER w, ''::bytea)
              THEN 'the link before it was changed or removed'
            WHEN l.digest IS DISTINCT FROM daybook_digest(l.previous, e.*) THEN 'the entry was changed'
       END AS fault
  FROM daybook_link l LEFT JOIN daybook_entry e ON e.id = l.entry_id
WINDOW w AS (ORDER BY l.seq)
) t WHERE fault IS NOT NULL LIMIT 20
"""
_UNLINKED = """
SELECT e.id FROM daybook_entry e LEFT JOIN daybook_link l ON l.entry_id = e.id WHERE l.seq IS NULL LIMIT 20
"""


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found. `head` is the last digest, in hex: keep it somewhere else."""

    entries: int
    head: str
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


def verify(*, expected_head: str = "") -> Verdict:
    """Recompute every digest in the database and compare.

    `expected_head`, a digest noted earlier, must still be in the chain: this is what shows a chain that
    was rewritten whole.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BROKEN)
        faults = [f"Entry {entry}, link {seq}: {fault}." for seq, entry, fault in cursor.fetchall()]
        cursor.execute(_UNLINKED)
        faults += [f"Entry {entry} has no link: it was slipped in." for (entry,) in cursor.fetchall()]
        cursor.execute(
            "SELECT count(*), coalesce(max(seq), 0), (SELECT encode(digest, 'hex') FROM daybook_link"
            " ORDER BY seq DESC LIMIT 1) FROM daybook_link"
        )
        count, last, head = cursor.fetchone() or (0, 0, "")
        if last != count:
            faults.append(f"{last - count} link(s) are missing from the chain.")
        if expected_head and not _has_digest(expected_head):
            faults.append("The digest you noted earlier is not in the chain: it was rewritten.")
    return Verdict(entries=count, head=head or "", faults=tuple(faults))


def _has_digest(head: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM daybook_link WHERE encode(digest, 'hex') = %s", [head.lower()])
        return cursor.fetchone() is not None
