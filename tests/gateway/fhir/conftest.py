from __future__ import annotations

import pytest

from tests.gateway.fhir import machine as booking
from tests.gateway.fhir.support import Clock, Machine, machine
from tests.universe import Universe


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The door's clock."""
    return Clock(monkeypatch)


@pytest.fixture
def ehr(universe: Universe, clock: Clock) -> Machine:
    """A client that may do everything at Main Street."""
    return machine(universe)


@pytest.fixture
def booker(universe: Universe, clock: Clock) -> booking.Machine:
    """The same, with words for finding, holding and booking."""
    return booking.Machine(universe)
