"""The forms of the settings."""

from __future__ import annotations

from tests.desk import settings_scene as settings
from tests.desk.absurd.field import Field, main, nothing
from tests.desk.support import Scene
from tests.universe import Universe


def _follow_up(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.follow_up.pk,)


def _primary(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.follow_up.specialty.pk,)


def _card(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.settings.card.pk,)


def _draft(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.settings.draft.pk,)


def _writing(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.settings.writing.pk,)


def _visit_type(scene: Scene, cast: Universe) -> dict[str, str]:
    return settings.visit_type_form(cast.follow_up)


# Free text of a visit type, what may be left empty, and boxes (any value ticks one); all else must be refused.
_VISIT_TYPE_KEPT = (
    "code", "name", "because", "room_type", "lead_most", "active", "segment-0-kind", "segment-0-offset",
    "length-0-provider", "hint-0-system", "converts_to", "lead_least", "prep_text",
)  # fmt: skip
_VISIT_TYPE_REFUSED = ("specialty", "minutes", "turnover", "moves", "holds_from")
_SLOT_CLASS_KEPT = ("code", "name", "modalities", "visit_types")
_SLOT_CLASS_REFUSED = ("audience", "released_by", "release_days", "release_at")

SETTINGS: list[Field] = [
    *(
        Field("desk:settings-visit-type-edit", name, _follow_up, _visit_type, kept=name in _VISIT_TYPE_KEPT)
        for name in (*_VISIT_TYPE_KEPT, *_VISIT_TYPE_REFUSED)
    ),
    *(
        Field(
            "desk:settings-visit-type-new", name, nothing,
            lambda scene, cast: settings.visit_type_form(cast.follow_up, code="brand-new"), kept=name == "code",
        )
        for name in ("code", "specialty")
    ),
    *(
        Field(
            "desk:settings-slot-class-edit", name, lambda scene, cast: (scene.settings.slot_class.pk,),
            lambda scene, cast: settings.slot_class_form(code="urgent"), kept=name in _SLOT_CLASS_KEPT,
        )
        for name in (*_SLOT_CLASS_KEPT, *_SLOT_CLASS_REFUSED)
    ),
    Field("desk:settings-slot-class-new", "code", nothing, lambda scene, cast: settings.slot_class_form(), kept=True),
    *(
        Field("desk:settings-grid-edit", name, nothing, lambda scene, cast: settings.grid_form(cast), kept=kept)
        for name, kept in (
            ("skin-check-moves", False), ("skin-check-moves_because", True), ("skin-check-converts_to", True),
            ("because", True), ("holds_from", False),
        )
    ),
    *(
        Field(
            "desk:settings-guide-question", name, _writing,
            lambda scene, cast: settings.question_form(scene.settings.writing), kept=name != "mark",
        )
        for name in ("words", "words_es", "answer-0-words", "answer-0-words_es", "answer-0-code", "do", "mark")
    ),
    *(
        Field(
            "desk:settings-guide-rule", name, _writing,
            lambda scene, cast: settings.rule_form(scene.settings.writing), kept=kept,
        )
        for name, kept in (
            ("visit_type", False), ("because", True), ("need-worse", True), ("before", True), ("mark", False),
        )
    ),
    *(
        Field(
            "desk:settings-guide-arrange", name, _writing,
            lambda scene, cast: settings.arrangement(scene.settings.writing),
        )
        for name in ("what", "do", "mark")
    ),
    *(Field("desk:settings-guide-upload", name, _writing, lambda scene, cast: {}) for name in ("file", "mark")),
    *(
        Field("desk:settings-guide-hand-in", name, _writing, lambda scene, cast: settings.SIGNED, kept=kept)
        for name, kept in (("because", True), ("holds_from", False))
    ),
    Field("desk:settings-draft-withdraw", "because", _draft, lambda scene, cast: {}, kept=True),
    Field("desk:settings-card-new", "title", nothing, lambda scene, cast: settings.card_form(), kept=True),
    *(
        Field("desk:settings-card-edit", name, _card, lambda scene, cast: settings.card_form(), kept=kept)
        for name, kept in (
            ("title", True), ("body", True), ("payers", True), ("visit_types", True), ("review_on", False),
        )
    ),
    *(
        Field("desk:settings-duty-add", name, nothing, lambda scene, cast: settings.duty_form(cast), kept=kept)
        for name, kept in (
            ("site", True), ("week", True), ("target", False), ("who", False), ("rank", False), ("first", False),
            ("starts", False), ("last", False), ("ends", False),
        )
    ),
    *(
        Field("desk:settings-duty-end", name, lambda scene, cast: (scene.settings.duty.pk,), lambda scene, cast: {}, True)
        for name in ("site", "week")
    ),
    Field("desk:settings-organization-name", "organization", nothing, lambda scene, cast: {}, kept=True),
    Field("desk:settings-department-new", "name", main, lambda scene, cast: {}, kept=True),
    *(
        Field(
            "desk:settings-assign", name, main,
            lambda scene, cast: {
                "resource": str(cast.exam_1.pk), "department": str(scene.settings.department.pk),
            },
            kept=name == "department",
        )
        for name in ("resource", "department")
    ),
    *(
        Field(
            "desk:settings-machine-switch", name, lambda scene, cast: ("audits",),
            lambda scene, cast: {"on": "no", "because": "A trial"}, kept=name == "because",
        )
        for name in ("on", "because")
    ),
]  # fmt: skip
