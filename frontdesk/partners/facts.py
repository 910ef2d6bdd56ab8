"""What happens between the clinic and other programs. That a token was given out is no fact; the access log tells."""

from __future__ import annotations

from dataclasses import dataclass

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ClientRegistered(Fact):
    """`holds` is what it may: its scopes, sites and limits; of its keys only the fingerprints."""

    client_id: int
    name: str
    holds: dict[str, object]


@dataclass(frozen=True, kw_only=True)
class ClientChanged(Fact):
    client_id: int
    name: str
    was: dict[str, object]
    holds: dict[str, object]


@dataclass(frozen=True, kw_only=True)
class ClientEnded(Fact):
    client_id: int
    name: str
