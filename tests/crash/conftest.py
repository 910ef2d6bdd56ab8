"""One product for all tests that kill it: making its database takes longer than they do."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.product import AT_THE_DOOR, VISITS, Product
from tests.factories.served import free_port


@pytest.fixture(scope="package")
def product() -> Iterator[Product]:
    folder = Path(tempfile.mkdtemp(prefix="fd-crash-"))
    folder.chmod(0o755)
    made = Product(folder, free_port())
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="package")
def seeded(product: Product) -> dict[str, Any]:
    """`jobs` for the clerks, `door` for the people at the web, and `call`: one more of those, who only talks."""
    found = json.loads(product.python("tests.crash.seed", str(VISITS), str(AT_THE_DOOR + 1)))
    assert len(found["jobs"]) == VISITS
    *door, call = found["door"]
    return {"jobs": found["jobs"], "door": door, "call": call}
