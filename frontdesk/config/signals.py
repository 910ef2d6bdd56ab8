"""What is written down about logging in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.dispatch import receiver

from frontdesk.accounts.models import User
from frontdesk.daybook.facts import Fact
from frontdesk.daybook.record import record
from frontdesk.kit.clock import now


@dataclass(frozen=True, kw_only=True)
class LoggedIn(Fact):
    user_id: int


@dataclass(frozen=True, kw_only=True)
class LoggedOut(Fact):
    user_id: int


@receiver(user_logged_in)
def _logged_in(user: User, **_: Any) -> None:
    with transaction.atomic():
        record(LoggedIn(user_id=user.pk), by=user, now=now())


@receiver(user_logged_out)
def _logged_out(user: User | None, **_: Any) -> None:
    if user is not None:
        with transaction.atomic():
            record(LoggedOut(user_id=user.pk), by=user, now=now())
