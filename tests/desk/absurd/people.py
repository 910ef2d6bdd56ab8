"""The forms of patients and of log-ins."""

from __future__ import annotations

from tests.desk.absurd.field import Field

PEOPLE: list[Field] = [
    Field("desk:patients", "q", lambda scene, cast: (), lambda scene, cast: {}, kept=True),
    Field("logout", "next", lambda scene, cast: (), lambda scene, cast: {}, kept=True),
    *(
        Field("login", name, lambda scene, cast: (), lambda scene, cast: {"username": "alice", "password": "x"})
        for name in ("username", "password", "next")
    ),
]  # fmt: skip
