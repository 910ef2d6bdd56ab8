"""What nobody types on purpose, and every place where it can be sent."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote_from_bytes
from zlib import crc32

from frontdesk.triage.actions.requests import CHOSEN, TYPED
from tests.desk import protocol_scene as protocols
from tests.desk import settings_scene as settings
from tests.desk import time_scene as times
from tests.desk import watch_scene as watch
from tests.desk import work_scene as work
from tests.desk.support import Scene
from tests.universe import LAST_OPEN, Universe

# Bytes are what no text can be: they are sent as they stand.
ABSURD: dict[str, str | bytes] = {
    "nothing": "",
    "10,000 characters": "x" * 10_000,
    "a NUL": "\x00",
    "a NUL inside": "a\x00b",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x85\u2028\u2029\ufeff",
    "emoji": "🩺👩‍👩‍👧‍👦🏳️‍🌈",
    "right to left": "\u202eמרים כהן\u202c \u2067مريم\u2069",
    "many accents": "a" + "\u0301" * 400,
    "a lone surrogate": b"\xed\xa0\x80\xff\xfe\xc3",
    "year 1": "0001-01-01",
    "year 9999": "9999-12-31",
    "31 February": "2026-02-31",
    "31 February as spoken": "02/31/1979",
    "year 10000": "10000-01-01",
    "negative": "-1",
    "one more than a row's number": str(2**63),
    "400 digits": "9" * 400,
    "NaN": "NaN",
    "digits of another script": "١٢٣",
    "a superscript": "²",
    "SQL": "'; DROP TABLE people_patient; --",
    "markup": "<script>alert(1)</script>",
    "a template": "{{ 7|add:1 }}{% debug %}%s%n",
    "JSON": '{"a": [1, null]}',
}


def absurd_for(place: str) -> dict[str, str | bytes]:
    """A sixth of what nobody types, another sixth for the next place; all of it in the full proofs."""
    if os.environ.get("FRONTDESK_FULL_PROOFS"):
        return ABSURD
    turn = crc32(place.encode()) % 6
    return {name: value for at, (name, value) in enumerate(ABSURD.items()) if at % 6 == turn}


# A field that may be left out: left empty after cleaning, the form does what it says without it.
BLANK_IS_FINE = ("places", "mrn", "to")

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


def _record(scene: Scene, cast: Universe) -> dict[str, str]:
    return {"given": "Nora", "family": "Quist", "language": "en", "email": "nora@mail.example"}


def _direction(scene: Scene, cast: Universe) -> dict[str, str]:
    return {"direction": "within_days", "visit_type": "follow-up", "visit_by": "2026-03-05", "note": "Soon"}


def _accepted(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.accepted.pk,)


def _nothing(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return ()


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


def _main(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (cast.main.pk,)


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

_SETTINGS: list[Field] = [
    *(
        Field("desk:settings-visit-type-edit", name, _follow_up, _visit_type, kept=name in _VISIT_TYPE_KEPT)
        for name in (*_VISIT_TYPE_KEPT, *_VISIT_TYPE_REFUSED)
    ),
    *(
        Field(
            "desk:settings-visit-type-new", name, _nothing,
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
    Field("desk:settings-slot-class-new", "code", _nothing, lambda scene, cast: settings.slot_class_form(), kept=True),
    *(
        Field("desk:settings-grid-edit", name, _nothing, lambda scene, cast: settings.grid_form(cast), kept=kept)
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
    Field("desk:settings-card-new", "title", _nothing, lambda scene, cast: settings.card_form(), kept=True),
    *(
        Field("desk:settings-card-edit", name, _card, lambda scene, cast: settings.card_form(), kept=kept)
        for name, kept in (
            ("title", True), ("body", True), ("payers", True), ("visit_types", True), ("review_on", False),
        )
    ),
    *(
        Field("desk:settings-duty-add", name, _nothing, lambda scene, cast: settings.duty_form(cast), kept=kept)
        for name, kept in (
            ("site", True), ("week", True), ("target", False), ("who", False), ("rank", False), ("first", False),
            ("starts", False), ("last", False), ("ends", False),
        )
    ),
    *(
        Field("desk:settings-duty-end", name, lambda scene, cast: (scene.settings.duty.pk,), lambda scene, cast: {}, True)
        for name in ("site", "week")
    ),
    Field("desk:settings-organization-name", "organization", _nothing, lambda scene, cast: {}, kept=True),
    Field("desk:settings-department-new", "name", _main, lambda scene, cast: {}, kept=True),
    *(
        Field(
            "desk:settings-assign", name, _main,
            lambda scene, cast: {
                "resource": str(cast.exam_1.pk), "department": str(scene.settings.department.pk),
            },
            kept=name == "department",
        )
        for name in ("resource", "department")
    ),
]  # fmt: skip


def _a_visit(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.visit.pk,)


def _move(scene: Scene, cast: Universe) -> dict[str, str]:
    return {
        "day": f"{LAST_OPEN}", "time": "16:00", "with": str(cast.dr_carol.pk), "where": "main", "type": "follow-up",
        "why": "patient-asked", "version": "1",
    }  # fmt: skip


def _cancel(scene: Scene, cast: Universe) -> dict[str, str]:
    return {"why": "patient-asked", "version": "1"}


def _waiver(scene: Scene, cast: Universe) -> dict[str, str]:
    return {"link": str(scene.visit.chain.get(link="Coverage").pk), "because": "Paid in cash"}


def _may_move(scene: Scene, cast: Universe) -> dict[str, str]:
    return {"moves": "never", "because": "After discharge", "version": "1"}


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
_TIME: list[Field] = [
    *(
        Field(door, name, args, lambda scene, cast: times.week_form(), kept=kept)
        for door, args in (("desk:time-draft", _demir), ("desk:time-edit", _version))
        for name, kept in (
            *((f"line1-{one}", kept) for one, kept in _LINE.items()),
            ("because", True), ("holds_from", False), ("do", True),
        )
    ),
    *(
        Field("desk:absences", name, _nothing, lambda scene, cast: times.absence_form(), kept=kept)
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
        Field("desk:closure-close", name, _nothing, lambda scene, cast: times.closure_form(), kept=kept)
        for name, kept in (("day", False), ("name", True), ("do", True))
    ),
    Field("desk:closure-close", "holiday", _nothing, lambda scene, cast: {"do": "holidays"}),
    Field(
        "desk:closure-reopen", "because", lambda scene, cast: (scene.time.closure.pk,), lambda scene, cast: {}, kept=True
    ),
]  # fmt: skip


def _rule(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.watch.rule.pk,)


def _conflict(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.watch.conflict.pk,)


_WATCH: list[Field] = [
    *(
        Field(
            "desk:settings-overbooking-new", name, _nothing, lambda scene, cast: watch.rule_form(cast), kept=kept
        )
        for name, kept in (
            ("provider", False), ("starts", False), ("ends", False), ("cap", False), ("valid_from", False),
            ("valid_until", False), ("because", True), ("weekdays", True), ("visit_types", True),
        )
    ),
    Field("desk:settings-overbooking-end", "because", _rule, lambda scene, cast: {}, kept=True),
    *(
        Field("desk:conflict-new", name, _nothing, lambda scene, cast: watch.conflict_form(cast), kept=kept)
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


def _walk_in(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.counter.walk_in.pk,)


def _late(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.counter.asked.pk,)


def _call(scene: Scene, cast: Universe) -> dict[str, str]:
    return {"how": "phone_out", "end": "not_reached"}


_COUNTER: list[Field] = [
    Field("desk:walk-in-new", "site", _nothing, lambda scene, cast: {}, kept=True),
    *(
        Field("desk:walk-in-tier", name, _walk_in, lambda scene, cast: {"tier": "2", "reason": "Pale"}, kept=kept)
        for name, kept in (("tier", False), ("reason", True))
    ),
    *(
        Field("desk:walk-in-leave", name, _walk_in, lambda scene, cast: {"end": "left"}, kept=kept)
        for name, kept in (("end", False), ("note", True))
    ),
    Field(
        "desk:late-arrived", "arrived", lambda scene, cast: (scene.counter.tardy.pk,), lambda scene, cast: {}
    ),
    *(
        Field("desk:late-answer", name, _late, lambda scene, cast: {"feasible": "yes"}, kept=kept)
        for name, kept in (("feasible", False), ("answer", True))
    ),
    Field(
        "desk:late-approve", "because", lambda scene, cast: (scene.counter.feasible.pk,),
        lambda scene, cast: {}, kept=True,
    ),
    *(
        Field("desk:late-settle", name, _late, lambda scene, cast: {"disposition": "virtual"}, kept=kept)
        for name, kept in (("disposition", False), ("note", True))
    ),
    *(
        Field("desk:request-offer", name, routine, lambda scene, cast: {"offer": "Video"}, kept=True)
        for name in ("quick", "offer", "taken")
    ),
    *(
        Field("desk:request-contact", name, routine, _call, kept=name not in ("how", "end"))
        for name in ("how", "end", "said", "began", "ended")
    ),
]  # fmt: skip


def _free_task(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.work.free.pk,)


def _messages(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return ("messages",)


_WORK: list[Field] = [
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
        Field("desk:take-down", name, _nothing, lambda scene, cast: work.message_form(), kept=kept)
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
        Field("desk:settings-hours", name, _main, lambda scene, cast: work.hours_form())
        for name in ("opens_0_1", "closes_0_1")
    ),
]  # fmt: skip


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


_PROTOCOLS: list[Field] = [
    *(
        Field("desk:protocol-new", name, _nothing, lambda scene, cast: protocols.new_form(), kept=kept)
        for name, kept in (
            ("name", True), ("site", True), ("specialty", True), ("age_from", True), ("age_under", True), ("hours", True),
        )
    ),
    Field("desk:protocol-take-in", "file", _nothing, lambda scene, cast: {}),
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


FIELDS: list[Field] = [
    *_PROTOCOLS,
    *_WORK,
    *_COUNTER,
    *_WATCH,
    *_SETTINGS,
    *_TIME,
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
    *(
        Field("desk:settings-machine-switch", name, lambda scene, cast: ("audits",), lambda scene, cast: {
            "on": "no", "because": "A trial"})
        for name in ("on",)
    ),
    Field("desk:settings-machine-switch", "because", lambda scene, cast: ("audits",), lambda scene, cast: {
        "on": "no"}, kept=True),
    *(
        Field("desk:visit-move", name, _a_visit, _move)
        for name in ("day", "time", "with", "where", "type", "why", "version", "for")
    ),
    *(
        Field("desk:visit-move", name, _a_visit, _move, kept=True)
        for name in ("room", "note", "key", "back", "waive-INTERPRETER", "waive-REQUEST")
    ),
    *(Field("desk:visit-cancel", name, _a_visit, _cancel) for name in ("why", "version", "for")),
    *(Field("desk:visit-cancel", name, _a_visit, _cancel, kept=True) for name in ("note", "key", "back")),
    *(Field("desk:visit-missed", name, _a_visit, _cancel) for name in ("why", "note", "version", "back")),
    *(Field("desk:visit-undo", name, _a_visit, _cancel) for name in ("version", "back")),
    Field("desk:visit-waive", "link", _a_visit, lambda scene, cast: {"because": "Paid in cash"}),
    *(Field("desk:visit-waive", name, _a_visit, _waiver, kept=True) for name in ("because", "back")),
    *(Field("desk:visit-may-move", name, _a_visit, _may_move) for name in ("moves", "version")),
    *(Field("desk:visit-may-move", name, _a_visit, _may_move, kept=True) for name in ("because", "back")),
    Field("desk:plan-several", "time", routine, lambda scene, cast: {"key": "k"}),
    *(
        Field("desk:plan-several", name, routine, lambda scene, cast: {"time": scene.plans.time}, kept=True)
        for name in ("order_ref", "key")
    ),
    Field("desk:plan-several", "row", routine, lambda scene, cast: {"key": "k"}),
    *(
        Field(
            "desk:plan-cancel", name, lambda scene, cast: (scene.plans.plan.pk,),
            lambda scene, cast: {"from_place": "1", "why": "not-needed"}, kept=name in ("note", "key"),
        )
        for name in ("from_place", "why", "note", "key")
    ),
    Field("desk:gathering-new", "time", lambda scene, cast: (), lambda scene, cast: {"key": "k"}),
    *(
        Field(
            "desk:gathering-new", name, lambda scene, cast: (),
            lambda scene, cast: {"time": scene.plans.group_time}, kept=name in ("title", "key", *BLANK_IS_FINE),
        )
        for name in ("title", "places", "mrn", "key")
    ),
    *(
        Field(
            "desk:gathering-take", name, lambda scene, cast: (scene.plans.group.pk,),
            lambda scene, cast: {"request": str(scene.routine.pk)}, kept=name == "key",
        )
        for name in ("request", "key")
    ),
    *(
        Field(
            "desk:gathering-cancel", name, lambda scene, cast: (scene.plans.group.pk,),
            lambda scene, cast: {"why": "room-or-machine"}, kept=name in ("note", "key"),
        )
        for name in ("why", "note", "key")
    ),
    *(
        Field(
            "desk:place", name, lambda scene, cast: (scene.plans.place.pk,),
            lambda scene, cast: {"why": "patient-ill", "version": "1"}, kept=name in ("key", *BLANK_IS_FINE),
        )
        for name in ("to", "why", "version", "key")
    ),
    Field("desk:task-done", "outcome", lambda scene, cast: (scene.task.pk,), lambda scene, cast: {}),
    Field("desk:task-done", "note", lambda scene, cast: (scene.task.pk,), lambda scene, cast: {}, kept=True),
    Field("desk:task-claim", "take_over", lambda scene, cast: (scene.task.pk,), lambda scene, cast: {}, kept=True),
    Field("desk:patients", "q", lambda scene, cast: (), lambda scene, cast: {}, kept=True),
    Field("logout", "next", lambda scene, cast: (), lambda scene, cast: {}, kept=True),
    *(
        Field("login", name, lambda scene, cast: (), lambda scene, cast: {"username": "alice", "password": "x"})
        for name in ("username", "password", "next")
    ),
]  # fmt: skip

# Forms that send nothing but the wish itself.
WITHOUT_FIELDS = {
    "desk:protocol-begin",
    "desk:protocol-starter",
    "desk:protocol-take-back",
    "desk:protocol-read",
    "desk:settings-overbooking-sign",
    "desk:audit-run",
    "desk:time-approve",
    "desk:time-withdraw",
    "desk:settings-draft-approve",
    "desk:settings-guide-edit",
    "desk:settings-guide-take-back",
    "desk:settings-card-retire",
    "desk:request-new",
    "desk:request-park",
    "desk:request-take",
    "desk:request-drop",
}

# What each page reads from its address. Each list is sent with one absurd value for all of it, beside what stands
# fixed, so that one parameter does not keep the others from being read.
QUERIES: dict[str, list[tuple[dict[str, str], tuple[str, ...]]]] = {
    "desk:time": [({}, ("site", "kind", "q", "page")), ({}, ("kind", "page"))],
    "desk:time-week": [({}, ("site",))],
    "desk:time-draft": [({}, ("site",))],
    "desk:time-version": [({}, ("week", "all"))],
    "desk:absences": [({}, ("show", "page", "do")), ({"show": "past"}, ("page",))],
    "desk:kept": [({}, ("site", "day"))],
    "desk:closures": [({}, ("site", "year"))],
    "desk:discrepancies": [({}, ("site",))],
    "desk:settings-visit-types": [({}, ("specialty", "show"))],
    "desk:settings-grid": [({}, ("specialty",))],
    "desk:settings-grid-edit": [({}, ("specialty",))],
    "desk:settings-guide": [({}, ("worse", "touch")), ({"worse": "no"}, ("touch",))],
    "desk:settings-guide-draft": [({}, ("say-worse", "say-touch")), ({"say-worse": "no"}, ("say-touch",))],
    "desk:settings-guide-question": [({}, ("question", "say-worse"))],
    "desk:settings-guide-rule": [({}, ("rule", "at", "before")), ({}, ("at", "before", "say-worse"))],
    "desk:settings-cards": [({}, ("q", "show")), ({}, ("q",))],
    "desk:settings-duty": [({}, ("site", "week"))],
    "desk:settings-organization": [({}, ("site",))],
    "desk:protocol": [({}, ("as_of",))],
    "desk:protocol-rule": [({}, ("rule",))],
    "desk:protocol-concept": [({}, ("concept",))],
    "desk:protocol-script": [({}, ("script",))],
    "desk:protocol-tree": [({}, ("tree",))],
    "desk:protocol-words": [({}, ("list",))],
    "desk:protocol-changes": [({}, ("against",))],
    "desk:backtest": [({}, ("show", "page"))],
    "login": [({}, ("next",))],
    "desk:today": [({}, ("site",))],
    "desk:requests": [({}, ("page", "show")), ({"show": "closed"}, ("page",))],
    "desk:request": [({}, ("focus",))],
    "desk:request-state": [({}, ("mark",))],
    "desk:duty": [({}, ("site",))],
    "desk:asked": [({}, ("alert",))],
    "desk:find": [
        ({}, ("visit_type",)),
        (
            {"visit_type": "follow-up"},
            ("with", "where", "from", "until", "part", "after", "before", "interpreter", "room", "day"),
        ),
        ({"visit_type": "follow-up"}, ("guide", "said", "because")),
        ({"visit_type": "follow-up", "why_time": "09:00"}, ("why_day", "why_with")),
        ({"visit_type": "follow-up", "why_day": "2026-03-05"}, ("why_time",)),
    ],
    "desk:calendar": [
        ({}, ("day", "site", "specialty", "page", "visit", "by", "view", "who", "act", "link"))
    ],
    "desk:calendar-grid": [({}, ("day", "site", "specialty", "page", "by", "view", "who"))],
    "desk:calendar-news": [({}, ("since", "site"))],
    "desk:visit-move": [
        ({}, ("day", "time", "with", "where", "room", "type", "back")),
        ({"day": f"{LAST_OPEN}", "time": "16:00"}, ("with", "where", "room", "type", "back")),
    ],
    "desk:plan-several": [
        ({}, ("tab", "visit_type", "plan")),
        ({"visit_type": "follow-up"}, ("with", "where", "from", "until", "at", "count", "how", "plan")),
        (
            {"tab": "linked", "first": "same-day", "second": "follow-up"},
            ("third", "gap1", "gap2", "where", "from", "until", "at"),
        ),
        ({"tab": "linked"}, ("first", "second", "third")),
        (
            {"tab": "family", "visit_type": "follow-up"},
            (
                "who2",
                "who3",
                "who4",
                "who5",
                "type2",
                "type3",
                "type4",
                "type5",
                "side",
                "from",
                "at",
                "where",
            ),
        ),
    ],
    "desk:groups": [({}, ("request",))],
    "desk:gathering-new": [
        ({}, ("kind", "visit_type", "with", "where", "from", "at")),
        ({"kind": "conference"}, ("with", "where", "required", "minutes", "room_type", "from", "at")),
    ],
    "desk:queues": [({}, ("queue", "mine", "page", "part", "site", "show")), ({"part": "rows"}, ("seen",))],
    "desk:task": [({}, ("queue", "mine", "page", "site", "show"))],
    "desk:looks": [({}, ("before",))],
    "desk:reports": [({}, ("source",))],
    "desk:audit": [({}, ("code", "page")), ({"code": "NO_INTERPRETER"}, ("page",))],
    "desk:triage-report": [({}, ("site", "period", "figure", "lane", "missing"))],
    "desk:triage-rows": [
        ({}, ("site", "period", "figure", "lane", "missing", "page")),
        ({"figure": "refused"}, ("missing", "lane")),
    ],
    "desk:glossary": [({}, ("q",))],
    "desk:gaps": [({}, ("site", "span", "provider")), ({"site": "main"}, ("span", "provider"))],
    "desk:walk-ins": [({}, ("site",)), ({}, ("part",)), ({"part": "list"}, ("seen",))],
    "desk:conflicts": [({}, ("show",))],
    "desk:conflict-new": [({}, ("site",))],
    "logout": [({}, ("next",))],
}


def encoded(fields: dict[str, str | bytes]) -> bytes:
    """The body of a form, with bytes in it as they stand."""
    pairs = (
        f"{name}={quote_from_bytes(value if isinstance(value, bytes) else value.encode('utf-8'))}"
        for name, value in fields.items()
    )
    return "&".join(pairs).encode()
