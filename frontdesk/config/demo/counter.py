"""Who waits at the demo: people at the counter, patients who came late for a visit, messages that came before the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.book.models.appointment import AppointmentStatus
from frontdesk.clinic.models import Site, VisitType
from frontdesk.config.demo.accounts import DOLORES, INES, PRIYA
from frontdesk.daybook.facts import System
from frontdesk.kit.clock import day_span, local_day
from frontdesk.people.models import ContactPoint, Patient
from frontdesk.triage.actions import alternatives, handoffs, late_arrivals, requests, walk_ins, words
from frontdesk.triage.actions.intake import Sender, receive
from frontdesk.triage.models import Direction, Outcome, Request, WalkIn, WalkInEnd
from frontdesk.triage.usual_offers import PAPERWORK

INTAKE = System("message intake")
MINUTE = timedelta(minutes=1)
LATE_BY = (14 * MINUTE, 11 * MINUTE)


class Came(NamedTuple):
    """`minutes` before the present; `tier` is 0 for who has not been weighed, `because` the clinician's reason."""

    minutes: int
    opened_by: str
    kind: str
    words: str
    tier: int = 0
    because: str = ""


SEEN = Came(72, DOLORES, "routine", "I brought the list of my home blood pressures that the doctor wanted.", 5,
            "Hands in a list, feels well")  # fmt: skip
FLU_SHOT = Came(41, DOLORES, "routine", "I came for my flu shot. I can wait.", 5, "Flu shot, feels well")
BURN = Came(23, INES, "symptom", "I burned my hand on the stove this morning. It has blisters.", 3,
            "Blisters on two fingers, cooled at home, pain 4 of 10")  # fmt: skip
VOICEMAIL = (
    "Hello, I would like to move my visit on Thursday to next week. Mornings are best for me. Thank you."
)
EMAIL = "Could you tell me whether you have received the new address that I sent?"
PAPERS = Came(9, DOLORES, "paperwork", "The school wants this sports form signed today.")


class Cast(NamedTuple):
    """Who acts at the counter of `site`, and `now`."""

    site: Site
    clerk: User
    nurse: User
    manager: User
    now: datetime


def add_counter(*, users: Mapping[str, int], first_site: int, now: datetime) -> None:
    """Four walk-ins, one of them gone, up to two late arrivals of the present day, and two messages that nobody has.

    `users` has ids by user name. Where fewer visits of the day have begun by `now`, fewer people are late.
    """
    clerk, nurse, manager = (User.objects.get(pk=users[name]) for name in (DOLORES, INES, PRIYA))
    cast = Cast(Site.objects.get(pk=first_site), clerk, nurse, manager, now)
    people = list(_people())
    for came, patient in zip((SEEN, FLU_SHOT, BURN, PAPERS), people, strict=False):
        _walk_in(cast, came, patient)
    for place, visit in enumerate(_begun(cast)):
        _late(cast, visit, settled=place > 0)
    _messages(cast)


def _messages(cast: Cast) -> None:
    """They came while the desk was away."""
    for minutes, channel, text, sender in (
        (200, "email", EMAIL, Sender(name="Theodora Marchetti", email="theodora.marchetti@example.com")),
        (100, "voicemail", VOICEMAIL, Sender(name="Ambrose Whitlock", phone="212-555-0161")),
    ):
        at = cast.now - minutes * MINUTE
        receive(channel=channel, text=text, site=cast.site, by=INTAKE, now=at, sender=sender)


def _people() -> list[Patient]:
    """Grown-ups who speak English and whom the desk may ring."""
    phones = ContactPoint.objects.filter(kind="phone").values("patient")
    wanted = Patient.objects.filter(
        pk__in=phones, language="en", birth_date__range=("1950-01-01", "1995-12-31")
    )
    return list(wanted.order_by("-pk")[:4])


