"""What happens to subscriptions. Single notices are no facts: they are kept for a month as rows of their own."""

from __future__ import annotations

from dataclasses import dataclass

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class SubscriptionAsked(Fact):
    """A client wants to be told. Of its address only the host is kept here: the rest may hold a secret."""

    subscription_id: int
    client_id: int
    client: str
    topic: str
    content: str
    host: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionChanged(Fact):
    """`changed` names what is different now."""

    subscription_id: int
    client_id: int
    client: str
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class SubscriptionTriedAgain(Fact):
    """It is to be told again: first it is asked whether it answers."""

    subscription_id: int
    client_id: int
    client: str


@dataclass(frozen=True, kw_only=True)
class HandshakeAnswered(Fact):
    """Whether the client’s address answered as it must, and what it answered."""

    subscription_id: int
    client_id: int
    client: str
    works: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class NoticeGivenUp(Fact):
    """For about a day nobody took the notice. The subscription is stopped; a task asks a person to see to it."""

    subscription_id: int
    client_id: int
    client: str
    number: int
    tries: int
    sentence: str
    waiting: int


@dataclass(frozen=True, kw_only=True)
class SubscriptionEnded(Fact):
    """`untold` notices were still waiting."""

    subscription_id: int
    client_id: int
    client: str
    how: str
    untold: int
