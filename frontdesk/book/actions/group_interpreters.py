"""The interpreters of a group: taken once for the whole of it, and shared by everybody who needs their language.

Their time is claimed by the group; each place names who interprets for it. They are given back with the last place
that names them. Whether somebody still does is looked up under the lock of the interpreter's day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from frontdesk.accounts.models import User
from frontdesk.book.actions.expiry import write_off
from frontdesk.book.actions.taking import KeptTime, kept_sentence
from frontdesk.book.actions.time import (
    Days,
    Key,
    TimeTaken,
    expired_in_the_way,
    keys_of_hold,
    release,
)
from frontdesk.book.models import Appointment, AppointmentStatus, Claim, Gathering, Hold, HoldEnd
from frontdesk.book.queries.gatherings import interpreter_classes
from frontdesk.book.queries.open_time import mask_of
from frontdesk.clinic.models import Interpreter


class Helped(NamedTuple):
    """A group, and who interprets in it."""

    gathering: Gathering
    interpreter: Interpreter

    @classmethod
    def by(cls, interpreter: Interpreter | None, gathering: Gathering) -> Helped | None:
        return None if interpreter is None else cls(gathering, interpreter)

    @property
    def placed(self) -> tuple[Key, int]:
        """The interpreter's day and the bits of the group's time."""
        day, mask = mask_of(self.gathering.start, self.gathering.end, self.gathering.site)
        return (self.interpreter.pk, day), mask

    @property
    def claims(self) -> list[Claim]:
        live = Claim.objects.live().filter(gathering=self.gathering, resource=self.interpreter)
        return list(live)


def change_interpreter(
    *, leaves: Helped | None, comes: Helped | None, but: int | None, by: User, now: datetime
) -> None:
    """Take the interpreter of the group that a place is in from now on, and give back that of the one it leaves.

    Somebody who is in the group already is not taken twice; somebody whom another place still needs stays. `but` is
    the visit that leaves. It runs in the caller's transaction, after which the visit names its interpreter. Raises
    TimeTaken or KeptTime.
    """
    if leaves is not None and not leaves.claims:
        leaves = None  # the group is cancelled, and has given everything back
    if leaves is None and comes is None:
        return
    stale = _expired(comes, now)
    keys = {one.placed[0] for one in (leaves, comes) if one is not None}
    days = Days(keys.union(*(keys_of_hold(hold) for hold in stale)))
    write_off(stale, HoldEnd.EXPIRED, days, by, now)
    if leaves is not None and not _needed(leaves, but):
        release(leaves.claims, leaves.gathering.site, days=days, now=now)
    if comes is not None and not comes.claims:
        _take(comes, days, now)
    days.save()


def _expired(comes: Helped | None, now: datetime) -> Sequence[Hold]:
    if comes is None:
        return []
    group = comes.gathering
    return expired_in_the_way([comes.interpreter.pk], group.start, group.end, now)


def _needed(leaves: Helped, but: int | None) -> bool:
    """Does another place of the group name the interpreter?"""
    named = Appointment.objects.filter(gathering=leaves.gathering, interpreter=leaves.interpreter)
    return named.exclude(pk=but or 0).exclude(status=AppointmentStatus.CANCELLED).exists()


def _take(comes: Helped, days: Days, now: datetime) -> None:
    group, (key, mask) = comes.gathering, comes.placed
    if not days.is_free(key, mask, group.site):
        raise TimeTaken(f"{comes.interpreter.name} was just taken. Try again.")
    allowed = interpreter_classes(group)
    for kept in days.kept(key, mask, group.site, now):
        if kept.slot_class not in allowed:
            raise KeptTime(kept_sentence(kept.slot_class))
    days.take(key, mask)
    Claim.objects.create(resource=comes.interpreter, start=group.start, end=group.end, gathering=group)
