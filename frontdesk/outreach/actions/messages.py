"""Queueing a message with what causes it, and settling it when the carrier has answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.queries.changes import Marks, marks
from frontdesk.clinic.queries.machine import is_on
from frontdesk.clinic.switches import Switch
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import Actor, record
from frontdesk.kit import rows
from frontdesk.kit.transactions import joined
from frontdesk.outreach.engine.render import fill, say_day, say_time
from frontdesk.outreach.facts import MessageQueued, MessageSettled
from frontdesk.outreach.models import (
    ABOUT_VISIT,
    Channel,
    ContentLevel,
    Message,
    MessageState,
    MessageTemplate,
    about_change,
)
from frontdesk.people.phones import show_phone
from frontdesk.people.queries import card
from frontdesk.work.actions.tasks import open_task
from frontdesk.work.models import Queue, Task

SENDER = System("message sender")
TELL_WITHIN = timedelta(hours=4)


class Tells(StrEnum):
    """What a patient is told of a visit: the key of its texts in the message library."""

    BOOKED = "visit_booked"
    MOVED = "visit_moved"
    CANCELLED = "visit_cancelled"
    RESTORED = "visit_restored"


_TASKS = {
    Tells.BOOKED: "Tell the patient of the visit on {}",
    Tells.MOVED: "Tell the patient that the visit is now on {}",
    Tells.CANCELLED: "Tell the patient that the visit on {} is cancelled",
    Tells.RESTORED: "Tell the patient that the visit on {} takes place after all",
}
# The library's own function, as `app.configure_task("outreach.send_message").defer(message_id=…)` calls it, in the
# statement that writes the message.
_SEND = """
    procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'outreach.send_message', 0, NULL, NULL,
        jsonb_build_object('message_id', made.own), NULL)::procrastinate_job_to_defer_v1])
"""
_ARRIVE = {"en": " (please arrive at {})", "es": " (por favor, llegue a las {})"}
_INTERPRETER = {
    "en": "4. An interpreter is booked for you, at no cost.\n",
    "es": "4. Habrá un intérprete para usted, sin costo.\n",
}


def confirm_booking(
    *, appointment: Appointment, by: Actor, now: datetime, cause: Entry | None = None
) -> Message | None:
    """Queue the confirmation of a visit, by a channel that the patient chose.

    Where there is none, a task asks a person to tell the patient; then None is answered.
    """
    return tell(appointment=appointment, what=Tells.BOOKED, by=by, now=now, cause=cause)


@joined
def tell(
    *, appointment: Appointment, what: Tells, by: Actor, now: datetime, cause: Entry | None = None
) -> Message | None:
    """Queue what a patient is told of a visit: that it is booked, has moved, is cancelled or stands again.

    Where no message can be sent, a task asks a person to tell the patient; then None is answered. Each change of
    a visit is told once: a visit that moves twice has two messages.
    """
    patient = appointment.patient
    address = card(patient).email
    template = _template(what, patient.language, now)
    sends = is_on(Switch.MESSAGES)
    if address is None or template is None or not sends:
        why = "No e-mail that the patient agreed to" if template else "No approved message for this"
        why = why if sends else "Messages are switched off"
        ask_a_person(appointment=appointment, what=what, why=why, by=by, now=now)
        return None
    values = _values(appointment, template.language)
    message = Message(
        patient=patient,
        template=template,
        channel=Channel.EMAIL,
        to=address,
        subject=fill(template.subject, values)[:200],
        body=fill(template.body, values).strip() + "\n",
        about_kind=ABOUT_VISIT if what is Tells.BOOKED else about_change(appointment.version),
        about_ref=appointment.pk,
        asked_for=appointment.asked_for,
        queued_at=now,
        queued_by=by if isinstance(by, User) else None,
    )
    rows.insert(message, then=_SEND)
    record(_queued(message, template), by=by, now=now, caused_by=cause, rule_version=str(template))
    return message


@transaction.atomic
def settle(*, message: Message, state: MessageState, receipt: str, now: datetime) -> Message:
    """Keep what the carrier answered. A message that will not go becomes a task for a person."""
    changed = Message.objects.filter(pk=message.pk, state=MessageState.QUEUED).update(
        state=state, receipt=receipt[:300], settled_at=now
    )
    message.refresh_from_db()
    if not changed:
        return message
    fact = MessageSettled(
        message_id=message.pk,
        patient_id=message.patient_id,
        request_id=message.asked_for,
        state=state.label,
        receipt=message.receipt,
    )
    record(fact, by=SENDER, now=now)
    if state is MessageState.FAILED and message.is_about_a_visit:
        appointment = Appointment.objects.select_related("site", "patient").get(pk=message.about_ref)
        what = Tells(message.template.key) if message.template.key in set(Tells) else Tells.BOOKED
        why = "The e-mail could not be delivered"
        ask_a_person(appointment=appointment, what=what, why=why, by=SENDER, now=now)
    return message


@transaction.atomic
def note_try(*, message: Message, now: datetime) -> None:
    """One more try begins. Not a fact by itself: the receipt tells how it ended."""
    del now
    Message.objects.filter(pk=message.pk).update(tries=message.tries + 1)


def _template(key: str, language: str, now: datetime) -> MessageTemplate | None:
    """In the patient's language where the library has it, else in English; only minimal content."""
    found = [
        one
        for one in _library(marks())
        if one.key == key and max(one.approved_at or now, one.in_force_from or now) <= now
    ]
    ours = (one for wanted in (language, "en") for one in found if one.language == wanted)
    return next(ours, None)


