"""Whether records are whole: what was missing when somebody first tried to close, and what open requests lack.

Definitions. *Whole at the first try*: a closed request whose closing was never refused for a missing field. A field
*repeats* where it was missing at the first try in two requests or more of the same site. Of open requests only what
every lane demands is counted: identity, callback, kind, words, what was told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontdesk.insight.scope import Part, Scope, rows
from frontdesk.triage.documentation import label

_CLOSED = """
WITH r AS (
    SELECT id, site_id, lane, closed_by_id FROM triage_request
     WHERE site_id = ANY(%(sites)s) AND closed_at >= %(start)s AND closed_at < %(end)s),
first AS (
    SELECT DISTINCT ON (s.ref) s.ref AS id, e.facts->'missing' AS missing, e.actor_id
      FROM daybook_entry e JOIN daybook_entrysubject s ON s.entry_id = e.id AND s.kind = 'request'
     WHERE e.kind = 'ClosingRefused' AND s.ref IN (SELECT id FROM r) ORDER BY s.ref, e.id)
"""
_SHARES = (
    _CLOSED
    + """
SELECT r.lane, r.site_id, coalesce(first.actor_id, r.closed_by_id), count(*), count(*) FILTER (WHERE first.id IS NULL)
  FROM r LEFT JOIN first ON first.id = r.id
 GROUP BY GROUPING SETS ((r.lane), (r.site_id), (coalesce(first.actor_id, r.closed_by_id)), ())
"""
)
_MISSING = (
    _CLOSED
    + """
SELECT r.site_id, key, count(*) FROM first JOIN r ON r.id = first.id, jsonb_array_elements_text(first.missing) AS key
 WHERE key <> 'outcome' GROUP BY r.site_id, key ORDER BY count(*) DESC, key
"""
)
_OPEN = """
SELECT CASE WHEN age < interval '1 hour' THEN 0 WHEN age < interval '8 hours' THEN 1
            WHEN age < interval '1 day' THEN 2 ELSE 3 END AS band,
       count(*), count(*) FILTER (WHERE identity), count(*) FILTER (WHERE callback), count(*) FILTER (WHERE kind),
       count(*) FILTER (WHERE words), count(*) FILTER (WHERE told),
       count(*) FILTER (WHERE identity OR callback OR kind OR words OR told)
  FROM (SELECT %(now)s - r.opened_at AS age, r.patient_id IS NULL AS identity, r.callback = '' AS callback,
               r.kind = '' AS kind, r.told = '' AS told,
               r.draft_words = '' AND NOT EXISTS (SELECT FROM triage_utterance u WHERE u.request_id = r.id) AS words
          FROM triage_request r WHERE r.closed_at IS NULL AND r.site_id = ANY(%(sites)s)) x
 GROUP BY band ORDER BY band
"""
BANDS = ("under 1 hour", "1 to 8 hours", "8 to 24 hours", "over a day")
EVERY_LANE = ("Identity", "Callback", "Kind", "Words", "Told")
WORDS = {
    "identity": "Two identifiers", "callback": "Callback", "kind": "Kind of request", "words": "Words as spoken",
    "red_flags": "Red-flag words, as said", "contact": "Time of contact", "accepted": "Accepted by, and when",
    "direction": "Clinician’s direction", "script": "Every step of the script", "told": "What the caller was told",
    "told_how": "How they were told",
}  # fmt: skip


@dataclass(frozen=True)
class Whole:
    """How many of the closed requests were whole at the first try: of one lane, site or clerk, or of all."""

    lane: str | None
    site: int | None
    clerk: int | None
    share: Part


@dataclass(frozen=True)
class Missing:
    """A field that was missing at the first try to close, so many times at one site."""

    site: int
    key: str
    words: str
    count: int

    @property
    def repeats(self) -> bool:
        return self.count > 1


@dataclass(frozen=True)
class OpenBand:
    """Open requests of one age: how many, how many lack anything, and what."""

    words: str
    lacking: Part
    lacks: Sequence[tuple[str, int]]


def whole_at_first(scope: Scope) -> list[Whole]:
    """Of requests closed within the scope: all, then by lane, by site and by clerk, the least whole first."""
    found = [
        Whole(lane, site, clerk, Part(whole, of))
        for lane, site, clerk, of, whole in rows(_SHARES, scope.parameters)
    ]
    return sorted(found, key=lambda one: (one.share.percent or 0, -one.share.of))


def missing_at_first(scope: Scope) -> list[Missing]:
    """What was missing at the first try to close, by site; the most frequent first."""
    return [Missing(site, key, words_of(key), count) for site, key, count in rows(_MISSING, scope.parameters)]


def open_by_age(scope: Scope, *, now: datetime) -> list[OpenBand]:
    """Every request that is open now at the sites, by its age."""
    return [_band(one) for one in rows(_OPEN, {**scope.parameters, "now": now})]


def words_of(key: str) -> str:
    """What a key of the record is called on the screen."""
    return WORDS.get(key) or label(key)


def _band(values: Sequence[Any]) -> OpenBand:
    band, of, *lacks, lacking = values
    named = [(words, count) for words, count in zip(EVERY_LANE, lacks, strict=True) if count]
    return OpenBand(BANDS[band], Part(lacking, of), named)
