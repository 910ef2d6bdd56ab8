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
from frontdesk.triage.facts import StepStamped
from frontdesk.triage.models import Request, StepDone
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.rules import check_open, script_of


@transaction.atomic
def stamp(*, request: Request, step_key: str, by: User, now: datetime, answer: str = "") -> StepDone:
    """Stamp one step of the request's script. Stamping it again answers the first stamp.

    Raises BadValue for a step that the script does not have.
    """
    if not by.may(Permission.ACCEPT_HANDOFFS):
        by.check_may(Permission.TAKE_REQUESTS)
    request = locked(request)
    check_open(request)
    protocol = in_force(now=now)
    script = script_of(request, protocol)
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
    fact = StepStamped(
        request_id=request.pk,
        patient_id=request.patient_id,
        script=script.title,
        step=step.key,
        wording=done.wording,
        answer=done.answer,
    )
    record(fact, by=by, now=now, rule_version=str(protocol.row))
    return done
