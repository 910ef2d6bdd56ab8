"""Logging in."""

from __future__ import annotations

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from frontdesk.accounts.models import User


class LogInForm(AuthenticationForm):
    """Django's own, with one thing more: it lets a name of any length through, and the lock-out's table does not."""

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if len(username) > (User._meta.get_field("username").max_length or 0):
            raise ValidationError("This user name is too long.")
        return username
