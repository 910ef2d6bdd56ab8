"""Time that many share: group visits with places for patients, and case conferences of several providers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import cancels, once
from frontdesk.book.actions.changes import reason
from frontdesk.book.actions.expiry import write_off
from frontdesk.book.actions.taking import KeptTime, TimePast, kept_sentence
from frontdesk.book.actions.time import (
    Days,
    Key,
    TimeTaken,
    expired_in_the_way,
    keys_of,
    keys_of_hold,
    release,
)
from frontdesk.book.actions.together import lock_gathering
from frontdesk.book.actions.wanted import DoesNotFit, Piece
from frontdesk.book.engine.why import CHANGES
from frontdesk.book.facts_plans import GatheringCancelled, GatheringPlanned
from frontdesk.book.models import Appointment, AppointmentStatus, Claim, Gathering, GatheringKind, HoldEnd
from frontdesk.book.queries.gatherings import MOST_REQUIRED
from frontdesk.book.queries.open_time import mask_of
from frontdesk.book.queries.wish import classes_for, parts_for
from frontdesk.book.rules_changes import Ended
from frontdesk.clinic.models import Provider, Room, Site, VisitType
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import one_line
from frontdesk.people.models import Patient

MOST_PLACES = 60


@dataclass(frozen=True)
class GroupWanted:
    """A group visit as it is wanted. `places` 0 is as many as its type has."""

    visit_type: VisitType
    site: Site
    provider: Provider
    start: datetime
    room: Room | None = None
    title: str = ""
    places: int = 0


@dataclass(frozen=True)
class ConferenceWanted:
    """A case conference as it is wanted: who leads it, who else must be there, and whom it is about."""

    title: str
    site: Site
    provider: Provider
    required: Sequence[Provider]
    start: datetime
    minutes: int
    room: Room | None = None
    patient: Patient | None = None


def plan_group(*, wanted: GroupWanted, key: str, by: User, now: datetime) -> Gathering:
    """Take the time of a group visit, with no patients yet.

    Raises NotAllowed, BadValue, DoesNotFit, TimePast, KeptTime or TimeTaken. `key` makes a repeat harmless.
    """
    by.check_may(Permission.BOOK)
    kind = wanted.visit_type
    places = wanted.places or kind.places
    if not kind.is_group:
        raise BadValue(f"{kind.name} is no group visit.", field="visit_type")
    if not 2 <= places <= MOST_PLACES:
        raise BadValue(f"A group has between 2 and {MOST_PLACES} places.", field="places")
    pieces = _pieces(wanted)
    made = Gathering(
        kind=GatheringKind.GROUP,
        title=one_line(wanted.title, limit=120) or kind.name,
        visit_type=kind,
        site=wanted.site,
        provider=wanted.provider,
        room=wanted.room,
        start=wanted.start,
        end=max(piece.end for piece in pieces),
        places=places,
        planned_at=now,
        planned_by=by,
    )
    allowed = classes_for(kind, modality=kind.modality, directed=False, new_patient=None)
    return _plan(made, [], pieces, allowed, key, by, now)


def plan_conference(*, wanted: ConferenceWanted, key: str, by: User, now: datetime) -> Gathering:
    """Take the time of everybody who must be at a case conference, and of its room.

    Somebody who is at another site then joins from there. Raises NotAllowed, BadValue, DoesNotFit, TimePast,
    KeptTime or TimeTaken. `key` makes a repeat harmless.
    """
    by.check_may(Permission.BOOK)
    title = one_line(wanted.title, limit=120)
    others = [one for one in dict.fromkeys(wanted.required) if one.pk != wanted.provider.pk]
    if not title:
        raise BadValue("Say what the conference is called.", field="title")
    if not 1 <= len(others) <= MOST_REQUIRED:
        raise BadValue(f"Choose between 1 and {MOST_REQUIRED} others who must be there.", field="required")
    if not 5 <= wanted.minutes <= 480 or wanted.minutes % 5:
        raise BadValue("The length is between 5 and 480 minutes, in steps of five.", field="minutes")
    if wanted.room is not None and wanted.room.site_id != wanted.site.pk:
        raise DoesNotFit(f"{wanted.room.name} is not at {wanted.site.name}.")
    end = wanted.start + timedelta(minutes=wanted.minutes)
    taken = [wanted.provider.pk, *(one.pk for one in others), *([wanted.room.pk] if wanted.room else [])]
    made = Gathering(
        kind=GatheringKind.CONFERENCE,
        title=title,
        site=wanted.site,
        provider=wanted.provider,
        room=wanted.room,
        patient=wanted.patient,
        start=wanted.start,
        end=end,
        planned_at=now,
        planned_by=by,
    )
    pieces = [Piece(one, wanted.start, end) for one in taken]
    return _plan(made, others, pieces, frozenset(), key, by, now)


def cancel_gathering(
    *, gathering: Gathering, why: str, note: str, key: str, by: User, now: datetime
) -> Gathering:
    """Cancel a gathering that is still to come, and every place in it for the same reason.

    The reason is the clinic's, never the patient's. Who had a place is told as with any cancelled visit. Raises
    NotAllowed, BadValue or Ended.
    """
    by.check_may(Permission.BOOK)
    because = reason(why, CHANGES)
    if because.whose == "patient":
        raise BadValue("A group is cancelled for a reason of the clinic’s own.", field="why")
    with transaction.atomic():
        if (same := once.done_before(key=key, what="cancel gathering", by=by)) is not None:
            return Gathering.objects.get(pk=same)
        locked = lock_gathering(gathering)
        if locked.cancelled_at is not None or locked.start < now:
            raise Ended("Only what is still to come can be cancelled.")
        _lock_patients(locked)
        _release(
            locked, now
        )  # before its places, which give nothing back any more: all days are locked at once
        cancelled = _cancel_places(locked, why, note, by, now)
        locked.cancelled_at, locked.cancelled_by = now, by
        locked.cancelled_because = f"{because.words}. {note.strip()}".strip()[:200]
        locked.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_because"])
        fact = GatheringCancelled(
            gathering_id=locked.pk,
            gathering_kind=locked.kind,
            patient_id=locked.patient_id,
            why=because.code,
            whose=because.whose,
            visits=cancelled,
            start=locked.start,
        )
        record(fact, by=by, now=now, because=locked.cancelled_because)
        once.remember(key=key, what="cancel gathering", ref=locked.pk, by=by, now=now)
        return locked


def _pieces(wanted: GroupWanted) -> list[Piece]:
    """What a group visit takes: its provider, and one room where its type names one."""
    if wanted.provider.specialty_id != wanted.visit_type.specialty_id:
        raise DoesNotFit(f"{wanted.provider.name} does not lead visits of this type.")
    found = []
    for part in parts_for(wanted.visit_type, provider=wanted.provider):
        start = wanted.start + timedelta(minutes=part.offset)
        found.append(
            Piece(
                _resource(part.kind, part.of, part.leads, wanted),
                start,
                start + timedelta(minutes=part.minutes),
            )
        )
    return found


def _resource(kind: str, of: str, leads: bool, wanted: GroupWanted) -> int:
    if leads:
        return wanted.provider.pk
    if kind != "room":
        raise DoesNotFit("A group visit takes one provider and one room; this type takes more.")
    if wanted.room is None or wanted.room.room_type != of or wanted.room.site_id != wanted.site.pk:
        raise DoesNotFit("This group needs a room of its own kind at the site.")
    return wanted.room.pk


def _plan(
    made: Gathering,
    required: Sequence[Provider],
    pieces: Sequence[Piece],
    allowed: Collection[int],
    key: str,
    by: User,
    now: datetime,
) -> Gathering:
    if made.start < now:
        raise TimePast("This time has passed.")
    try:
        with transaction.atomic():
            if (same := once.done_before(key=key, what="gathering", by=by)) is not None:
                return Gathering.objects.get(pk=same)
            _take(made, pieces, allowed, by, now)
            made.required.set(required)
            record(_planned(made, required), by=by, now=now)
            once.remember(key=key, what="gathering", ref=made.pk, by=by, now=now)
            return made
    except IntegrityError:
        if (same := once.done_before(key=key, what="gathering", by=by)) is not None:
            return Gathering.objects.get(pk=same)
        raise TimeTaken from None


def _take(
    made: Gathering, pieces: Sequence[Piece], allowed: Collection[int], by: User, now: datetime
) -> None:
    """Lock the days, see that every piece is free and open to it, save the gathering and write its claims."""
    site = made.site
    stale = expired_in_the_way([one.resource for one in pieces], made.start, made.end, now)
    placed: list[tuple[Key, int]] = []
    for piece in pieces:
        day, mask = mask_of(piece.start, piece.end, site)
        placed.append(((piece.resource, day), mask))
    days = Days({key for key, _ in placed}.union(*(keys_of_hold(hold) for hold in stale)))
    write_off(stale, HoldEnd.EXPIRED, days, by, now)
    near = list(Site.objects.filter(time_zone=site.time_zone))
    for key, mask in placed:
        _check_free(key, mask, near, days, allowed, now)
        days.take(key, mask)
    made.save()
    Claim.objects.bulk_create(
        Claim(resource_id=one.resource, unit=1, start=one.start, end=one.end, gathering=made)
        for one in sorted(pieces)
    )
    days.save()


def _check_free(
    key: Key, mask: int, near: Sequence[Site], days: Days, allowed: Collection[int], now: datetime
) -> None:
    """Free at one of the sites, all of it, and not kept for others there."""
    where = next((site for site in near if days.is_free(key, mask, site)), None)
    if where is None:
        raise TimeTaken
    for kept in days.kept(key, mask, where, now):
        if kept.slot_class not in allowed:
            raise KeptTime(kept_sentence(kept.slot_class))


def _lock_patients(gathering: Gathering) -> None:
    """All its patients, in their order."""
    patients = set(gathering.visits.values_list("patient", flat=True))
    list(Patient.objects.select_for_update(no_key=True).filter(pk__in=patients).order_by("pk"))


def _cancel_places(gathering: Gathering, why: str, note: str, by: User, now: datetime) -> list[int]:
    """Each place that is still booked."""
    booked: list[Appointment] = list(
        gathering.visits.filter(status=AppointmentStatus.BOOKED).order_by("place")
    )
    for visit in booked:
        cancels.cancel(visit=visit, why=why, note=note, version=visit.version, key="", by=by, now=now)
    return [visit.pk for visit in booked]


def _release(gathering: Gathering, now: datetime) -> None:
    own = list(Claim.objects.live().filter(gathering=gathering).order_by("resource_id"))
    days = Days({key for key, _ in keys_of(own, gathering.site).values()})
    release(own, gathering.site, days=days, now=now)
    days.save()


def _planned(made: Gathering, required: Sequence[Provider]) -> GatheringPlanned:
    return GatheringPlanned(
        gathering_id=made.pk,
        gathering_kind=made.kind,
        patient_id=made.patient_id,
        site=made.site.name,
        provider=made.provider.name,
        required=[one.name for one in required],
        room=made.room.name if made.room else "",
        places=made.places,
        start=made.start,
        end=made.end,
    )
