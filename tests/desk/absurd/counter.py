"""The forms of the counter: walk-ins, late arrivals, offers and calls."""

from __future__ import annotations

from tests.desk.absurd.field import Field, nothing, routine
from tests.desk.support import Scene
from tests.universe import Universe


def _walk_in(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.counter.walk_in.pk,)


def _late(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.counter.asked.pk,)


def _call(scene: Scene, cast: Universe) -> dict[str, str]:
    return {"how": "phone_out", "end": "not_reached"}


COUNTER: list[Field] = [
    Field("desk:walk-in-new", "site", nothing, lambda scene, cast: {}, kept=True),
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
