"""Everything that is written in the daybook is heard by somebody, or it is said that nobody needs to."""

from __future__ import annotations

import pytest

from frontdesk.config import wiring
from frontdesk.daybook.facts import Fact
from tests.house.house import sources


def _facts() -> list[type[Fact]]:
    """Every fact of the product, base classes left out."""
    import importlib

    for source in sources():
        if "Fact)" in source.text:
            importlib.import_module("frontdesk." + source.name.removesuffix(".py").replace("/", "."))
    found, waiting = [], [Fact]
    while waiting:
        children = waiting.pop().__subclasses__()
        waiting += children
        found += [
            one for one in children if one.__module__.startswith("frontdesk.") and not one.__subclasses__()
        ]
    return sorted(found, key=lambda one: one.__name__)


FACTS = _facts()


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_it_is_wired_or_listed_as_unheard(fact: type[Fact]) -> None:
    assert (fact in wiring.REACTIONS) != (fact in wiring.UNHEARD), (
        f"{fact.__name__}: who reacts to it? Wire it in config/wiring.py, or list it there as UNHEARD."
    )


def test_what_is_wired_exists() -> None:
    assert set(wiring.REACTIONS) | set(wiring.UNHEARD) <= set(FACTS)


def test_no_two_facts_have_one_name() -> None:
    """The daybook keeps the name alone."""
    names = [fact.kind() for fact in FACTS]
    assert sorted(set(names)) == names


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_it_cannot_be_changed(fact: type[Fact]) -> None:
    assert fact.__setattr__ is not object.__setattr__, "A fact is a frozen dataclass."