@lru_cache(maxsize=4)
def _library(_marks: Marks) -> list[MessageTemplate]:
    """The approved texts that may leave by e-mail, the newest first; remembered until one changes (ADR 010)."""
    approved = MessageTemplate.objects.filter(approved_at__isnull=False, in_force_from__isnull=False)
    minimal = approved.filter(channel=Channel.EMAIL, content_level=ContentLevel.MINIMAL)
    return list(minimal.order_by("-version"))


def _values(appointment: Appointment, language: str) -> dict[str, str]:
    site = appointment.site
    start = appointment.start.astimezone(site.zone)
    arrive = start - timedelta(minutes=appointment.visit_type.arrive_before)
    in_person = appointment.modality == Modality.IN_PERSON
    return {
        "given_name": appointment.patient.given,
        "clinic": site.name,
        "day": say_day(start, language),
        "time": say_time(start, language),
        "arrive": _ARRIVE[language].format(say_time(arrive, language)) if in_person else "",
        "address": site.address,
        "phone": show_phone(site.phone),
        "how": _INTERPRETER[language] if appointment.interpreter_id else "",
    }


def _queued(message: Message, template: MessageTemplate) -> MessageQueued:
    return MessageQueued(
        message_id=message.pk,
        patient_id=message.patient_id,
        request_id=message.asked_for,
        channel=message.channel,
        to=message.to,
        subject=message.subject,
        body=message.body,
        template=str(template),
    )


@transaction.atomic
def ask_a_person(
    *, appointment: Appointment, what: Tells, why: str, by: Actor, now: datetime, title: str = ""
) -> Task:
    """Open a task to tell the patient by telephone. `why` says why no message does; `title` says more than usual."""
    start = appointment.start.astimezone(appointment.site.zone)
    when = f"{start:%a} {start.day} {start:%b}, {start:%H:%M}"
    return open_task(
        queue=Queue.CONTACT,
        site=appointment.site,
        patient=appointment.patient,
        about=("appointment", appointment.pk),
        title=title or _TASKS[what].format(when),
        next_step=f"Call them. {why}",
        due_at=min(now + TELL_WITHIN, max(appointment.start, now + timedelta(minutes=10))),
        by=by,
        now=now,
    )
