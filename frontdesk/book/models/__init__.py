from frontdesk.book.models.appointment import Appointment, AppointmentStatus, Whose
from frontdesk.book.models.block import Block, OverbookRule, Release
from frontdesk.book.models.chain import ChainLink, Conflict, Once
from frontdesk.book.models.claim import Claim
from frontdesk.book.models.day import ResourceDay
from frontdesk.book.models.hold import Hold, HoldEnd
from frontdesk.book.models.past_visit import PastVisit
from frontdesk.book.models.plan import Gathering, GatheringKind, Plan, PlanKind
from frontdesk.book.models.session import Session, Template

__all__ = [
    "Appointment",
    "AppointmentStatus",
    "Block",
    "ChainLink",
    "Claim",
    "Conflict",
    "Gathering",
    "GatheringKind",
    "Hold",
    "HoldEnd",
    "Once",
    "OverbookRule",
    "PastVisit",
    "Plan",
    "PlanKind",
    "Release",
    "ResourceDay",
    "Session",
    "Template",
    "Whose",
]
