"""The forms of overbooking rules and conflicts."""

from __future__ import annotations

from tests.desk import watch_scene as watch
from tests.desk.absurd.field import Field, nothing
from tests.desk.support import Scene
from tests.universe import Universe


def _rule(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.watch.rule.pk,)


def _conflict(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.watch.conflict.pk,)


WATCH: list[Field] = [
    *(
        Field(
            "desk:settings-overbooking-new", name, nothing, lambda scene, cast: watch.rule_form(cast), kept=kept
        )
        for name, kept in (
            ("provider", False), ("starts", False), ("ends", False), ("cap", False), ("valid_from", False),
            ("valid_until", False), ("because", True), ("weekdays", True), ("visit_types", True),
        )
    ),
    Field("desk:settings-overbooking-end", "because", _rule, lambda scene, cast: {}, kept=True),
    *(
        Field("desk:conflict-new", name, nothing, lambda scene, cast: watch.conflict_form(cast), kept=kept)
        for name, kept in (
            ("resource", False), ("day", False), ("starts", False), ("ends", False), ("cause", True),
            ("close", True),
        )
    ),
    *(
        Field(
            "desk:conflict-accept", name, _conflict,
            lambda scene, cast: watch.acceptance(scene.watch, cast, instead=""),
        )
        for name in ("visit", "version", "instead", "start")
    ),
    Field("desk:conflict-resolve", "words", _conflict, lambda scene, cast: {}, kept=True),
]  # fmt: skip
