"""`python -m tests.crash.clerk JOBS ACKNOWLEDGED`: books what the file of jobs says, as fast as three threads can.

Each visit is written to the second file once its booking has returned: from then on it must never be lost. A broken
connection is opened again and the same job is sent again with its key, as a desk that was cut off would.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import django

THREADS = 3


def main() -> None:
    django.setup()
    jobs = json.loads(Path(sys.argv[1]).read_text())
    out = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda job: _until_booked(job, out), jobs))


def _until_booked(job: dict[str, Any], out: int) -> None:
    from django.db import Error, connection

    while True:
        try:
            os.write(out, f"{_book(job)}\n".encode())
            return
        except Error:
            connection.close()
            time.sleep(0.2)


def _book(job: dict[str, Any]) -> str:
    from django.utils import timezone

    from frontdesk.accounts.models import User
    from frontdesk.book.actions import appointments, holds
    from frontdesk.clinic.models import Provider, Room, VisitType
    from frontdesk.triage.models import Request

    request = Request.objects.select_related("patient", "site").get(pk=job["request"])
    alice, now = User.objects.get(username="alice"), timezone.now()
    wanted = holds.Wanted(
        VisitType.objects.get(code="follow-up"), request.site, Provider.objects.get(pk=job["provider"]),
        datetime.fromisoformat(job["start"]), Room.objects.get(pk=job["room"]),
    )  # fmt: skip
    assert request.patient is not None
    hold = holds.place(
        wanted=wanted, patient=request.patient, request_id=request.pk, key=f"crash-{request.pk}", by=alice, now=now
    )  # fmt: skip
    visit = appointments.book(hold=hold, by=alice, now=now)
    return f"{request.pk} {visit.pk}"


if __name__ == "__main__":
    main()
