"""The examples of docs/machines.md work as they stand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from frontdesk.kit.clock import now
from tests.factories import partners
from tests.universe import Universe

DOCUMENT = Path(__file__).parents[3] / "docs" / "machines.md"


def example(first_line: str) -> str:
    """The Python example that begins with this comment."""
    found: list[str] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    return next(code for code in found if code.startswith(f"# {first_line}"))


def run(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.django_db(transaction=True)
def test_a_key_is_made_registered_and_exchanged_for_a_token(
    universe: Universe, live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the example has the clock of the machine
    keys = json.loads(run(example("make_key.py"), tmp_path))
    one = partners.register(universe, jwks=keys, now=now())
    code = example("ask.py").replace("https://frontdesk.example", live_server.url)
    assert run(code.replace("northside-ehr-0123456789ab", one.client.client_id), tmp_path) == "Bundle\n"
