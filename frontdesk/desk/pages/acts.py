"""What may be done with a visit from its drawer, and the short forms that ask why."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions.cancels import can_undo
from frontdesk.book.engine.why import CHANGES, MISSES, Why
from frontdesk.book.models import Appointment, AppointmentStatus, Whose
from frontdesk.clinic.choices import Moves

CANCEL, MISS, WAIVE, MAY_MOVE = "cancel", "miss", "waive", "may-move"
Groups = tuple[tuple[str, tuple[Why, ...]], ...]


@dataclass(frozen=True)
class Refusal:
    """Why a form was not done: the sentence, the bad field it is about, and what had been typed."""

    sentence: str
    bad: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ActForm:
    """One open form of the drawer. `link` is the row that is to be waived; `warning` is said before."""

    name: str
    title: str
    button: str
    version: int
    key: str
    groups: Groups = ()
    choices: tuple[tuple[str, str], ...] = ()
    warning: str = ""
    link: int = 0
    typed: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    bad: str = ""


@dataclass(frozen=True)
class Acts:
    """Which acts the drawer offers to this person now."""

    move: bool = False
    cancel: bool = False
    miss: bool = False
    undo: bool = False
    may_move: bool = False
    late: bool = False

    def __bool__(self) -> bool:
        return self.move or self.cancel or self.miss or self.undo or self.late


def acts_for(visit: Appointment, *, user: User, now: datetime) -> Acts:
    """What `user` may do with the visit at this moment."""
    if not user.may(Permission.BOOK):
        return Acts(may_move=user.may(Permission.APPROVE_MOVES) and _is_booked(visit))
    return Acts(
        move=_is_booked(visit) and visit.start >= now and visit.gathering_id is None,
        cancel=_is_booked(visit),
        miss=_is_booked(visit) and visit.start <= now,
        undo=_can_undo(visit, now),
        may_move=_is_booked(visit) and user.may(Permission.APPROVE_MOVES),
        late=visit.is_live and _began_today(visit, now),
    )


def open_form(
    name: str,
    visit: Appointment,
    *,
    acts: Acts,
    user: User,
    now: datetime,
    link: int,
    refusal: Refusal | None,
) -> ActForm | None:
    """The form that the address asks for, where it may be used; what was refused stands in it as it was typed."""
    made = _form(name, visit, acts, user, now, link)
    if made is None or refusal is None:
        return made
    return ActForm(**{**vars(made), "typed": refusal.typed, "error": refusal.sentence, "bad": refusal.bad})


def reason_groups(reasons: tuple[Why, ...]) -> Groups:
    """The reasons by the side on which they lie, as a list shows them."""
    return tuple(
        (Whose(whose).label, tuple(group)) for whose, group in groupby(reasons, key=lambda why: why.whose)
    )


def new_key() -> str:
    """A key that makes a repeat of one form harmless."""
    return secrets.token_urlsafe(16)


def is_late(visit: Appointment, now: datetime) -> bool:
    """Would cancelling now count as late at the visit's site?"""
    return visit.start - now < timedelta(hours=visit.site.late_cancel_hours)


def _form(name: str, visit: Appointment, acts: Acts, user: User, now: datetime, link: int) -> ActForm | None:
    version, key = visit.version, new_key()
    if name == CANCEL and acts.cancel:
        warning = _late_words(visit) if is_late(visit, now) else ""
        groups = reason_groups(CHANGES)
        return ActForm(name, "Cancel this visit", "Cancel the visit", version, key, groups, warning=warning)
    if name == MISS and acts.miss:
        return ActForm(name, "The patient did not come", "Did not come", version, key, reason_groups(MISSES))
    if name == WAIVE and link and user.may(Permission.WAIVE_CHECKS):
        return ActForm(name, "Waive a check", "Waive it", version, key, link=link)
    if name == MAY_MOVE and acts.may_move:
        choices = tuple((one.value, one.label) for one in Moves)
        return ActForm(name, "How easily may it move?", "Save", version, key, choices=choices)
    return None


def _late_words(visit: Appointment) -> str:
    hours = visit.site.late_cancel_hours
    return f"This is a late cancellation: {visit.site.name} asks for {hours} hours’ notice."


def _is_booked(visit: Appointment) -> bool:
    return visit.status == AppointmentStatus.BOOKED


def _began_today(visit: Appointment, now: datetime) -> bool:
    """Only then can its patient come late."""
    zone = visit.site.zone
    return visit.start < now and visit.start.astimezone(zone).date() == now.astimezone(zone).date()


def _can_undo(visit: Appointment, now: datetime) -> bool:
    if visit.status == AppointmentStatus.CANCELLED and (visit.start < now or visit.gathering_id is not None):
        return False
    return can_undo(visit, now=now)
