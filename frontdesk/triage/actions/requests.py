"""Opening, parking and closing a request, and saving what is typed into it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Site
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import clean, one_line
from frontdesk.triage.actions import walk_ins, words
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.facts import (
    ClosingRefused,
    DetailsTaken,
    RequestClosed,
    RequestOpened,
    RequestParked,
    RequestResumed,
)
from frontdesk.triage.models import Channel, Kind, Outcome, Request, SafeToTalk, ToldHow
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.rules import RecordIncomplete, asked_for, check_can_close, check_open, check_same_matter
from frontdesk.work.actions.tasks import finish_about, open_task
from frontdesk.work.models import Queue

# Fields that save as they are typed, with the most characters each may hold.
TYPED: dict[str, int] = {
    "said_name": 170,
    "said_birth_date": 40,
    "said_phone": 40,
    "said_mrn": 40,
    "caller_name": 170,
    "callback": 40,
    "told": 2000,
}
CHOSEN: dict[str, list[str]] = {
    "caller": ["patient", "other"],
    "safe": SafeToTalk.values,
    "kind": Kind.values,
    "channel": Channel.values,
    "told_how": ToldHow.values,
}
PRESSED_TWICE = timedelta(seconds=3)
TRY_WITHIN = timedelta(hours=4)  # somebody who was not reached is tried again


@transaction.atomic
def open_request(*, site: Site, by: User, now: datetime, channel: str = Channel.PHONE) -> Request:
    """Begin a request. An untouched one of the same person is taken up again instead."""
    by.check_may(Permission.TAKE_REQUESTS)
    if channel not in Channel.values:
        raise BadValue("Choose how the request came in.", field="channel")
    if (unused := _untouched(by, site, channel, now)) is not None:
        return unused
    request = Request.objects.create(
        site=site, channel=channel, opened_at=now, opened_by=by, taken_by=by, lane_since=now
    )
    record(RequestOpened(request_id=request.pk, channel=channel, site=site.name), by=by, now=now)
    return request


@transaction.atomic
def save_field(
    *, request: Request, field: str, value: str, by: User, now: datetime, settled: bool = False
) -> Request:
    """Keep one field as it is typed. `settled` when the field was left: then the daybook has it too.

    Raises BadValue for a field or a choice that does not exist, RequestIsClosed, NotAllowed. Text longer
    than its field is refused, not cut.
    """
    by.check_may(Permission.TAKE_REQUESTS)
    request = locked(request)
    check_open(request)
    if field.removeprefix("answer_") in _answers(request, now) and field.startswith("answer_"):
        request.answers[field.removeprefix("answer_")] = _fits(one_line(value, limit=301), 300, field)
        request.save(update_fields=["answers"])
    elif field in TYPED:
        tidy = clean if field == "told" else one_line
        _store(request, field, _fits(tidy(value, limit=TYPED[field] + 1), TYPED[field], field))
        _stamp_told(request, now)
    elif field in CHOSEN:
        _choose(request, field, value)
        _stamp_told(request, now)
    else:
        raise BadValue("There is no such field in a request.", field=field)
    _after(request, field, by, now)
    if settled or field in CHOSEN:
        settle(request=request, by=by, now=now)
    return request


def settle(*, request: Request, by: User, now: datetime) -> None:
    """Write down what changed in the form since it was last written down. Inside the caller's transaction."""
    current: dict[str, object] = {field: getattr(request, field) for field in (*TYPED, *CHOSEN)}
    current |= {f"answer_{key}": value for key, value in request.answers.items()}
    changed = {key: value for key, value in current.items() if request.recorded.get(key, "") != value}
    changed.pop("channel", None)
    if not changed:
        return
    request.recorded = {**request.recorded, **changed}
    request.save(update_fields=["recorded"])
    fact = DetailsTaken(request_id=request.pk, patient_id=request.patient_id, details=changed)
    record(fact, by=by, now=now)


@transaction.atomic
def park(*, request: Request, by: User, now: datetime) -> Request:
    """Set a call aside; it stands in the strip until it is opened again."""
    by.check_may(Permission.TAKE_REQUESTS)
    request = locked(request)
    check_open(request)
    settle(request=request, by=by, now=now)
    if request.parked_at is None:
        request.parked_at, request.parked_by = now, by
        request.save(update_fields=["parked_at", "parked_by"])
        record(RequestParked(request_id=request.pk, patient_id=request.patient_id), by=by, now=now)
    return request


@transaction.atomic
def resume(*, request: Request, by: User, now: datetime) -> Request:
    """Take a parked or a lost call up again; whoever does so has it from now on."""
    by.check_may(Permission.TAKE_REQUESTS)
    request = locked(request)
    check_open(request)
    if request.dropped_at is not None:
        finish_about(
            about=("request", request.pk), outcome="Call taken up again", category="dropped", by=by, now=now
        )
    if request.parked_at or request.dropped_at or request.taken_by_id != by.pk:
        request.parked_at = request.parked_by = request.dropped_at = request.dropped_by = None
        request.taken_by = by
        request.save(update_fields=["parked_at", "parked_by", "dropped_at", "dropped_by", "taken_by"])
        record(RequestResumed(request_id=request.pk, patient_id=request.patient_id), by=by, now=now)
    return request


