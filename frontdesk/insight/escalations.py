"""What became of escalations, how work was rerouted, and how often a clinician lowered what the screener had raised.

Definitions. *Accepted at step n*: so many handoffs were accepted while that step of their tree ran. *Last resort*: the
tree was gone through and nobody had accepted by then. *Lowered*: of requests that the screener raised to urgent or
emergency, those that a clinician lowered afterwards: what the screener showed as graver than it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from frontdesk.insight.scope import Part, Scope, rows
from frontdesk.triage.models import Direction

_HANDOFFS = """
WITH h AS (
    SELECT h.* FROM triage_handoff h JOIN triage_request r ON r.id = h.request_id
     WHERE r.site_id = ANY(%(sites)s) AND h.offered_at >= %(start)s AND h.offered_at < %(end)s)
SELECT 'all', '', count(*) FROM h
UNION ALL SELECT 'accepted', '', count(*) FROM h WHERE accepted_at IS NOT NULL
UNION ALL SELECT 'outside', '', count(*) FROM h WHERE accepted_by_other <> ''
UNION ALL SELECT 'last resort', '', count(*) FROM h WHERE last_resort_at IS NOT NULL
UNION ALL SELECT 'outcome', '', count(*) FROM h WHERE outcome_at IS NOT NULL
UNION ALL SELECT 'direction', direction, count(*) FROM h WHERE direction <> '' GROUP BY direction
UNION ALL SELECT 'step', s.number::text, count(DISTINCT h.id) FROM h JOIN triage_escalationstep s ON s.handoff_id = h.id
 WHERE s."end" = 'accepted' GROUP BY s.number
"""
_RAISED = """
WITH up AS (
    SELECT DISTINCT ON (c.request_id) c.request_id, c.became, c.id, r.site_id
      FROM triage_lanechange c JOIN triage_request r ON r.id = c.request_id
     WHERE r.site_id = ANY(%(sites)s) AND c.changed_at >= %(start)s AND c.changed_at < %(end)s
       AND c.changed_by_id IS NULL AND c.became IN ('emergency', 'urgent')
     ORDER BY c.request_id, c.became = 'emergency' DESC, c.id)
SELECT up.became, count(*), count(*) FILTER (WHERE EXISTS (
    SELECT FROM triage_lanechange d WHERE d.request_id = up.request_id AND d.id > up.id AND d.changed_by_id IS NOT NULL
       AND array_position(ARRAY['routine', 'operational', 'urgent', 'emergency'], d.became::text)
         < array_position(ARRAY['routine', 'operational', 'urgent', 'emergency'], d.was::text)))
  FROM up GROUP BY up.became ORDER BY up.became
"""
_REROUTED = """
SELECT e.facts->>'was', e.facts->>'became', count(*) FROM daybook_entry e
 WHERE e.kind = 'TaskRerouted' AND e.at >= %(start)s AND e.at < %(end)s GROUP BY 1, 2 ORDER BY count(*) DESC LIMIT 20
"""


@dataclass(frozen=True)
class Escalations:
    """Handoffs offered within the scope, and what became of them. `steps` and `directions` are shares of all."""

    offered: int
    accepted: Part
    outside: Part
    last_resort: Part
    outcomes: Part
    steps: Sequence[tuple[str, Part]]
    directions: Sequence[tuple[str, Part]]


@dataclass(frozen=True)
class Raised:
    """Requests that the screener raised to this lane, and how many of them a clinician lowered."""

    lane: str
    lowered: Part


@dataclass(frozen=True)
class Rerouted:
    """So many tasks were sent from one queue to another, from where they had come to."""

    was: str
    became: str
    count: int


def escalations(scope: Scope) -> Escalations:
    """What became of the handoffs that were offered within the scope."""
    found = rows(_HANDOFFS, scope.parameters)
    one = {name: count for name, detail, count in found if not detail}
    of = one["all"]
    steps = sorted((int(detail), count) for name, detail, count in found if name == "step")
    return Escalations(
        offered=of,
        accepted=Part(one["accepted"], of),
        outside=Part(one["outside"], of),
        last_resort=Part(one["last resort"], of),
        outcomes=Part(one["outcome"], of),
        steps=[(f"Step {number}", Part(count, of)) for number, count in steps],
        directions=_directions(found, of),
    )


def _directions(found: Sequence[tuple[Any, ...]], of: int) -> list[tuple[str, Part]]:
    words = dict(Direction.choices)
    given = [(str(words.get(detail, detail)), count) for name, detail, count in found if name == "direction"]
    return [(name, Part(count, of)) for name, count in sorted(given, key=lambda one: -one[1])]


def raised(scope: Scope) -> list[Raised]:
    """What the screener raised within the scope, by the gravest lane, and what of it was lowered."""
    return [Raised(lane, Part(lowered, of)) for lane, of, lowered in rows(_RAISED, scope.parameters)]


def rerouted(scope: Scope) -> list[Rerouted]:
    """From which queue to which other tasks were sent, the most frequent first. Of all sites: a queue has none."""
    return [
        Rerouted(was or "", became or "", count) for was, became, count in rows(_REROUTED, scope.parameters)
    ]
