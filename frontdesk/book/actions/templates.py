"""Versions of a resource's week: drafted by one person, approved by another, and in force from a day on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions.affected import open_tasks
from frontdesk.book.actions.days import remake_days
from frontdesk.book.engine.template import Row, check_rows, differences, ordered
from frontdesk.book.facts_time import TemplateApproved, TemplateDrafted, TemplateWithdrawn
from frontdesk.book.models import Release, Session, Template
from frontdesk.book.queries.templates import (
    last_approved,
    rows_in,
    rows_on,
    sessions_of,
    usable_words,
    words,
)
from frontdesk.book.queries.what_if import what_if
from frontdesk.clinic.models import Resource, Site
from frontdesk.daybook.record import record
from frontdesk.kit.clock import local_day
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.work.models import Queue

FARTHEST = timedelta(days=730)


class TemplateGone(Refused):
    """The draft was approved or withdrawn before."""

    code = "TEMPLATE_GONE"


class TemplateOld(Refused):
    """Another version was approved after the draft was made."""

    code = "TEMPLATE_OLD"


@transaction.atomic
def draft(
    *,
    resource: Resource,
    site: Site,
    rows: Iterable[Row],
    because: str,
    holds_from: date,
    by: User,
    now: datetime,
) -> Template:
    """A new version of the resource's week at the site, to hold from a local day. Raises BadValue, NotAllowed."""
    by.check_may(Permission.DRAFT_SETTINGS)
    Resource.objects.select_for_update(no_key=True).get(pk=resource.pk)  # one number at a time
    used = Template.objects.filter(resource=resource, site=site).aggregate(most=Max("number"))["most"]
    made = Template(resource=resource, site=site, number=(used or 0) + 1)
    return _write(made, rows, because, holds_from, by, now)


@transaction.atomic
def change_draft(
    *, template: Template, rows: Iterable[Row], because: str, holds_from: date, by: User, now: datetime
) -> Template:
    """Say something else in a draft; whoever does is its author. Raises TemplateGone, BadValue, NotAllowed."""
    by.check_may(Permission.DRAFT_SETTINGS)
    return _write(_waiting(template), rows, because, holds_from, by, now)


@transaction.atomic
def withdraw(*, template: Template, by: User, now: datetime) -> Template:
    """Give a draft up. Raises TemplateGone where it no longer waits."""
    by.check_may(Permission.DRAFT_SETTINGS)
    found = _waiting(template)
    found.withdrawn_at, found.withdrawn_by = now, by
    found.save(update_fields=["withdrawn_at", "withdrawn_by"])
    fact = TemplateWithdrawn(
        template_id=found.pk, resource_id=found.resource_id, site_id=found.site_id, number=found.number
    )
    record(fact, by=by, now=now)
    return found


@transaction.atomic
def approve(*, template: Template, by: User, now: datetime) -> Template:
    """Let a draft hold from its day on: its sessions, its days, and a task for each visit that falls outside.

    Raises NotAllowed where `by` wrote it, TemplateGone, TemplateOld where another version was approved since, and
    BadValue where its day has passed or a row no longer says something that is there.
    """
    by.check_may(Permission.APPROVE_SETTINGS)
    found = _waiting(template)
    _check_approval(found, by, now)
    effect = what_if(found, now=now)
    found.approved_at, found.approved_by = now, by
    found.save(update_fields=["approved_at", "approved_by"])
    _put_in_force(found)
    open_tasks(
        visits=[one.visit for one in effect.outside],
        title=f"Outside the new template of {found.resource.name}: move it or let it stand",
        queue=Queue.DESK,
        by=by,
        now=now,
    )
    fact = TemplateApproved(
        template_id=found.pk,
        resource_id=found.resource_id,
        site_id=found.site_id,
        number=found.number,
        holds_from=found.holds_from,
        differences=[f"{one.how}: {one.sentence}" for one in effect.differences],
        outside=[one.visit.pk for one in effect.outside],
    )
    record(fact, by=by, now=now, because=found.because, approved_by=by)
    return found


