from frontdesk.people.models.contact import ContactPoint
from frontdesk.people.models.patient import Patient, PatientIdentifier, RiskFlag

__all__ = ["ContactPoint", "Patient", "PatientIdentifier", "RiskFlag"]
