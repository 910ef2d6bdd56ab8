"""What the machine does about work that nobody does. Safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from frontdesk.clinic.queries.machine import is_on
from frontdesk.clinic.switches import Switch
from frontdesk.daybook.facts import System
from frontdesk.kit.clock import now
from frontdesk.work.actions.breaches import escalate_overdue


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="escalate-overdue", name="work.escalate_overdue")
def escalate(timestamp: int) -> None:
    """Every minute: what is overdue by more than its queue allows comes before whoever answers for it."""
    if is_on(Switch.OVERDUE):
        escalate_overdue(by=System("work clock"), now=now())
