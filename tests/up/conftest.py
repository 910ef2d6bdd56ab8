from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontdesk.up.postgres import Cluster


@pytest.fixture(scope="session")
def shared_folder() -> Iterator[Path]:
    """A folder that the database's account may enter too: pytest's own are closed to it when we are root."""
    yield from _folder()


@pytest.fixture
def folder() -> Iterator[Path]:
    """The same for one test."""
    yield from _folder()


def _folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="fd-up-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def _shared_cluster(shared_folder: Path) -> Iterator[Cluster]:
    cluster = Cluster(shared_folder / "var")
    yield cluster
    cluster.stop()


@pytest.fixture
def cluster(_shared_cluster: Cluster) -> Cluster:
    """A running cluster as the product has it, made once for all tests of this process; a test may stop or kill it."""
    if not _shared_cluster.alive():
        _shared_cluster.start()
    return _shared_cluster
