"""What the machine does for other programs. Safe to run twice: what is told twice has the same number."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from frontdesk.daybook.facts import System
from frontdesk.kit.clock import now
from frontdesk.partners import jobs_tokens  # noqa: F401  so that the worker finds its jobs
from frontdesk.partners.actions import deliveries, subscriptions
from frontdesk.partners.queries.subscriptions import due
from frontdesk.partners.sending import send
from frontdesk.partners.waking import PRIORITY

TELLER = System("notices")
# After so long, or so many requests, others have their turn.
TURN, MOST = timedelta(seconds=20), 50


@app.task(name="partners.wake")
def wake() -> None:
    """Look for what is to be sent, and have it sent: one job for each subscription, however often it is asked for.

    They share one lock, so that programs that are slow to answer never take more than one place of a worker: the
    others are for the clinic's own clocks. There is no queueing lock: it would keep a job whose worker has died, and
    which holds the lock, from being put back while another waits for it.
    """
    waiting = ProcrastinateJob.objects.filter(task_name="partners.deliver", status="todo")
    asked = set(waiting.values_list("args__subscription_id", flat=True))
    for pk in due(now()):
        if pk not in asked:
            app.configure_task("partners.deliver", lock="partners", priority=PRIORITY).defer(
                subscription_id=pk
            )


@app.task(name="partners.deliver")
def deliver(subscription_id: int) -> None:
    """Tell one subscription what waits for it, in order, until one request fails or its turn is over."""
    begun = now()
    for _ in range(MOST):
        parcel = deliveries.next_parcel(subscription_id=subscription_id, by=TELLER, now=now())
        if parcel is None:
            return
        heard = send(parcel, now=now())
        goes_on = deliveries.settle(parcel=parcel, heard=heard, by=TELLER, now=now())
        if not goes_on:
            return
        if now() - begun > TURN:
            break
    app.configure_task("partners.wake", priority=PRIORITY).defer()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="partners-sweep", name="partners.sweep_subscriptions")
def sweep(timestamp: int) -> None:
    """Every minute: end what has reached its end, and tell again what could not be told before."""
    subscriptions.end_due(by=TELLER, now=now())
    wake()


@app.periodic(cron="35 2 * * *")
@app.task(queueing_lock="partners-tidy", name="partners.tidy_notices")
def tidy(timestamp: int) -> None:
    """Every night: forget notices that were settled a month ago."""
    deliveries.tidy(by=TELLER, now=now())
