"""Which of the desk's work a client sees: tasks, handoffs, messages, contacts.

A client has no role in any queue, so the lists of the desk have nothing for it. What it sees is said here: of its own
sites, nothing that is restricted, nothing of a crisis, and nothing that tells of a visit which it may not see. What
is not named here is not there for it.
"""

from __future__ import annotations

from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from frontdesk.book.models import Appointment, Hold
from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.references import visits
from frontdesk.outreach.models import Message
from frontdesk.triage.models import Contact, Handoff, LateArrival, Request, WalkIn
from frontdesk.work.models import Queue, Task

OF_REQUEST = ("request", "handoff", "walk_in")  # what a task is about that has a request behind it
_HIDDEN = Q(restricted=True) | Q(queue=Queue.CRISIS)


def tasks(call: Call) -> QuerySet[Task]:
    """Tasks about what a patient asked for or about a visit; those of the clinic's own housekeeping are left out.

    `asks` is the request behind each: none for a task about a visit.
    """
    rows = Task.objects.filter(site__in=_sites(call)).exclude(_HIDDEN).alias(asks=_request_of_task())
    late = LateArrival.objects.filter(Exists(visits(call).filter(pk=OuterRef("appointment"))))
    return rows.filter(
        Q(Exists(_requests(call).filter(pk=OuterRef("asks"))), about_kind__in=OF_REQUEST)
        | Q(Exists(visits(call).filter(pk=OuterRef("about_ref"))), about_kind="appointment")
        | Q(Exists(late.filter(pk=OuterRef("about_ref"))), about_kind="late_arrival")
    )


def handoffs(call: Call) -> QuerySet[Handoff]:
    """The handoffs of the requests that the client sees."""
    return Handoff.objects.filter(Exists(_requests(call).filter(pk=OuterRef("request"))))


def messages(call: Call) -> QuerySet[Message]:
    """Messages to patients about visits that the client sees."""
    seen = visits(call).filter(pk=OuterRef("about_ref"))
    return Message.objects.visible_to(call.user).about_visits().filter(Exists(seen))


def contacts(call: Call) -> QuerySet[Contact]:
    """The call log of the requests that the client sees. A contact of no request has no site, and is not shown."""
    return Contact.objects.filter(Exists(_requests(call).filter(pk=OuterRef("request"))))


def _sites(call: Call) -> list[int]:
    return [site.pk for site in call.sites]


def _request_of_task() -> Case:
    at = OuterRef("about_ref")
    return Case(
        When(about_kind="request", then=F("about_ref")),
        When(about_kind="handoff", then=Subquery(Handoff.objects.filter(pk=at).values("request"))),
        When(about_kind="walk_in", then=Subquery(WalkIn.objects.filter(pk=at).values("request"))),
        output_field=BigIntegerField(),
    )


def _requests(call: Call) -> QuerySet[Request]:
    """Requests about which the client may know that they are there. Their words it never sees."""
    work, handed = Task.objects.filter(_HIDDEN), Handoff.objects.filter(request=OuterRef("pk"))
    of_handoff = work.filter(about_kind="handoff", about_ref=OuterRef("pk"))
    rows = Request.objects.filter(site__in=_sites(call), restricted=False)
    rows = rows.exclude(Exists(work.filter(about_kind="request", about_ref=OuterRef("pk"))))
    rows = rows.exclude(Exists(handed.filter(Exists(of_handoff))))
    if call.client.sees_sensitive:
        return rows
    # A request that led, or is to lead, to a visit of a sensitive type would tell of it.
    for model in (Appointment, Hold):
        rows = rows.exclude(
            Exists(model.objects.filter(asked_for=OuterRef("pk"), visit_type__sensitive=True))
        )
    return rows.exclude(Exists(handed.filter(direct_visit_type__sensitive=True)))
