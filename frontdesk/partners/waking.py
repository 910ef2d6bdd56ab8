"""The job that looks for what is to be sent is woken by every action that leaves something to be sent."""

from __future__ import annotations

from procrastinate.contrib.django import app

# Below everything else: a clinician's clock never waits for another program.
PRIORITY = -5


def wake() -> None:
    """Have it look, once the transaction is done. Nothing is locked: bookings do not wait for each other here."""
    app.configure_task("partners.wake", priority=PRIORITY).defer()
