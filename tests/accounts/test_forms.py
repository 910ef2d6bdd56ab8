from __future__ import annotations

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings

from frontdesk.accounts.forms import LogInForm
from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import DESK_ROLES, Role

pytestmark = pytest.mark.django_db
# The lock-out needs a request to count; the form has none here.
PLAIN = override_settings(AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"])
PASSWORD = "a long enough password"


def _form(role: Role, *, active: bool = True) -> LogInForm:
    User.objects.create(username="gita", role=role, password=make_password(PASSWORD), is_active=active)
    return LogInForm(data={"username": "gita", "password": PASSWORD})


@PLAIN
@pytest.mark.parametrize("role", DESK_ROLES)
def test_staff_may_log_in(role: Role) -> None:
    assert _form(role).is_valid()


@PLAIN
@pytest.mark.parametrize("role", [Role.PATIENT, Role.MACHINE])
def test_a_patient_has_no_log_in_yet_and_a_machine_never(role: Role) -> None:
    form = _form(role)
    assert not form.is_valid()
    assert form.non_field_errors() == ["This log-in is for the clinic’s staff. Patients have none yet."]
