"""One of each thing of time that an address can name, and the forms that change them, as a browser sends them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from frontdesk.book.actions import blocks, templates
from frontdesk.book.models import Block, Session, Template
from frontdesk.clinic.actions import closures
from frontdesk.clinic.models import Closure, SlotClass
from tests.factories.time import slot_class, week
from tests.universe import NOW, TODAY, Universe, at

LATER = TODAY + timedelta(days=7)


@dataclass(frozen=True)
class TimeScene:
    """Carol's draft for Dr. Demir waits; he is away one afternoon, and keeps an hour once."""

    version: Template
    absence: Block
    kept: Session
    closure: Closure
    slot_class: SlotClass
    kept_block: Block


def time_scene(cast: Universe) -> TimeScene:
    who, site, day = cast.dr_yusuf, cast.main, LATER
    kept_for = slot_class("nurses-urgent", "Same-day urgent", cast.same_day)
    version = templates.draft(
        resource=who, site=site, rows=week("09:00", "16:00"), because="School hours", holds_from=LATER,
        by=cast.carol, now=NOW,
    )  # fmt: skip
    absence = blocks.block(
        resource=who,
        kind="sick",
        start=at(13, day=day),
        end=at(17, day=day),
        because="Flu",
        by=cast.alice,
        now=NOW,
    ).block
    closed = closures.close(
        site=site, day=day + timedelta(days=20), name="Inventory", holiday=False, by=cast.dan, now=NOW
    )
    # A session of a day beyond those that are open, so that no other test finds its hour.
    beyond = day + timedelta(days=14)
    kept = Session.objects.create(
        resource=who, site=site, weekday=beyond.weekday(), starts="14:00", ends="15:00", valid_from=beyond,
        valid_until=beyond, slot_class=kept_for,
    )  # fmt: skip
    kept_block = blocks.block(
        resource=who, kind="other", start=at(8, day=beyond), end=at(10, day=beyond), slot_class=kept_for,
        by=cast.alice, now=NOW,
    ).block  # fmt: skip
    return TimeScene(version, absence, kept, closed, kept_for, kept_block)


def week_form(**changes: str) -> dict[str, str]:
    """A week of one line, Monday mornings, and one line that keeps an hour of it."""
    return {
        "do": "save", "because": "Mornings suit better.", "holds_from": LATER.isoformat(),
        "line0-weekdays": "0", "line0-starts": "08:00", "line0-ends": "12:00", "line0-use": "open:",
        "line0-rhythm": "1/0", "line0-capacity": "", "line0-align": "", "line0-release_days": "",
        "line0-release_at": "", "line0-released_by": "",
        "line1-weekdays": "0", "line1-starts": "09:00", "line1-ends": "10:00", "line1-use": "class:urgent",
        "line1-rhythm": "2/1", "line1-capacity": "2", "line1-align": "20", "line1-release_days": "1",
        "line1-release_at": "12:00", "line1-released_by": "nurse", **changes,
    }  # fmt: skip


def absence_form(**changes: str) -> dict[str, str]:
    return {
        "do": "record", "who": "Dr. Carol Calden", "kind": "sick", "from_day": LATER.isoformat(), "from_time": "",
        "to_day": "", "to_time": "", "because": "Flu", "weekly_until": "", "slot_class": "", "release_days": "",
        "release_at": "", "released_by": "", **changes,
    }  # fmt: skip


def release_form(scene: TimeScene, **changes: str) -> dict[str, str]:
    day = scene.kept.valid_from.isoformat()
    return {"site": "main", "day": day, "because": "Quiet day", **changes}


def closure_form(**changes: str) -> dict[str, str]:
    return {"do": "day", "day": (LATER + timedelta(days=3)).isoformat(), "name": "Storm", **changes}
