"""The token door at a moment that stands still."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from frontdesk.partners import key_sets
from tests.universe import NOW


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontdesk.kit.clock.timezone", SimpleNamespace(now=lambda: NOW))


@pytest.fixture(autouse=True)
def _no_keys_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ports of the other sides come again: what stood at one before is forgotten."""
    monkeypatch.setattr(key_sets, "_seen", {})
