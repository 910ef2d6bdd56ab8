"""A task for each new disagreement in the time that is about to be booked."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.book.queries.template_audit import audit
from frontdesk.clinic.models import Site
from frontdesk.daybook.record import Actor
from frontdesk.work.actions.tasks import open_task
from frontdesk.work.models import Queue, Task

ABOUT = "finding"


@transaction.atomic
def open_findings(*, by: Actor, now: datetime) -> int:
    """Open a task for each finding that never had one; each opening is a fact. Answers how many were opened."""
    found = {one.ref: one for one in audit(sites=list(Site.objects.all()), now=now)}
    told = set(Task.objects.filter(about_kind=ABOUT, about_ref__in=found).values_list("about_ref", flat=True))
    for ref, one in found.items():
        if ref not in told:
            open_task(
                queue=Queue.DESK,
                site=one.site,
                about=(ABOUT, ref),
                title=one.sentence,
                next_step="Look at Settings, Time, Discrepancies",
                due_at=now + timedelta(days=1),
                by=by,
                now=now,
            )
    return len(found.keys() - told)
