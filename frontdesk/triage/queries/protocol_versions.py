"""How the versions of the clinic's protocols stand, and what each of them says."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.db.models import QuerySet

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Site
from frontdesk.kit.clock import day_span
from frontdesk.triage.engine.protocol import read_protocol
from frontdesk.triage.engine.shapes import Protocol as Rules
from frontdesk.triage.models import Protocol, Request
from frontdesk.triage.models.in_force import by_id, is_scoped, newest
from frontdesk.triage.models.scope import draft_mark

_KEPT = 6
_read: OrderedDict[str, Rules] = OrderedDict()


class Standing(Enum):
    """How a version stands at a moment."""

    WRITING = "Being written"
    WAITING = "Waits for approval"
    TO_COME = "Approved, not begun"
    IN_FORCE = "In force"
    REPLACED = "Replaced"
    ENDED = "Ended"
    WITHDRAWN = "Withdrawn"


def versions() -> QuerySet[Protocol]:
    """Every version, by name, the newest first, without its content."""
    rows = Protocol.objects.defer("content")
    rows = rows.select_related("site", "specialty", "drafted_by", "approved_by", "ended_by", "withdrawn_by")
    return rows.order_by("name", "-version")


def waiting() -> QuerySet[Protocol]:
    """The drafts that are handed in and wait for a clinician."""
    return versions().filter(handed_in_at__isnull=False, approved_at=None, withdrawn_at=None)


def in_force_ids(now: datetime) -> set[int]:
    """The versions that are read at `now`: the newest of each name, and of the general ones the first."""
    rows = newest(now)
    general = next((row for row in rows if not is_scoped(row)), None)
    return {row.pk for row in rows if is_scoped(row) or row == general}


def standing(row: Protocol, now: datetime, in_force: set[int]) -> Standing:
    """`in_force` is what `in_force_ids` answers at `now`."""
    if row.withdrawn_at is not None:
        return Standing.WITHDRAWN
    if row.approved_at is None or row.in_force_from is None:
        return Standing.WRITING if row.handed_in_at is None else Standing.WAITING
    if row.ended_at is not None and row.ended_at <= now:
        return Standing.ENDED
    if row.in_force_from > now:
        return Standing.TO_COME
    return Standing.IN_FORCE if row.pk in in_force else Standing.REPLACED


def rules_of(row: Protocol) -> Rules:
    """What a version says. A draft may still be without rules; it is read again only where it was changed."""
    if row.approved_at is not None:
        return by_id(row.pk).rules
    key = f"{row.pk} {draft_mark(row)}"
    if key in _read:
        _read.move_to_end(key)
        return _read[key]
    _read[key] = read_protocol(row.content, unfinished=True)
    while len(_read) > _KEPT:
        _read.popitem(last=False)
    return _read[key]


def beside(row: Protocol, now: datetime) -> Protocol | None:
    """What holds now in the place of this version: the one of its name, or the general one for a general one."""
    rows = [one for one in newest(now) if one.pk != row.pk]
    same = next((one for one in rows if one.name == row.name), None)
    if same is not None or is_scoped(row):
        return same
    return next((one for one in rows if not is_scoped(one)), None)


def general_content(now: datetime) -> dict[str, Any]:
    """The content of the general protocol in force; empty where there is none."""
    general = next((row for row in newest(now) if not is_scoped(row)), None)
    content: dict[str, Any] = Protocol.objects.get(pk=general.pk).content if general is not None else {}
    return content


def requests_of(first: date, last: date, user: User) -> QuerySet[Request]:
    """The requests opened on these days of the clinic that the user may see, with words, the latest first."""
    site = Site.objects.order_by("pk").first()
    zone = site.time_zone if site else "UTC"
    begins, ends = day_span(first, zone)[0], day_span(last, zone)[1]
    found = Request.objects.visible_to(user).filter(opened_at__gte=begins, opened_at__lt=ends)
    return found.filter(utterances__isnull=False).distinct().order_by("-pk")
