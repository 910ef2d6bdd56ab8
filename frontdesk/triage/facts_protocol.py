"""What becomes of the clinic's protocols, as the daybook keeps it. Each is about one version of one protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ProtocolFact(Fact):
    """`protocol` is the version in words, with its name."""

    protocol_id: int
    protocol: str


@dataclass(frozen=True, kw_only=True)
class ProtocolBegun(ProtocolFact):
    """A draft was begun; `source` says from what."""

    source: str


@dataclass(frozen=True, kw_only=True)
class ProtocolWritten(ProtocolFact):
    """One change of a draft; `what` says in words what was done."""

    what: str


@dataclass(frozen=True, kw_only=True)
class ProtocolHandedIn(ProtocolFact):
    rules: int


@dataclass(frozen=True, kw_only=True)
class ProtocolTakenBack(ProtocolFact):
    """Its author goes on writing it."""


@dataclass(frozen=True, kw_only=True)
class ProtocolApproved(ProtocolFact):
    """A clinician approved it. `own`: nobody else may approve here, so its author did."""

    drafted_by: str
    in_force_from: datetime
    scope: str
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class ProtocolWithdrawn(ProtocolFact):
    pass


@dataclass(frozen=True, kw_only=True)
class ProtocolEnded(ProtocolFact):
    """It is not read any more."""


@dataclass(frozen=True, kw_only=True)
class ProtocolRead(ProtocolFact):
    """Somebody has read this version, its scripts and what must be written down."""


@dataclass(frozen=True, kw_only=True)
class ProtocolBacktested(ProtocolFact):
    """It was read over past requests of these days; so many of them."""

    first: date
    last: date
    requests: int
