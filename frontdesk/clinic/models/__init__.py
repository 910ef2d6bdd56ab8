from frontdesk.clinic.models.duty import Duty
from frontdesk.clinic.models.guide import Draft, DraftKind, Guide, KnowledgeCard
from frontdesk.clinic.models.resource import Equipment, Interpreter, Provider, Resource, Room
from frontdesk.clinic.models.site import Closure, Department, Organization, Site, SiteHours
from frontdesk.clinic.models.slot_class import SlotClass
from frontdesk.clinic.models.staff import Staff
from frontdesk.clinic.models.visit_type import Segment, Specialty, VisitLength, VisitType

__all__ = [
    "Closure",
    "Department",
    "Draft",
    "DraftKind",
    "Duty",
    "Equipment",
    "Guide",
    "Interpreter",
    "KnowledgeCard",
    "Organization",
    "Provider",
    "Resource",
    "Room",
    "Segment",
    "Site",
    "SiteHours",
    "SlotClass",
    "Specialty",
    "Staff",
    "VisitLength",
    "VisitType",
]
