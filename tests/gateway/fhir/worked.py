"""Work of the desk for the tests of Task and Communication: a handoff, a message, a call, and what must not be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Specialty, VisitType
from frontdesk.outreach.models import Message
from frontdesk.triage.actions import contacts, handoffs, late_arrivals
from frontdesk.triage.models import Contact, Handoff, Request
from frontdesk.work.models import Task
from tests.factories import clinic
from tests.factories.protocol import FEVER, SELF_HARM
from tests.universe import LAST_OPEN, NOW, Universe, at


@dataclass
class Worked:
    """What a client of Main Street may see."""

    visit: Appointment
    message: Message
    handoff: Handoff
    offered: Task  # the work of the handoff
    tell: Task  # the work about the visit of somebody who has no e-mail
    contact: Contact

    @property
    def tasks(self) -> set[str]:
        return {str(self.offered.pk), str(self.tell.pk), f"handoff-{self.handoff.pk}"}

    @property
    def communications(self) -> set[str]:
        return {str(self.message.pk), f"contact-{self.contact.pk}"}


def worked(cast: Universe) -> Worked:
    """Ben has a visit and an e-mail of it; Dora has a fever, was called, and is to be told of another visit."""
    visit = cast.book(at(11, day=LAST_OPEN))
    told = cast.book(at(13, day=LAST_OPEN), request=cast.ready(cast.dora))
    request = cast.ready(cast.dora, said=FEVER)
    handoff = request.handoffs.get()
    return Worked(
        visit=visit, message=Message.objects.get(about_ref=visit.pk), handoff=handoff,
        offered=work_of("handoff", handoff.pk), tell=work_of("appointment", told.pk),
        contact=called(cast, request),
    )  # fmt: skip


def work_of(kind: str, ref: int) -> Task:
    return Task.objects.filter(about_kind=kind, about_ref=ref).latest("pk")


def called(cast: Universe, request: Request, *, end: str = "reached", how: str = "phone_out") -> Contact:
    """A call about the request; what was said is nobody's but the clinic's."""
    return contacts.log(
        how=how, end=end, request=request, said="CANARY words" if end == "reached" else "", by=cast.alice, now=NOW,
        began_at=NOW - timedelta(minutes=4), ended_at=NOW,
    )  # fmt: skip


def in_crisis(cast: Universe) -> Request:
    """A restricted request, with its handoff, its work and a call."""
    request = cast.ready(cast.chen, said=SELF_HARM)
    called(cast, request)
    return request


def accepted(cast: Universe, handoff: Handoff) -> Handoff:
    return handoffs.accept(handoff=handoff, by=cast.carol, now=NOW + timedelta(minutes=2))


def directed(cast: Universe, handoff: Handoff, kind: VisitType) -> Handoff:
    return handoffs.direct(
        handoff=accepted(cast, handoff), direction="within_days", visit_type=kind, visit_by=LAST_OPEN,
        note="CANARY note", by=cast.carol, now=NOW + timedelta(minutes=3),
    )  # fmt: skip


def secret_type(specialty: Specialty) -> VisitType:
    """A visit type of which most clients may not know."""
    kind = clinic.visit_type("secret", "CANARY clinic", in_=specialty, minutes=30)
    VisitType.objects.filter(pk=kind.pk).update(sensitive=True)
    kind.refresh_from_db()
    return kind


def secret_visit(cast: Universe) -> Appointment:
    """Ana's visit of a sensitive type, booked out of a request that was called back; she has a message of it."""
    request = cast.ready(cast.ana)
    called(cast, request)
    wanted = cast.wanted(
        at(9, day=LAST_OPEN), visit_type=secret_type(cast.dr_carol.specialty), interpreter=cast.marisol
    )
    return cast.book(at(9, day=LAST_OPEN), request=request, wanted=wanted)


def came_late(cast: Universe, visit: Appointment) -> Task:
    """The patient of a visit of this morning comes late: work about the arrival."""
    late = late_arrivals.record_arrival(visit=visit, arrived_at=NOW, by=cast.alice, now=NOW)
    return work_of("late_arrival", late.pk)
