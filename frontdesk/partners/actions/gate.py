"""What stands between a client and the book: its words are screened before anything is held, booked or changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.book.actions.appointments import write_down_refusal
from frontdesk.book.models import Appointment
from frontdesk.book.ports import Ask
from frontdesk.book.rules import BookingGate, check_can_book
from frontdesk.clinic.choices import Language
from frontdesk.clinic.models import Site
from frontdesk.kit.errors import Refused
from frontdesk.partners.queries.persons import Person, phone_of
from frontdesk.triage.actions import intake, partner_requests
from frontdesk.triage.actions.intake import Sender
from frontdesk.triage.models import Channel, Request
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.rules import CLINICAL, script_of


class NeedsAClinician(Refused):
    """The words met a rule of a clinical lane: the request is kept and offered to a clinician, nothing is booked.

    `script` is what the clinic has its own people say to such a caller, in order; `due_at` until when somebody is to
    accept it. `code` is that of the gate.
    """

    def __init__(self, gate: BookingGate, script: tuple[str, ...], due_at: datetime | None) -> None:
        super().__init__(gate.sentence, code=gate.code)
        self.script = script
        self.due_at = due_at


def check_gate(*, request: Request, ask: Ask, by: User, now: datetime) -> None:
    """May anything be booked for a request that waits for people? Raises BookingGate."""
    with transaction.atomic():
        check_can_book(replace(ask, request_id=request.pk, by=by, now=now))


def refuse(*, gate: BookingGate, request: Request | None, ask: Ask, by: User, now: datetime) -> None:
    """Write the refusal down. Raises NeedsAClinician where the request itself was kept for one."""
    kept = request if request is not None and request.current_lane in CLINICAL else None
    write_down_refusal(gate=gate, ask=replace(ask, request_id=kept.pk if kept else None), by=by, now=now)
    if kept is not None:
        raise NeedsAClinician(gate, _script(kept, now), _due_at(kept)) from gate


def heed(*, visit: Appointment, said: str, by: User, now: datetime) -> None:
    """Screen words that came with a change of a visit.

    What meets a rule is kept as a request; in a clinical lane nothing is changed until a clinician has looked.
    Words that meet nothing are not kept here: they stand beside the change itself. Raises NeedsAClinician.
    """
    if not said.strip():
        return
    with transaction.atomic():
        taken = partner_requests.take_in(
            patient=visit.patient,
            site=visit.site,
            said=said,
            callback=phone_of(visit.patient),
            matched_on="the visit that it asks to change",
            by=by,
            now=now,
        )
        if taken.plain:
            transaction.set_rollback(True)
            return
    if taken.request.current_lane in CLINICAL:
        ask = Ask(taken.request.pk, visit.patient, visit.visit_type, by, now, site=visit.site)
        try:
            check_gate(request=taken.request, ask=ask, by=by, now=now)
        except BookingGate as gate:
            refuse(gate=gate, request=taken.request, ask=ask, by=by, now=now)


def heed_nobody(*, person: Person, site: Site, said: str, by: User, now: datetime) -> None:
    """Screen words for somebody whom two identifiers did not find.

    Where a rule of a clinical lane is met they are kept and offered to a clinician as any message is; the same words
    again are the same request. Raises NeedsAClinician.
    """
    name, born = f"{person.given} {person.family}".strip(), str(person.birth_date or "")
    same = sha256(f"{by.pk} {name} {born} {said}".encode()).hexdigest()[:56]
    with transaction.atomic():
        request = intake.receive(
            channel=Channel.PARTNER,
            text=said,
            site=site,
            sender=Sender(name, born, person.phone, person.email),
            outside_id=f"nobody-{same}",
            by=by,
            now=now,
        )
        if request.current_lane not in CLINICAL:
            transaction.set_rollback(True)
            return
    try:
        check_gate(request=request, ask=Ask(request.pk, None, None, by, now, site=site), by=by, now=now)
    except BookingGate as gate:
        refuse(gate=gate, request=request, ask=Ask(None, None, None, by, now), by=by, now=now)


def _script(request: Request, now: datetime) -> tuple[str, ...]:
    script = script_of(request, in_force(now=now, request=request))
    patient = request.patient
    spanish = patient is not None and patient.language == Language.SPANISH
    steps = script.steps if script else ()
    return tuple((one.say_es if spanish else one.say_en) or one.say_en for one in steps)


def _due_at(request: Request) -> datetime | None:
    waiting = request.handoffs.filter(accepted_at=None).order_by("due_at")
    return waiting.values_list("due_at", flat=True).first()
