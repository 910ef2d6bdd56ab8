"""The forms of a booked visit."""

from __future__ import annotations

from tests.desk.absurd.field import Field
from tests.desk.support import Scene
from tests.universe import LAST_OPEN, Universe


def _a_visit(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.visit.pk,)


def _its_calendar_link(scene: Scene, cast: Universe) -> tuple[int | str, ...]:
    return (scene.feeds.link.pk,)


def _nothing(scene: Scene, cast: Universe) -> dict[str, str]:
    return {}


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


VISITS: list[Field] = [
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
    Field("desk:visit-calendar-link", "back", _a_visit, _nothing, kept=True),
    Field("desk:visit-calendar-revoke", "back", _its_calendar_link, _nothing, kept=True),
    Field("desk:visit-waive", "link", _a_visit, lambda scene, cast: {"because": "Paid in cash"}),
    *(Field("desk:visit-waive", name, _a_visit, _waiver, kept=True) for name in ("because", "back")),
    *(Field("desk:visit-may-move", name, _a_visit, _may_move) for name in ("moves", "version")),
    *(Field("desk:visit-may-move", name, _a_visit, _may_move, kept=True) for name in ("because", "back")),
]  # fmt: skip
