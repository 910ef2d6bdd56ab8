"""Who may sign and end a rule for extra visits, and whether one is in force."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission, Role
from frontdesk.book.models import OverbookRule
from frontdesk.kit.errors import NotAllowed


class RuleState(StrEnum):
    """Where a rule stands on a day; the value is the word for it."""

    DRAFT = "Draft"
    IN_FORCE = "In force"
    LATER = "Signed, begins later"
    OVER = "Over"
    ENDED = "Ended"


def state_of(rule: OverbookRule, *, today: date) -> RuleState:
    """The state of the rule on the local day `today`."""
    if rule.ended_at is not None:
        return RuleState.ENDED
    if rule.valid_until < today:
        return RuleState.OVER
    if rule.signed_at is None:
        return RuleState.DRAFT
    return RuleState.LATER if rule.valid_from > today else RuleState.IN_FORCE


def can_sign(rule: OverbookRule, *, by: User) -> bool:
    """Only the provider whose time it is."""
    return by.may(Permission.SIGN_OVERBOOKING) and rule.provider.user_id == by.pk


def can_end(rule: OverbookRule, *, by: User) -> bool:
    """The provider whose time it is, or a clinic manager."""
    return can_sign(rule, by=by) or (by.is_active and by.role == Role.MANAGER)


def check_can_sign(rule: OverbookRule, *, by: User) -> None:
    """Raises NotAllowed, naming who may."""
    if not can_sign(rule, by=by):
        raise NotAllowed(f"Only {rule.provider.name} may sign this: it is their time.")


def check_can_end(rule: OverbookRule, *, by: User) -> None:
    """Raises NotAllowed, naming who may."""
    if not can_end(rule, by=by):
        raise NotAllowed(f"Only {rule.provider.name} or a clinic manager may end this rule.")
