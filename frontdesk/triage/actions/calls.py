"""Calls that nobody has yet, that are cut off, and that are the same matter as another."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.triage.actions import requests, words
from frontdesk.triage.actions.lanes import WITHOUT_A_RULE
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.facts import WordsHeard
from frontdesk.triage.facts_intake import RequestDropped, RequestMerged, RequestTaken
from frontdesk.triage.models import Outcome, Request, Utterance
from frontdesk.triage.rules import CLINICAL, check_open, check_same_matter
from frontdesk.work.actions.tasks import claim, finish_about, open_task
from frontdesk.work.models import Queue, Task
from frontdesk.work.queries.due import due_at

DROPPED = "dropped"  # the category of the task that calls back


class TakenBefore(Refused):
    code = "REQUEST_TAKEN"


@transaction.atomic
def take(*, request: Request, by: User, now: datetime) -> Request:
    """Take a request that waits for anybody, with the tasks about it that nobody has.

    Raises TakenBefore with the name of whoever was first, and NotAllowed where its queue is not one of `by`'s role.
    """
    by.check_may(Permission.TAKE_REQUESTS)
    request = locked(request)
    check_open(request)
    if request.taken_by == by:
        return request
    if request.taken_by is not None:
        raise TakenBefore(f"{request.taken_by.name} has taken this request already.")
    request.taken_by = by
    request.save(update_fields=["taken_by"])
    for task in Task.objects.open().filter(about_kind="request", about_ref=request.pk, owner=None):
        claim(task=task, by=by, now=now)
    waited = int((now - request.opened_at).total_seconds())
    fact = RequestTaken(request_id=request.pk, patient_id=request.patient_id, waited_seconds=waited)
    record(fact, by=by, now=now)
    return request


@transaction.atomic
def drop(*, request: Request, by: User, now: datetime) -> Request:
    """The line was lost: somebody must call back, within minutes. Taking the call up again ends it.

    In a clinical lane the clock is not longer than the lane's own. What was typed stays as it is.
    """
    by.check_may(Permission.TAKE_REQUESTS)
    request = locked(request)
    check_open(request)
    if request.dropped_at is not None:
        return request
    requests.settle(request=request, by=by, now=now)
    request.dropped_at, request.dropped_by = now, by
    request.save(update_fields=["dropped_at", "dropped_by"])
    due, number = _call_back_by(request, now), request.callback or request.said_phone
    open_task(
        queue=Queue.CALLBACK,
        site=request.site,
        patient=request.patient,
        about=("request", request.pk),
        title="The line was lost",
        next_step=f"Call back: {number}" if number else "Call back: look for a number, none was given",
        category=DROPPED,
        due_at=due,
        weight=request.rank,
        restricted=request.restricted,
        by=by,
        now=now,
    )
    fact = RequestDropped(request_id=request.pk, patient_id=request.patient_id, callback=number, due_at=due)
    record(fact, by=by, now=now)
    return request


@transaction.atomic
def merge(*, request: Request, into: Request, by: User, now: datetime) -> Request:
    """End a request as the duplicate of another open one, which gets its words and is screened with them.

    Answers with `into`. Raises Refused for a request in a clinical lane, which ends with its own record, and for two
    of different patients or places.
    """
    by.check_may(Permission.TAKE_REQUESTS)
    if request.pk == into.pk:
        raise BadValue("Choose another request than this one.", field="into")
    first, second = (locked(one) for one in sorted((request, into), key=lambda one: one.pk))
    request, into = (first, second) if first.pk == request.pk else (second, first)
    _check_same(request, into)
    if request.draft_words.strip():
        request = words.add(request=request, text=request.draft_words, by=by, now=now)
        _check_same(request, into)
    requests.settle(request=request, by=by, now=now)
    _carry_words(request, into, by, now)
    _end_tasks(request, into, by, now)
    request.closed_at, request.closed_by, request.outcome = now, by, Outcome.DUPLICATE
    request.same_as = into
    request.save(update_fields=["closed_at", "closed_by", "outcome", "same_as"])
    record(RequestMerged(request_id=request.pk, patient_id=request.patient_id, into=into.pk), by=by, now=now)
    return into


def end_as_same(*, request: Request, into: Request, by: User, now: datetime) -> Request:
    """End a request as the same matter as another open one of its place and patient. Answers with the one that goes on.

    In a clinical lane it ends with its own record, which must be whole; else the other one gets its words. Raises
    RecordIncomplete, Refused, BadValue.
    """
    if request.current_lane not in CLINICAL:
        return merge(request=request, into=into, by=by, now=now)
    requests.close(request=request, outcome=Outcome.DUPLICATE, same_as=into, by=by, now=now)
    return into


def _call_back_by(request: Request, now: datetime) -> datetime:
    due = due_at(Queue.CALLBACK, DROPPED, request.site, now)
    most = WITHOUT_A_RULE.get(request.current_lane)
    return min(due, now + timedelta(minutes=most)) if most else due


def _check_same(request: Request, into: Request) -> None:
    check_same_matter(request, into)
    if request.current_lane in CLINICAL:
        raise Refused(
            f"This request is in the {request.lane} lane: it ends with its own record.",
            code="REQUEST_CLINICAL",
        )


def _carry_words(request: Request, into: Request, by: User, now: datetime) -> None:
    """Whoever goes on reads everything that was said; together the words may meet what neither met alone."""
    for one in request.utterances.all():
        copy = Utterance.objects.create(
            request=into, text=one.text, heard_at=one.heard_at, heard_by=one.heard_by
        )
        fact = WordsHeard(
            request_id=into.pk, patient_id=into.patient_id, utterance_id=copy.pk, words=copy.text
        )
        record(fact, by=by, now=now)
    if request.utterances.exists():
        words.screen_again(request=into, now=now, stored=True)


def _end_tasks(request: Request, into: Request, by: User, now: datetime) -> None:
    open_ones = Task.objects.open().filter(about_kind="request")
    kept = {task.queue: task for task in open_ones.filter(about_ref=into.pk).order_by("-pk")}
    for task in open_ones.filter(about_ref=request.pk):
        if task.queue in kept:
            Task.objects.filter(pk=task.pk).update(same_as=kept[task.queue])
        else:
            Task.objects.filter(pk=task.pk).update(about_ref=into.pk, patient=into.patient or task.patient)
    finish_about(about=("request", request.pk), outcome="Merged into another request", by=by, now=now)
