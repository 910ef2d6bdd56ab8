"""The forms of the calendar’s time: weeks, absences, kept time, closures."""

from __future__ import annotations

from tests.desk import time_scene as times
from tests.desk.absurd.field import Field, nothing
from tests.desk.support import Scene
from tests.universe import Universe


def _demir(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.dr_yusuf.pk,)


def _version(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.time.version.pk,)


def _kept(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.time.kept.pk,)


def _kept_block(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.time.kept_block.pk,)


# What may be left empty, boxes and free text; all else must be refused.
_LINE = {
    "weekdays": False, "starts": False, "ends": False, "use": True, "rhythm": True, "capacity": True, "align": True,
    "release_days": False, "release_at": False, "released_by": True,
}  # fmt: skip
_ABSENCE = {
    "who": False, "kind": False, "from_day": False, "from_time": True, "to_day": True, "to_time": True, "because": True,
    "weekly_until": True, "slot_class": True, "release_days": True, "release_at": True, "released_by": True, "do": True,
}  # fmt: skip
TIME: list[Field] = [
    *(
        Field(door, name, args, lambda scene, cast: times.week_form(), kept=kept)
        for door, args in (("desk:time-draft", _demir), ("desk:time-edit", _version))
        for name, kept in (
            *((f"line1-{one}", kept) for one, kept in _LINE.items()),
            ("because", True), ("holds_from", False), ("do", True),
        )
    ),
    *(
        Field("desk:absences", name, nothing, lambda scene, cast: times.absence_form(), kept=kept)
        for name, kept in _ABSENCE.items()
    ),
    Field("desk:absence-lift", "because", lambda scene, cast: (scene.time.absence.pk,), lambda scene, cast: {}, kept=True),
    *(
        Field(door, name, args, lambda scene, cast: times.release_form(scene.time), kept=kept)
        for door, args, name, kept in (
            ("desk:kept-session-release", _kept, "day", False), ("desk:kept-session-release", _kept, "because", True),
            ("desk:kept-block-release", _kept_block, "day", False),
            ("desk:kept-block-release", _kept_block, "because", True),
            ("desk:kept-block-release", _kept_block, "site", True),
        )
    ),
    *(
        Field("desk:closure-close", name, nothing, lambda scene, cast: times.closure_form(), kept=kept)
        for name, kept in (("day", False), ("name", True), ("do", True))
    ),
    Field("desk:closure-close", "holiday", nothing, lambda scene, cast: {"do": "holidays"}),
    Field(
        "desk:closure-reopen", "because", lambda scene, cast: (scene.time.closure.pk,), lambda scene, cast: {}, kept=True
    ),
]  # fmt: skip
