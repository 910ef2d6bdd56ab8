from frontdesk.book.models.appointment import Appointment, AppointmentStatus
from frontdesk.book.models.claim import Claim
from frontdesk.book.models.day import ResourceDay
from frontdesk.book.models.hold import Hold, HoldEnd
from frontdesk.book.models.past_visit import PastVisit
from frontdesk.book.models.session import Session

__all__ = [
    "Appointment",
    "AppointmentStatus",
    "Claim",
    "Hold",
    "HoldEnd",
    "PastVisit",
    "ResourceDay",
    "Session",
]