def close(
    *, request: Request, outcome: str, by: User, now: datetime, same_as: Request | None = None
) -> Request:
    """End a request. Raises RecordIncomplete while what its lane demands is missing: then that is written down too.

    One that is the same matter as another names the one that goes on, `same_as`; raises BadValue without it.
    """
    by.check_may(Permission.TAKE_REQUESTS)
    with transaction.atomic():  # stays, whatever becomes of the closing: words may raise the lane
        request = locked(request)
        check_open(request)
        if request.draft_words.strip():
            request = words.add(request=request, text=request.draft_words, by=by, now=now)
        settle(request=request, by=by, now=now)
    try:
        with transaction.atomic():
            return _close(locked(request), outcome, same_as, by, now)
    except RecordIncomplete as refusal:
        if refusal.lacks and outcome in Outcome.values:  # less than that is no try to close
            _write_down_lacks(request, refusal, by, now)
        raise


def _close(request: Request, outcome: str, same_as: Request | None, by: User, now: datetime) -> Request:
    request.same_as = _goes_on(request, outcome, same_as)
    check_can_close(request, outcome, in_force(now=now, request=request), now=now)
    request.closed_at, request.closed_by, request.outcome = now, by, outcome
    request.told_at = request.told_at or now  # what was booked was told on the call
    request.save(update_fields=["closed_at", "closed_by", "outcome", "told_at", "same_as"])
    ended = Outcome(outcome).label
    fact = RequestClosed(
        request_id=request.pk,
        patient_id=request.patient_id,
        outcome=ended,
        told=request.told,
        told_how=str(ToldHow(request.told_how).label) if request.told_how else "",
        lane=request.lane,
        same_as=request.same_as.pk if request.same_as else None,
    )
    record(fact, by=by, now=now)
    finish_about(about=("request", request.pk), outcome=f"Request closed: {ended}", by=by, now=now)
    if request.told_how == ToldHow.NOT_REACHED:
        _go_on_trying(request, by, now)
    return request


def _goes_on(request: Request, outcome: str, same_as: Request | None) -> Request | None:
    """The request that goes on, where this one ends as the same matter."""
    if outcome != Outcome.DUPLICATE:
        return None
    if same_as is None:
        raise BadValue("Say which request it is the same as: that one goes on.", field="same_as")
    into = Request.objects.get(pk=same_as.pk)
    check_same_matter(request, into)
    return into


def _write_down_lacks(request: Request, refusal: RecordIncomplete, by: User, now: datetime) -> None:
    """What was missing when somebody tried to close; the same again is not written twice."""
    keys = [item.key for item in refusal.lacks]
    last = Entry.objects.about("request", request.pk).filter(kind=ClosingRefused.kind()).last()
    if last is not None and last.facts["missing"] == keys:
        return
    fact = ClosingRefused(
        request_id=request.pk,
        patient_id=request.patient_id,
        site_id=request.site_id,
        lane=request.lane,
        missing=keys,
        words=[item.lack for item in refusal.lacks],
    )
    with transaction.atomic():
        record(fact, by=by, now=now)


def _go_on_trying(request: Request, by: User, now: datetime) -> None:
    """The caller was not reached: somebody goes on trying, also after the request is closed."""
    open_task(
        queue=Queue.CONTACT,
        site=request.site,
        patient=request.patient,
        about=("request", request.pk),
        title="Tell the caller how it goes on",
        next_step=f"Call {request.callback}",
        due_at=now + TRY_WITHIN,
        weight=request.rank,
        restricted=request.restricted,
        by=by,
        now=now,
    )


def _untouched(by: User, site: Site, channel: str, now: datetime) -> Request | None:
    """People who walk in one after the other are several: of theirs, only a button pressed twice is the same."""
    blank = dict.fromkeys((*TYPED, "caller", "safe", "kind", "draft_words"), "")
    mine = Request.objects.open().filter(taken_by=by, patient=None, answers={}, parked_at=None, **blank)
    if channel == Channel.WALK_IN:
        mine = mine.filter(opened_at__gt=now - PRESSED_TWICE)
    return mine.filter(utterances=None, site=site, channel=channel).first()


def _answers(request: Request, now: datetime) -> set[str]:
    """The answers that may be typed: what the rule in force asks for, and what was answered before."""
    return set(asked_for(request, in_force(now=now, request=request))) | set(request.answers)


def _store(request: Request, field: str, value: str) -> None:
    setattr(request, field, value)
    request.save(update_fields=[field])


def _choose(request: Request, field: str, value: str) -> None:
    if value not in CHOSEN[field]:
        raise BadValue("Choose one of the answers on the page.", field=field)
    _store(request, field, value)


def _stamp_told(request: Request, now: datetime) -> None:
    """When it was first written down that the caller was told, or how."""
    if request.told_at is None and (request.told.strip() or request.told_how):
        request.told_at = now
        request.save(update_fields=["told_at"])


def _fits(value: str, limit: int, field: str) -> str:
    if len(value) > limit:
        raise BadValue(f"Too long: at most {limit} characters fit here. Nothing was changed.", field=field)
    return value


def _after(request: Request, field: str, by: User, now: datetime) -> None:
    from frontdesk.triage.actions import identity

    if field in ("told", "told_how"):
        _stamp_told(request, now)
    if field in identity.IDENTIFIERS:
        identity.identify(request=request, by=by, now=now)
    if field == "channel" and request.channel == Channel.WALK_IN:
        walk_ins.arrive(request=request, by=by, now=now)
    if field == "kind" or field.startswith("answer_"):
        words.screen_again(request=request, now=now)
