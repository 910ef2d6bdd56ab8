"""May this be booked? Every door asks here, so that no door can forget."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from frontdesk.accounts.permissions import Permission
from frontdesk.book.ports import Ask, BookingCheck, Finding, Verdict
from frontdesk.kit.errors import Refused


class BookingGate(Refused):
    """A check said no. `code` is that check's reason code; `findings` holds all that were made."""

    code = "GATE"

    def __init__(self, failed: Finding, findings: Sequence[Finding]) -> None:
        super().__init__(failed.sentence, code=failed.code)
        self.findings = tuple(findings)


@cache
def _checks() -> Sequence[BookingCheck]:
    checks: Sequence[BookingCheck] = import_string(settings.BOOKING_CHECKS)
    return checks


def findings(ask: Ask) -> list[Finding]:
    """What every wired check says, in their order."""
    return [finding for check in _checks() for finding in check(ask)]


def check_can_book(ask: Ask) -> list[Finding]:
    """The findings, when none is a refusal. Raises NotAllowed or BookingGate with a reason code."""
    ask.by.check_may(Permission.BOOK)
    found = findings(ask)
    for finding in found:
        if finding.verdict is Verdict.FAIL:
            raise BookingGate(finding, found)
    return found
