"""The times that a client is offered: what would be booked for it, in the order it prefers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from frontdesk.book.engine.reasons import Preference, reasons_for
from frontdesk.book.models import Appointment
from frontdesk.book.queries.find import Option, Wish, candidate, open_times, providers_for
from frontdesk.book.queries.known import busy_of
from frontdesk.book.queries.new_patients import is_new_patient
from frontdesk.clinic.choices import Language
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.clinic.queries.remembered import row
from frontdesk.people.models import Patient
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.models import Request

LOOKED_AT = 40  # of the earliest times, among which a preference chooses
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Search:
    """What is looked for. Lists are in order of preference; `providers` empty: anybody. `first`, `last` are instants:

    a visit lies wholly between them. `hours` are local hours [from, to).
    """

    visit_types: Sequence[VisitType]
    sites: Sequence[Site]
    first: datetime
    last: datetime
    count: int
    providers: Sequence[Provider] = ()
    patient: Patient | None = None
    weekdays: frozenset[int] = EVERY_DAY
    hours: tuple[int, int] | None = None
    room: int | None = None
    sensitive: bool = False  # may sensitive visits of the patient be known?
    tells: bool = True  # may what speaks for a time be said, where it comes from the patient's record?


@dataclass(frozen=True)
class Offer:
    """One time, with the name of its provider and what speaks for it."""

    visit_type: VisitType
    option: Option
    provider: str = ""
    reasons: Sequence[str] = field(default=())


def offers(search: Search, *, ranked: bool, now: datetime) -> list[Offer]:
    """At most `count` offers, the earliest first; `ranked`: on each day, those that are preferred first."""
    found = _all(search, now)
    if not ranked:
        return _told(list(islice(found, search.count)), search, now)
    looked_at = max(LOOKED_AT, 4 * search.count)
    best = sorted(islice(found, looked_at), key=_rank(search))
    return _told(best[: search.count], search, now)


def waits_for_a_clinician(patient: Patient) -> bool:
    """Has the patient an open emergency? Then nothing is booked, and nothing is offered."""
    return Request.objects.open().filter(patient=patient, lane=Lane.EMERGENCY).exists()


def _all(search: Search, now: datetime) -> Iterator[Offer]:
    each = [_of_type(kind, search, now) for kind in search.visit_types]
    found = each[0] if len(each) == 1 else merge(*each, key=lambda one: one.option.start)
    for one in found:
        if one.option.start >= search.last:
            return
        if one.option.end <= search.last:
            yield one


def _of_type(kind: VisitType, search: Search, now: datetime) -> Iterator[Offer]:
    wish = _wish(kind, search, now)
    return (Offer(kind, option) for option in open_times(wish, now=now))


def _wish(kind: VisitType, search: Search, now: datetime) -> Wish:
    patient = search.patient
    named = [one.pk for one in search.providers if one.specialty_id == kind.specialty_id]
    last = search.last - timedelta(minutes=1)
    wish = Wish(
        visit_type=kind,
        sites=search.sites,
        providers=named if search.providers else providers_for(kind, search.sites),
        earliest=max(search.first, now),
        until=max((last.astimezone(site.zone).date() for site in search.sites), default=last.date()),
        weekdays=search.weekdays,
        hours=search.hours,
        room=search.room,
    )
    if patient is None:
        return wish
    return replace(
        wish,
        language=patient.language,
        interpreter=patient.needs_interpreter,
        busy=busy_of(patient, search.sites, kind.modality, now=now),
        new_patient=is_new_patient(patient, kind.specialty_id, now=now),
    )


def _rank(search: Search) -> Callable[[Offer], tuple[Any, ...]]:
    types = {kind.pk: place for place, kind in enumerate(search.visit_types)}
    people = {one.pk: place for place, one in enumerate(search.providers)}
    sites = {site.pk: place for place, site in enumerate(search.sites)}

    def key(one: Offer) -> tuple[Any, ...]:
        option = one.option
        return (
            option.local_start.date(), types[one.visit_type.pk], people.get(option.provider, 0),
            sites.get(option.site.pk, 0), option.start, option.provider,
        )  # fmt: skip

    return key


def _told(found: Sequence[Offer], search: Search, now: datetime) -> list[Offer]:
    names = {pk: row(Provider, pk).name for pk in {one.option.provider for one in found}}
    own = _own_provider(search, now) if found and search.tells else None
    return [_tell(one, names, own, search, now) for one in found]


def _tell(one: Offer, names: Mapping[int, str], own: Provider | None, search: Search, now: datetime) -> Offer:
    patient = search.patient if search.tells else None
    preference = Preference(
        today=now.astimezone(one.option.site.zone).date(),
        own_provider=own.pk if own and own.specialty_id == one.visit_type.specialty_id else None,
        own_name=own.name if own else "",
        language=Language(patient.language).label if patient else "",
        interpreter=bool(patient and patient.needs_interpreter),
    )
    option = candidate(one.option) if search.tells else replace(candidate(one.option), interpreter=False)
    reasons = [reason.sentence for reason in reasons_for(option, preference)]
    return Offer(one.visit_type, one.option, names.get(one.option.provider, ""), reasons)


def _own_provider(search: Search, now: datetime) -> Provider | None:
    """Whom the patient last came to see, of the visits that the client may know of."""
    if search.patient is None:
        return None
    seen = Appointment.objects.filter(patient=search.patient, start__lt=now, site__in=search.sites)
    if not search.sensitive:
        seen = seen.filter(visit_type__sensitive=False)
    last = seen.select_related("provider").order_by("-start").first()
    return last.provider if last else None
