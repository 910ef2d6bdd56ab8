"""The forms of the protocols and their drafts."""

from __future__ import annotations

from collections.abc import Callable

from tests.desk import protocol_scene as protocols
from tests.desk.absurd.field import Args, Field, nothing


def _protocol(name: str = "writing") -> Args:
    return lambda scene, cast: (getattr(scene.protocols, name).pk,)


def _protocol_fields(
    door: str, make: Callable[..., dict[str, str]], names: str, *, kept: str, of: str = "writing"
) -> list[Field]:
    """The fields of a form of a draft; those in `kept` are free text, or may be left empty."""
    return [
        Field(
            door,
            one,
            _protocol(of),
            lambda scene, cast: make(getattr(scene.protocols, of)),
            kept=one in kept.split(),
        )
        for one in [*names.split(), *kept.split()]
    ]


PROTOCOLS: list[Field] = [
    *(
        Field("desk:protocol-new", name, nothing, lambda scene, cast: protocols.new_form(), kept=kept)
        for name, kept in (
            ("name", True), ("site", True), ("specialty", True), ("age_from", True), ("age_under", True), ("hours", True),
        )
    ),
    Field("desk:protocol-take-in", "file", nothing, lambda scene, cast: {}),
    *_protocol_fields(
        "desk:protocol-rule", protocols.rule_form, "mark lane target clock_minutes script",
        kept="code title scenario line-0-with-0 line-0-with-1 documentation asked more age_from age_under pregnant flags "
        "days_since_procedure_to directions modalities slot_classes within_days counted_from conditional_hold",
    ),
    *_protocol_fields(
        "desk:protocol-concept", protocols.concept_form, "mark",
        kept="title en es sentence age_from age_under pregnant flags days_since_procedure_to do",
    ),
    *_protocol_fields(
        "desk:protocol-script", protocols.script_form, "mark",
        kept="title step-0-key step-0-kind step-0-say_en step-0-say_es step-0-note step-0-asks_for",
    ),
    *_protocol_fields(
        "desk:protocol-tree", protocols.tree_form, "mark queue last_resort step-0-duty step-0-minutes",
        kept="title step-0-rank after_hours_last_resort closed-0-duty closed-0-minutes", of="scoped_writing",
    ),
    *_protocol_fields("desk:protocol-kinds", protocols.kinds_form, "mark", kept="symptom-lane symptom-script"),
    *_protocol_fields("desk:protocol-words", protocols.words_form, "mark", kept="name entries"),
    *_protocol_fields(
        "desk:protocol-scope", protocols.scope_form, "mark", kept="site specialty age_from age_under hours",
        of="scoped_writing",
    ),
    *_protocol_fields("desk:protocol-remove", protocols.removal, "mark what", kept=""),
    *_protocol_fields("desk:protocol-take", protocols.taking, "mark concept", kept="", of="scoped_writing"),
    *(
        Field("desk:protocol-try", name, _protocol(), lambda scene, cast: protocols.try_form())
        for name in ("text", "age", "days_since_procedure", "flags", "kind", "pregnant")
    ),
    *(
        Field(
            "desk:protocol-backtest", name, _protocol(),
            lambda scene, cast: {"first": "2026-02-01", "last": "2026-03-03"},
        )
        for name in ("first", "last")
    ),
    Field("desk:protocol-hand-in", "because", _protocol(), lambda scene, cast: {"because": "Rashes"}, kept=True),
    Field("desk:protocol-withdraw", "because", _protocol("waiting"), lambda scene, cast: {}, kept=True),
    *(
        Field("desk:protocol-approve", name, _protocol("waiting"), lambda scene, cast: {}, kept=True)
        for name in ("day", "time")
    ),
    Field("desk:protocol-end", "end-because", _protocol("scoped"), lambda scene, cast: {}, kept=True),
]  # fmt: skip
