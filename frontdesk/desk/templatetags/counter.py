"""What the counter tells a patient of a visit. Load with ``{% load counter %}``."""

from datetime import timedelta

from django import template

from frontdesk.book.models import Appointment
from frontdesk.clinic.choices import Modality

register = template.Library()


@register.filter
def how_long(visit: Appointment) -> str:
    """Return ``It lasts 30 minutes. Be here at 09:45, 15 minutes before.``, in the time zone of the visit's site."""
    minutes = int((visit.end - visit.start).total_seconds() // 60)
    early = visit.visit_type.arrive_before
    if visit.modality != Modality.IN_PERSON or not early:
        return f"It lasts {minutes} minutes."
    arrive = (visit.start - timedelta(minutes=early)).astimezone(visit.site.zone)
    return f"It lasts {minutes} minutes. Be here at {arrive:%H:%M}, {early} minutes before."
