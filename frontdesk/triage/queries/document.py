"""The trail of a request as one document for an auditor: inputs, rule versions, actors, alternatives, digests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from frontdesk.accounts.models import User
from frontdesk.triage.models import Request
from frontdesk.triage.queries.story import Story, made_way_for, story_of
from frontdesk.triage.queries.trail import entry_as_json


def as_document(request: Request, *, exported_by: User, now: datetime) -> dict[str, Any]:
    """Everything that is known of the request, as plain values. Spans are seconds, instants ISO 8601."""
    story = story_of(request)
    return {
        "document": "Frontdesk request trail",
        "request": request.pk,
        "site": request.site.name,
        "lane": request.lane,
        "outcome": request.outcome,
        "exported_at": now.isoformat(),
        "exported_by": exported_by.name,
        "times": [
            {"key": one.key, "words": one.words, "means": one.means, "seconds": one.seconds}
            for one in story.times
        ],
        "record": [
            {"words": one.words, "value": one.value, "visits": list(one.visits)} for one in story.record
        ],
        "made_way_for_it": made_way_for(request),
        "story": _told(story),
        "entries": [entry_as_json(entry) for entry in story.entries],
    }


def _told(story: Story) -> list[dict[str, Any]]:
    return [{"at": one.at.isoformat(), "text": one.text, "quotes": list(one.quotes)} for one in story.beats]
