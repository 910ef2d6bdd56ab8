"""May this be booked? Every door asks here, so that no door can forget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from frontdesk.accounts.permissions import Permission
from frontdesk.book.ports import Ask, BookingCheck, Finding, Verdict
from frontdesk.kit.errors import BadValue, Refused

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
    ask.by.check_may(Permission.BOOK)
    found = [*findings(ask), *(finding for check in more for finding in check(ask))]
    judged = [_waived(finding, ask, waivers or {}) for finding in found]
    for finding in judged:
        if finding.verdict is Verdict.FAIL:
            raise BookingGate(finding, judged)
    return judged


def _waived(finding: Finding, ask: Ask, waivers: Waivers) -> Finding:
    because = waivers.get(finding.link)
    if because is None or finding.verdict is not Verdict.FAIL or not finding.waivable:
        return finding
    ask.by.check_may(Permission.WAIVE_CHECKS)
    if len(because.strip()) < 3:
        raise BadValue(f"Say why “{finding.link}” is waived.", field=finding.link)
    return finding.waive(because.strip()[:200])


def is_directed(found: Sequence[Finding]) -> bool:
    """Did a clinician direct this visit? Then time that opens by direction may be had."""
    return any(finding.code == "DIRECTED" and finding.verdict is Verdict.PASS for finding in found)


def in_words(found: Sequence[Finding]) -> list[str]:
    """Each finding as the daybook keeps it."""
    return [
        f"{one.link}: {one.verdict.value}. {one.sentence}"
        + (f" Waived: {one.waived_because}" if one.waived_because else "")
        for one in found
    ]