def _write(
    made: Template, rows: Iterable[Row], because: str, holds_from: date, by: User, now: datetime
) -> Template:
    chosen = ordered(rows)
    check_rows(chosen, usable_words())
    _check_day(made.site, holds_from, now)
    _check_zone(made.resource, made.site)
    made.rows = [row.as_json() for row in chosen]
    made.because, made.holds_from = one_line(because, limit=300), holds_from
    made.drafted_at, made.drafted_by = now, by
    made.save()
    changes = differences(rows_on(made.resource, made.site, holds_from), chosen, words())
    fact = TemplateDrafted(
        template_id=made.pk,
        resource_id=made.resource_id,
        site_id=made.site_id,
        number=made.number,
        holds_from=holds_from,
        differences=[f"{one.how}: {one.sentence}" for one in changes],
    )
    record(fact, by=by, now=now, because=made.because)
    return made


def _waiting(template: Template) -> Template:
    """The draft, locked. Raises TemplateGone where it was approved or withdrawn."""
    Resource.objects.select_for_update(no_key=True).get(pk=template.resource_id)
    found = Template.objects.select_related("resource", "site", "drafted_by").get(pk=template.pk)
    if found.approved_at is not None:
        raise TemplateGone("This version has been approved already.")
    if found.withdrawn_at is not None:
        raise TemplateGone("This draft was withdrawn.")
    return found


def _check_approval(found: Template, by: User, now: datetime) -> None:
    if found.drafted_by == by:
        raise NotAllowed("Somebody else must approve what you drafted.")
    newest = last_approved(found.resource, found.site)
    if newest is not None and newest.approved_at is not None and newest.approved_at > found.drafted_at:
        raise TemplateOld(
            f"Version {newest.number} was approved after this draft was made: save the draft again, then approve it."
        )
    _check_day(found.site, found.holds_from, now)
    check_rows(rows_in(found), usable_words())


def _check_day(site: Site, holds_from: date, now: datetime) -> None:
    today = local_day(now, site.time_zone)
    if holds_from < today:
        raise BadValue("Choose a day from today on: what has passed cannot change.", field="holds_from")
    if holds_from - today > FARTHEST:
        raise BadValue("Choose a day within the next two years.", field="holds_from")


def _check_zone(resource: Resource, site: Site) -> None:
    """All sites of a resource lie in one time zone (docs/locking.md)."""
    elsewhere = Site.objects.filter(sessions__resource=resource).exclude(time_zone=site.time_zone).first()
    if elsewhere is not None:
        raise BadValue(f"{resource.name} works at {elsewhere.name}, which is in another time zone.")


def _put_in_force(template: Template) -> None:
    """End what held before on the day before, make the new sessions, and remake the days from there on."""
    resource, site, first = template.resource, template.site, template.holds_from
    before = Session.objects.filter(resource=resource, site=site).exclude(valid_until__lt=first)
    ended = list(before)
    before.filter(valid_from__lt=first).update(valid_until=first - timedelta(days=1))
    for one in before.filter(valid_from__gte=first):
        # It never came to hold. The row stays, since releases and earlier decisions name it.
        one.valid_until = one.valid_from - timedelta(days=1)
        one.save(update_fields=["valid_until"])
    made = sessions_of(rows_in(template), resource=resource, site=site, valid_from=first, template=template)
    Session.objects.bulk_create(made)
    _carry_releases(ended, made, first)
    remake_days(resources=[resource.pk], first=first, last=first + FARTHEST)  # up to what is kept open


def _carry_releases(ended: Sequence[Session], made: Sequence[Session], first: date) -> None:
    """Time that somebody has opened to everybody stays open where the new week keeps the same time."""
    released = Release.objects.filter(session__in=ended, day__gte=first).select_related("session")
    Release.objects.bulk_create(
        Release(
            session=new, site=one.site, day=one.day, because=one.because,
            released_at=one.released_at, released_by=one.released_by,
        )
        for one in released
        for new in made
        if one.session is not None and new.held_on(one.day) and _keeps_same(one.session, new)
    )  # fmt: skip


def _keeps_same(old: Session, new: Session) -> bool:
    same = (old.slot_class_id, old.block) == (new.slot_class_id, new.block)
    return same and old.starts < new.ends and new.starts < old.ends
