"""The forms of tasks, queues, messages and opening hours."""

from __future__ import annotations

from tests.desk import work_scene as work
from tests.desk.absurd.field import Field, main, nothing
from tests.desk.support import Scene
from tests.universe import Universe


def _free_task(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.work.free.pk,)


def _messages(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return ("messages",)


WORK: list[Field] = [
    *(
        Field("desk:task-give", name, _free_task, lambda scene, cast: {"to": str(cast.bob.pk)}, kept=kept)
        for name, kept in (("to", False), ("note", True))
    ),
    Field("desk:task-back", "note", lambda scene, cast: (scene.work.bobs.pk,), lambda scene, cast: {}, kept=True),
    Field("desk:task-same", "into", _free_task, lambda scene, cast: {}),
    *(
        Field("desk:task-move", name, _free_task, lambda scene, cast: {"queue": "results", "because": "x"}, kept=kept)
        for name, kept in (("queue", False), ("because", True))
    ),
    *(
        Field("desk:take-down", name, nothing, lambda scene, cast: work.message_form(), kept=kept)
        for name, kept in (
            ("channel", False), ("site", False), ("day", False), ("at", False), ("text", True), ("name", True),
            ("birth_date", True), ("phone", True), ("email", True), ("topic", True),
        )
    ),
    *(
        Field("desk:settings-queue", name, _messages, lambda scene, cast: work.queue_form(cast), kept=kept)
        for name, kept in (
            ("owner", False), ("roles", False), ("due_minutes", False), ("business_hours", True),
            ("escalate_minutes", False), ("escalate_to", True), ("due_voicemail", False), ("hours_voicemail", True),
        )
    ),
    *(
        Field("desk:settings-hours", name, main, lambda scene, cast: work.hours_form())
        for name in ("opens_0_1", "closes_0_1")
    ),
    Field("desk:task-done", "outcome", lambda scene, cast: (scene.task.pk,), lambda scene, cast: {}),
    Field("desk:task-done", "note", lambda scene, cast: (scene.task.pk,), lambda scene, cast: {}, kept=True),
    Field("desk:task-claim", "take_over", lambda scene, cast: (scene.task.pk,), lambda scene, cast: {}, kept=True),
]  # fmt: skip
