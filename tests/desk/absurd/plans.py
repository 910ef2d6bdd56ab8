"""The forms of plans of several visits, and of groups and conferences."""

from __future__ import annotations

from tests.desk.absurd.field import Field, routine

# A field that may be left out: left empty after cleaning, the form does what it says without it.
BLANK_IS_FINE = ("places", "mrn", "to")

PLANS: list[Field] = [
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
]  # fmt: skip
