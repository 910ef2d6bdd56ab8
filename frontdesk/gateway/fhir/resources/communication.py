"""Communication: a message to a patient, word for word; or a contact of the call log, without what was said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from frontdesk.clinic.models import Provider
from frontdesk.gateway.fhir import codes
from frontdesk.gateway.fhir.dates import instant
from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.resources.task import of_patient, person
from frontdesk.outreach.models import ContentLevel, Message, MessageState
from frontdesk.triage.models import Contact, ContactEnd, ContactHow

CONTACT = "contact-"  # before the id of a contact
KINDS, TEXTS = "/CodeSystem/communication", "/CodeSystem/message"  # below the address of this door
MESSAGE_CODE, CONTACT_CODE = "message", "contact"
NOTIFICATION = "notification"
CATEGORIES = f"{codes.TERMS}/communication-category"

STATES = {
    MessageState.QUEUED: "preparation", MessageState.SENT: "completed", MessageState.FAILED: "not-done",
}  # fmt: skip
ENDS = {
    ContactEnd.REACHED: "completed", ContactEnd.LEFT_MESSAGE: "completed", ContactEnd.NOT_REACHED: "not-done",
    ContactEnd.CUT_OFF: "stopped",
}  # fmt: skip
_PHONE, _WRITTEN, _FACE = ("PHONE", "telephone"), ("WRITTEN", "written"), ("FACE", "face-to-face")
_MEDIA = {
    ContactHow.PHONE_IN: _PHONE, ContactHow.PHONE_OUT: _PHONE, ContactHow.VOICEMAIL: _PHONE, ContactHow.IN_PERSON: _FACE,
    ContactHow.MESSAGE_IN: _WRITTEN, ContactHow.MESSAGE_OUT: _WRITTEN,
}  # fmt: skip
_FROM_THEM = (ContactHow.PHONE_IN, ContactHow.MESSAGE_IN, ContactHow.VOICEMAIL)


def message(row: Message, call: Call) -> dict[str, Any]:
    """A message. Of the row should be read: patient, template, and `changed_at` (finding/communications.py)."""
    state = MessageState(row.state)
    found = _begun(str(row.pk), row, STATES[state])
    if state is MessageState.FAILED:
        found["statusReason"] = _not_done("system-error", "System Error", state.label)
    notified = {"system": CATEGORIES, "code": NOTIFICATION, "display": "Notification"}
    found["category"] = [{"coding": [notified]}, _kind(call, MESSAGE_CODE, "Message")]
    found["medium"] = [_medium("EMAILWRIT", "email", row.get_channel_display())]
    found["subject"] = of_patient(row.patient, call)
    said = row.template.key.replace("_", " ").capitalize()
    topic = {"system": call.base + TEXTS, "code": row.template.key, "display": said}
    found["topic"] = {"coding": [topic], "text": said}
    found["about"] = [{"reference": f"Appointment/{row.about_ref}"}]
    if state is MessageState.SENT and row.settled_at is not None:
        found["sent"] = instant(row.settled_at)
    found["recipient"] = [found["subject"]]
    if _may_read(row, call):
        found["payload"] = [{"contentString": text} for text in (row.subject, row.body) if text.strip()]
    return found


def contact(row: Contact, providers: Mapping[int, Provider], call: Call) -> dict[str, Any]:
    """A contact: with whom, when and how it ended. Of the row should be read: by, request, its patient, `changed_at`."""
    how, end = ContactHow(row.how), ContactEnd(row.end)
    found = _begun(f"{CONTACT}{row.pk}", row, ENDS[end])
    reason = {"text": end.label}
    if end is ContactEnd.NOT_REACHED:
        reason = _not_done("recipient-unavailable", "Recipient Unavailable", end.label)
    found["statusReason"] = reason
    found["category"] = [_kind(call, CONTACT_CODE, "Contact")]
    found["medium"] = [_medium(*_MEDIA[how], how.label)]
    request = row.request
    patient = request.patient if request is not None else None
    if patient is not None:
        found["subject"] = of_patient(patient, call)
    found["sent"] = instant(row.began_at)
    # The caller may be somebody else than the patient: then nobody is named.
    them = found.get("subject") if request is not None and request.caller == "patient" else None
    us = person(row.by, providers)
    sender, recipient = (them, us) if how in _FROM_THEM else (us, them)
    if recipient:
        found["recipient"] = [recipient]
    if sender:
        found["sender"] = sender
    return found


def _begun(pk: str, row: Any, status: str) -> dict[str, Any]:
    meta = {"lastUpdated": instant(row.changed_at)}
    return {"resourceType": "Communication", "id": pk, "meta": meta, "status": status}


def _may_read(row: Message, call: Call) -> bool:
    """The words name the patient, the day and the place: for those who may read both; and only minimal texts at all."""
    minimal = row.template.content_level == ContentLevel.MINIMAL
    return minimal and call.may("Patient", "r") and call.may("Appointment", "r")


def _kind(call: Call, code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": call.base + KINDS, "code": code, "display": display}], "text": display}


def _medium(code: str, display: str, text: str) -> dict[str, Any]:
    coding = {"system": f"{codes.TERMS}/v3-ParticipationMode", "code": code, "display": display}
    return {"coding": [coding], "text": text}


def _not_done(code: str, display: str, text: str) -> dict[str, Any]:
    coding = {"system": f"{codes.TERMS}/communication-not-done-reason", "code": code, "display": display}
    return {"coding": [coding], "text": text}
