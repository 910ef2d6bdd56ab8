"""Messages in, lanes out: one JSON object a line each way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from frontdesk.gateway.screening.messages import BadMessage, context_of
from frontdesk.triage.engine.screen import Screening, screen
from frontdesk.triage.engine.shapes import Protocol


def results(lines: Iterable[str], protocol: Protocol) -> Iterator[dict[str, object]]:
    """For each line that is not empty what the protocol says of it, in order.

    A line that cannot be read is answered too, with its `error` and the number of its `line`: a message is never
    passed over in silence.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _result(line, number, protocol)


def _result(line: str, number: int, protocol: Protocol) -> dict[str, object]:
    message: Mapping[str, object] = {}
    try:
        message = _message(line)
        text = message.get("text")
        if not isinstance(text, str):
            raise BadMessage("“text” must be there, and be text.")
        found = screen(text, protocol=protocol, context=context_of(message))
    except BadMessage as problem:
        return {"id": message.get("id"), "line": number, "error": str(problem)}
    return {"id": message.get("id"), **answer(found)}


def _message(line: str) -> Mapping[str, object]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise BadMessage("This line is not JSON.") from problem
    if not isinstance(message, dict):
        raise BadMessage("This line is not a JSON object.")
    return message


def answer(found: Screening) -> dict[str, object]:
    """A screening as others read it: the lane, why, and how sure."""
    leading = [match for match in found.matches if match.lane is found.lane]
    return {
        "lane": found.lane.value,
        "scenario": next((match.scenario for match in found.matches if match.scenario), None),
        "confidence": round(found.confidence, 3),
        "rules": [match.rule for match in leading],
        "reasons": [
            {
                "concept": one.concept,
                "title": one.title,
                "words": one.words,
                "start": one.start,
                "end": one.end,
            }
            for match in found.matches
            for one in match.reasons
        ],
    }
