"""Taking time for a visit under locked days: is every piece free, open to this visit, and within its rule?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from frontdesk.book.actions.time import Days, Key, TimeTaken
from frontdesk.book.actions.wanted import Piece, Wanted
from frontdesk.book.engine.kept import Kept
from frontdesk.book.models import Appointment, Claim, Gathering, Hold, OverbookRule
from frontdesk.book.queries.derive import TICK
from frontdesk.book.queries.new_patients import is_new_patient
from frontdesk.book.queries.open_time import mask_of
from frontdesk.book.queries.wish import classes_for
from frontdesk.clinic.models import Site, SlotClass, VisitType
from frontdesk.kit import rows
from frontdesk.kit.clock import day_span
from frontdesk.kit.errors import Refused
from frontdesk.people.models import Patient

_IN_A_VISIT = """
    SELECT visit.start, site.time_zone FROM book_appointment AS visit JOIN clinic_site AS site ON site.id = visit.site_id
    WHERE visit.patient_id = %s AND visit.status IN ('booked', 'arrived') AND visit.start < %s AND visit."end" > %s
    AND visit.id <> %s ORDER BY visit.id LIMIT 1
"""


class KeptTime(Refused):
    """The time is kept for visits of another kind."""

    code = "KEPT_TIME"


class LeadTime(Refused):
    """Too soon or too far ahead for the visit type."""

    code = "LEAD_TIME"


class OffGrid(Refused):
    """The session has a grid of its own, and the visit would begin beside it."""

    code = "OFF_GRID"


class NotOverbookable(Refused):
    """No signed rule lets the provider have one more visit at this time."""

    code = "NOT_OVERBOOKABLE"


class PatientBusy(Refused):
    """The patient has another visit then."""

    code = "PATIENT_BUSY"


class TimePast(Refused):
    """Nobody can be booked into the past."""

    code = "TIME_PAST"


@dataclass(frozen=True)
class For:
    """For whom time is taken: what decides which kept time may be had.

    `only`: the visit must lie in time kept for one of these slot classes (ids); empty: in any. `open_only` is the code
    with which kept time and an extra visit are refused to it; empty where they are not.
    """

    patient: Patient
    directed: bool = False
    only: frozenset[int] = frozenset()
    open_only: str = ""


def placed(wanted: Wanted) -> list[tuple[Piece, Key, int]]:
    """Each piece with the (resource, local day) that it lies on and its bits."""
    found = []
    for piece in wanted.pieces:
        day, mask = mask_of(piece.start, piece.end, wanted.site)
        found.append((piece, (piece.resource, day), mask))
    return found


def keys_of_wanted(wanted: Wanted) -> set[Key]:
    """The days that taking it must lock."""
    return {key for _, key, _ in placed(wanted)}


def take(wanted: Wanted, whose: For, days: Days, *, now: datetime) -> None:
    """Take all pieces under the locked `days`; the caller writes the claims and then saves the days.

    Raises TimeTaken, KeptTime or NotOverbookable. Kept time is refused to whom it is not kept for, until its
    release.
    """
    for piece, key, mask in placed(wanted):
        if piece.unit > 1:
            if whose.open_only:
                raise NotOverbookable("No extra visit is made for this request.", code=whose.open_only)
            _check_overbook(wanted, piece, key, mask, days, now)
            continue
        if not days.is_free(key, mask, wanted.site):
            raise TimeTaken
        _check_kept(wanted, whose, days.kept(key, mask, wanted.site, now), now)
    if wanted.visit_type.kept_only or whose.only:
        _check_in_kept(wanted, whose, days)
    if wanted.overbook is None:
        _check_grid(wanted, days)
    for piece, key, mask in placed(wanted):
        if piece.unit == 1:
            days.take(key, mask)


def write_claims(
    wanted: Wanted,
    *,
    hold: Hold | None = None,
    appointment: Appointment | None = None,
    gathering: Gathering | None = None,
) -> None:
    """Write the claims of all pieces."""
    rows.insert_many(claims_of(wanted, hold=hold, appointment=appointment, gathering=gathering))


def claims_of(
    wanted: Wanted,
    *,
    hold: Hold | None = None,
    appointment: Appointment | None = None,
    gathering: Gathering | None = None,
) -> list[Claim]:
    """The claims of all pieces, in the order of their resources, not written yet."""
    return [
        Claim(
            resource_id=piece.resource, unit=piece.unit, start=piece.start, end=piece.end,
            hold=hold, appointment=appointment, gathering=gathering,
        )
        for piece in sorted(wanted.pieces)
    ]  # fmt: skip


def check_free_patient(
    patient: Patient, start: datetime, end: datetime, *, now: datetime, but: int | None = None
) -> None:
    """Raises TimePast or PatientBusy. `but` is a visit that does not count: the one that moves."""
    if start < now:
        raise TimePast("This time has passed.")
    for other_start, zone in rows.run(_IN_A_VISIT, [patient.pk, end, start, but or 0]):
        when = f"{other_start.astimezone(ZoneInfo(zone)):%H:%M}"
        raise PatientBusy(f"The patient has another visit at {when} then.")


def _check_kept(wanted: Wanted, whose: For, kept: list[Kept], now: datetime) -> None:
    if not kept:
        return
    if whose.open_only:
        sentence = f"{kept_sentence(kept[0].slot_class)} This request has open time only."
        raise KeptTime(sentence, code=whose.open_only)
    new = is_new_patient(whose.patient, wanted.visit_type.specialty_id, now=now)
    allowed = classes_for(wanted.visit_type, modality=wanted.by, directed=whose.directed, new_patient=new)
    for one in kept:
        if one.slot_class not in allowed:
            raise KeptTime(kept_sentence(one.slot_class))


def _check_in_kept(wanted: Wanted, whose: For, days: Days) -> None:
    """Where only kept time will do: the leading piece lies in time of one of its classes, or of those directed."""
    _, key, mask = placed(wanted)[0]
    own = whose.only or set(wanted.visit_type.slot_classes.values_list("pk", flat=True))
    covered = 0
    for row in days.rows:
        if (row.resource_id, row.day) == key and row.site_id == wanted.site.pk:
            for one in row.kept_for:
                covered |= one.mask if one.slot_class in own else 0
    if covered & mask != mask:
        raise KeptTime(_outside(wanted, whose))


def _outside(wanted: Wanted, whose: For) -> str:
    names = SlotClass.objects.filter(pk__in=whose.only).values_list("name", flat=True)
    if names:
        return f"This visit may be booked only in time that is kept for: {', '.join(names)}."
    return f"{wanted.visit_type.name} is booked only in time that is kept for it."


def _check_grid(wanted: Wanted, days: Days) -> None:
    _, key, _ = placed(wanted)[0]
    _, begins = mask_of(wanted.start, wanted.start + TICK, wanted.site)
    if not days.on_grid(key, begins, wanted.site):
        raise OffGrid("Visits do not begin at this minute in this session.")


def check_notice(visit_type: VisitType, start: datetime, site: Site, *, now: datetime) -> None:
    """Is there the notice that the visit type asks for, and is the day near enough? Raises LeadTime."""
    if start - now < timedelta(minutes=visit_type.lead_least):
        raise LeadTime(f"{visit_type.name} is booked at least {_notice(visit_type.lead_least)} ahead.")
    last = now.astimezone(site.zone).date() + timedelta(days=visit_type.lead_most or 0)
    if visit_type.lead_most is not None and start.astimezone(site.zone).date() > last:
        ahead = f"at most {visit_type.lead_most} days ahead" if visit_type.lead_most else "on the day itself"
        raise LeadTime(f"{visit_type.name} is booked {ahead}.")


def _notice(minutes: int) -> str:
    days, hours = divmod(minutes // 60, 24)
    if days and not hours:
        return f"{days} day{'' if days == 1 else 's'}"
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"


def kept_sentence(slot_class: int) -> str:
    """Why kept time is refused."""
    found = SlotClass.objects.filter(pk=slot_class).first()
    if found is None:
        return "This time is blocked, and not released yet."
    direction = " and opens by a clinician’s direction" if found.by_direction else ""
    return f"This time is kept for: {found.name}{direction}."


def _check_overbook(wanted: Wanted, piece: Piece, key: Key, mask: int, days: Days, now: datetime) -> None:
    """Under the lock of the provider's day, so that the cap holds whoever else books."""
    assert wanted.overbook is not None  # noqa: S101  unit 2 comes of a rule
    rule = OverbookRule.objects.get(
        pk=wanted.overbook.pk
    )  # as it is now: it may have been ended a moment ago
    if (sentence := refuses(rule, wanted)) or not days.is_open(key, mask, wanted.site):
        raise NotOverbookable(sentence or f"{wanted.provider.name} is not in session then.")
    start, end = day_span(key[1], wanted.site.time_zone)
    extra = Claim.objects.live().filter(resource=piece.resource, unit__gt=1, start__gte=start, start__lt=end)
    extra = extra.exclude(
        hold__ended_at=None, hold__expires_at__lte=now, appointment=None, hold__isnull=False
    )
    if extra.filter(start__lt=piece.end, end__gt=piece.start).exists():
        raise TimeTaken("The extra place at this time was just taken.")
    if extra.count() >= rule.cap:
        raise NotOverbookable(f"The rule allows {rule.cap} extra a day, and they are taken.")


def refuses(rule: OverbookRule, wanted: Wanted) -> str:
    """Why the rule does not open this time; empty where it does."""
    local = wanted.start.astimezone(wanted.site.zone)
    last = wanted.end.astimezone(wanted.site.zone)
    if rule.provider_id != wanted.provider.pk or rule.signed_at is None or rule.ended_at is not None:
        return f"{wanted.provider.name} has signed no rule for extra visits."
    if not rule.valid_from <= local.date() <= rule.valid_until:
        return "The provider’s rule for extra visits does not hold on this day."
    if rule.weekdays and local.weekday() not in rule.weekdays:
        return "The provider’s rule for extra visits does not hold on this weekday."
    if local.time() < rule.starts or last.time() > rule.ends or last.date() != local.date():
        return f"Extra visits are allowed from {rule.starts:%H:%M} to {rule.ends:%H:%M} only."
    types = set(rule.visit_types.values_list("pk", flat=True))
    if types and wanted.visit_type.pk not in types:
        return "The provider’s rule for extra visits does not name this visit type."
    return ""
