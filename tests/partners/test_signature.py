"""The example of the documentation, as it stands there, checks what is really sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.factories.partners import register
from tests.factories.receiver import receiving
from tests.factories.told import told
from tests.universe import NOW, Universe

DOCUMENT = Path(__file__).parents[2] / "docs" / "machines.md"


def example() -> Any:
    (code,) = re.findall(
        r"```python\n(# check_signature\.py\n.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S
    )
    known: dict[str, Any] = {}
    exec(compile(code, "check_signature.py", "exec"), known)  # noqa: S102  our own documentation
    return known["came_from_frontdesk"]


@pytest.mark.django_db
def test_the_example_of_the_documentation_works(universe: Universe) -> None:
    check = example()
    with receiving() as receiver:
        secret = told(register(universe), receiver.url).secret
    got = receiver.received[0]
    header, now = got.headers["frontdesk-signature"], NOW.timestamp() + 5
    assert check(header, got.body, secret, now=now)
    assert not check(header, got.body + b" ", secret, now=now), "another body"
    assert not check(header, got.body, "another secret", now=now)
    assert not check(header, got.body, secret, now=now + 600), "too old"
    assert not check(header.replace("t=1", "t=2"), got.body, secret, now=now)
    assert not check("nonsense", got.body, secret, now=now)
