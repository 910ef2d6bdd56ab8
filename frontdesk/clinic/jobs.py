"""What the machine does for the clinic's settings. Safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from frontdesk.clinic.actions.drafts import apply_due
from frontdesk.daybook.facts import System
from frontdesk.kit.clock import now


@app.periodic(cron="5 * * * *")
@app.task(queueing_lock="apply-drafts", name="clinic.apply_drafts")
def apply_drafts(timestamp: int) -> None:
    """Every hour, five minutes past: put in force what holds from today. Each clinic's midnight is one of these."""
    apply_due(by=System("settings clerk"), now=now())
