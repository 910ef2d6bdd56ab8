"""Who may do what: a table, so that a change of a role is a change that somebody reads."""

from __future__ import annotations

import pytest

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission, Role
from frontdesk.kit.errors import NotAllowed

P = Permission
TABLE: dict[Permission, str] = {
    P.USE_DESK: "scheduler nurse provider manager administrator",
    P.TAKE_REQUESTS: "scheduler nurse manager machine",
    P.LOWER_LANE: "nurse provider",
    P.ACCEPT_HANDOFFS: "nurse provider",
    P.SEE_RESTRICTED: "nurse provider",
    P.BOOK: "scheduler nurse manager machine",
    P.SEE_PATIENTS: "scheduler nurse provider manager machine",
    P.EDIT_PATIENTS: "scheduler nurse manager machine",
    P.SEE_REASON: "scheduler nurse provider manager",
    P.SEE_QUEUES: "scheduler nurse provider manager",
    P.SEE_CALENDAR: "scheduler nurse provider manager machine",
    P.SEE_TRAIL: "scheduler nurse provider manager",
    P.EXPORT_TRAIL: "scheduler nurse provider manager",
    P.SEE_MAILBOX: "scheduler nurse manager",
    P.SEE_REPORTS: "manager administrator",
    P.SEE_ACCESS_LOG: "manager administrator",
    P.APPROVE_PROTOCOLS: "provider",
    P.SEE_ALL_SITES: "manager administrator",
    P.APPROVE_MOVES: "nurse provider manager",
    P.WAIVE_CHECKS: "nurse provider manager",
    P.RECORD_ABSENCES: "scheduler nurse provider manager",
    P.DRAFT_SETTINGS: "provider manager administrator",
    P.APPROVE_SETTINGS: "provider manager administrator",
    P.SIGN_OVERBOOKING: "provider",
    P.CONNECT_SYSTEMS: "manager administrator",
}


def test_every_permission_stands_in_the_table() -> None:
    assert set(TABLE) == set(Permission)


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_table_says(role: Role, permission: Permission) -> None:
    user = User(username="x", role=role)
    allowed = role.value in TABLE[permission].split()
    assert user.may(permission) is allowed
    if allowed:
        user.check_may(permission)
    else:
        with pytest.raises(NotAllowed) as refused:
            user.check_may(permission)
        assert refused.value.sentence.startswith(f"Your role ({role.label.lower()}) may not ")


@pytest.mark.parametrize("permission", Permission)
def test_who_was_made_inactive_or_has_no_role_may_nothing(permission: Permission) -> None:
    assert not User(username="x", role=Role.MANAGER, is_active=False).may(permission)
    assert not User(username="x", role="").may(permission)


@pytest.mark.django_db
def test_the_database_knows_the_roles() -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="x", role="king")


@pytest.mark.parametrize(
    ("values", "name", "initials"),
    [
        ({"first_name": "Ines", "last_name": "Brandt", "title": "RN"}, "Ines Brandt, RN", "IB"),
        ({"first_name": "Ines", "last_name": "Brandt"}, "Ines Brandt", "IB"),
        ({}, "ines", "IN"),
    ],
)
def test_a_name_is_shown_with_its_title(values: dict[str, str], name: str, initials: str) -> None:
    user = User(username="ines", **values)
    assert (user.name, user.initials, str(user)) == (name, initials, name)
