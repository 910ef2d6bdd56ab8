"""The forms of a request: what a caller said, its lane, hand-offs, holds, and booking."""

from __future__ import annotations

from frontdesk.triage.actions.requests import CHOSEN, TYPED
from tests.desk.absurd.field import Field, routine, urgent
from tests.desk.support import Scene
from tests.universe import Universe


def _record(scene: Scene, cast: Universe) -> dict[str, str]:
    return {"given": "Nora", "family": "Quist", "language": "en", "email": "nora@mail.example"}


def _direction(scene: Scene, cast: Universe) -> dict[str, str]:
    return {"direction": "within_days", "visit_type": "follow-up", "visit_by": "2026-03-05", "note": "Soon"}


def _accepted(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.accepted.pk,)


REQUESTS: list[Field] = [
    *(
        Field("desk:request-field", name, routine, lambda scene, cast: {}, kept=True, alone=True)
        for name in (*TYPED, "words")
    ),
    Field("desk:request-field", "answer_onset", urgent, lambda scene, cast: {}, kept=True, alone=True),
    *(
        Field("desk:request-field", name, routine, lambda scene, cast: {}, alone=True)
        for name in (*CHOSEN, "patient_id", "answer_", "answer_anything", "lane", "__class__")
    ),
    Field("desk:request-words", "words", routine, lambda scene, cast: {}, kept=True),
    Field("desk:request-patient", "patient", routine, lambda scene, cast: {"patient": str(cast.ben.pk)}),
    *(
        Field("desk:request-record", name, lambda scene, cast: (scene.blank.pk,), _record, kept=kept)
        for name, kept in (("given", True), ("family", True), ("language", False), ("email", True))
    ),
    Field("desk:request-close", "outcome", routine, lambda scene, cast: {"outcome": "answered"}),
    Field("desk:request-close", "same_as", routine, lambda scene, cast: {"outcome": "duplicate"}),
    Field(
        "desk:request-lane", "lane", routine, lambda scene, cast: {"lane": "urgent", "reason": "He sounds faint"}
    ),
    Field(
        "desk:request-lane", "reason", routine, lambda scene, cast: {"lane": "urgent", "reason": "x"}, kept=True
    ),
    Field("desk:request-step", "step", urgent, lambda scene, cast: {"step": "stay"}),
    Field("desk:request-step", "answer", urgent, lambda scene, cast: {"step": "stay"}, kept=True),
    Field("desk:request-step", "script", urgent, lambda scene, cast: {"step": "stay"}),
    Field("desk:handoff-outcome", "outcome", _accepted, lambda scene, cast: {}, kept=True),
    Field(
        "desk:handoff-accept", "other", lambda scene, cast: (scene.offered.pk,), lambda scene, cast: {},
        kept=True,
    ),
    *(
        Field("desk:handoff-direct", name, _accepted, _direction, kept=name == "note")
        for name in ("direction", "visit_type", "visit_by", "note")
    ),
    Field("desk:hold", "option", routine, lambda scene, cast: {"key": "k", "visit_type": "follow-up"}),
    Field("desk:hold", "key", routine, lambda scene, cast: {"option": scene.offer}, kept=True),
    Field("desk:hold", "asked", routine, lambda scene, cast: {"option": "x:y:z", "key": "k"}),
    Field("desk:hold-first", "asked", routine, lambda scene, cast: {"key": "k"}),
    Field(
        "desk:hold-first", "key", routine, lambda scene, cast: {"asked": "visit_type=follow-up&part=morning"},
        kept=True,
    ),
    Field("desk:book", "waive-ROOM", lambda scene, cast: (scene.hold.pk,), lambda scene, cast: {}, kept=True),
    *(
        Field(
            "desk:hold-keep", name, lambda scene, cast: (scene.hold.pk,),
            lambda scene, cast: {"hours": "4", "because": "The x-ray is missing"},
        )
        for name in ("hours", "because", "asked")
    ),
    Field("desk:let-go", "asked", lambda scene, cast: (scene.hold.pk,), lambda scene, cast: {}, kept=True),
]  # fmt: skip
