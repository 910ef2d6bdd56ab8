"""What nobody types on purpose, and every place where it can be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote_from_bytes

from frontdesk.triage.actions.requests import CHOSEN, TYPED
from tests.desk.support import Scene
from tests.universe import Universe

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


FIELDS: list[Field] = [
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
    *(
        Field("desk:hold", name, routine, lambda scene, cast: {"option": "x:y:z", "key": "k"}, kept=True)
        for name in ("visit_type", "from")
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
WITHOUT_FIELDS = {"desk:request-new", "desk:request-park", "desk:book", "desk:let-go"}

# What each page reads from its address. Each list is sent with one absurd value for all of it, beside what stands
# fixed, so that one parameter does not keep the others from being read.
QUERIES: dict[str, list[tuple[dict[str, str], tuple[str, ...]]]] = {
    "login": [({}, ("next",))],
    "desk:today": [({}, ("site",))],
    "desk:requests": [({}, ("page", "show")), ({"show": "closed"}, ("page",))],
    "desk:request": [({}, ("focus",))],
    "desk:request-state": [({}, ("mark",))],
    "desk:find": [({}, ("visit_type",)), ({"visit_type": "follow-up"}, ("with", "where", "from", "part"))],
    "desk:calendar": [({}, ("day", "site", "specialty", "page", "visit"))],
    "desk:queues": [({}, ("queue", "mine", "page", "part")), ({"part": "rows"}, ("seen",))],
    "desk:looks": [({}, ("before",))],
    "desk:reports": [({}, ("source",))],
    "logout": [({}, ("next",))],
}


def encoded(fields: dict[str, str | bytes]) -> bytes:
    """The body of a form, with bytes in it as they stand."""
    pairs = (
        f"{name}={quote_from_bytes(value if isinstance(value, bytes) else value.encode('utf-8'))}"
        for name, value in fields.items()
    )
    return "&".join(pairs).encode()
