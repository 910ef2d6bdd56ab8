"""The doors of the protocols’ pages."""

from __future__ import annotations

from collections.abc import Callable

from tests.desk import protocol_scene as protocols
from tests.desk.doors import (
    ALL_STAFF,
    CHANGES,
    SET,
    Args,
    Data,
    Door,
)


def protocol_doors() -> dict[str, Door]:
    """Everybody reads the protocols; a draft is changed by its author, Dan, alone; Carol approves."""
    p = protocols

    def of(name: str) -> Args:
        return lambda scene, cast: (getattr(scene.protocols, name).pk,)

    def form(make: Callable[..., dict[str, str]], name: str = "writing") -> Data:
        return lambda scene, cast: make(getattr(scene.protocols, name))

    writing = of("writing")
    return {
        "desk:protocols": Door(ALL_STAFF),
        "desk:protocol-new": Door(SET, takes=302, data=lambda scene, cast: p.new_form()),
        "desk:protocol-starter": Door(SET, 302, method=CHANGES),
        "desk:protocol-take-in": Door(SET, 422, method=CHANGES),
        "desk:protocol-version": Door(ALL_STAFF, args=writing),
        "desk:protocol-begin": Door(SET, 302, method=CHANGES, args=lambda scene, cast: (cast.protocol.pk,)),
        "desk:protocol-download": Door(ALL_STAFF, args=writing),
        "desk:protocol-rule": Door("dan", args=writing, takes=302, data=form(p.rule_form)),
        "desk:protocol-concept": Door("dan", args=writing, takes=302, data=form(p.concept_form)),
        "desk:protocol-script": Door("dan", args=writing, takes=302, data=form(p.script_form)),
        "desk:protocol-tree": Door(
            "dan", args=of("scoped_writing"), takes=302, data=form(p.tree_form, "scoped_writing")
        ),
        "desk:protocol-kinds": Door("dan", args=writing, takes=302, data=form(p.kinds_form)),
        "desk:protocol-words": Door("dan", args=writing, takes=302, data=form(p.words_form)),
        "desk:protocol-scope": Door(
            "dan", args=of("scoped_writing"), takes=302, data=form(p.scope_form, "scoped_writing")
        ),
        "desk:protocol-remove": Door("dan", 302, method=CHANGES, args=writing, data=form(p.removal)),
        "desk:protocol-take": Door(
            "dan", 302, method=CHANGES, args=of("scoped_writing"), data=form(p.taking, "scoped_writing")
        ),
        "desk:protocol-try": Door(ALL_STAFF, args=writing, takes=200, data=lambda scene, cast: p.try_form()),
        "desk:protocol-changes": Door(ALL_STAFF, args=writing),
        # For past requests callers' words are read.
        "desk:protocol-backtest": Door(
            "carol dan", args=writing, takes=302,
            data=lambda scene, cast: {"first": "2026-02-01", "last": "2026-03-03"},
        ),
        "desk:backtest": Door("carol dan", args=of("backtest")),
        "desk:protocol-hand-in": Door(
            "dan", 302, method=CHANGES, args=writing, data=lambda scene, cast: {"because": "Rashes"}
        ),
        "desk:protocol-take-back": Door("dan", 302, method=CHANGES, args=of("waiting")),
        "desk:protocol-withdraw": Door("carol dan", 302, method=CHANGES, args=of("waiting")),
        "desk:protocol-approve": Door("carol", 302, method=CHANGES, args=of("waiting")),
        "desk:protocol-end": Door(
            "carol", 302, method=CHANGES, args=of("scoped"), data=lambda scene, cast: {"end-because": "Enough"}
        ),
        "desk:protocol-read": Door(ALL_STAFF, 302, method=CHANGES, args=lambda scene, cast: (cast.protocol.pk,)),
    }  # fmt: skip
