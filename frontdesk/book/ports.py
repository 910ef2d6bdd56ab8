"""What the book asks of others before time is taken. config/wiring.py lists who answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Interpreter, Provider, Room, Site, VisitType
from frontdesk.people.models import Patient


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105  a verdict, not a password
    WARN = "warn"
    FAIL = "fail"
    WAIVED = "waived"
    NOT_CHECKED = "not checked"


class Link(StrEnum):
    """The links of a visit's chain, in the order in which they are shown."""

    REQUEST = "Request"
    PROVIDER = "Provider"
    ROOM = "Room"
    EQUIPMENT = "Equipment"
    INTERPRETER = "Interpreter"
    PREPARATION = "Preparation"
    TURNOVER = "Turnover"
    REFERRAL = "Referral"
    AUTHORIZATION = "Authorization"
    COVERAGE = "Coverage"
    INFECTION = "Infection"
    PROVIDER_TOLD = "Provider told"
    PATIENT_TOLD = "Patient told"


@dataclass(frozen=True)
class Ask:
    """A wish to take time. `start` is None while a search is only being opened.

    `request_id` is None where no request is asked for: for a visit that is moved (`moving` is its id). `by` is None
    where nobody takes time yet: where a search asks what it may look at. `request` is the request itself where the
    caller has made it in this very transaction, so that it need not be read again: the book does not look into it.
    """

    request_id: int | None
    patient: Patient | None
    visit_type: VisitType | None
    by: User | None
    now: datetime
    provider: Provider | None = None
    site: Site | None = None
    start: datetime | None = None
    end: datetime | None = None
    room: Room | None = None
    interpreter: Interpreter | None = None
    resources: Sequence[int] = ()
    modality: str = ""
    moving: int | None = None
    request: object = None


@dataclass(frozen=True)
class Finding:
    """What one check says of an ask: the link of the visit's chain, the verdict, a sentence, a code.

    A refusal that is `waivable` may be waived by somebody who may waive checks, with a reason. `until` is the last
    local day for which a pass holds, where there is one. `slot_classes` (ids): it holds only for time kept for one of
    them; `modality`: only for a visit by it. Empty: for any. `open_only`: never for kept time nor for an extra visit.
    """

    link: str
    verdict: Verdict
    sentence: str
    code: str = ""
    waivable: bool = False
    waived_because: str = ""
    until: date | None = None
    slot_classes: frozenset[int] = frozenset()
    modality: str = ""
    open_only: bool = False

    def waive(self, because: str) -> Finding:
        return replace(self, verdict=Verdict.WAIVED, waived_because=because)


class BookingCheck(Protocol):
    """A check reads and answers; it never writes."""

    def __call__(self, ask: Ask) -> Sequence[Finding]: ...
