"""What a person may do. Roles are named sets of these."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices


class Permission(StrEnum):
    """One thing a person may do, named as a verb."""

    USE_DESK = "use_desk"
    TAKE_REQUESTS = "take_requests"
    LOWER_LANE = "lower_lane"
    ACCEPT_HANDOFFS = "accept_handoffs"
    SEE_RESTRICTED = "see_restricted"
    BOOK = "book"
    SEE_PATIENTS = "see_patients"
    EDIT_PATIENTS = "edit_patients"
    SEE_REASON = "see_reason"
    SEE_QUEUES = "see_queues"
    SEE_CALENDAR = "see_calendar"
    SEE_TRAIL = "see_trail"
    EXPORT_TRAIL = "export_trail"
    SEE_MAILBOX = "see_mailbox"
    SEE_REPORTS = "see_reports"
    SEE_ACCESS_LOG = "see_access_log"
    APPROVE_PROTOCOLS = "approve_protocols"
    SEE_ALL_SITES = "see_all_sites"
    APPROVE_MOVES = "approve_moves"
    WAIVE_CHECKS = "waive_checks"
    RECORD_ABSENCES = "record_absences"
    DRAFT_SETTINGS = "draft_settings"
    APPROVE_SETTINGS = "approve_settings"
    SIGN_OVERBOOKING = "sign_overbooking"
    CONNECT_SYSTEMS = "connect_systems"


class Role(TextChoices):
    """Who somebody is at the front desk."""

    SCHEDULER = "scheduler", "Scheduler"
    NURSE = "nurse", "Triage nurse"
    PROVIDER = "provider", "Provider"
    MANAGER = "manager", "Clinic manager"
    ADMINISTRATOR = "administrator", "Administrator"
    PATIENT = "patient", "Patient"
    MACHINE = "machine", "Another system"


DESK_ROLES = tuple(role for role in Role if role not in (Role.PATIENT, Role.MACHINE))

_P = Permission
_EVERY_DESK = frozenset(
    {_P.USE_DESK, _P.SEE_CALENDAR, _P.SEE_PATIENTS, _P.SEE_QUEUES, _P.SEE_TRAIL, _P.EXPORT_TRAIL}
)
_CLINICAL = frozenset(
    {_P.LOWER_LANE, _P.ACCEPT_HANDOFFS, _P.SEE_RESTRICTED, _P.SEE_REASON, _P.APPROVE_MOVES, _P.WAIVE_CHECKS}
)
_FRONT = frozenset(
    {_P.TAKE_REQUESTS, _P.BOOK, _P.EDIT_PATIENTS, _P.SEE_REASON, _P.SEE_MAILBOX, _P.RECORD_ABSENCES}
)
_SETTINGS = frozenset({_P.DRAFT_SETTINGS, _P.APPROVE_SETTINGS})

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.SCHEDULER: _EVERY_DESK | _FRONT,
    Role.NURSE: _EVERY_DESK | _FRONT | _CLINICAL,
    Role.PROVIDER: (
        _EVERY_DESK | _CLINICAL | _SETTINGS | {_P.APPROVE_PROTOCOLS, _P.SIGN_OVERBOOKING, _P.RECORD_ABSENCES}
    ),
    Role.MANAGER: (
        _EVERY_DESK
        | _FRONT
        | _SETTINGS
        | {_P.SEE_REPORTS, _P.SEE_ACCESS_LOG, _P.SEE_ALL_SITES, _P.CONNECT_SYSTEMS}
        | {_P.APPROVE_MOVES, _P.WAIVE_CHECKS}
    ),
    # An administrator runs the system and sees no patient by default (minimum necessary).
    Role.ADMINISTRATOR: (
        _SETTINGS | {_P.USE_DESK, _P.SEE_REPORTS, _P.SEE_ACCESS_LOG, _P.SEE_ALL_SITES, _P.CONNECT_SYSTEMS}
    ),
    Role.PATIENT: frozenset(),
    # What a program may do through the machines' door, within the scopes of its client; it never sees the desk.
    Role.MACHINE: frozenset({_P.TAKE_REQUESTS, _P.BOOK, _P.SEE_PATIENTS, _P.EDIT_PATIENTS, _P.SEE_CALENDAR}),
}
