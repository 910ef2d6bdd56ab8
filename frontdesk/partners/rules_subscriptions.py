"""What a client may ask to be told of, and where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.partners.engine.filters import MOST, MOST_VALUES, By
from frontdesk.partners.engine.scopes import allows
from frontdesk.partners.engine.signing import HEADER
from frontdesk.partners.models import Client, Content, Topic
from frontdesk.partners.outside import check_address
from frontdesk.partners.queries.listening import READS

MOST_EACH = 20  # subscriptions of one client that are not ended
LEAST_BETWEEN, MOST_BETWEEN = 60, 86_400  # seconds between heartbeats
MOST_PATIENCE = 30  # seconds
MOST_IN_ONE = 100  # notices in one request
MOST_HEADERS, LONGEST_HEADER = 10, 1_000
FITTING = {
    Topic.VISITS: frozenset(By),
    Topic.FREED: frozenset({By.LOCATION, By.PRACTITIONER, By.SERVICE_TYPE}),
}
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\x20-\x7e]*")
# What is ours to say, or would change where the request ends.
_OURS = frozenset(
    {
        "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection", "upgrade",
        "te", "trailer", "expect", "keep-alive", "proxy-authorization", "user-agent", HEADER.lower(),
    }
)  # fmt: skip


class TooMany(Refused):
    """The client has as many subscriptions as it may."""

    code = "SUBSCRIPTIONS_FULL"


@dataclass(frozen=True)
class Asked:
    """A subscription as its client asks for it. `headers` are "Name: value"; `until` is an instant.

    `base` is the address of the machines' door as the client reached it: links in notices begin with it.
    """

    topic: Topic
    endpoint: str
    filters: Sequence[dict[str, Any]] = ()
    headers: Sequence[str] = ()
    content: Content = Content.ID_ONLY
    reason: str = ""
    seconds_between: int = 0
    seconds_patience: int = 10
    most_in_one: int = 1
    until: datetime | None = None
    base: str = ""


def checked(asked: Asked, client: Client, *, now: datetime) -> Asked:
    """The same, tidied. Raises NotAllowed, and BadValue for what cannot be, naming the field."""
    check_may_hear(asked.topic, client)
    check_address(asked.endpoint, field="endpoint")
    _between(
        asked.seconds_between,
        LEAST_BETWEEN,
        MOST_BETWEEN,
        "seconds_between",
        "Heartbeats come every",
        zero=True,
    )
    _between(asked.seconds_patience, 1, MOST_PATIENCE, "seconds_patience", "The timeout is")
    if not 1 <= asked.most_in_one <= MOST_IN_ONE:
        raise BadValue(f"One notice may tell of 1 to {MOST_IN_ONE} events.", field="most_in_one")
    if asked.until is not None and asked.until <= now:
        raise BadValue("The end must be in the future.", field="until")
    _check_filters(asked)
    return replace(
        asked,
        headers=[_header(one) for one in _few(asked.headers)],
        reason=one_line(asked.reason, limit=200),
    )


def check_may_hear(topic: Topic, client: Client) -> None:
    """Raises NotAllowed where the client's scopes do not let it read what it wants to be told of."""
    reads = READS[topic]
    if not allows(frozenset(client.scopes), reads, "r"):
        raise NotAllowed(f"To be told of this, the client needs the scope system/{reads}.r.")


def _check_filters(asked: Asked) -> None:
    if len(asked.filters) > MOST:
        raise BadValue(f"There may be at most {MOST} filters.", field="filters")
    for one in asked.filters:
        if one["by"] not in FITTING[asked.topic]:
            names = ", ".join(sorted(FITTING[asked.topic]))
            raise BadValue(f"This topic is filtered by: {names}.", field="filters")
        if not 1 <= len(one["of"]) <= MOST_VALUES:
            raise BadValue(f"A filter names 1 to {MOST_VALUES} values.", field="filters")


def _few(headers: Sequence[str]) -> Sequence[str]:
    if len(headers) > MOST_HEADERS:
        raise BadValue(f"There may be at most {MOST_HEADERS} headers.", field="headers")
    return headers


def _header(text: str) -> str:
    name, colon, value = text.partition(":")
    name, value = name.strip(" "), value.strip(" ")
    if not colon or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value) or len(text) > LONGEST_HEADER:
        raise BadValue("A header is written as “Name: value”, in plain characters.", field="headers")
    if name.lower() in _OURS:
        raise BadValue(f"The header {name} is set here: leave it out.", field="headers")
    return f"{name}: {value}"


def _between(value: int, least: int, most: int, field: str, words: str, *, zero: bool = False) -> None:
    if not (least <= value <= most or (zero and value == 0)):
        raise BadValue(f"{words} {least} to {most} seconds.", field=field)
