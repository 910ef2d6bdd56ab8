"""Sending, by the machine. A try that fails for now is tried again; one that fails for good becomes a task."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from frontdesk.book.models import Appointment
from frontdesk.kit.clock import now
from frontdesk.outreach.actions.messages import note_try, settle
from frontdesk.outreach.models import Message, MessageState
from frontdesk.outreach.ports import Attachment, Carrier, NotNow, Outgoing, Refuses
from frontdesk.outreach.queries.calendar_events import visit_calendar

TRIES = 6
BACK_OFF = RetryStrategy(max_attempts=TRIES - 1, exponential_wait=4, retry_exceptions={NotNow})


@cache
def _carrier(channel: str) -> Carrier:
    carrier: Carrier = import_string(settings.CARRIERS[channel])()
    return carrier


@app.task(name="outreach.send_message", retry=BACK_OFF, pass_context=True)
def send_message(context: JobContext, message_id: int) -> None:
    """Hand one message to its carrier. Does nothing when it was settled before."""
    message = Message.objects.select_related("template").get(pk=message_id)
    if message.state != MessageState.QUEUED:
        return
    note_try(message=message, now=now())
    outgoing = Outgoing(
        ref=f"message-{message.pk}",
        to=message.to,
        subject=message.subject,
        body=message.body,
        language=message.template.language,
        attachment=_calendar_entry(message),
    )
    try:
        receipt = _carrier(message.channel).send(outgoing)
    except Refuses as refusal:
        settle(message=message, state=MessageState.FAILED, receipt=str(refusal), now=now())
    except NotNow as delay:
        if message.tries + 1 < TRIES:
            raise
        settle(message=message, state=MessageState.FAILED, receipt=str(delay), now=now())
    else:
        settle(message=message, state=MessageState.SENT, receipt=receipt, now=now())


def _calendar_entry(message: Message) -> Attachment | None:
    """The visit that a message tells of, as it stands when the message leaves: a calendar goes by the last it reads."""
    if not message.is_about_a_visit:
        return None
    rows = Appointment.objects.select_related("visit_type", "site", "patient")
    visit = rows.filter(pk=message.about_ref).first()
    return Attachment("visit.ics", visit_calendar(visit)) if visit else None
