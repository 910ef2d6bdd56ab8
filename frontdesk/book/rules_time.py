"""May somebody open kept time to everybody?"""

from __future__ import annotations

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.book.models import Block, Session
from frontdesk.kit.errors import NotAllowed


def releaser(what: Session | Block) -> str:
    """The role that may release it besides a manager; empty where nobody else may."""
    kept = what.slot_class
    return what.released_by or (kept.released_by if kept is not None else "")


def can_release(what: Session | Block, *, by: User) -> bool:
    """A manager may always; else only the role that the session, the block or its slot class names."""
    return by.is_active and by.role in {Role.MANAGER.value, releaser(what)}


def check_can_release(what: Session | Block, *, by: User) -> None:
    """Raises NotAllowed, naming who may."""
    if not can_release(what, by=by):
        role = releaser(what)
        other = f"a {Role(role).label.lower()} or " if role not in ("", Role.MANAGER) else ""
        raise NotAllowed(f"Only {other}a clinic manager may release this time.")
