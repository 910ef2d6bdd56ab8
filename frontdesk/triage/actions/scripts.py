"""Following a script: each step is stamped when it is done."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import one_line
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.documentation import KEPT_ELSEWHERE
from frontdesk.triage.engine.shapes import Script
from frontdesk.triage.facts import StepStamped
from frontdesk.triage.models import EscalationStep, Request, StepDone
from frontdesk.triage.models.in_force import InForce, in_force
from frontdesk.triage.rules import check_open, script_of


@transaction.atomic
def stamp(
    *, request: Request, step_key: str, by: User, now: datetime, answer: str = "", script_key: str = ""
) -> StepDone:
    """Stamp one step of the request's script. Stamping it again answers the first stamp.

    `script_key` names a last resort that one of its handoffs has come to; empty: the script of its lane.
    Raises BadValue for a step that the script does not have.
    """
    if not by.may(Permission.ACCEPT_HANDOFFS):
        by.check_may(Permission.TAKE_REQUESTS)
    request = locked(request)
    check_open(request)
    protocol = in_force(now=now, request=request)
    script = _last_resort(request, protocol, script_key) if script_key else script_of(request, protocol)
    step = next((one for one in script.steps if one.key == step_key), None) if script else None
    if script is None or step is None or protocol is None:
        raise BadValue("The script has no such step.", field="step")
    if (done := request.steps_done.filter(script_key=script.key, step_key=step.key).first()) is not None:
        return done
    answer = one_line(answer, limit=300)
    if step.kind == "ask" and not answer:
        raise BadValue("Write down the answer, or that there was none.", field="answer")
    done = StepDone.objects.create(
        request=request,
        script_key=script.key,
        step_key=step.key,
        wording=step.say_en[:400],
        answer=answer,
        done_at=now,
        done_by=by,
    )
    _keep_answer(request, step.asks_for, answer)
    fact = StepStamped(
        request_id=request.pk,
        patient_id=request.patient_id,
        script=script.title,
        step=step.key,
        wording=done.wording,
        answer=done.answer,
    )
    record(fact, by=by, now=now, rule_version=protocol.version)
    return done


def _keep_answer(request: Request, key: str, answer: str) -> None:
    """An answer given to the script is an answer of the record too; the stamp is what the daybook has of it."""
    if not key or not answer or key in KEPT_ELSEWHERE:
        return
    request.answers = {**request.answers, key: answer}
    request.recorded = {**request.recorded, f"answer_{key}": answer}
    request.save(update_fields=["answers", "recorded"])


def _last_resort(request: Request, protocol: InForce | None, key: str) -> Script | None:
    """The script of this key, where it is the last resort of one of the request's handoffs."""
    steps = EscalationStep.objects.filter(handoff__request=request, duty="")
    known = key in steps.values_list("script_key", flat=True)
    return protocol.script(key, request.rule_code) if protocol and known else None
