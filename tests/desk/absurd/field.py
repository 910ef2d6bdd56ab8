"""One field of a form, and the things that many forms are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.desk.support import Scene
from tests.universe import Universe

Args = Callable[[Scene, Universe], tuple[int | str, ...]]


@dataclass(frozen=True)
class Field:
    """One field of one form. `valid` is a whole form that would be taken.

    `kept`: free text, of which whatever is left after cleaning may be kept. Everything else must be refused,
    and nothing changed.
    """

    door: str
    name: str
    args: Args
    valid: Callable[[Scene, Universe], dict[str, str]]
    kept: bool = False
    alone: bool = False

    def __str__(self) -> str:
        return f"{self.door} {self.name}"


def routine(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.routine.pk,)


def urgent(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.urgent.pk,)


def nothing(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return ()


def main(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.main.pk,)
