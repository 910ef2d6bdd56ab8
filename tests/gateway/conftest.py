"""What tests of the doors for machines may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings


@pytest.fixture(scope="session", autouse=True)
def _static_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A checkout that was never set up has no collected files; the server of static files wants a folder."""
    with override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static")):
        yield
