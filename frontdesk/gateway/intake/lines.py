"""Messages in, requests out: one JSON object a line each way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.db import Error

from frontdesk.clinic.models import Site
from frontdesk.daybook.facts import System
from frontdesk.kit.errors import Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.actions.intake import Sender, receive, received_before
from frontdesk.triage.models import Request

INTAKE = System("message intake")
LONGEST_ID = 120
NO_ID = "“id” must be there: a message without one could be taken in twice."


class BadMessage(ValueError):
    """A message that cannot be taken in; its text is one sentence for whoever sent it."""


def take_in(lines: Iterable[str], *, now: datetime) -> Iterator[dict[str, object]]:
    """For each line that is not empty what became of it, in order; each message is stored before the next is read.

    A line that cannot be taken in is answered too, with its `error` and the number of its `line`. A message that
    was taken in before is answered with the request that it became, and `again`.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _result(line, number, now)


def _result(line: str, number: int, now: datetime) -> dict[str, object]:
    message: Mapping[str, object] = {}
    try:
        message = _message(line)
        return {"id": message.get("id"), **_taken_in(message, now)}
    except (BadMessage, Refused) as problem:
        sentence = problem.sentence if isinstance(problem, Refused) else str(problem)
        return {"id": message.get("id"), "line": number, "error": sentence}
    except Error:
        return {
            "id": message.get("id"),
            "line": number,
            "error": "The database did not take it. Send it again.",
        }


def _message(line: str) -> Mapping[str, object]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise BadMessage("This line is not JSON.") from problem
    if not isinstance(message, dict):
        raise BadMessage("This line is not a JSON object.")
    return message


def _taken_in(message: Mapping[str, object], now: datetime) -> dict[str, object]:
    channel, outside_id = _text(message, "channel"), _id(message)
    before = received_before(channel, outside_id)
    request = before or receive(
        channel=channel,
        text=_text(message, "text"),
        site=_site(message),
        sender=_sender(message),
        contact_at=_moment(message),
        topic=_text(message, "topic"),
        outside_id=outside_id,
        by=INTAKE,
        now=now,
    )
    return _answer(request, again=before is not None)


def _answer(request: Request, *, again: bool) -> dict[str, object]:
    found: dict[str, object] = {"request": request.pk, "lane": request.lane}
    return {**found, "again": True} if again else found


def _id(message: Mapping[str, object]) -> str:
    given = message.get("id")
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise BadMessage(NO_ID)
    if not (read := one_line(str(given), limit=LONGEST_ID + 1)):
        raise BadMessage(NO_ID)
    if len(read) > LONGEST_ID:
        raise BadMessage(f"“id” is longer than {LONGEST_ID} characters.")
    return read


def _site(message: Mapping[str, object]) -> Site:
    """The site by its code; where there is but one, it need not be said."""
    code, sites = _text(message, "site"), list(Site.objects.order_by("pk"))
    if not code and len(sites) == 1:
        return sites[0]
    found = next((one for one in sites if one.code == code), None)
    if found is None:
        raise BadMessage("“site” must be the code of one of the clinic’s sites.")
    return found


def _sender(message: Mapping[str, object]) -> Sender:
    """`from`: an object with name, birth_date, phone and email, or one text, which is taken as what it looks like."""
    given = message.get("from") or {}
    if isinstance(given, str):
        if "@" in given:
            return Sender(email=given)
        return Sender(phone=given) if any(sign.isdigit() for sign in given) else Sender(name=given)
    if not isinstance(given, Mapping):
        raise BadMessage("“from” must be an object or a text.")
    name, born, phone, email = (_text(given, key) for key in ("name", "birth_date", "phone", "email"))
    return Sender(name, born, phone, email)


def _moment(message: Mapping[str, object]) -> datetime | None:
    given = _text(message, "at")
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as problem:
        raise BadMessage("“at” must be a moment such as 2026-03-03T09:20:00-05:00.") from problem
    if moment.tzinfo is None:
        raise BadMessage("“at” must say its zone, such as 2026-03-03T09:20:00-05:00.")
    return moment


def _text(source: Mapping[str, object], key: str) -> str:
    value = source.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadMessage(f"“{key}” must be text.")
    return value
