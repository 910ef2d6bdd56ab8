"""Who is asked to accept a handoff, one after the other, until somebody does or the last resort is reached.

The step that runs is a row with its end. A job passes it on at that moment; a sweep each minute passes on what no job
has. Both call `pass_on`, which does nothing where somebody was quicker.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile

from django.db import transaction
from django.db.models import QuerySet
from procrastinate.contrib.django import app

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Site
from frontdesk.clinic.queries.hours import OpeningHours, opening_hours
from frontdesk.clinic.queries.roster import answering, may_answer, target_words
from frontdesk.daybook.facts import System
from frontdesk.daybook.record import record
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.engine import follow
from frontdesk.triage.engine.course import Next, OnDuty, gone_through, next_step
from frontdesk.triage.engine.shapes import Tree, TreeStep
from frontdesk.triage.facts import HandoffPassedOn, LastResortRaisedAgain, LastResortReached, RequestFact
from frontdesk.triage.models import EscalationStep, Handoff, Request, StepEnd
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.rules import CLINICAL
from frontdesk.work.models import Queue, Task
from frontdesk.work.models.task import TaskQuerySet

CLOCK = System("escalation clock")
AGAIN = timedelta(minutes=3)  # the last resort is raised anew so often until somebody accepts
NOBODY_ACCEPTED = "Everybody here who answers handoffs, and the manager: nobody has accepted"
_QUEUES = {"provider": Queue.PROVIDER, "on_call": Queue.PROVIDER, "obstetrics": Queue.OBSTETRICS}
_WHICH = {0: "", 1: "", 2: ", second", 3: ", third"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Course:
    """The tree of a handoff at one moment, and how far it has been gone through."""

    request: Request
    handoff: Handoff
    tree: Tree
    hours: OpeningHours
    now: datetime

    @property
    def is_open(self) -> bool:
        return self.hours.is_open(self.now)

    @property
    def steps(self) -> Sequence[TreeStep]:
        return self.tree.at(site_is_open=self.is_open)

    @property
    def script(self) -> str:
        return self.tree.script_at(site_is_open=self.is_open)

    def next(self, so_far: Iterable[EscalationStep]) -> Next:
        """What comes after the steps so far."""
        count = gone_through([self._is_of_this(one) for one in so_far])
        return next_step(self.steps, gone_through=count, on_duty=self._on_duty)

    def ahead(self, so_far: Iterable[EscalationStep]) -> Sequence[TreeStep]:
        """The steps of the tree that have not been come to yet, whoever is on duty then."""
        return self.steps[gone_through([self._is_of_this(one) for one in so_far]) :]

    def _is_of_this(self, one: EscalationStep) -> bool:
        """Was it a step of the tree that holds now, and not broken off?"""
        its = self.tree.at(site_is_open=self.hours.is_open(one.began_at))
        return bool(one.duty) and one.end != StepEnd.SUPERSEDED and its == self.steps

    def _on_duty(self, duty: str) -> list[OnDuty]:
        if duty == follow.ANYBODY:
            return [(user.pk, 1) for user in may_answer(self.request.site)]
        restricted = self.request.restricted
        rows = answering(self.request.site, duty, self.now, restricted=restricted)
        return [(row.user_id, row.rank) for row in rows]


def tree_of(target: str, *, request: Request, now: datetime) -> Tree:
    """Who is asked for a target: by the protocol in force for the request, else everybody who may accept."""
    protocol = in_force(now=now, request=request)
    return (protocol.tree(target) if protocol else None) or follow.plain_tree(target)


def course_of(handoff: Handoff, request: Request, now: datetime) -> Course:
    tree = tree_of(handoff.target, request=request, now=now)
    return Course(request, handoff, tree, opening_hours(request.site), now)


def begin(*, handoff: Handoff, request: Request, minutes: int, now: datetime) -> EscalationStep:
    """Ask the first for whom somebody is on duty, for `minutes` at most. Inside the offer's transaction.

    Sets the handoff's due time and saves it.
    """
    return _ask_next(course_of(handoff, request, now), at_most=timedelta(minutes=minutes))


def hasten(*, handoff: Handoff, request: Request, minutes: int, now: datetime) -> EscalationStep:
    """It is asked for again: what runs has no more than `minutes` left; where nothing runs, it begins anew.

    Inside the transaction that set the lane. Answers the step that runs now.
    """
    step = running(handoff)
    if step is None:
        return begin(handoff=handoff, request=request, minutes=minutes, now=now)
    due = now + timedelta(minutes=minutes)
    if step.due_at is not None and due < step.due_at:
        step.due_at = handoff.due_at = due
        step.save(update_fields=["due_at"])
        handoff.save(update_fields=["due_at"])
        _tasks_of(handoff).update(due_at=due)
        _wake_at(step)
    return step


def running(handoff: Handoff) -> EscalationStep | None:
    """The step that runs, if one does."""
    return handoff.steps.filter(ended_at=None).first()


def end(*, handoff: Handoff, how: StepEnd, now: datetime) -> None:
    """End the step that runs; no further one begins. Inside the transaction that accepted or lowered the lane."""
    handoff.steps.filter(ended_at=None).update(ended_at=now, end=how)


@transaction.atomic
def pass_on(*, handoff: Handoff, number: int, now: datetime) -> EscalationStep | None:
    """Pass a handoff on from step `number` to the next, if that step runs, is overdue and nobody has accepted.

    Safe to call at any time and by several at once: whoever comes second changes nothing. `number` 0 begins a
    handoff that never had a step. Answers the step that runs now, None where nothing was to be done.
    """
    request = locked(handoff.request)
    handoff = Handoff.objects.select_for_update(of=("self",)).get(pk=handoff.pk)
    step = running(handoff)
    if _is_over(request, handoff):
        end(handoff=handoff, how=StepEnd.SUPERSEDED, now=now)
        return None
    if (step.number if step else 0) != number or (step is None and handoff.steps.exists()):
        return None
    due = step.due_at if step else handoff.due_at
    if due is None or due > now:
        return None
    end(handoff=handoff, how=StepEnd.PASSED_ON, now=now)
    fresh = _ask_next(course_of(handoff, request, now))
    _show_in_queue(request, handoff, fresh, now)
    _record(request, step, fresh, now)
    return fresh


@transaction.atomic
def raise_again(*, handoff: Handoff, now: datetime) -> bool:
    """Raise a handoff anew that is at the last resort and that still nobody has accepted. Answers whether it was.

    Its new `due_at` changes the alert on every page, so that it is shown and read out again.
    """
    request = locked(handoff.request)
    handoff = Handoff.objects.select_for_update(of=("self",)).get(pk=handoff.pk)
    if _is_over(request, handoff):
        end(handoff=handoff, how=StepEnd.SUPERSEDED, now=now)
        return False
    if (
        handoff.last_resort_at is None
        or handoff.due_at > now
        or not handoff.steps.filter(ended_at=None, duty="").exists()
    ):
        return False
    handoff.due_at = now + AGAIN
    handoff.save(update_fields=["due_at"])
    waited = int((now - handoff.offered_at).total_seconds())
    fact = LastResortRaisedAgain(
        request_id=request.pk, patient_id=request.patient_id, handoff_id=handoff.pk, waited_seconds=waited
    )
    record(fact, by=CLOCK, now=now)
    return True


def sweep(*, now: datetime) -> int:
    """Pass on whatever is overdue and raise anew what is at the last resort. Answers how much was done.

    What fails is logged and does not keep the others waiting; the next sweep tries it again.
    """
    acts: list[Callable[[], object]] = [
        partial(pass_on, handoff=one.handoff, number=one.number, now=now) for one in _overdue(now)
    ]
    acts += [partial(pass_on, handoff=one, number=0, now=now) for one in _never_begun(now)]
    acts += [partial(raise_again, handoff=one, now=now) for one in _to_raise(now)]
    return sum(_done(act) for act in acts)


def _done(act: Callable[[], object]) -> bool:
    try:
        return bool(act())
    except Exception:  # noqa: BLE001  whatever it is, the others must not wait for it
        _log.exception("An overdue handoff could not be passed on; the next sweep tries again.")
        return False


def _overdue(now: datetime) -> Iterable[EscalationStep]:
    rows = EscalationStep.objects.filter(ended_at=None, due_at__lte=now, handoff__accepted_at=None)
    return rows.select_related("handoff__request").order_by("due_at", "pk")


def _waiting(now: datetime) -> QuerySet[Handoff]:
    lanes = [lane.value for lane in CLINICAL]
    rows = Handoff.objects.filter(accepted_at=None, directed_at=None, due_at__lte=now)
    rows = rows.filter(request__closed_at=None, request__lane__in=lanes)
    return rows.select_related("request").order_by("due_at", "pk")


def _never_begun(now: datetime) -> Iterable[Handoff]:
    """Handed over before there were steps."""
    return _waiting(now).filter(steps=None)


def _to_raise(now: datetime) -> Iterable[Handoff]:
    return _waiting(now).exclude(last_resort_at=None)


def _is_over(request: Request, handoff: Handoff) -> bool:
    """Is there nothing more to wait for: accepted, closed, or no clinical lane any more?"""
    return handoff.accepted_at is not None or not request.is_open or request.current_lane not in CLINICAL


def _ask_next(course: Course, at_most: timedelta | None = None) -> EscalationStep:
    """Write down the steps that are skipped, then ask; or turn to the last resort."""
    handoff, so_far = course.handoff, list(course.handoff.steps.order_by("number"))
    found, number = course.next(so_far), len(so_far) + 1
    for skipped in found.skipped:
        _write(course, number, skipped)
        number += 1
    if found.step is None:
        return _last_resort(course, number)
    step = _write(course, number, found.step, asked=found.asked, at_most=at_most)
    handoff.due_at = step.due_at or course.now
    handoff.last_resort_at = None
    handoff.save(update_fields=["due_at", "last_resort_at"])
    _wake_at(step)
    return step


def _write(
    course: Course,
    number: int,
    step: TreeStep,
    *,
    asked: Sequence[int] = (),
    at_most: timedelta | None = None,
) -> EscalationStep:
    clock = timedelta(minutes=step.minutes)
    clock = min(clock, at_most) if at_most is not None else clock
    row = EscalationStep.objects.create(
        handoff=course.handoff,
        number=number,
        duty=step.duty,
        words=step_words(step, course.request.site, asked),
        began_at=course.now,
        due_at=course.now + clock if asked else course.now,
        ended_at=None if asked else course.now,
        end="" if asked else StepEnd.NOBODY,
    )
    row.asked.set(asked)
    return row


def _last_resort(course: Course, number: int) -> EscalationStep:
    handoff, now = course.handoff, course.now
    handoff.last_resort_at, handoff.due_at = now, now + AGAIN
    handoff.save(update_fields=["last_resort_at", "due_at"])
    return EscalationStep.objects.create(
        handoff=handoff, number=number, duty="", words=NOBODY_ACCEPTED, script_key=course.script,
        began_at=now, due_at=None,
    )  # fmt: skip


def step_words(step: TreeStep, site: Site, asked: Sequence[int] = ()) -> str:
    """Whom a step asks, in words: “Triage nurse, second: Ines Okonkwo-Brandt, RN”. At most 200 characters."""
    if step.duty == follow.ANYBODY:
        return f"Everybody at {site.name} who answers handoffs"[:200]
    words = target_words(step.duty) + _WHICH.get(step.rank, f", number {step.rank}")
    people = User.objects.in_bulk(asked)
    names = "; ".join(people[pk].name for pk in asked)
    return f"{words}: {names}"[:200] if names else words


def _wake_at(step: EscalationStep) -> None:
    """A job at the end of the step, kept or lost with this transaction."""
    task = app.configure_task("triage.pass_on", schedule_at=step.due_at)
    task.defer(handoff_id=step.handoff_id, number=step.number)


def _tasks_of(handoff: Handoff) -> TaskQuerySet:
    return Task.objects.open().filter(about_kind="handoff", about_ref=handoff.pk)


def queue_for(target: str, step: EscalationStep, *, request: Request, now: datetime) -> Queue:
    """Where it is shown: in the queue of who is asked; a crisis stays in its own, which is restricted."""
    own = Queue(tree_of(target, request=request, now=now).queue)
    return own if own is Queue.CRISIS else _QUEUES.get(step.duty, own)


def next_step_words(step: EscalationStep) -> str:
    """What the queue says is to be done."""
    if not step.duty:
        return "Nobody has accepted: accept it now, or tell the caller"
    return f"Accept the handoff. Asked: {step.words}"[:200]


def _show_in_queue(request: Request, handoff: Handoff, step: EscalationStep, now: datetime) -> None:
    """The task goes along; at the last resort it is overdue from then on, so that it stands first everywhere."""
    queue = queue_for(handoff.target, step, request=request, now=now)
    _tasks_of(handoff).update(queue=queue, due_at=step.due_at or now, next_step=next_step_words(step))


def skipped_before(step: EscalationStep) -> list[str]:
    """The steps just before this one for which nobody was on duty, in words, the first one first."""
    earlier = step.handoff.steps.filter(number__lt=step.number).order_by("-number")
    found = list(takewhile(lambda one: one.end == StepEnd.NOBODY and one.began_at == step.began_at, earlier))
    return [one.words for one in reversed(found)]


def _record(request: Request, was: EscalationStep | None, step: EscalationStep, now: datetime) -> None:
    request_id, patient_id, skipped = request.pk, request.patient_id, skipped_before(step)
    fact: RequestFact
    if step.due_at is None:
        fact = LastResortReached(
            request_id=request_id,
            patient_id=patient_id,
            handoff_id=step.handoff_id,
            skipped=skipped,
            script=step.script_key,
        )
    else:
        fact = HandoffPassedOn(
            request_id=request_id,
            patient_id=patient_id,
            handoff_id=step.handoff_id,
            was=was.words if was else "",
            asked=step.words,
            skipped=skipped,
            due_at=step.due_at,
        )
    record(fact, by=CLOCK, now=now)
