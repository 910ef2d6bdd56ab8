"""The time that is held: what it takes with it, and what the chain of the visit says before it is booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from frontdesk.book.actions.wanted import ask_of_hold
from frontdesk.book.models import Hold
from frontdesk.book.ports import Finding, Verdict
from frontdesk.book.queries.chain import chain
from frontdesk.book.rules import findings
from frontdesk.clinic.choices import Modality
from frontdesk.desk.pages.chain import Light, found_lights, passed
from frontdesk.triage.limits import may_be_kept

MAY_WAIVE = [role.label.lower() for role in Role if Permission.WAIVE_CHECKS in ROLE_PERMISSIONS[role]]


@dataclass
class Held:
    """The hold with its chain. `waived` is what was typed beside links that fail, by the name of the field."""

    hold: Hold
    user: User
    now: datetime
    waived: Mapping[str, str]

    @property
    def place(self) -> str:
        hold = self.hold
        if hold.modality != Modality.IN_PERSON:
            return f"{hold.get_modality_display()}, {hold.site}"
        return f"{hold.site}, {hold.room.name}" if hold.room else str(hold.site)

    @property
    def minutes(self) -> int:
        return int((self.hold.end - self.hold.start).total_seconds() // 60)

    @property
    def arrive(self) -> datetime | None:
        early = timedelta(minutes=self.hold.visit_type.arrive_before)
        return self.hold.start - early if self.hold.modality == Modality.IN_PERSON else None

    @cached_property
    def found(self) -> list[Finding]:
        """What the checks say, the book's own among them. They read and never write."""
        ask = ask_of_hold(self.hold, self.user, self.now)
        return [*findings(ask), *chain(ask)]

    @cached_property
    def lights(self) -> tuple[Light, ...]:
        return found_lights(self.found, may_waive=self.may_waive)

    @property
    def passed(self) -> int:
        return passed(self.lights)

    @property
    def worth_reading(self) -> list[Light]:
        """The links that do not simply pass."""
        return [one for one in self.lights if one.verdict != Verdict.PASS]

    @property
    def may_waive(self) -> bool:
        return self.user.may(Permission.WAIVE_CHECKS)

    @cached_property
    def fields(self) -> list[tuple[Light, str]]:
        """The links that may be waived by this person, with what was typed there."""
        return [(one, self.waived.get(one.name, "")) for one in self.lights if one.waivable]

    @cached_property
    def may_keep(self) -> bool:
        """May this person let it stand for hours? Where a rule that the request met allows it."""
        return self.user.may(Permission.APPROVE_MOVES) and may_be_kept(self.hold, now=self.now)

    @cached_property
    def waits_for_approval(self) -> bool:
        """Would a rule let it stand for hours, if somebody who may approved it?"""
        return not self.may_keep and self.hold.kept_at is None and may_be_kept(self.hold, now=self.now)

    @cached_property
    def stopped(self) -> str:
        """Why this person cannot book it; empty where the booking may be tried."""
        for one in self.found:
            if one.verdict is Verdict.FAIL and not one.waivable:
                return f"{one.link}: {one.sentence} This cannot be waived: choose another time."
            if one.verdict is Verdict.FAIL and not self.may_waive:
                return f"{one.link}: {one.sentence} A {_either(MAY_WAIVE)} may waive it with a reason."
        return ""


def _either(words: list[str]) -> str:
    return ", ".join(words[:-1]) + f" or {words[-1]}" if len(words) > 1 else "".join(words)
