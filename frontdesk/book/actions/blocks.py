"""Absences and other blocks: recorded whatever is booked, lifted; and kept time that is released by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission, Role
from frontdesk.book.actions.affected import finish_tasks, open_tasks
from frontdesk.book.actions.days import remake_days
from frontdesk.book.facts_time import BlockLifted, TimeBlocked, TimeReleased
from frontdesk.book.models import Appointment, Block, Release, Session
from frontdesk.book.queries.affected import hit_now, task_title
from frontdesk.book.rules_time import check_can_release
from frontdesk.clinic.choices import BlockKind
from frontdesk.clinic.models import Resource, Site, SlotClass
from frontdesk.daybook.record import record
from frontdesk.kit.clock import day_span, local_day
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import one_line
from frontdesk.work.models import Queue

LONGEST = timedelta(days=400)
FARTHEST = timedelta(days=1100)
WEEKS = 53


class BlockGone(Refused):
    """The block was lifted before."""

    code = "BLOCK_GONE"


class ReleasedBefore(Refused):
    """The time of that day is open to everybody already."""

    code = "RELEASED_BEFORE"


@dataclass(frozen=True)
class ReleaseRule:
    """When a block opens to everybody by itself, and which role may open it by hand."""

    days: int | None = None
    at: time | None = None
    by: str = ""


@dataclass(frozen=True)
class Blocked:
    """A block that was recorded, and the visits that stand in it."""

    block: Block
    hit: Sequence[Appointment]


@transaction.atomic
def block(
    *,
    resource: Resource,
    kind: str,
    start: datetime,
    end: datetime,
    slot_class: SlotClass | None = None,
    because: str = "",
    release: ReleaseRule = ReleaseRule(),
    by: User,
    now: datetime,
) -> Blocked:
    """Record that the resource is away within [start, end), or keep the time for a slot class.

    What is booked there never stands in the way: each visit becomes a task. Raises NotAllowed, BadValue.
    """
    by.check_may(Permission.RECORD_ABSENCES)
    _check_block(kind, start, end, release, now)
    made = Block.objects.create(
        resource=resource,
        kind=kind,
        slot_class=slot_class,
        start=start,
        end=end,
        because=one_line(because, limit=200),
        release_days=release.days,
        release_at=release.at,
        released_by=release.by,
        recorded_at=now,
        recorded_by=by,
    )
    _remake(made)
    hit = hit_now(made)
    open_tasks(visits=hit, title=task_title(made), queue=Queue.CONTACT, by=by, now=now)
    fact = TimeBlocked(
        block_id=made.pk,
        resource_id=resource.pk,
        block_kind=kind,
        slot_class=slot_class.code if slot_class else "",
        start=start,
        end=end,
        visits=[one.pk for one in hit],
    )
    record(fact, by=by, now=now, because=made.because)
    return Blocked(made, hit)


@transaction.atomic
def block_weekly(
    *,
    resource: Resource,
    kind: str,
    start: datetime,
    end: datetime,
    until: date,
    slot_class: SlotClass | None = None,
    because: str = "",
    release: ReleaseRule = ReleaseRule(),
    by: User,
    now: datetime,
) -> list[Blocked]:
    """The same block every week at the same local hours, up to the local day `until`; all of them or none.

    `start` carries the zone in which the hours are local. Raises as `block`, and BadValue for more than a year.
    """
    if until < start.date():
        raise BadValue("The last day of a weekly block comes before its first.", field="until")
    weeks = (until - start.date()).days // 7
    if weeks >= WEEKS:
        raise BadValue("A weekly block runs for a year at most.", field="until")
    if end - start > timedelta(days=7):
        raise BadValue("A block that repeats weekly lasts a week at most.", field="until")
    return [
        block(
            resource=resource,
            kind=kind,
            start=start + timedelta(weeks=week),  # keeps the local hour: the zone travels with it
            end=end + timedelta(weeks=week),
            slot_class=slot_class,
            because=because,
            release=release,
            by=by,
            now=now,
        )
        for week in range(weeks + 1)
    ]


@transaction.atomic
def lift(*, block: Block, because: str, by: User, now: datetime) -> Block:
    """Take a block back: its time is open again, and the tasks of visits that may stay are finished."""
    by.check_may(Permission.RECORD_ABSENCES)
    found = (
        Block.objects.select_for_update(of=("self",), no_key=True).select_related("resource").get(pk=block.pk)
    )
    if found.lifted_at is not None:
        raise BlockGone("This block was lifted already.")
    hit = hit_now(found)
    found.lifted_at, found.lifted_by = now, by
    found.lifted_because = one_line(because, limit=200)
    found.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
    _remake(found)
    finish_tasks(
        visits=[one for one in hit if not _hit_by_another(found, one)],
        title=task_title(found),
        outcome="The absence was lifted: the visit stays",
        by=by,
        now=now,
    )
    fact = BlockLifted(block_id=found.pk, resource_id=found.resource_id, start=found.start, end=found.end)
    record(fact, by=by, now=now, because=found.lifted_because)
    return found


@transaction.atomic
def release(
    *, kept: Session | Block, day: date, site: Site, because: str, by: User, now: datetime
) -> Release:
    """Open kept time of one local day to everybody, before its own release.

    Raises NotAllowed where it is not for `by` to say, ReleasedBefore, and BadValue where it keeps no time that day.
    """
    check_can_release(kept, by=by)
    _check_keeps(kept, day, site, now)
    which = {"session": kept} if isinstance(kept, Session) else {"block": kept}
    made, is_new = Release.objects.get_or_create(
        **which,
        day=day,
        defaults={
            "site": site,
            "because": one_line(because, limit=200),
            "released_at": now,
            "released_by": by,
        },
    )
    if not is_new:
        raise ReleasedBefore("This time is released already.")
    remake_days(resources=[kept.resource_id], first=day, last=day)
    fact = TimeReleased(
        session_id=made.session_id,
        block_id=made.block_id,
        resource_id=kept.resource_id,
        site_id=site.pk,
        day=day,
    )
    record(fact, by=by, now=now, because=made.because, approved_by=by)
    return made


def _check_block(kind: str, start: datetime, end: datetime, release: ReleaseRule, now: datetime) -> None:
    if kind not in BlockKind.values:
        raise BadValue("Choose why the time is taken.", field="kind")
    if end <= start:
        raise BadValue("The end comes before the beginning.", field="end")
    if end <= now:
        raise BadValue("This time has passed already.", field="end")
    if end - start > LONGEST:
        raise BadValue("A block lasts 400 days at most: record a longer one in parts.", field="end")
    if start - now > FARTHEST:
        raise BadValue("Choose a day within the next three years.", field="start")
    if (release.days is None) != (release.at is None):
        raise BadValue("A release is on a day and at a time: give both.", field="release_days")
    if release.by and release.by not in Role.values:
        raise BadValue("Choose a role that may release the time.", field="released_by")


def _check_keeps(kept: Session | Block, day: date, site: Site, now: datetime) -> None:
    if day < local_day(now, site.time_zone):
        raise BadValue("That day has passed.")
    if isinstance(kept, Session):
        keeps = bool(kept.block or kept.slot_class_id) and kept.site_id == site.pk and kept.held_on(day)
    else:
        start, end = day_span(day, site.time_zone)
        keeps = kept.lifted_at is None and kept.start < end and kept.end > start
    if not keeps:
        raise BadValue("No time is kept by this on that day.")


def _remake(block: Block) -> None:
    """Derive every local day anew that the block touches, whatever the zone."""
    remake_days(
        resources=[block.resource_id],
        first=block.start.date() - timedelta(days=1),
        last=block.end.date() + timedelta(days=1),
    )


def _hit_by_another(lifted: Block, visit: Appointment) -> bool:
    others = Block.objects.standing().between(visit.start, visit.end).exclude(pk=lifted.pk)
    return others.filter(resource=lifted.resource_id, slot_class=None).exists()
