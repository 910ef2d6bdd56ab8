"""Is somebody new to a specialty?"""

from __future__ import annotations

from datetime import datetime

from frontdesk.book.models import Appointment, AppointmentStatus
from frontdesk.people.models import Patient


def is_new_patient(patient: Patient, specialty_id: int, *, now: datetime) -> bool:
    """Has the patient no visit that was kept, or might still be, with the specialty before `now`?"""
    seen = Appointment.objects.filter(patient=patient, provider__specialty=specialty_id, start__lt=now)
    kept = seen.exclude(status__in=[AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW])
    return not kept.exists()
