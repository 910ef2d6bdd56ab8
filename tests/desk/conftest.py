"""What tests of the doors may use."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from tests.desk.support import Desk, Scene, put_letter, scene
from tests.universe import Universe


@pytest.fixture(scope="session", autouse=True)
def _static_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A checkout that was never set up has no collected files; the server of static files wants a folder."""
    with override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static")):
        yield


@pytest.fixture
def desk(universe: Universe, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The universe seen through its doors, at universe.NOW."""
    return Desk(universe, monkeypatch)


@pytest.fixture(scope="module")
def _module_scene(
    _module_universe: Universe | None,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Scene | None:
    """The scene built once for a module, in the transaction of its universe; each test rolls back to it."""
    if _module_universe is None:
        return None
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        return scene(Desk(_module_universe, patch), tmp_path_factory.mktemp("letters"), patch)


@pytest.fixture
def things(_module_scene: Scene | None, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """One of each thing that an address can name; see `Scene`."""
    if _module_scene is None:
        return scene(desk, tmp_path, monkeypatch)
    monkeypatch.setattr(settings, "MAILBOX_DIR", str(tmp_path))
    put_letter(tmp_path)
    return copy.deepcopy(_module_scene)
