"""What the machine does by itself: every automatic action, who answers for it, and where it is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from django.urls import reverse

from frontdesk.clinic.queries.machine import last_word
from frontdesk.clinic.switches import Switch
from frontdesk.daybook.models import Entry

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Automatic:
    """One automatic action. `actors` are the names under which the daybook has it; `jobs` what runs it.

    `approved` says who answers for what it does; `change` is the name of the page on which that is changed, and
    `off` how it is switched off, or why it cannot be.
    """

    name: str
    does: str
    when: str
    actors: tuple[str, ...]
    jobs: tuple[str, ...]
    approved: str
    change: str
    off: str
    switch: Switch | None = None


AUTOMATIC = (
    Automatic(
        "Screens the caller’s words",
        "Holds the protocol in force against what is typed or received. It raises a lane and opens a handoff; it never "
        "lowers one and never says that something is safe.",
        "As words are typed, stored or received",
        ("screener",),
        (),
        "A clinician, by name, approves each version of the protocol",
        "desk:protocol",
        "A protocol is ended by a clinician. Without one in force nothing is screened.",
    ),
    Automatic(
        "Passes on what nobody has accepted",
        "Asks the next step of the escalation tree when the clock of one has run out, up to the last resort.",
        "At the end of each step, and once a minute",
        ("escalation clock",),
        ("triage.pass_on", "triage.sweep_handoffs"),
        "A clinician, with the protocol: the trees are part of it",
        "desk:protocol",
        "Cannot be switched off: a request that nobody accepts must never be silent. The steps and minutes are set in "
        "the protocol.",
    ),
    Automatic(
        "Takes in messages",
        "Opens a request for each message that another system hands over. A person takes it and answers.",
        "When a message is received",
        ("message intake",),
        (),
        "The manager, who says who answers for the queue",
        "desk:settings-queues",
        "Nothing is received unless the administrator runs the command that hands messages over.",
    ),
    Automatic(
        "Brings overdue work forward",
        "Puts a task that is overdue before whoever answers for its queue. It does not do the task.",
        "Once a minute",
        ("work clock",),
        ("work.escalate_overdue",),
        "The manager, who sets the due times and who answers",
        "desk:settings-queues",
        "When off, overdue work stays where it is, marked as overdue. Minutes and names are set for each queue.",
        Switch.OVERDUE,
    ),
    Automatic(
        "Ends holds",
        "Gives held time back when its time is over, and closes what another system asked for with it. Nothing is booked "
        "and nothing moved.",
        "Once a minute",
        ("hold sweeper",),
        ("book.sweep_holds", "triage.close_forgotten"),
        "Whoever placed the hold saw until when it holds",
        "",
        "Cannot be switched off: a hold that never ended would keep time from everybody.",
    ),
    Automatic(
        "Sends messages",
        "Hands a message to the mail server that follows from what a person did: booked, moved, cancelled. It goes only "
        "to a channel to which the patient agreed; where there is none, a person gets a task.",
        "After a person has booked, moved or cancelled",
        ("message sender",),
        ("outreach.send_message",),
        "The texts of the message library are approved by name",
        "",
        "When off, every message becomes a task: a person tells the patient.",
        Switch.MESSAGES,
    ),
    Automatic(
        "Opens the days ahead",
        "Works out the open time of the days that come within reach, from the approved templates.",
        "Every night",
        ("day opener",),
        ("book.open_next_days",),
        "Somebody approves each template",
        "desk:time",
        "A template is ended on its own page; then its days are not opened any more.",
    ),
    Automatic(
        "Looks for what does not agree",
        "Holds every visit ahead, and the templates, against the rules, and looks for double bookings. It opens tasks; "
        "it moves nothing.",
        "Every night; conflicts every five minutes",
        ("routine audit", "conflict detector", "template audit"),
        ("book.audit_visits", "book.detect_conflicts", "book.audit_templates"),
        "The manager, who works through what is found",
        "desk:audit",
        "When off, nobody is told of what does not agree, unless somebody runs the audit.",
        Switch.AUDITS,
    ),
    Automatic(
        "Puts approved settings in force",
        "A change of a setting that two people have signed begins to hold on its day.",
        "Every hour",
        ("settings clerk",),
        ("clinic.apply_drafts",),
        "Two people sign each change",
        "desk:settings-drafts",
        "A change is withdrawn before its day.",
    ),
    Automatic(
        "Tries a draft protocol over past requests",
        "Says what a draft would have changed. No request is touched.",
        "When somebody asks for it",
        ("backtest",),
        ("triage.backtest",),
        "Whoever asks for it",
        "desk:protocol",
        "It runs only when it is asked for.",
    ),
    Automatic(
        "Does what an administrator’s command says",
        "Sets up the clinic, takes in patients, past visits and protocols from files, loads the demo. A protocol that is "
        "taken in is a draft until a clinician approves it.",
        "When an administrator runs the command on the server",
        ("set-up", "frontdesk import", "protocol import", "demo loader"),
        (),
        "The administrator who runs it",
        "",
        "It runs only when somebody runs it.",
    ),
    Automatic(
        "Lets connected systems in",
        "Gives a token of five minutes to a system that has proved with its key who it is, for no more than it was "
        "registered for.",
        "Each time a system asks",
        ("token door",),
        (),
        "Whoever registered the system",
        "desk:settings-systems",
        "A system is ended on its page.",
    ),
    Automatic(
        "Tells connected systems of changes",
        "Sends what a system asked to be told of, as far as it may see it, and tries again for a day. After that it stops "
        "and a person gets a task.",
        "When a visit changes or time becomes free; tried again once a minute",
        ("notices",),
        ("partners.wake", "partners.deliver", "partners.sweep_subscriptions", "partners.tidy_notices"),
        "Whoever registered the system",
        "desk:settings-systems",
        "What a system is told is ended on its page.",
    ),
    Automatic(
        "Shows open time and calendars to others",
        "Publishes the open time of visit types that the clinic publishes, takes in what somebody asks for on the page of a "
        "time, and answers calendar programs at a secret address. It books nothing.",
        "Each time somebody asks",
        ("open time page", "calendar reader"),
        (),
        "Two people sign what is published; whoever made a calendar address answers for it",
        "desk:settings-visit-types",
        "A visit type is no longer published, or a calendar address is taken back.",
    ),
    Automatic(
        "Throws away what has run out",
        "Tokens of connected systems and proofs that were used, once they are no good any more. No visit and no patient "
        "is touched.",
        "Twice an hour",
        ("token sweeper",),
        ("partners.sweep_tokens",),
        "The administrator who runs the worker",
        "",
        "Cannot be switched off: it keeps the tables small.",
    ),
    Automatic(
        "Does again what was cut off",
        "A job whose worker fell silent is put back; every job is safe to run twice.",
        "Once a minute",
        (),
        ("config.retry_stalled",),
        "The administrator who runs the worker",
        "",
        "Cannot be switched off: otherwise a restart would lose work.",
    ),
)


@dataclass(frozen=True)
class ShownAct:
    """An automatic action with the moment at which the daybook has it last."""

    act: Automatic
    last: datetime | None
    url: str
    on: bool = True
    word: Entry | None = None


def machine_page(*, now: datetime) -> Sequence[ShownAct]:
    """Every automatic action, with the last time within a week; a page that is linked asks for its own permission."""
    names = [name for act in AUTOMATIC for name in act.actors]
    week = Entry.objects.filter(at__gte=now - WEEK, actor=None, actor_name__in=names)
    seen = week.values_list("actor_name")
    last = dict(seen.annotate(last=Max("at")))
    return [_shown(act, last) for act in AUTOMATIC]


def _shown(act: Automatic, last: Mapping[str, datetime]) -> ShownAct:
    word = last_word(act.switch) if act.switch else None
    return ShownAct(
        act,
        max((last[name] for name in act.actors if name in last), default=None),
        reverse(act.change) if act.change else "",
        on=word is None or bool(word.facts["on"]),
        word=word,
    )
