"""People who log in."""

from __future__ import annotations

from functools import cache

from django.contrib.auth.hashers import make_password

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.clinic.models import Site, Staff

PASSWORD = "correct horse battery"


@cache
def _hashed(hasher: str) -> str:
    return make_password(PASSWORD, hasher=hasher)


def user(username: str, role: Role, *, sites: tuple[Site, ...] = (), title: str = "") -> User:
    """Somebody called `username` ("alice" is Alice Alden) who may log in with PASSWORD and works at `sites`."""
    first = username.capitalize()
    made = User.objects.create(
        username=username,
        first_name=first,
        last_name=f"{first[0]}lden",
        title=title,
        role=role,
        email=f"{username}@clinic.example",
        password=_hashed("default"),
    )
    if sites:
        Staff.objects.create(user=made).sites.set(sites)
    return made
