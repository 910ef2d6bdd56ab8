"""What was spoken with a patient, and what the clinic usually offers at the counter."""

from __future__ import annotations

from django.db.models import Q

from frontdesk.accounts.models import User
from frontdesk.people.models import Patient
from frontdesk.triage.models import Contact, Request


def contacts_with(patient: Patient, *, by: User, limit: int) -> list[Contact]:
    """The latest talks with the patient that `by` may see, the newest first."""
    visible = Request.objects.visible_to(by).filter(patient=patient)
    rows = Contact.objects.filter(patient=patient).filter(Q(request=None) | Q(request__in=visible))
    return list(rows.select_related("by", "request").order_by("-began_at", "-pk")[:limit])
