"""The versions of a resource's week at a site, and the sessions that they make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import QuerySet

from frontdesk.accounts.permissions import DESK_ROLES, Role
from frontdesk.book.engine.template import ANCHOR, Row, Words, ordered, read_rows
from frontdesk.book.models import Session, Template
from frontdesk.clinic.choices import BlockKind
from frontdesk.clinic.models import Resource, Site, SlotClass


def words() -> Words:
    """The names of everything that a row may say, also of slot classes that are no longer used."""
    return Words(
        dict(BlockKind.choices), dict(SlotClass.objects.values_list("code", "name")), dict(Role.choices)
    )


def usable_words() -> Words:
    """What a new row may say: slot classes that are active."""
    active = SlotClass.objects.filter(active=True).values_list("code", "name")
    roles = {role.value: role.label for role in DESK_ROLES}
    return Words(dict(BlockKind.choices), dict(active), roles)


def versions(resource: Resource, site: Site) -> QuerySet[Template]:
    """All versions of the week, newest number first."""
    people = ("drafted_by", "approved_by", "withdrawn_by")
    return Template.objects.filter(resource=resource, site=site).select_related(*people)


def last_approved(resource: Resource, site: Site) -> Template | None:
    """The version that was approved last, whether it holds already or not."""
    return versions(resource, site).filter(approved_at__isnull=False).order_by("-approved_at", "-pk").first()


def draft_of(resource: Resource, site: Site) -> Template | None:
    """The newest draft that waits for approval."""
    return versions(resource, site).filter(approved_at=None, withdrawn_at=None).first()


def sessions_on(resource: Resource, site: Site, day: date) -> list[Session]:
    """The sessions that are valid on a local day, of all weekdays and weeks."""
    found = Session.objects.filter(resource=resource, site=site, valid_from__lte=day).exclude(
        valid_until__lt=day
    )
    return list(found.select_related("slot_class").order_by("weekday", "starts", "pk"))


def rows_on(resource: Resource, site: Site, day: date) -> list[Row]:
    """The week as it is on a local day, in the shape of a template."""
    return rows_of(sessions_on(resource, site, day))


def rows_of(sessions: Iterable[Session]) -> list[Row]:
    """Sessions as rows; their weeks are counted anew from the anchor that all templates share."""
    return ordered(
        Row(
            weekday=one.weekday,
            starts=one.starts,
            ends=one.ends,
            cycle=one.cycle,
            week=_week_from_anchor(one),
            block=one.block,
            slot_class=one.slot_class.code if one.slot_class else "",
            capacity=one.capacity,
            align=one.align,
            release_days=one.release_days,
            release_at=one.release_at,
            released_by=one.released_by,
        )
        for one in sessions
    )


def _week_from_anchor(session: Session) -> int:
    first = session.cycle_from or session.valid_from
    return (session.week + (first - ANCHOR).days // 7) % session.cycle


def sessions_of(
    rows: Sequence[Row],
    *,
    resource: Resource,
    site: Site,
    valid_from: date,
    template: Template | None = None,
) -> list[Session]:
    """The rows as sessions that hold from a local day on, not saved."""
    classes = {one.code: one for one in SlotClass.objects.all()}
    return [
        Session(
            resource_id=resource.pk,
            site_id=site.pk,
            template=template,
            weekday=row.weekday,
            starts=row.starts,
            ends=row.ends,
            valid_from=valid_from,
            cycle=row.cycle,
            week=row.week,
            cycle_from=ANCHOR if row.cycle > 1 else None,
            slot_class=classes[row.slot_class] if row.slot_class else None,
            block=row.block,
            capacity=row.capacity,
            align=row.align,
            release_days=row.release_days,
            release_at=row.release_at,
            released_by=row.released_by,
        )
        for row in rows
    ]


def rows_in(template: Template) -> list[Row]:
    """The rows of a version. Raises BadValue where they cannot be read."""
    return read_rows(template.rows)
