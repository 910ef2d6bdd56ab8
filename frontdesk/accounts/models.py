from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from frontdesk.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from frontdesk.kit.errors import NotAllowed


class User(AbstractUser):
    """Somebody who logs in. `role` decides what they may do; `title` is shown after the name (RN, MD)."""

    role = models.CharField(max_length=20, choices=Role.choices)
    title = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="accounts_user_role_known")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The full name with the title: "Ines Okonkwo-Brandt, RN"."""
        full = self.get_full_name() or self.username
        return f"{full}, {self.title}" if self.title else full

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper() or self.username[:2].upper()

    def may(self, permission: Permission) -> bool:
        """Does this person's role carry the permission? An inactive user may do nothing."""
        return self.is_active and permission in ROLE_PERMISSIONS.get(self.role, frozenset())

    def check_may(self, permission: Permission) -> None:
        """Raise NotAllowed, with a sentence, unless `may`."""
        if not self.may(permission):
            verb = permission.value.replace("_", " ")
            raise NotAllowed(f"Your role ({self.get_role_display().lower()}) may not {verb}.")
