"""The forms of connected systems."""

from __future__ import annotations

from tests.desk.absurd.field import Field, nothing
from tests.desk.support import Scene
from tests.desk.system_scene import system_form
from tests.universe import Universe

# Free text, a box, and an address that may be left empty where the keys are pasted; all else must be refused.
_KEPT = ("name", "about", "sees_sensitive", "jwks_url")
_REFUSED = ("sites", "scopes", "jwks", "per_minute")


def _system(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.system.client.pk,)


SYSTEMS: list[Field] = [
    *(
        Field(
            "desk:settings-system-new",
            name,
            nothing,
            lambda scene, cast: system_form(cast),
            kept=name in _KEPT,
        )
        for name in (*_KEPT, *_REFUSED)
    ),
    *(
        Field(
            "desk:settings-system-edit",
            name,
            _system,
            lambda scene, cast: system_form(cast),
            kept=name in _KEPT,
        )
        for name in (*_KEPT, *_REFUSED)
    ),
]
