"""Setting the lane: up by the screener or by anybody, down by a clinician alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.facts import System
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.actions import handoffs
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.engine.screen import Screening
from frontdesk.triage.engine.shapes import Rule
from frontdesk.triage.facts import LaneSet
from frontdesk.triage.models import LaneChange, Request
from frontdesk.triage.models import Screening as ScreeningRow
from frontdesk.triage.models.in_force import InForce, in_force
from frontdesk.triage.rules import check_can_lower, check_open
from frontdesk.work.actions.tasks import open_task
from frontdesk.work.models import Queue

SCREENER = System("screener")
WITHOUT_A_RULE = {Lane.EMERGENCY: 2, Lane.URGENT: 15}  # minutes for somebody to accept


class SameLane(Refused):
    code = "SAME_LANE"


def raise_by_rule(
    *, request: Request, screening: Screening, row: ScreeningRow | None, protocol: InForce, now: datetime
) -> None:
    """The screener raises: by a rule that the words met, or by the least lane of the kind of request."""
    met = screening.rule
    rule = protocol.rule(met.rule) if met else None
    request.rule_code = rule.code if rule else ""
    request.rule_title = rule.title if rule else ""
    kind = protocol.kind(request.kind)
    request.script_key = rule.script if rule else (kind.script if kind else "")
    request.restricted = request.restricted or bool(rule and _is_crisis(rule, request, now))
    reason = _why(rule, row) if rule else "The kind of request"
    _set(request, screening.lane, reason=reason, by=SCREENER, row=row, now=now, version=protocol.version)
    _put_before_somebody(request, rule, now)
    if request.restricted:
        handoffs.keep_restricted(request=request)
    _crisis_too(request, {one.rule for one in screening.matches}, protocol, now)


def offer_again(*, request: Request, met: set[str], protocol: InForce, now: datetime) -> None:
    """Words met further rules of the clinical lane that the request is in: a clinician hears of it, directed or not."""
    rules = (rule for rule in protocol.every_rule if rule.code in met and rule.lane is request.current_lane)
    rule = next(rules, None)
    if rule is not None and not request.rule_code:
        _adopt(request, rule, now)
    if rule is not None and rule.lane in WITHOUT_A_RULE:
        handoffs.offer(request=request, target=rule.target, minutes=rule.clock_minutes, by=SCREENER, now=now)
    _crisis_too(request, met, protocol, now)


def _crisis_too(request: Request, met: set[str], protocol: InForce, now: datetime) -> None:
    """Words of a crisis reach whoever answers those, whatever else was met beside them; and few may read them."""
    if request.current_lane not in WITHOUT_A_RULE:
        return
    found = [one for one in protocol.every_rule if one.code in met and one.lane is request.current_lane]
    for rule in found:
        if _is_crisis(rule, request, now):
            if not request.restricted:
                request.restricted = True
                request.save(update_fields=["restricted"])
                handoffs.keep_restricted(request=request)
            handoffs.offer(
                request=request, target=rule.target, minutes=rule.clock_minutes, by=SCREENER, now=now
            )


def _is_crisis(rule: Rule, request: Request, now: datetime) -> bool:
    return handoffs.queue_of(rule.target, request=request, now=now) is Queue.CRISIS


def _adopt(request: Request, rule: Rule, now: datetime) -> None:
    """A request that came into its lane without a rule takes the first it meets there: what it asks for, its script."""
    request.rule_code, request.rule_title = rule.code, rule.title
    request.script_key = rule.script
    request.save(update_fields=["rule_code", "rule_title", "script_key"])
    if rule.lane is Lane.OPERATIONAL:
        _put_before_somebody(request, rule, now)


def _why(rule: Rule, row: ScreeningRow | None) -> str:
    met = next((one for one in (row.matches if row else ()) if one["rule"] == rule.code), None)
    words = " and ".join(f"“{words}”" for words in met["words"]) if met else ""
    return f"Rule {rule.code}, {rule.title}" + (f": {words}" if words else "")


def _put_before_somebody(request: Request, rule: Rule | None, now: datetime) -> None:
    """A clinical lane goes to a clinician with a clock; an operational rule to whoever owns such things."""
    lane = request.current_lane
    if lane in WITHOUT_A_RULE:
        target = rule.target if rule else "nurse"
        minutes = rule.clock_minutes if rule else WITHOUT_A_RULE[lane]
        handoffs.offer(request=request, target=target, minutes=minutes, by=SCREENER, now=now)
    elif rule is not None:
        open_task(
            queue=handoffs.queue_of(rule.target, request=request, now=now),
            site=request.site,
            patient=request.patient,
            about=("request", request.pk),
            title=rule.title,
            next_step="Open the request and take it over",
            due_at=now + timedelta(minutes=rule.clock_minutes),
            weight=request.rank,
            by=SCREENER,
            now=now,
        )


@transaction.atomic
def raise_lane(*, request: Request, to: str, reason: str, by: User, now: datetime) -> Request:
    """A person raises the lane, with a reason. Raises NotAllowed where it would lower it."""
    if not (by.may(Permission.TAKE_REQUESTS) or by.may(Permission.LOWER_LANE)):
        by.check_may(Permission.TAKE_REQUESTS)
    request, lane, why = locked(request), _lane(to), _reason(reason)
    check_open(request)
    if RANK[lane] < request.rank:
        raise NotAllowed("Only a clinician may lower a lane. You may raise it.", code="LANE_LOWER")
    if lane is request.current_lane:
        raise SameLane(f"The request is in the {lane.value} lane already.")
    protocol = in_force(now=now, request=request)
    general = _general_rule(lane, request, protocol, now)
    if lane in (Lane.EMERGENCY, Lane.URGENT):
        request.script_key = general.script if general else request.script_key
        request.rule_code, request.rule_title = "", "Raised by hand"
    _set(request, lane, reason=why, by=by, row=None, now=now, version=protocol.version if protocol else "")
    if lane in (Lane.EMERGENCY, Lane.URGENT):
        target = general.target if general else "nurse"
        handoffs.offer(request=request, target=target, minutes=WITHOUT_A_RULE[lane], by=by, now=now)
    return request


@transaction.atomic
def lower_lane(*, request: Request, to: str, reason: str, by: User, now: datetime) -> Request:
    """A clinician lowers the lane, with a reason. Raises NotAllowed for everybody else."""
    request, lane, why = locked(request), _lane(to), _reason(reason)
    check_open(request)
    check_can_lower(request, lane, by=by)
    if RANK[lane] >= request.rank:
        raise SameLane("Choose a lower lane.")
    _set(request, lane, reason=why, by=by, row=None, now=now, version="")
    handoffs.show_lane_in_queue(request=request, by=by, now=now)
    return request


def _set(
    request: Request,
    lane: Lane,
    *,
    reason: str,
    by: Actor,
    row: ScreeningRow | None,
    now: datetime,
    version: str,
) -> None:
    was, request.lane, request.lane_since = request.lane, lane.value, now
    request.save(update_fields=["lane", "lane_since", "rule_code", "rule_title", "script_key", "restricted"])
    LaneChange.objects.create(
        request=request,
        was=was,
        became=lane.value,
        reason=reason[:300],
        screening=row,
        changed_at=now,
        changed_by=by if isinstance(by, User) else None,
    )
    fact = LaneSet(
        request_id=request.pk,
        patient_id=request.patient_id,
        was=was,
        became=lane.value,
        rule=request.rule_code,
        title=request.rule_title,
    )
    record(fact, by=by, now=now, because=reason[:300], rule_version=version)


def _lane(value: str) -> Lane:
    try:
        return Lane(value)
    except ValueError:
        raise BadValue("Choose a lane.", field="lane") from None


def _reason(text: str) -> str:
    reason = one_line(text, limit=300)
    if not reason:
        raise BadValue("Say why, in a few words.", field="reason")
    return reason


def _general_rule(lane: Lane, request: Request, protocol: InForce | None, now: datetime) -> Rule | None:
    """The first rule of this lane: its script and its target are the clinic's own general ones."""
    rules = protocol.every_rule if protocol else ()
    return next((one for one in rules if one.lane is lane and not _is_crisis(one, request, now)), None)
