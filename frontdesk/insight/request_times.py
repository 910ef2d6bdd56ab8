"""How fast the desk is: from the contact to identity, lane, acceptance and being told; and handling time. Sums only.

Definitions. Every span begins with the *contact*: when the patient called, came or wrote. *Identity*: two identifiers
agreed with a record. *Lane*: the first change of lane; a request that stays routine has none. *Acceptance*: the first
clinician, or other service, who accepted by name. *Told*: first note of what the caller was told, or the closing.
*Handling*: from opening to closing, less the time in which the request stood parked. Nobody stops a watch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from frontdesk.insight.scope import Scope, rows
from frontdesk.triage.models import Kind

SPANS = ("identity", "lane", "accepted", "told")

_OF = """
       count({0}), percentile_cont(0.5) WITHIN GROUP (ORDER BY {0}), percentile_cont(0.9) WITHIN GROUP (ORDER BY {0})"""
_TIMES = f"""
WITH r AS (
    SELECT id, site_id, lane, matched_at, told_at, coalesce(contact_at, opened_at) AS began FROM triage_request
     WHERE site_id = ANY(%(sites)s) AND opened_at >= %(start)s AND opened_at < %(end)s),
s AS (
    SELECT r.lane, r.site_id,
           extract(epoch FROM r.matched_at - r.began) AS identity, extract(epoch FROM c.at - r.began) AS lane_set,
           extract(epoch FROM h.at - r.began) AS accepted, extract(epoch FROM r.told_at - r.began) AS told
      FROM r
      LEFT JOIN (SELECT request_id, min(changed_at) AS at FROM triage_lanechange
                  WHERE changed_at >= %(start)s GROUP BY request_id) c ON c.request_id = r.id
      LEFT JOIN (SELECT request_id, min(accepted_at) AS at FROM triage_handoff
                  WHERE offered_at >= %(start)s GROUP BY request_id) h ON h.request_id = r.id)
SELECT lane, site_id, count(*),{",".join(_OF.format(one) for one in ("identity", "lane_set", "accepted", "told"))}
  FROM s GROUP BY GROUPING SETS ((lane, site_id), (lane), ())
"""  # noqa: S608 - our own words alone
_HANDLING = """
WITH c AS (
    SELECT id, kind, opened_at, closed_at FROM triage_request
     WHERE site_id = ANY(%(sites)s) AND closed_at >= %(start)s AND closed_at < %(end)s),
p AS (
    SELECT c.id, sum(least(n.at, c.closed_at) - e.at) AS parked
      FROM daybook_entry e
      JOIN daybook_entrysubject s ON s.entry_id = e.id AND s.kind = 'request'
      JOIN c ON c.id = s.ref
      JOIN LATERAL (SELECT coalesce(min(later.at), c.closed_at) AS at
                      FROM daybook_entrysubject l JOIN daybook_entry later ON later.id = l.entry_id
                     WHERE l.kind = 'request' AND l.ref = c.id AND l.entry_id > e.id
                       AND later.kind IN ('RequestResumed', 'RequestClosed')) n ON true
     WHERE e.kind = 'RequestParked' GROUP BY c.id)
SELECT c.kind, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY h), percentile_cont(0.9) WITHIN GROUP (ORDER BY h)
  FROM c LEFT JOIN p ON p.id = c.id,
       LATERAL (SELECT extract(epoch FROM c.closed_at - c.opened_at - coalesce(p.parked, interval '0')) AS h) x
 GROUP BY c.kind ORDER BY count(*) DESC
"""


@dataclass(frozen=True)
class Spread:
    """Of `count` requests that have this span: half took at most `median` seconds, nine of ten at most `ninth`."""

    count: int
    median: int | None
    ninth: int | None


@dataclass(frozen=True)
class Row:
    """The spans of the requests in one lane at one site; of all sites or lanes where it is None."""

    lane: str | None
    site: int | None
    requests: int
    spans: dict[str, Spread]


@dataclass(frozen=True)
class Handling:
    """Handling time of the closed requests of one kind."""

    kind: str
    words: str
    spread: Spread


def times(scope: Scope) -> list[Row]:
    """The spans of requests opened within the scope: of all, by lane, and by lane and site; the most requests first."""
    found = [_row(one) for one in rows(_TIMES, scope.parameters)]
    return sorted(found, key=lambda one: (one.lane is not None, one.site is not None, -one.requests))


def handling(scope: Scope) -> list[Handling]:
    """Handling time by kind of request, of those closed within the scope."""
    words = dict(Kind.choices)
    return [
        Handling(kind, str(words.get(kind, "No kind chosen")), Spread(count, _whole(median), _whole(ninth)))
        for kind, count, median, ninth in rows(_HANDLING, scope.parameters)
    ]


def _row(values: Sequence[Any]) -> Row:
    lane, site, requests, *figures = values
    parts = zip(SPANS, range(0, len(figures), 3), strict=True)
    spans = {
        name: Spread(figures[at], _whole(figures[at + 1]), _whole(figures[at + 2])) for name, at in parts
    }
    return Row(lane, site, requests, spans)


def _whole(seconds: Any) -> int | None:
    return None if seconds is None else max(0, round(float(seconds)))
