"""What the machine does for the book. Safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app

from frontdesk.book import jobs_audit  # noqa: F401  so that the worker finds its jobs
from frontdesk.book.actions.days import open_days
from frontdesk.book.actions.holds import sweep
from frontdesk.book.actions.template_audit import open_findings
from frontdesk.book.queries.find import HORIZON
from frontdesk.clinic.models import Resource
from frontdesk.clinic.queries.machine import is_on
from frontdesk.clinic.switches import Switch
from frontdesk.daybook.facts import System
from frontdesk.kit.clock import now


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="sweep-holds", name="book.sweep_holds")
def sweep_holds(timestamp: int) -> None:
    """Every minute: write off expired holds."""
    while sweep(by=System("hold sweeper"), now=now()) == 100:
        continue


@app.periodic(cron="15 2 * * *")
@app.task(queueing_lock="open-days", name="book.open_next_days")
def open_next_days(timestamp: int) -> None:
    """Every night: keep the days open as far ahead as is searched."""
    moment = now()
    open_days(
        resources=Resource.objects.filter(active=True),
        first=moment.date(),
        last=moment.date() + timedelta(days=HORIZON + 1),
        by=System("day opener"),
        now=moment,
    )


@app.periodic(cron="45 2 * * *")
@app.task(queueing_lock="audit-templates", name="book.audit_templates")
def audit_templates(timestamp: int) -> None:
    """Every night, once the days are open: a task for what does not agree in them."""
    if is_on(Switch.AUDITS):
        open_findings(by=System("template audit"), now=now())
