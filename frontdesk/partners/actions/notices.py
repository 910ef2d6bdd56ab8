"""Noting what clients are to be told of, in the very transaction that changes a visit. Sending is in deliveries.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontdesk.book.facts import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentRestored,
    HoldEnded,
)
from frontdesk.book.models import Appointment, Claim, Hold
from frontdesk.clinic.choices import ResourceKind
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.daybook.record import Actor
from frontdesk.partners.engine.filters import By, Facets
from frontdesk.partners.models import Notice, Topic
from frontdesk.partners.ports import What
from frontdesk.partners.queries.freed import sites_open
from frontdesk.partners.queries.listening import Listener, listeners
from frontdesk.partners.waking import wake

VisitFact = (
    AppointmentBooked | AppointmentCancelled | AppointmentMissed | AppointmentMoved | AppointmentRestored
)
_WHAT: dict[type[VisitFact], What] = {
    AppointmentBooked: What.BOOKED,
    AppointmentCancelled: What.CANCELLED,
    AppointmentMissed: What.MISSED,
    AppointmentMoved: What.MOVED,
    AppointmentRestored: What.RESTORED,
}


@dataclass(frozen=True)
class _Stand:
    """Where a visit stands, or stood: who may see it there, and what filters see of it."""

    sites: Sequence[int]
    sensitive: bool
    facets: Facets

    def tells(self, listener: Listener) -> bool:
        """May the listener know of it, and has it asked to?"""
        return self.seen_by(listener) and listener.asked_for(self.facets)

    def seen_by(self, listener: Listener) -> bool:
        return any(listener.sees(site, sensitive=self.sensitive) for site in self.sites)


def note_visit(*, fact: VisitFact, by: Actor, now: datetime, of: object = None) -> None:  # noqa: ARG001
    """A reaction to every change of a visit: one statement where nobody listens, and then nothing.

    `of` is the visit as its action has just written it; it is read where it is not given.
    It locks nothing that other bookings need: notices get their numbers when they are sent (deliveries.py).
    """
    listening = listeners()
    if not listening:
        return
    made = _of_visit(fact, of, [one for one in listening if one.topic == Topic.VISITS], now)
    if isinstance(fact, AppointmentCancelled | AppointmentMoved):
        claims = Claim.objects.filter(appointment=fact.appointment_id)
        made += _of_freed(claims, [one for one in listening if one.topic == Topic.FREED], now)
    _write(made)


def note_hold(*, fact: HoldEnded, by: Actor, now: datetime) -> None:  # noqa: ARG001
    """A reaction to the end of a hold: the time of one that stood for hours is free again. Ten minutes are no news."""
    listening = [one for one in listeners() if one.topic == Topic.FREED]
    if not listening or not Hold.objects.filter(pk=fact.hold_id, kept_at__isnull=False).exists():
        return
    _write(_of_freed(Claim.objects.filter(hold=fact.hold_id, appointment=None), listening, now))


def _of_visit(fact: VisitFact, of: object, listening: Sequence[Listener], now: datetime) -> list[Notice]:
    if not listening:
        return []
    visits = Appointment.objects.select_related("visit_type")
    visit = of if isinstance(of, Appointment) else visits.get(pk=fact.appointment_id)
    stands = _Stand([visit.site_id], visit.visit_type.sensitive, _facets(visit))
    stood = _stood(fact, visit) if isinstance(fact, AppointmentMoved) and fact.was != fact.now_is else None
    found = []
    for one in listening:
        if not stands.tells(one) and not (stood is not None and stood.tells(one)):
            continue
        what = _WHAT[type(fact)] if stands.seen_by(one) else What.GONE
        found.append(_notice(one, what, now, appointment=visit, site_id=visit.site_id))
    return found


def _facets(visit: Appointment) -> dict[By, set[str]]:
    return {
        By.LOCATION: {str(visit.site_id)},
        By.PRACTITIONER: {str(visit.provider_id)},
        By.SERVICE_TYPE: {str(visit.visit_type_id)},
        By.PATIENT: {str(visit.patient_id)},
        By.STATUS: {visit.status},
    }


def _stood(fact: AppointmentMoved, visit: Appointment) -> _Stand | None:
    """Where the visit was before it moved; None where the names in the fact do not say it for certain."""
    sites = list(Site.objects.filter(name=fact.was["site"]).values_list("pk", flat=True))
    kinds = dict(VisitType.objects.filter(name=fact.was["visit_type"]).values_list("pk", "sensitive"))
    if len(sites) != 1 or not kinds:
        return None
    providers = Provider.objects.filter(name=fact.was["provider"]).values_list("pk", flat=True)
    facets = _facets(visit) | {
        By.LOCATION: {str(sites[0])},
        By.PRACTITIONER: {str(pk) for pk in providers},
        By.SERVICE_TYPE: {str(pk) for pk in kinds},
    }
    return _Stand(sites, any(kinds.values()), facets)


def _of_freed(claims: Any, listening: Sequence[Listener], now: datetime) -> list[Notice]:
    """Time of providers that was given back in this transaction. What of it can be had is seen when it is told."""
    if not listening:
        return []
    freed = claims.filter(released_at=now, unit=1, end__gt=now, resource__kind=ResourceKind.PROVIDER)
    return [
        _notice(one, What.FREED, now, site_id=site, freed=_span(claim))
        for claim in freed.select_related("resource__provider", "resource__site")
        for site in sites_open(claim)
        for one in listening
        if one.sees(site) and one.asked_for(_facets_of_time(claim, site))
    ]


def _facets_of_time(claim: Claim, site: int) -> dict[By, set[str]]:
    """Filters by visit type fit where the provider sees patients for it."""
    kinds = VisitType.objects.filter(specialty=claim.resource.provider.specialty_id, active=True)
    return {
        By.LOCATION: {str(site)},
        By.PRACTITIONER: {str(claim.resource_id)},
        By.SERVICE_TYPE: {str(pk) for pk in kinds.values_list("pk", flat=True)},
    }


def _span(claim: Claim) -> dict[str, object]:
    """Nothing of the visit that had the time: only whose time it is, and when."""
    return {"provider": claim.resource_id, "start": claim.start.isoformat(), "end": claim.end.isoformat()}


def _notice(listener: Listener, what: What, now: datetime, **more: Any) -> Notice:
    return Notice(subscription_id=listener.pk, what=what, happened_at=now, next_try=now, **more)


def _write(notices: Iterable[Notice]) -> None:
    made = list(notices)
    if made:
        Notice.objects.bulk_create(made)
        wake()
