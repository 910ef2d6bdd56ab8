"""What a connected system is told of: its subscriptions in words, what was told last, what waits, what was given up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.partners.engine.filters import By
from frontdesk.partners.models import (
    Client,
    Content,
    Notice,
    NoticeState,
    Subscription,
    SubscriptionState,
    Topic,
)
from frontdesk.partners.queries.subscriptions import Counts, counts, latest, of_client

TOPICS = {Topic.VISITS: "Changes of visits", Topic.FREED: "Time that became free"}
CONTENTS = {
    Content.EMPTY: "Only that something happened",
    Content.ID_ONLY: "The number of the visit or the slot, nothing else",
    Content.FULL: "The whole record, as far as it may read it",
}
_WHAT = {
    "booked": "Booked", "moved": "Moved", "cancelled": "Cancelled", "restored": "Restored", "missed": "Not kept",
    "gone": "Left what it sees", "freed": "Time became free",
}  # fmt: skip
# The state in words, and its chip and icon.
_STATES = {
    SubscriptionState.REQUESTED: ("Waiting for its first answer", "", "waiting"),
    SubscriptionState.ACTIVE: ("Active", "pass", "pass"),
    SubscriptionState.ERROR: ("Stopped: it does not answer", "fail", "fail"),
    SubscriptionState.OFF: ("Ended", "", "close"),
}
_NOTICES = {
    NoticeState.WAITING: ("Waits", "warn", "waiting"),
    NoticeState.SENT: ("Told", "pass", "pass"),
    NoticeState.DEAD: ("Given up", "fail", "fail"),
}
_STATUSES = {
    "booked": "booked", "arrived": "arrived", "done": "done", "cancelled": "cancelled", "no_show": "not kept",
}  # fmt: skip


@dataclass(frozen=True)
class Chip:
    """A state: its word, its colour and its icon."""

    word: str
    look: str
    icon: str


@dataclass(frozen=True)
class Line:
    """One notice. `when`: the next try, or when it was settled."""

    notice: Notice
    what: str
    state: Chip


@dataclass(frozen=True)
class Told:
    """One subscription. `host` is all that is shown of its address: the rest may hold a secret."""

    row: Subscription
    topic: str
    content: str
    host: str
    state: Chip
    only: Sequence[str]
    counts: Counts
    lines: Sequence[Line]

    @property
    def may_try(self) -> bool:
        """Is there anything to try again?"""
        return self.row.state == SubscriptionState.ERROR or bool(self.row.trouble)

    @property
    def stands(self) -> bool:
        return self.row.state != SubscriptionState.OFF


def told_page(client: Client) -> tuple[list[Told], list[Told]]:
    """The client's subscriptions that stand, with their last notices, and those that ended last, without."""
    stand, ended = of_client(client)
    numbers = counts([*stand, *ended])
    return [_told(row, numbers, latest(row)) for row in stand], [_told(row, numbers, ()) for row in ended]


def _told(row: Subscription, numbers: dict[int, Counts], notices: Iterable[Notice]) -> Told:
    return Told(
        row=row,
        topic=TOPICS[Topic(row.topic)],
        content=CONTENTS[Content(row.content)],
        host=urlsplit(row.endpoint).netloc or "Its address was deleted",
        state=Chip(*_STATES[SubscriptionState(row.state)]),
        only=[_only(one) for one in row.filters],
        counts=numbers.get(row.pk, Counts()),
        lines=[
            Line(one, _WHAT.get(one.what, one.what), Chip(*_NOTICES[NoticeState(one.state)]))
            for one in notices
        ],
    )


def _only(one: dict[str, object]) -> str:
    """A filter in words: "Site: Main Street or Harbor"."""
    values = one["of"] if isinstance(one["of"], list) else []
    by = By(str(one["by"]))
    if by is By.STATUS:
        return f"Visits that are {_or([_STATUSES.get(str(value), str(value)) for value in values])}"
    if by is By.PATIENT:
        return f"{len(values)} patient{'' if len(values) == 1 else 's'}, by record"
    label, model = {
        By.LOCATION: ("Site", Site), By.PRACTITIONER: ("Provider", Provider), By.SERVICE_TYPE: ("Visit type", VisitType),
    }[by]  # fmt: skip
    names = model._default_manager.filter(pk__in=values).values_list("name", flat=True)
    return f"{label}: {_or(sorted(names))}"


def _or(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
