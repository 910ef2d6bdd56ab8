"""What the counter demands before a request may be closed."""

from __future__ import annotations

from frontdesk.book.models import Appointment
from frontdesk.triage.models import Request, WalkIn


def counter_items(request: Request) -> list[tuple[str, str, bool]]:
    """(key, words, is it there?) for each thing: of somebody at the counter, how the waiting ended."""
    if not WalkIn.objects.filter(request=request).exists():
        return []
    return [("waiting", "How the waiting ended", not still_waits(request))]


def still_waits(request: Request) -> bool:
    """Does its person stand at the counter, with nothing booked and nobody having said how the waiting ended?"""
    waits = WalkIn.objects.waiting().filter(request=request).exists()
    return waits and not Appointment.objects.filter(asked_for=request.pk).exclude(status="cancelled").exists()
