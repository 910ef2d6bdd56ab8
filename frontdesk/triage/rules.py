"""What may be done with a request, and what its record still lacks. Rules come in pairs: check_ and can_."""

from __future__ import annotations

from dataclasses import dataclass

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.triage.documentation import KEPT_ELSEWHERE, label
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.engine.shapes import Rule, Script
from frontdesk.triage.models import Direction, Handoff, Outcome, Request
from frontdesk.triage.models.in_force import InForce

CLINICAL = (Lane.EMERGENCY, Lane.URGENT)
OPENS_BOOKING = (Direction.SAME_DAY, Direction.WITHIN_DAYS)


class RequestIsClosed(Refused):
    code = "REQUEST_CLOSED"


class RecordIncomplete(Refused):
    """The request cannot be closed yet; the sentence lists what is missing."""

    code = "RECORD_INCOMPLETE"


@dataclass(frozen=True)
class Item:
    """One thing the record must hold, and whether it does. `key` is stable, `words` are for people."""

    key: str
    words: str
    there: bool


def check_open(request: Request) -> None:
    if not request.is_open:
        raise RequestIsClosed("This request is closed. Open a new one and refer to it.")


def check_can_lower(request: Request, to: Lane, *, by: User) -> None:
    """Only a clinician lowers a lane. Raises NotAllowed."""
    if RANK[to] < request.rank and not by.may(Permission.LOWER_LANE):
        raise NotAllowed("Only a clinician may lower a lane. You may raise it.", code="LANE_LOWER")


def rule_of(request: Request, protocol: InForce | None) -> Rule | None:
    """The protocol's rule that set the lane, if one did."""
    if protocol is None:
        return None
    return next((rule for rule in protocol.rules.rules if rule.code == request.rule_code), None)


def script_of(request: Request, protocol: InForce | None) -> Script | None:
    return protocol.rules.scripts.get(request.script_key) if protocol else None


def asked_for(request: Request, protocol: InForce | None) -> list[str]:
    """The keys of what the matched rule wants written down, less what the script or the record asks for anyway."""
    rule = rule_of(request, protocol)
    if rule is None or protocol is None:
        return []
    script = script_of(request, protocol)
    by_script = (
        {step.asks_for for step in script.steps} if script and request.current_lane in CLINICAL else set()
    )
    return [key for key in rule.documentation if key not in KEPT_ELSEWHERE | by_script]


def standing_direction(request: Request) -> Handoff | None:
    """The direction that holds: the latest one, and only when no handoff waits for one."""
    handoffs = list(request.handoffs.select_related("direct_visit_type", "directed_by"))
    if not handoffs or any(one.directed_at is None for one in handoffs):
        return None
    return max(handoffs, key=lambda one: (one.directed_at or one.offered_at, one.pk))


def record_items(request: Request, protocol: InForce | None) -> list[Item]:
    """What the lane demands before the request may close, in the order in which it is taken."""
    items = [_identity(request), Item("callback", "Callback", bool(request.callback))]
    items.append(Item("kind", "Kind of request", bool(request.kind)))
    items.append(Item("words", "Words as spoken", _has_words(request)))
    answers = request.answers
    items += [Item(key, label(key), bool(answers.get(key))) for key in asked_for(request, protocol)]
    if request.current_lane in CLINICAL:
        items += _handoff_items(request)
    if request.current_lane is Lane.EMERGENCY:
        items.append(_script_item(request, protocol))
    items.append(Item("told", "What the caller was told", bool(request.told.strip()) or _was_booked(request)))
    return items


def missing(request: Request, protocol: InForce | None) -> list[Item]:
    return [item for item in record_items(request, protocol) if not item.there]


def check_can_close(request: Request, outcome: str, protocol: InForce | None) -> None:
    """Raises RecordIncomplete, naming everything that is missing."""
    check_open(request)
    lacks = [item.words for item in missing(request, protocol)]
    if outcome not in Outcome.values:
        lacks.append("How it ended")
    if lacks:
        raise RecordIncomplete("Before this request can be closed: " + "; ".join(lacks) + ".")
    _check_outcome(request, outcome)


def _check_outcome(request: Request, outcome: str) -> None:
    booked = _was_booked(request)
    if outcome == Outcome.BOOKED and not booked:
        raise RecordIncomplete("No visit was booked for this request, so it cannot end as booked.")
    directed = Handoff.objects.filter(request=request, direction__in=OPENS_BOOKING).exists()
    if directed and not booked and outcome in (Outcome.ANSWERED, Outcome.HANDED_OVER):
        raise RecordIncomplete("A clinician directed a visit and none is booked yet.")


def _identity(request: Request) -> Item:
    """In an emergency the name must do where a record cannot be found in time."""
    there = request.patient_id is not None
    if request.current_lane is Lane.EMERGENCY:
        there = there or bool(request.said_name)
    return Item("identity", "Two identifiers", there)


def _has_words(request: Request) -> bool:
    return bool(request.draft_words.strip()) or request.utterances.exists()


def _handoff_items(request: Request) -> list[Item]:
    handoffs = list(request.handoffs.all())
    accepted = bool(handoffs) and any(one.accepted_at for one in handoffs)
    items = [Item("accepted", "Accepted by, and when", accepted)]
    if request.current_lane is Lane.URGENT:
        items.append(Item("direction", "Clinician’s direction", any(one.direction for one in handoffs)))
    return items


def _script_item(request: Request, protocol: InForce | None) -> Item:
    script = script_of(request, protocol)
    done = set(request.steps_done.values_list("step_key", flat=True))
    return Item(
        "script",
        "Every step of the script",
        all(step.key in done for step in script.steps) if script else False,
    )


def _was_booked(request: Request) -> bool:
    return Appointment.objects.filter(asked_for=request.pk).exclude(status="cancelled").exists()
