"""Why a request is in its lane, in one sentence."""

from __future__ import annotations

from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.models import LaneChange, Request


def why_in_lane(request: Request) -> str:
    """The reason of the last change; and the rule that the words met in that lane since, which the request follows.

    Where only the kind of request had set the lane, or nothing had, the rule stands in its place; "" where there is none.
    """
    change, rule = request.lane_changes.last(), _rule_followed(request)
    if change is None:
        return rule
    if not rule or change.reason.startswith(f"Rule {request.rule_code},") or _lowered(change):
        return change.reason
    return (
        f"{change.reason}. Then the words met {rule[:1].lower()}{rule[1:]}" if change.changed_by_id else rule
    )


def _lowered(change: LaneChange) -> bool:
    """After a clinician lowered the lane the request still names the rule that had raised it."""
    return bool(change.was) and RANK[Lane(change.became)] < RANK[Lane(change.was)]


def _rule_followed(request: Request) -> str:
    """The rule that the request follows, with the caller's words that met it; "" where it follows none."""
    if not request.rule_code:
        return ""
    met = (match for row in request.screenings.all() for match in row.matches)
    found = next((match for match in met if match["rule"] == request.rule_code), None)
    words = " and ".join(f"“{one}”" for one in found["words"]) if found else ""
    named = f"Rule {request.rule_code}, {request.rule_title}"
    return f"{named}: {words}" if words else named
