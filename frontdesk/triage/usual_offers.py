"""What is usually offered at the counter and on the telephone instead of what was asked for."""

from __future__ import annotations

from frontdesk.triage.models import Kind

PAPERWORK = (
    "Form left here, ready for pick-up in 3 working days",
    "Form sent by the portal when it is ready",
    "Form filled in at the next visit",
    "A visit for the form on another day",
)
TRANSPORT = (
    "Video check with a clinician today",
    "Later arrival, the visit stays today",
    "Time held for 10 minutes while a ride is found",
    "The nearest site they can reach",
)
OTHERWISE = (
    "The nurse calls back today",
    "Another provider, sooner",
    "Another site, sooner",
    "A later time of their choice",
)
NO_RIDE = "EA-24"  # the scenario of rules about transport


def usual_offers(*, kind: str, scenario: str) -> tuple[str, ...]:
    """What fits a request of this kind, whose rule is about this scenario; the likeliest first."""
    if kind == Kind.PAPERWORK:
        return PAPERWORK
    return TRANSPORT if scenario == NO_RIDE else OTHERWISE
