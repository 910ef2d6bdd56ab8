"""A clinic that publishes two of its visit types, seen by nobody in particular."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.conf import settings

from frontdesk.clinic.models import VisitType
from frontdesk.gateway.publish import files
from tests.desk.support import Desk
from tests.universe import Universe


@dataclass
class Publishing:
    """The desk as a door, and the universe with follow-ups and skin checks published."""

    desk: Desk
    cast: Universe


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process remembers of another test's clinic is not this one's."""
    monkeypatch.setattr(files, "_kept", {})
    monkeypatch.setattr(settings, "PUBLISH_DAYS", 4)


@pytest.fixture
def publishing(universe: Universe, monkeypatch: pytest.MonkeyPatch) -> Publishing:
    kinds = [universe.follow_up.pk, universe.skin_check.pk]
    VisitType.objects.filter(pk__in=kinds).update(public=True)
    universe.follow_up.refresh_from_db()
    return Publishing(Desk(universe, monkeypatch), universe)
