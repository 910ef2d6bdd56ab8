"""Throwing away what has run out. Safe to run twice."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from frontdesk.daybook.facts import System
from frontdesk.partners import limiter
from frontdesk.partners.actions import tokens


@app.periodic(cron="7,37 * * * *")
@app.task(queueing_lock="sweep-tokens", name="partners.sweep_tokens")
def sweep_tokens(timestamp: int) -> None:
    """Twice an hour: tokens and used proofs that have run out, and counts of minutes that are over."""
    moment = datetime.fromtimestamp(timestamp, UTC)
    tokens.sweep(by=System("token sweeper"), now=moment)
    limiter.sweep(moment)
