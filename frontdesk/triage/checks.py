"""What triage answers when the book asks whether a visit may be booked (wired in config/wiring.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db import connection

from frontdesk.book.models import Appointment, ChainLink
from frontdesk.book.ports import Ask, Finding, Verdict
from frontdesk.clinic.choices import Modality
from frontdesk.kit import rows
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.limits import Allowed, limits_for
from frontdesk.triage.models import Handoff, Kind, Request
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.rules import CLINICAL, OPENS_BOOKING, standing_direction

LINK = "Request"
DIRECTED, BEYOND = "DIRECTED", "GATE_DIRECTION"  # codes of the links of visits that were booked as directed
PAPERS = "GATE_PAPERWORK"
LIMITED, WITHIN = "GATE_RULE", "WITHIN_RULE"  # and of those that a rule limits without a direction

# Were words heard for the request, and has its patient another one that is an emergency? Asked with the request locked.
_HEARD = """
    SELECT EXISTS (SELECT FROM triage_utterance WHERE request_id = %s),
        EXISTS (SELECT FROM triage_request WHERE patient_id = %s AND id <> %s AND closed_at IS NULL AND lane = 'emergency')
"""


def request_allows_booking(ask: Ask) -> Sequence[Finding]:
    """One finding: the first thing that stands in the way, or a pass with the reason.

    Inside a transaction the request is locked until it ends, so that a lane cannot be raised between the
    check and the booking.
    """
    if ask.moving is not None and ask.request_id is None:
        return [_moving(ask)]
    request = _made_now(ask) or _load(ask.request_id)
    if request is None:
        return [_fail("GATE_NO_REQUEST", "A visit is booked for a request: open one first.")]
    ((heard, emergency),) = rows.run(_HEARD, [request.pk, request.patient_id, request.pk])
    return [
        _lane(request)
        or _first_minute(request, ask, heard=heard)
        or (_other_emergency() if emergency else None)
        or _directed(request, ask)
    ]


def _made_now(ask: Ask) -> Request | None:
    """A request that the same transaction has made: nobody else can have changed it, nor can they see it yet."""
    made = ask.request
    return made if isinstance(made, Request) and made.pk == ask.request_id else None


def _load(pk: int | None) -> Request | None:
    lock = "FOR NO KEY UPDATE" if connection.in_atomic_block else ""
    found = rows.read(Request, f"WHERE id = %s {lock}", [pk]) if pk is not None else []
    return found[0] if found else None


def _fail(code: str, sentence: str) -> Finding:
    return Finding(LINK, Verdict.FAIL, sentence, code)


def _lane(request: Request) -> Finding | None:
    if not request.is_open:
        return _fail("GATE_REQUEST_CLOSED", "This request is closed.")
    if request.current_lane is Lane.EMERGENCY:
        return _fail(
            "GATE_EMERGENCY", "An emergency is never booked. Stay with the caller and follow the script."
        )
    return None


def _first_minute(request: Request, ask: Ask, *, heard: bool) -> Finding | None:
    if in_force(now=ask.now) is None:
        return _fail("GATE_NO_PROTOCOL", "No triage protocol is approved, so nothing can be booked.")
    if request.patient_id is None or (ask.patient is not None and request.patient_id != ask.patient.pk):
        return _fail("GATE_IDENTITY", "Two identifiers must find the patient before a time is looked for.")
    if not request.callback:
        return _fail("GATE_CALLBACK", "Take the best callback number first.")
    if not request.kind:
        return _fail("GATE_NO_TYPE", "Say what kind of request this is before a time is looked for.")
    if not (request.draft_words.strip() or heard):
        return _fail("GATE_NO_WORDS", "Write down what the caller says first: the words are screened.")
    return None


def _moving(ask: Ask) -> Finding:
    """A visit that is booked already may be moved without a request, but not past an open emergency.

    The patient's open requests are locked, so that none becomes an emergency while the visit moves.
    """
    open_now = Request.objects.open().filter(patient=ask.patient) if ask.patient else Request.objects.none()
    if connection.in_atomic_block:
        open_now = open_now.select_for_update(no_key=True, of=("self",))
    if any(request.current_lane is Lane.EMERGENCY for request in open_now.order_by("pk")):
        return _other_emergency()
    return (
        _still_directed(ask)
        or _papers_move(ask)
        or Finding(LINK, Verdict.PASS, "The visit was booked before.")
    )


def _papers_move(ask: Ask) -> Finding | None:
    """A visit that was booked for papers does not become a protected one by moving it."""
    visit = Appointment.objects.filter(pk=ask.moving or 0).first()
    request = Request.objects.filter(pk=visit.asked_for or 0).first() if visit else None
    return papers(request, ask) if request else None


def _still_directed(ask: Ask) -> Finding | None:
    """What its direction says of a visit's new place; None for a visit that was not booked as directed.

    Beyond the direction's limits it goes only where somebody who may waives them, but never needs that where it is
    beyond them already and the new place is no worse. A clinician who lowered the lane has lifted the limits.
    """
    own = (DIRECTED, BEYOND, LIMITED, WITHIN)
    link = ChainLink.objects.filter(appointment=ask.moving, link=LINK, code__in=own)
    visit = Appointment.objects.filter(chain__in=link).select_related("site").first()
    request = Request.objects.filter(pk=visit.asked_for).first() if visit and visit.asked_for else None
    if visit is None or request is None:
        return None
    if request.current_lane is not Lane.URGENT:
        found = _limited(request, ask)
        return _eased(found, visit, ask) if found.code else None
    handoff = standing_direction(request)
    if handoff is None or handoff.direction not in OPENS_BOOKING:
        words = "A clinician directed this visit, and no direction to book stands now."
        return Finding(LINK, Verdict.WARN, words, DIRECTED)
    return _eased(_within(handoff, ask), visit, ask)


def _eased(found: Finding, visit: Appointment, ask: Ask) -> Finding:
    """A refusal of a move may be waived, and is a warning where the new place is no worse than the old one."""
    if found.verdict is Verdict.FAIL and _is_no_worse(visit, ask):
        return replace(found, verdict=Verdict.WARN)
    return replace(found, waivable=found.verdict is Verdict.FAIL)


def _is_no_worse(visit: Appointment, ask: Ask) -> bool:
    """Is it the same visit type, and on no later day than the one on which the visit stands?"""
    same = ask.visit_type is not None and ask.visit_type.pk == visit.visit_type_id
    day = _day(ask)
    return same and day is not None and day <= visit.start.astimezone(visit.site.zone).date()


def _other_emergency() -> Finding:
    return _fail("GATE_EMERGENCY", "This patient has an open emergency request. It comes first.")


def _directed(request: Request, ask: Ask) -> Finding:
    if request.current_lane is not Lane.URGENT:
        return papers(request, ask) or _limited(request, ask)
    handoff = standing_direction(request)
    if handoff is None:
        return _fail("GATE_URGENT", "A clinician must accept this request and direct what may be booked.")
    if handoff.direction not in OPENS_BOOKING:
        directed = handoff.get_direction_display().lower()
        return _fail("GATE_URGENT", f"The clinician’s direction was: {directed}. No visit may be booked.")
    return _within(handoff, ask)


def papers(request: Request, ask: Ask) -> Finding | None:
    """Papers wanted today displace nobody: open time only, no extra visit, no visit type for people who are ill.

    None for a request of another kind, and in a clinical lane: then it is about more than papers.
    """
    if request.kind != Kind.PAPERWORK or request.current_lane in CLINICAL:
        return None
    kind = ask.visit_type
    if kind is not None and (kind.same_day or kind.kept_only):
        return _fail(PAPERS, f"{kind.name} is kept for others. Papers have other visit types.")
    words = "Papers have open time only: kept time and extra visits are for others."
    return Finding(LINK, Verdict.PASS, words, PAPERS, open_only=True)


def _limited(request: Request, ask: Ask) -> Finding:
    """A lane that needs no direction: what the rule that was met allows. It binds as a direction would."""
    limits = limits_for(request, now=ask.now)
    day, last = _day(ask), _last_day(request, limits, ask)
    if last is not None and day is not None and day > last:
        return _fail(LIMITED, f"By rule {request.rule_code} the visit is due by {last:%a %d %b}.")
    if ask.modality and not limits.classes and not limits.modality_fits(ask.modality):
        return _fail(LIMITED, f"By rule {request.rule_code} the visit must be {_or(limits.modalities)}.")
    words = f"The {request.lane} lane allows booking."
    code = WITHIN if limits.limits_time else ""
    only = limits.only_in(ask.modality)
    return Finding(LINK, Verdict.PASS, words, code, until=last, slot_classes=only)


def _last_day(request: Request, limits: Allowed, ask: Ask) -> date | None:
    """The last day that the rule allows; today, where it has gone by: an overdue visit is not refused for ever."""
    if limits.last_day is None:
        return None
    return max(limits.last_day, ask.now.astimezone(request.site.zone).date())


def _or(modalities: Sequence[str]) -> str:
    return " or ".join(str(Modality(one).label).lower() for one in modalities)


def _within(handoff: Handoff, ask: Ask) -> Finding:
    wanted, by = handoff.direct_visit_type, handoff.direct_modality
    if wanted is not None and ask.visit_type is not None and ask.visit_type.pk != wanted.pk:
        return _fail(BEYOND, f"The clinician directed this visit type: {wanted.name}.")
    if _too_late(handoff, ask):
        return _fail(BEYOND, f"The clinician directed a visit by {handoff.direct_by:%a %d %b}.")
    if by and ask.modality and ask.modality != by:
        return _fail(BEYOND, f"The clinician directed a visit {_or([by])}.")
    limits, day = limits_for(handoff.request, now=ask.now), _day(ask)
    if (
        day is not None
        and not limits.same_day
        and day == ask.now.astimezone(handoff.request.site.zone).date()
    ):
        return _fail(BEYOND, "The rule that was met allows no visit today.")
    who = handoff.directed_by.name if handoff.directed_by else "a clinician"
    kept = handoff.direct_slot_class_id
    only = frozenset({kept}) if kept else limits.only_in(by)
    return Finding(
        LINK, Verdict.PASS, f"Directed by {who}.", DIRECTED,
        until=handoff.direct_by, slot_classes=only, modality=by,
    )  # fmt: skip


def _too_late(handoff: Handoff, ask: Ask) -> bool:
    day = _day(ask)
    return handoff.direct_by is not None and day is not None and day > handoff.direct_by


def _day(ask: Ask) -> date | None:
    """The local day that is asked for; None while a search is only being opened."""
    return ask.start.astimezone(ask.site.zone).date() if ask.start and ask.site else None
