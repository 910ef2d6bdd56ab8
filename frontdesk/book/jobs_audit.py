"""What the machine looks after in the book. Each job takes the moment for which it was due; safe to run twice."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from frontdesk.book.actions.audits import run_audit
from frontdesk.book.actions.conflicts import detect
from frontdesk.clinic.queries.machine import is_on
from frontdesk.clinic.switches import Switch
from frontdesk.daybook.facts import System

AUDITOR = System("routine audit")
DETECTOR = System("conflict detector")


@app.periodic(cron="40 2 * * *")
@app.task(queueing_lock="audit-visits", name="book.audit_visits")
def audit_visits(timestamp: int) -> None:
    """Every night: every visit ahead against the rules; new findings become tasks."""
    if is_on(Switch.AUDITS):
        run_audit(by=AUDITOR, now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="detect-conflicts", name="book.detect_conflicts")
def detect_conflicts(timestamp: int) -> None:
    """Every five minutes: visits that stand in a block of their resource, or on a closed day."""
    if is_on(Switch.AUDITS):
        detect(by=DETECTOR, now=datetime.fromtimestamp(timestamp, UTC))
