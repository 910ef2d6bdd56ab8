"""May this be booked? Every door asks here, so that no door can forget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.book.ports import Ask, BookingCheck, Finding, Verdict
from frontdesk.clinic.models import VisitType
from frontdesk.kit.errors import BadValue, NotAllowed, Refused

Waivers = Mapping[str, str]
"""For each link that is waived, the reason."""


class BookingGate(Refused):
    """A check said no. `code` is that check's reason code; `findings` holds all that were made."""

    code = "GATE"

    def __init__(self, failed: Finding, findings: Sequence[Finding]) -> None:
        super().__init__(failed.sentence, code=failed.code)
        self.failed = failed
        self.findings = tuple(findings)


@cache
def _checks() -> Sequence[BookingCheck]:
    checks: Sequence[BookingCheck] = import_string(settings.BOOKING_CHECKS)
    return checks


def findings(ask: Ask) -> list[Finding]:
    """What every wired check says, in their order."""
    return [finding for check in _checks() for finding in check(ask)]


def check_can_book(
    ask: Ask, waivers: Waivers | None = None, more: Sequence[BookingCheck] = ()
) -> list[Finding]:
    """The findings, when none is a refusal; `more` are checks that are made beside the wired ones.

    A refusal that may be waived is, where `waivers` has a reason for its link and the person may waive checks.
    Raises NotAllowed, BookingGate with a reason code, or BadValue where a waiver has no reason.
    """
    by = _who(ask)
    by.check_may(Permission.BOOK)
    return check_all([*findings(ask), *(finding for check in more for finding in check(ask))], by, waivers)


def check_all(found: Sequence[Finding], by: User, waivers: Waivers | None = None) -> list[Finding]:
    """The findings as they stand with the waivers. Raises BookingGate where one is a refusal; else as above."""
    judged = [_waived(finding, by, waivers or {}) for finding in found]
    for finding in judged:
        if finding.verdict is Verdict.FAIL:
            raise BookingGate(finding, judged)
    return judged


def _who(ask: Ask) -> User:
    if ask.by is None:
        raise NotAllowed("Somebody must answer for a booking.")
    return ask.by


def _waived(finding: Finding, by: User, waivers: Waivers) -> Finding:
    because = waivers.get(finding.link)
    if because is None or finding.verdict is not Verdict.FAIL or not finding.waivable:
        return finding
    by.check_may(Permission.WAIVE_CHECKS)
    if len(because.strip()) < 3:
        raise BadValue(f"Say why “{finding.link}” is waived.", field=finding.link)
    return finding.waive(because.strip()[:200])


def is_directed(found: Sequence[Finding]) -> bool:
    """Did a clinician direct this visit? Then time that opens by direction may be had."""
    return _directed(found) is not None


def only_in(found: Sequence[Finding]) -> frozenset[int]:
    """The slot classes (ids) in whose kept time the visit must lie, by what the checks say; empty: in any time."""
    limits = [one.slot_classes for one in found if one.slot_classes]
    return frozenset.intersection(*limits) if limits else frozenset()


def open_only(found: Sequence[Finding]) -> str:
    """The code of the finding that allows open time only: no kept time, no extra visit. Empty where none does."""
    return next((one.code for one in found if one.open_only), "")


@dataclass(frozen=True)
class Direction:
    """Does a visit that may move `stand` directed by a clinician, and until which local day? None is any day.

    `only` are the slot classes (ids) in whose kept time it must stay; empty: in any time. `open_only`: never in any.
    """

    stands: bool = False
    until: date | None = None
    only: frozenset[int] = frozenset()
    open_only: bool = False

    def on(self, day: date) -> bool:
        """May it have, on this local day, time that opens by direction?"""
        return self.stands and (self.until is None or day <= self.until)

    def last(self, day: date) -> date:
        """The last local day to look at, where the search ends on `day` anyhow."""
        return min(day, self.until) if self.stands and self.until is not None else day


def direction_of(visit: Appointment, visit_type: VisitType, *, now: datetime) -> Direction:
    """What is left of the visit's direction where it moves, as this visit type. The action asks the same checks."""
    ask = Ask(None, visit.patient, visit_type, None, now, moving=visit.pk)
    every = findings(ask)
    found, kept_from = _directed(every), bool(open_only(every))
    if found is None:
        return Direction(open_only=kept_from)
    return Direction(stands=True, until=found.until, only=found.slot_classes, open_only=kept_from)


def _directed(found: Sequence[Finding]) -> Finding | None:
    passed = (one for one in found if one.verdict is Verdict.PASS)
    return next((one for one in passed if one.code == "DIRECTED"), None)


def in_words(found: Sequence[Finding]) -> list[str]:
    """Each finding as the daybook keeps it."""
    return [
        f"{one.link}: {one.verdict.value}. {one.sentence}"
        + (f" Waived: {one.waived_because}" if one.waived_because else "")
        for one in found
    ]