def _walk_in(cast: Cast, came: Came, patient: Patient) -> None:
    at = cast.now - came.minutes * MINUTE
    by = cast.nurse if came.opened_by == INES else cast.clerk
    request = requests.open_request(site=cast.site, by=by, now=at, channel="walk_in")
    request = _first_minute(request, patient, came.kind, by, at)
    request = words.add(request=request, text=came.words, by=by, now=at + MINUTE)
    walk_in = WalkIn.objects.get(request=request)
    if came.tier:
        weighed = at + 4 * MINUTE
        walk_ins.set_tier(walk_in=walk_in, tier=came.tier, reason=came.because, by=cast.nurse, now=weighed)
    _direct(cast, request, at + 4 * MINUTE)
    if came is PAPERS:
        alternatives.offer(request=request, words=PAPERWORK[0], taken=False, by=by, now=at + 3 * MINUTE)
    if came is SEEN:
        _seen(cast, request, walk_in, at + 15 * MINUTE)


def _first_minute(request: Request, patient: Patient, kind: str, by: User, at: datetime) -> Request:
    phone = patient.contact_points.filter(kind="phone").order_by("pk")[0].value
    typed = {
        "said_name": patient.name,
        "said_birth_date": f"{patient.birth_date:%m/%d/%Y}",
        "callback": phone,
    }
    for field, value in {**typed, "caller": "patient", "safe": "yes", "kind": kind}.items():
        request = requests.save_field(request=request, field=field, value=value, by=by, now=at)
    return request


def _direct(cast: Cast, request: Request, at: datetime) -> None:
    """The nurse takes over what the words put before her, and lets a visit today be booked."""
    same_day = VisitType.objects.filter(code="im-same-day").first()
    for handoff in request.handoffs.all():
        accepted = handoffs.accept(handoff=handoff, by=cast.nurse, now=at)
        handoffs.direct(
            handoff=accepted,
            direction=Direction.SAME_DAY if same_day else Direction.CALL_BACK,
            visit_type=same_day,
            note="Cooled and covered at the counter. With whoever is free first.",
            by=cast.nurse,
            now=at + MINUTE,
        )


def _seen(cast: Cast, request: Request, walk_in: WalkIn, at: datetime) -> None:
    walk_ins.leave(walk_in=walk_in, end=WalkInEnd.SEEN, note="", by=cast.nurse, now=at)
    for field, value in (("told", "The doctor has the list and writes by Friday."), ("told_how", "person")):
        request = requests.save_field(request=request, field=field, value=value, by=cast.clerk, now=at)
    requests.close(request=request, outcome=Outcome.ANSWERED, by=cast.clerk, now=at + MINUTE)


def _begun(cast: Cast) -> list[Appointment]:
    """The two visits of the day that began last, so long ago that somebody can have come late for them."""
    first, _ = day_span(local_day(cast.now, cast.site.time_zone), cast.site.time_zone)
    found = Appointment.objects.filter(
        site=cast.site,
        status=AppointmentStatus.BOOKED,
        start__gte=first,
        start__lte=cast.now - 30 * MINUTE,
        visit_type__same_day=False,
        room__isnull=False,
    )
    return list(found.select_related("visit_type", "provider", "site").order_by("-start", "pk")[:2])


def _late(cast: Cast, visit: Appointment, *, settled: bool) -> None:
    """The team has said that it can be done; the later of the two waits for the manager, the earlier one was seen."""
    came = visit.start + LATE_BY[settled]
    late = late_arrivals.record_arrival(visit=visit, arrived_at=came, by=cast.clerk, now=came)
    late = late_arrivals.answer(
        late=late, feasible=True, words="After the next patient", by=cast.nurse, now=came + 2 * MINUTE
    )
    if settled:
        late = late_arrivals.approve(
            late=late, because="The next visit is short", by=cast.manager, now=came + 3 * MINUTE
        )
        late_arrivals.settle(
            late=late, disposition="squeezed_in", note="", by=cast.clerk, now=came + 12 * MINUTE
        )
