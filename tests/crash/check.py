"""`python -m tests.crash.check`: reads acknowledged bookings from standard input, writes what is wrong as JSON."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

import django


def main() -> None:
    django.setup()
    acknowledged = [tuple(map(int, line.split())) for line in sys.stdin if len(line.split()) == 2]
    json.dump(_found(acknowledged), sys.stdout)


def _found(acknowledged: list[tuple[int, ...]]) -> dict[str, Any]:
    """`lost`: acknowledged and not there with all its time; `twice`: requests with two visits; `faults` of the book."""
    from django.utils import timezone

    from frontdesk.book.models import Appointment, Claim
    from tests.factories.soundness import faults

    visits = {row[0]: row[1:] for row in Appointment.objects.values_list("pk", "asked_for", "status")}
    claims = Counter(Claim.objects.live().values_list("appointment_id", flat=True))
    lost = [
        visit
        for request, visit in acknowledged
        if visits.get(visit) != (request, "booked") or claims[visit] != 2
    ]
    requests = Counter(Appointment.objects.values_list("asked_for", flat=True))
    return {
        "visits": len(visits),
        "lost": lost,
        "twice": [request for request, times in requests.items() if times > 1],
        "faults": faults(now=timezone.now()),
    }


if __name__ == "__main__":
    main()
