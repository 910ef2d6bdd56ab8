"""A real client of another make: fhir-kit-client, in Node, over HTTP. It is no part of what runs Frontdesk.

`npm ci --ignore-scripts` in the folder kit beside this file brings it; without it, or without Node, this is skipped.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from frontdesk.book.models import Appointment
from tests.factories.protocol import CHEST_PAIN
from tests.gateway.fhir.machine import Machine
from tests.universe import Universe, at

KIT = Path(__file__).parent / "kit"
NODE = shutil.which("node")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(NODE is None, reason="There is no Node here."),
    pytest.mark.skipif(
        not (KIT / "node_modules" / "fhir-kit-client").is_dir(),
        reason="fhir-kit-client is not installed: npm ci --ignore-scripts in tests/gateway/fhir/kit.",
    ),
]


def drive(**told: Any) -> dict[str, Any]:
    """What the client was answered."""
    assert NODE is not None
    command = [NODE, str(KIT / "drive.mjs"), json.dumps(told)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.usefixtures("clock")
def test_fhir_kit_client_reads_finds_books_and_changes(universe: Universe, live_server: LiveServer) -> None:
    for hour, patient in enumerate((universe.ben, universe.dora, universe.chen), 11):
        universe.book(at(hour), request=universe.ready(patient))
    base = f"{live_server.url}/fhir"
    found = drive(
        base=base, token=Machine(universe).token, patient=str(universe.ben.pk), practitioner=universe.dr_carol.pk,
        gone="987654321", words=CHEST_PAIN,
    )  # fmt: skip
    visit = Appointment.objects.get(pk=found.pop("visit"))
    assert found == {
        "version": "4.0.1", "searches": True, "tokenUrl": f"{base}/token",
        "pages": [["2026-03-03T16:00:00Z", "2026-03-03T17:00:00Z"], ["2026-03-03T18:00:00Z"]],
        "byForm": [str(universe.ben.pk)], "born": "1952-11-30", "resolved": "Patient", "gone": "404 not-found",
        "offered": 20, "booked": "booked", "moved": "2", "stale": "412 STALE",
        "cancelled": "cancelled", "etag": 'W/"3"', "gate": "409 GATE_EMERGENCY",
    }  # fmt: skip
    assert (visit.status, visit.moved, visit.patient, visit.booked_how) == (
        "cancelled",
        1,
        universe.ben,
        "partner",
    )
