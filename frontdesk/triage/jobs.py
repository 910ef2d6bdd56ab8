"""What the machine does for triage: it passes on what nobody has accepted in time, closes what other systems left
behind, and tries a protocol over past requests. Safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from frontdesk.daybook.facts import System
from frontdesk.kit.clock import now
from frontdesk.triage.actions import backtests, escalation, partner_requests
from frontdesk.triage.models import Backtest, Handoff


@app.task(name="triage.pass_on")
def pass_on(handoff_id: int, number: int) -> None:
    """At the end of a step. Does nothing where somebody has accepted or another was quicker."""
    handoff = Handoff.objects.select_related("request").get(pk=handoff_id)
    escalation.pass_on(handoff=handoff, number=number, now=now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="sweep-handoffs", name="triage.sweep_handoffs")
def sweep_handoffs(timestamp: int) -> None:
    """Every minute: pass on what is overdue, whatever became of its job, and raise the last resort anew."""
    escalation.sweep(now=now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="close-forgotten", name="triage.close_forgotten")
def close_forgotten(timestamp: int) -> None:
    """Every minute: requests of other systems whose hold has run out end with it."""
    while partner_requests.close_forgotten(by=System("hold sweeper"), now=now()) == partner_requests.AT_ONCE:
        continue


@app.task(name="triage.backtest")
def backtest(backtest_id: int) -> None:
    """Read a version of a protocol over past requests; no request is touched."""
    found = Backtest.objects.select_related("asked_by", "against").get(pk=backtest_id)
    backtests.run(backtest=found, by=System("backtest"), now=now())
