"""What the book asks of others before time is taken. config/wiring.py lists who answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.people.models import Patient


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105  a verdict, not a password
    WARN = "warn"
    FAIL = "fail"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Ask:
    """A wish to take time. `start` is None while a search is only being opened."""

    request_id: int | None
    patient: Patient | None
    visit_type: VisitType | None
    by: User
    now: datetime
    provider: Provider | None = None
    site: Site | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Finding:
    """What one check says of an ask: the link of the visit's chain, the verdict, a sentence, a code."""

    link: str
    verdict: Verdict
    sentence: str
    code: str = ""


class BookingCheck(Protocol):
    """A check reads and answers; it never writes."""

    def __call__(self, ask: Ask) -> Sequence[Finding]: ...
