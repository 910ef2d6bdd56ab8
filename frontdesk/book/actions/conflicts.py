"""A resource that is wanted twice: reported or detected, escalated as a task, resolved visit by visit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import once
from frontdesk.book.actions.days import remake_days
from frontdesk.book.actions.moves import Move, move, wanted_of
from frontdesk.book.actions.wanted import Wanted, wanted_from
from frontdesk.book.facts_audit import ConflictFound, ConflictResolved
from frontdesk.book.facts_time import TimeBlocked
from frontdesk.book.models import Appointment, Block, Conflict
from frontdesk.book.queries.conflicts import (
    Stand,
    hits_of,
    standing_in_blocks,
    standing_on_closed_days,
    still_in_it,
    weight_of,
)
from frontdesk.book.queries.find import Option
from frontdesk.book.queries.outside import visits_of
from frontdesk.book.queries.resolve import candidates
from frontdesk.clinic.choices import BlockKind, ResourceKind
from frontdesk.clinic.models import Interpreter, Resource, Room, Site
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import one_line
from frontdesk.work.actions import tasks
from frontdesk.work.models import Queue, Task

ABOUT = "conflict"
LONGEST = timedelta(days=31)
FARTHEST = timedelta(days=366)
DECIDE_WITHIN = timedelta(hours=4)
CAUSES = {"block": "recorded as away", "closure": "the site is closed that day"}
_ASKED = "move or cancel, and tell the patient"  # how the tasks of absences and closed days end


class ConflictOver(Refused):
    """Somebody has resolved it."""

    code = "CONFLICT_OVER"


@transaction.atomic
def report(
    *,
    resource: Resource,
    start: datetime,
    end: datetime,
    cause: str,
    close: bool,
    by: User,
    now: datetime,
) -> Conflict:
    """Record that something outside the book takes the resource within [start, end). It is never refused for
    what is booked there; those visits become the conflict's. `close` also takes the time out of the book.

    Raises NotAllowed or BadValue.
    """
    by.check_may(Permission.RECORD_ABSENCES)
    _check(start, end, cause, now)
    cause = one_line(cause, limit=200)
    hit = [one.visit for one in visits_of([resource.pk], start, end) if one.visit.end > now]
    if close:
        _close(resource, start, end, cause, by, now)
    return _open(resource, resource.site, (start, end), "outside", cause, hit, by, now)


@transaction.atomic
def detect(*, by: Actor, now: datetime) -> list[Conflict]:
    """Open a conflict for visits that stand in a block of their resource or on a closed day, once each.

    A provider's own absence and a closed day have their tasks already: only visits whose task is gone while the
    visit still stands there are taken up again.
    """
    found = [*standing_in_blocks(now), *standing_on_closed_days(now)]
    if not found:
        return []
    # Two detectors at once would each open the same conflict.
    list(
        Resource.objects.select_for_update(no_key=True)
        .filter(pk__in={one.resource for one in found})
        .order_by("pk")
    )
    return [_from_group(group, by, now) for group in _groups(found)]


def reassign(
    *,
    conflict: Conflict,
    visit: Appointment,
    instead: Resource,
    version: int,
    key: str,
    by: User,
    now: datetime,
) -> Appointment:
    """Give the visit another room, machine or interpreter at its own time: the patient is not moved.

    `version` is that of the visit as it was shown. Raises ConflictOver, BadValue where `instead` is none for the
    visit, and what a move raises.
    """
    if instead.pk not in {one.pk for one in candidates(conflict.resource, visit)}:
        raise BadValue(f"{instead.name} is not one for this visit.", field="instead")
    return _settle(conflict, visit, _with(visit, conflict.resource, instead), version, key, by, now)


def move_to(
    *, conflict: Conflict, visit: Appointment, option: Option, version: int, key: str, by: User, now: datetime
) -> Appointment:
    """Give the visit another time. Raises ConflictOver, and what a move raises."""
    return _settle(conflict, visit, wanted_from(option, visit.visit_type), version, key, by, now)


@transaction.atomic
def resolve(*, conflict: Conflict, words: str, by: User, now: datetime) -> Conflict:
    """Say how it was resolved. Visits that still stand there stay where they are.

    Raises NotAllowed, BadValue without words, or ConflictOver.
    """
    by.check_may(Permission.BOOK)
    if len(words.strip()) < 3:
        raise BadValue("Say how it was resolved.", field="words")
    return _resolve(_lock(conflict), one_line(words, limit=300), by, now)


def _settle(
    conflict: Conflict, visit: Appointment, to: Wanted, version: int, key: str, by: User, now: datetime
) -> Appointment:
    by.check_may(Permission.BOOK)
    if (same := once.done_before(key=key, what="move", by=by)) is not None:
        return Appointment.objects.get(pk=same)
    with transaction.atomic():
        if Conflict.objects.get(pk=conflict.pk).resolved_at is not None:
            raise ConflictOver("This conflict is resolved already.")
        moved = move(
            visit=visit,
            to=to,
            move=Move(
                why=_why(conflict),
                note=conflict.cause,
                approved_by=by if by.may(Permission.APPROVE_MOVES) else None,
            ),
            version=version,
            key=key,
            by=by,
            now=now,
        )
        locked = _lock(conflict)
        if not still_in_it(locked, list(locked.visits.values_list("pk", flat=True))):
            _resolve(locked, "Every visit has another place or time.", by, now)
    return moved


def _why(conflict: Conflict) -> str:
    """The reason of engine/why.py with which its visits move."""
    if conflict.source == "closure":
        return "site-closed"
    kinds = {
        ResourceKind.ROOM: "room-or-machine",
        ResourceKind.EQUIPMENT: "room-or-machine",
        ResourceKind.PROVIDER: "provider-away",
    }
    return kinds.get(ResourceKind(conflict.resource.kind), "double-booked")


def _with(visit: Appointment, old: Resource, new: Resource) -> Wanted:
    """What the visit takes now, with one resource in the place of another."""
    wanted = wanted_of(visit)
    if wanted.room is not None and wanted.room.pk == old.pk:
        return replace(wanted, room=Room.objects.get(pk=new.pk))
    if wanted.interpreter is not None and wanted.interpreter.pk == old.pk:
        return replace(wanted, interpreter=Interpreter.objects.get(pk=new.pk))
    return replace(wanted, others=tuple(new.pk if one == old.pk else one for one in wanted.others))


def _lock(conflict: Conflict) -> Conflict:
    rows = Conflict.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("resource", "site").get(pk=conflict.pk)


def _resolve(conflict: Conflict, words: str, by: User, now: datetime) -> Conflict:
    if conflict.resolved_at is not None:
        raise ConflictOver("This conflict is resolved already.")
    visits = list(conflict.visits.order_by("pk").values_list("pk", flat=True))
    left = sorted(still_in_it(conflict, visits))
    conflict.resolved_at, conflict.resolved_by, conflict.resolution = now, by, words
    conflict.save(update_fields=["resolved_at", "resolved_by", "resolution"])
    fact = ConflictResolved(
        conflict_id=conflict.pk,
        resource_id=conflict.resource_id,
        source=conflict.source,
        resolution=words,
        moved=[pk for pk in visits if pk not in left],
        left=left,
    )
    record(fact, by=by, now=now, because=conflict.cause)
    tasks.finish_about(about=(ABOUT, conflict.pk), outcome=words[:200], by=by, now=now)
    return conflict


def _check(start: datetime, end: datetime, cause: str, now: datetime) -> None:
    if end <= start:
        raise BadValue("The end comes before the beginning.", field="end")
    if end <= now:
        raise BadValue("This time has passed already.", field="end")
    if end - start > LONGEST:
        raise BadValue("31 days at most: record a longer absence instead.", field="end")
    if start - now > FARTHEST:
        raise BadValue("Choose a day within the next year.", field="start")
    if len(cause.strip()) < 3:
        raise BadValue("Say what takes it.", field="cause")


def _close(resource: Resource, start: datetime, end: datetime, cause: str, by: User, now: datetime) -> None:
    """Take the time out of the book. Unlike a recorded absence it opens no task of its own: the conflict has one."""
    rooms = (ResourceKind.ROOM, ResourceKind.EQUIPMENT)
    kind = BlockKind.OUT_OF_ORDER if resource.kind in rooms else BlockKind.OTHER
    made = Block.objects.create(
        resource=resource, kind=kind, start=start, end=end, because=cause, recorded_at=now, recorded_by=by
    )
    day = timedelta(days=1)
    remake_days(resources=[resource.pk], first=start.date() - day, last=end.date() + day)
    fact = TimeBlocked(
        block_id=made.pk,
        resource_id=resource.pk,
        block_kind=kind,
        slot_class="",
        start=start,
        end=end,
        visits=[],
    )
    record(fact, by=by, now=now, because=cause)


def _open(
    resource: Resource,
    site: Site,
    span: tuple[datetime, datetime],
    source: str,
    cause: str,
    visits: Sequence[Appointment],
    by: Actor,
    now: datetime,
) -> Conflict:
    made = Conflict.objects.create(
        resource=resource, site=site, start=span[0], end=span[1], source=source, cause=cause, found_at=now
    )
    made.visits.set(visits)
    fact = ConflictFound(
        conflict_id=made.pk,
        resource_id=resource.pk,
        site_id=site.pk,
        resource=resource.name,
        start=made.start,
        end=made.end,
        source=source,
        visits=sorted(one.pk for one in visits),
    )
    record(fact, by=by, now=now, because=cause)
    _escalate(made, visits, by, now)
    return made


def _escalate(conflict: Conflict, visits: Sequence[Appointment], by: Actor, now: datetime) -> Task:
    found = hits_of(visits)
    first = min((one.visit.start for one in found), default=conflict.start)
    local = first.astimezone(conflict.site.zone)
    many = "1 visit" if len(found) == 1 else f"{len(found)} visits"
    return tasks.open_task(
        queue=Queue.DESK,
        site=conflict.site,
        about=(ABOUT, conflict.pk),
        title=f"{conflict.resource.name} is wanted twice, {local:%a} {local.day} {local:%b}, {local:%H:%M}: {many}",
        next_step=f"Accept or change what is proposed. {conflict.cause}",
        weight=weight_of(found),
        due_at=now + min(DECIDE_WITHIN, max(first - now, timedelta()) / 2),
        by=by,
        now=now,
    )


Group = tuple[tuple[str, str, int, int], list[Appointment]]


def _groups(found: Sequence[Stand]) -> list[Group]:
    """By cause, resource and site: the visits about which nothing is known since the cause came up."""
    visits = Appointment.objects.select_related("site", "visit_type", "provider").in_bulk(
        {one.visit for one in found}
    )
    known = Conflict.objects.filter(visits__in=visits).values_list("resource_id", "visits", "found_at")
    latest: dict[tuple[int, int], datetime] = {}
    for resource, visit, at in known:
        latest[resource, visit] = max(at, latest.get((resource, visit), at))
    asked = _asked_for(list(visits))
    groups: dict[tuple[str, str, int, int], list[Appointment]] = defaultdict(list)
    for one in found:
        told = latest.get((one.resource, one.visit))
        booked = visits[one.visit]
        of_the_provider = one.resource == booked.provider_id
        if (told is not None and told >= one.since) or (of_the_provider and one.visit in asked):
            continue
        group = groups[one.source, one.ref, one.resource, booked.site_id]
        if booked not in group:
            group.append(booked)
    return list(groups.items())


def _asked_for(visits: Sequence[int]) -> set[int]:
    """Visits with an open task that asks for them to be moved."""
    rows = Task.objects.open().filter(about_kind="appointment", about_ref__in=visits, title__endswith=_ASKED)
    return set(rows.values_list("about_ref", flat=True))


def _from_group(group: Group, by: Actor, now: datetime) -> Conflict:
    (source, ref, resource, _), visits = group
    span = min(one.start for one in visits), max(one.end for one in visits)
    cause = CAUSES[source]
    if source == "block":
        block = Block.objects.get(pk=int(ref.partition(" ")[2]))
        span = block.start, block.end
        cause = block.because or f"{block.get_kind_display()}, {cause}"
    found = Resource.objects.get(pk=resource)
    return _open(found, visits[0].site, span, source, cause[:200], visits, by, now)
