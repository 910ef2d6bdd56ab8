from frontdesk.clinic.models.duty import Duty
from frontdesk.clinic.models.resource import Equipment, Interpreter, Provider, Resource, Room
from frontdesk.clinic.models.site import Site
from frontdesk.clinic.models.staff import Staff
from frontdesk.clinic.models.visit_type import Specialty, VisitType

__all__ = [
    "Duty",
    "Equipment",
    "Interpreter",
    "Provider",
    "Resource",
    "Room",
    "Site",
    "Specialty",
    "Staff",
    "VisitType",
]
