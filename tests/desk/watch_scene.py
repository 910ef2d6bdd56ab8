"""Extra visits and a conflict for tests of the doors, and the forms that they take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from frontdesk.book.actions import conflicts
from frontdesk.book.models import Appointment, Conflict, OverbookRule
from frontdesk.clinic.models import Room
from tests.factories.overbooking import drafted
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at


@dataclass(frozen=True)
class WatchScene:
    """A rule that Dr. Carol has not signed yet; water in a room in which `visit` stands."""

    rule: OverbookRule
    conflict: Conflict
    visit: Appointment


def watch_scene(cast: Universe) -> WatchScene:
    """The visit is Wei's, on the last open day at nine."""
    start = at(9, day=LAST_OPEN)
    visit = cast.book(start, request=cast.ready(cast.newcomer("Wanda", "Watch")), wanted=cast.wanted(start))
    conflict = conflicts.report(
        resource=Room.objects.get(pk=visit.room_id or 0), start=start, end=start + timedelta(hours=1),
        cause="Water comes in", close=True, by=cast.alice, now=NOW,
    )  # fmt: skip
    return WatchScene(drafted(cast), conflict, visit)


def rule_form(cast: Universe, **changes: str) -> dict[str, str]:
    return {
        "provider": str(cast.dr_carol.pk), "starts": "13:00", "ends": "16:00", "cap": "1", "because": "Flu season",
        "valid_from": TODAY.isoformat(), "valid_until": LAST_OPEN.isoformat(), "weekdays": "1",
        "visit_types": str(cast.follow_up.pk), **changes,
    }  # fmt: skip


def conflict_form(cast: Universe, **changes: str) -> dict[str, str]:
    return {
        "resource": str(cast.exam_2.pk), "day": LAST_OPEN.isoformat(), "starts": "13:00", "ends": "14:00",
        "cause": "Used for training", "close": "on", **changes,
    }  # fmt: skip


def acceptance(watch: WatchScene, cast: Universe, **changes: str) -> dict[str, str]:
    return {
        "visit": str(watch.visit.pk), "version": str(watch.visit.version), "instead": str(cast.exam_2.pk), **changes,
    }  # fmt: skip
