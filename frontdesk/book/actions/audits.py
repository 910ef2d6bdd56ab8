"""The routine audit: one fact for each run, one task for each new finding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.engine.audit import PREFIX, Code, title_of
from frontdesk.book.facts_audit import AuditRun
from frontdesk.book.models import Appointment
from frontdesk.book.queries.audit import Audit, Mismatch, audit, in_open_conflicts
from frontdesk.clinic.models import Site
from frontdesk.daybook.record import Actor, record
from frontdesk.work.actions import tasks
from frontdesk.work.models import Queue, Task

MOST_TASKS = 200  # that one run opens; a rule that breaks for thousands of visits must not bury the desk
DECIDE_WITHIN = timedelta(days=1)
_ASKED = "move or cancel, and tell the patient"  # how the tasks of absences and closed days end
_WATCHED = {Code.OUTSIDE_OPEN, Code.KEPT_FOR_OTHERS}


@transaction.atomic
def run_audit(*, by: Actor, now: datetime) -> Audit:
    """Hold every visit ahead against the rules, record the sums, and open a task for each new finding.

    The soonest visits come first, MOST_TASKS tasks in one run; the next run opens the rest. A run that a person
    asks for also ends the tasks whose finding is gone. Raises NotAllowed.
    """
    if isinstance(by, User):
        by.check_may(Permission.SEE_REPORTS)
        by.check_may(Permission.BOOK)
    found = audit(now=now)
    known = _open_tasks()
    fresh = [one for one in _for_the_desk(found.mismatches) if (one.about, title_of(one.code)) not in known]
    _open(fresh[:MOST_TASKS], by, now)
    if isinstance(by, User):
        _end_gone(found.mismatches, known, by, now)
    fact = AuditRun(
        visits=found.visits,
        findings=found.counts,
        tasks=len(fresh[:MOST_TASKS]),
        waiting=len(fresh[MOST_TASKS:]),
    )
    record(fact, by=by, now=now)
    return found


Known = dict[tuple[tuple[str, int], str], int]


def _open_tasks() -> Known:
    rows = Task.objects.open().filter(queue=Queue.DESK, title__startswith=PREFIX)
    return {
        ((kind, ref), title): pk
        for pk, kind, ref, title in rows.values_list("pk", "about_kind", "about_ref", "title")
    }


def _for_the_desk(found: Sequence[Mismatch]) -> list[Mismatch]:
    """Without what somebody works on already: visits in an absence, on a closed day or in an open conflict."""
    asked = Task.objects.open().filter(about_kind="appointment", title__endswith=_ASKED)
    watched = set(asked.values_list("about_ref", flat=True)) | in_open_conflicts()
    unique: dict[tuple[tuple[str, int], Code], Mismatch] = {}
    for one in found:
        if one.code not in _WATCHED or one.about[1] not in watched:
            unique.setdefault((one.about, one.code), one)
    return list(unique.values())


def _open(found: Sequence[Mismatch], by: Actor, now: datetime) -> None:
    sites = Site.objects.in_bulk({one.site for one in found})
    visits = [one.about[1] for one in found if one.about[0] == "appointment"]
    patients = {
        one.pk: one.patient for one in Appointment.objects.filter(pk__in=visits).select_related("patient")
    }
    for one in found:
        site = sites[one.site]
        local = one.start.astimezone(site.zone)
        when = f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
        tasks.open_task(
            queue=Queue.DESK,
            site=site,
            about=one.about,
            title=title_of(one.code),
            next_step=f"{when}: {one.sentence}",
            due_at=min(now + DECIDE_WITHIN, max(one.start, now)),
            patient=patients.get(one.about[1]) if one.about[0] == "appointment" else None,
            by=by,
            now=now,
        )


def _end_gone(found: Sequence[Mismatch], known: Known, by: User, now: datetime) -> None:
    still = {(one.about, title_of(one.code)) for one in found}
    gone = [pk for key, pk in known.items() if key not in still]
    for task in Task.objects.open().filter(pk__in=gone).order_by("pk"):
        try:
            tasks.finish(task=task, outcome="The audit finds it no more", by=by, now=now)
        except tasks.TaskGone:
            continue
