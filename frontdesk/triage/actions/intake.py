"""Every message from outside, by whatever channel, becomes a request and is screened before anybody has it to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Site
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import clean, one_line
from frontdesk.people.models import Patient
from frontdesk.triage.actions import identity, words
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.facts import RequestOpened, WordsHeard
from frontdesk.triage.facts_intake import MessageReceived
from frontdesk.triage.models import Channel, Request, Utterance
from frontdesk.triage.rules import CLINICAL
from frontdesk.triage.topics import Topic, topic_of, topics
from frontdesk.work.actions.tasks import open_task
from frontdesk.work.models import Queue, Task

MOST = 50_000  # characters of one message
PART = 5_000  # characters that are kept as one piece
OLDEST = timedelta(days=31)
AHEAD = timedelta(minutes=5)  # by which another machine's clock may be wrong
CHANNELS = (Channel.VOICEMAIL, Channel.MESSAGE, Channel.EMAIL, Channel.SMS, Channel.PORTAL)
ANSWER_BY = {
    Channel.EMAIL: "Answer the e-mail",
    Channel.SMS: "Answer the text message",
    Channel.PORTAL: "Answer in the portal",
}


@dataclass(frozen=True)
class Sender:
    """Who a message says it is from, as it says so: nothing of it is proven."""

    name: str = ""
    birth_date: str = ""
    phone: str = ""
    email: str = ""


@transaction.atomic
def receive(
    *,
    channel: str,
    text: str,
    site: Site,
    by: Actor,
    now: datetime,
    sender: Sender | None = None,
    patient: Patient | None = None,
    contact_at: datetime | None = None,
    topic: str = "",
    outside_id: str = "",
) -> Request:
    """Take in one message: its words are stored as they came, screened, and then it waits where its lane says.

    In a clinical lane the screening itself offers it to a clinician. Anything else becomes a task: in the queue of
    its `topic` (given, or read in the words), else among the messages; where no protocol is in force a nurse reads
    it, since nothing goes into a routine queue unscreened. `by` is whoever took it down, or the machine; nobody has
    the request yet. `patient` is for a channel that knows its sender. `contact_at` is when they spoke or wrote.
    The same `outside_id` of a channel is taken in once: the request that it became is answered. Raises BadValue.
    """
    if isinstance(by, User):
        by.check_may(Permission.TAKE_REQUESTS)
    if (before := received_before(channel, outside_id)) is not None:
        return before
    kept = _checked(channel, text, contact_at, topic, now)
    try:
        with transaction.atomic():
            request = _open(channel, site, sender or Sender(), patient, contact_at, outside_id, by, now)
    except IntegrityError:  # the same message came twice at once, and the other was quicker
        if (before := received_before(channel, outside_id)) is None:
            raise
        return before
    found = topics().get(topic) or topic_of(kept)
    _write_down(request, found, by, now)
    _store(request, kept, by, now)
    if isinstance(by, User) and request.patient_id is None:
        identity.identify(request=request, by=by, now=now)
        request.refresh_from_db()
    _put_in_a_queue(request, found, by, now)
    return request


def received_before(channel: str, outside_id: str) -> Request | None:
    """The request that a message of another system became, if it was taken in before."""
    if not outside_id:
        return None
    return Request.objects.filter(channel=channel, outside_id=outside_id).select_related("site").first()


def _checked(channel: str, text: str, contact_at: datetime | None, topic: str, now: datetime) -> str:
    """The words, cleaned. Raises BadValue for what cannot be taken in."""
    if channel not in (*CHANNELS, Channel.PARTNER):
        raise BadValue("Choose how it came in.", field="channel")
    if topic and topic not in topics():
        raise BadValue("Choose one of the topics that are listed.", field="topic")
    if contact_at is not None and not now - OLDEST <= contact_at <= now + AHEAD:
        raise BadValue("When it came in: a time within the last 31 days.", field="contact_at")
    kept = clean(text, limit=MOST + 1)
    if not kept:
        raise BadValue("There are no words in it.", field="text")
    if len(kept) > MOST:
        raise BadValue(f"Too long: at most {MOST:,} characters.", field="text")
    return kept


def _open(
    channel: str,
    site: Site,
    sender: Sender,
    patient: Patient | None,
    contact_at: datetime | None,
    outside_id: str,
    by: Actor,
    now: datetime,
) -> Request:
    phone = one_line(sender.phone, limit=40)
    request = Request(
        site=site,
        channel=channel,
        opened_at=now,
        opened_by=by if isinstance(by, User) else None,
        contact_at=contact_at or now,
        lane_since=now,
        patient=patient,
        said_name=one_line(sender.name, limit=170),
        said_birth_date=one_line(sender.birth_date, limit=40),
        said_phone=phone,
        said_email=one_line(sender.email, limit=254),
        callback=phone,
        outside_id=one_line(outside_id, limit=120),
    )
    typed = ("said_name", "said_birth_date", "said_phone", "callback")
    request.recorded = {field: value for field in typed if (value := getattr(request, field))}
    request.save()
    return request


def _write_down(request: Request, topic: Topic | None, by: Actor, now: datetime) -> None:
    about = {"request_id": request.pk, "patient_id": request.patient_id}
    record(RequestOpened(**about, channel=request.channel, site=request.site.name), by=by, now=now)  # type: ignore[arg-type]
    fact = MessageReceived(
        request_id=request.pk,
        patient_id=request.patient_id,
        channel=request.channel,
        site=request.site.name,
        contact_at=request.contact_at or now,
        from_name=request.said_name,
        from_phone=request.said_phone,
        from_email=request.said_email,
        topic=topic.title if topic else "",
        outside_id=request.outside_id,
    )
    record(fact, by=by, now=now)


def _store(request: Request, text: str, by: Actor, now: datetime) -> None:
    """Store the words in pieces that fit, and screen all of them at once."""
    for start in range(0, len(text), PART):
        if not (piece := text[start : start + PART].strip()):
            continue
        utterance = Utterance.objects.create(
            request=request, text=piece, heard_at=now, heard_by=by if isinstance(by, User) else None
        )
        fact = WordsHeard(
            request_id=request.pk, patient_id=request.patient_id, utterance_id=utterance.pk, words=piece
        )
        record(fact, by=by, now=now)
    words.screen_again(request=request, now=now, stored=True)


def _put_in_a_queue(request: Request, topic: Topic | None, by: Actor, now: datetime) -> None:
    """One task for whoever answers it; none where the screening has put it before somebody already."""
    about = ("request", request.pk)
    if request.current_lane in CLINICAL or Task.objects.open().filter(
        about_kind=about[0], about_ref=about[1]
    ):
        return
    queue, category = _queue_of(request, topic)
    open_task(
        queue=queue,
        site=request.site,
        patient=request.patient,
        about=about,
        title=topic.title if topic else f"{request.get_channel_display()} to answer",
        next_step=_next_step(request, category),
        category=category,
        weight=max(request.rank, RANK[Lane.OPERATIONAL] if queue == Queue.RESULTS else 0),
        restricted=request.restricted,
        by=by,
        now=now,
    )


def _queue_of(request: Request, topic: Topic | None) -> tuple[Queue, str]:
    if not request.screenings.exists():
        return Queue.NURSE, "unscreened"
    if topic is not None:
        return topic.queue, topic.key
    return Queue.MESSAGES, request.channel


def _next_step(request: Request, category: str) -> str:
    if category == "unscreened":
        return "Read it: no protocol is in force, so nothing has screened it"
    channel = Channel(request.channel)
    if channel in ANSWER_BY:
        return ANSWER_BY[channel]
    return f"Call back: {request.callback}" if request.callback else "Call back: look for a number"
