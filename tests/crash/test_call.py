"""kill -9 of web server, worker and PostgreSQL in the middle of a call: every acknowledged word is there afterwards."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from typing import Any

import pytest

from tests.crash.product import Product
from tests.factories.served import Desk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
PATIENCE = 180.0  # seconds for the product to come back
CALL = (
    "I had a small operation last week and the wound looks fine but I am not sure about the plaster".split()
)


def type_until_saved(desk: Desk, request: int, field: str, words: str) -> None:
    """As the page does: send what stands in the field again until the server has it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if desk.post(f"/requests/{request}/field/", **{field: words}).status == 302:
                return
        except (OSError, http.client.HTTPException):
            pass
        assert time.monotonic() < deadline, "it does not come back"
        time.sleep(0.1)


def test_a_call_outlives_kills_of_web_worker_and_database(product: Product, seeded: dict[str, Any]) -> None:
    call = seeded["call"]
    desk, request = Desk(product.port, call["session"]), call["request"]
    kills = {
        6: product.kill_web,
        10: lambda: os.kill(product.child("frontdesk\0worker"), signal.SIGKILL),
        14: product.kill_database,
    }
    for count in range(1, len(CALL) + 1):
        said = " ".join(CALL[:count])
        type_until_saved(desk, request, "words", said)
        if (kill := kills.get(count)) is not None:
            type_until_saved(desk, request, "told", f"Kept until word {count}")
            kill()
            page = _when_it_answers(desk, f"/requests/{request}/")
            assert said in page, f"word {count} was acknowledged and is gone"
            assert f"Kept until word {count}" in page
    listed = [_when_it_answers(desk, f"/requests/?page={page}") for page in range(1, 12)]
    assert any(f"/requests/{request}/" in page for page in listed)


def _when_it_answers(desk: Desk, path: str) -> str:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if (answer := desk.get(path)).status == 200:
                return answer.body
        except (OSError, http.client.HTTPException):
            pass
        assert time.monotonic() < deadline, "it does not come back"
        time.sleep(0.1)
