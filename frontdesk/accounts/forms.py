"""Logging in."""

from __future__ import annotations

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission


class LogInForm(AuthenticationForm):
    """Django's own, and two things more: a name must fit the lock-out's table, and a patient has no log-in yet."""

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if not user.may(Permission.USE_DESK):
            raise ValidationError("This log-in is for the clinic’s staff. Patients have none yet.")

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if len(username) > (User._meta.get_field("username").max_length or 0):
            raise ValidationError("This user name is too long.")
        return username
