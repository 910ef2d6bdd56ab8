"""The whole trail of a request, in order: what was said, decided, offered and sent, by whom and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from frontdesk.book.models import AppointmentStatus
from frontdesk.daybook.models import Entry
from frontdesk.triage.documentation import label
from frontdesk.triage.models import Kind, Request, SafeToTalk, ToldHow
from frontdesk.triage.queries.trail_counter import COUNTER_WORDS
from frontdesk.work.models import Queue

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One entry in words."""

    seq: int
    at: datetime
    who: str
    what: str
    details: tuple[str, ...] = ()
    why: str = ""
    rule_version: str = ""
    approved_by: str = ""
    alternatives: tuple[str, ...] = ()
    digest: str = ""
    quotes: tuple[str, ...] = field(default=())


def trail(request: Request) -> list[Line]:
    """Every daybook entry about the request, oldest first."""
    entries = Entry.objects.about("request", request.pk).select_related("link", "approved_by")
    return [line_of(entry) for entry in entries]


def line_of(entry: Entry) -> Line:
    """One entry in words."""
    say = WORDS.get(entry.kind, _plainly)
    what, details, quotes = say(entry.facts)
    link = getattr(entry, "link", None)
    return Line(
        seq=link.seq if link else 0,
        at=entry.at,
        who=entry.actor_name,
        what=what,
        details=tuple(details),
        quotes=tuple(quotes),
        why=entry.reason,
        rule_version=entry.rule_version,
        approved_by=entry.approved_by.name if entry.approved_by else "",
        alternatives=tuple(one.get("words", "") for one in entry.alternatives),
        digest=bytes(link.digest).hex()[:12] if link else "",
    )


Said = tuple[str, list[str], list[str]]


def _local(moment: str) -> datetime:
    """In the zone of the page (the request's site); the view has activated it."""
    return timezone.localtime(datetime.fromisoformat(moment))


def day_words(day: str) -> str:
    """A local day of a fact, in words."""
    return f"{date.fromisoformat(day):%a %d %b %Y}"


def _plainly(facts: Facts) -> Said:
    return (
        "Noted",
        [f"{key}: {value}" for key, value in facts.items() if not key.endswith("_id") and value],
        [],
    )


def _opened(facts: Facts) -> Said:
    return f"Request opened at {facts['site']}", [f"Channel: {facts['channel']}"], []


CHOSEN: Mapping[str, Mapping[str, str]] = {
    "kind": {value: str(words) for value, words in Kind.choices},
    "safe": {value: str(words) for value, words in SafeToTalk.choices},
    "told_how": {value: str(words) for value, words in ToldHow.choices},
    "caller": {"patient": "The patient", "other": "Someone else"},
}


def _details(facts: Facts) -> Said:
    names = {
        "said_name": "Name", "said_birth_date": "Birth date", "said_phone": "Phone", "said_mrn": "Record number",
        "caller": "Caller", "caller_name": "Caller’s name", "callback": "Callback", "safe": "Safe to continue",
        "kind": "Kind", "told": "The caller was told", "told_how": "Told how",
    }  # fmt: skip
    rows = []
    for key, value in facts["details"].items():
        name = names.get(key) or label(key.removeprefix("answer_"))
        rows.append(f"{name}: {CHOSEN.get(key, {}).get(value, value) or 'taken out'}")
    return "Details taken", rows, []


def _matched(facts: Facts) -> Said:
    return f"Patient identified: record {facts['mrn']}", [f"Agreed on {facts['on']}"], []


def _unmatched(_: Facts) -> Said:
    return "The identifiers no longer agree with the record", [], []


def _heard(facts: Facts) -> Said:
    return "Words stored as spoken", [], [facts["words"]]


def _screened(facts: Facts) -> Said:
    rules = [
        f"Rule {one['rule']}, {one['title']} ({one['lane']}): {_quoted(one['words'])}"
        for one in facts["matches"]
    ]
    return f"Words screened: {facts['lane']}", rules or ["No rule was met"], [facts["text"]]


def _quoted(words: list[str]) -> str:
    return " and ".join(f"“{word}”" for word in words)


def _lane(facts: Facts) -> Said:
    return f"Lane set from {facts['was']} to {facts['became']}", [], []


def _step(facts: Facts) -> Said:
    answer = [f"Answer: {facts['answer']}"] if facts["answer"] else []
    return f"Step done: {facts['wording']}", answer, []


def _offered(facts: Facts) -> Said:
    due = _local(facts["due_at"])
    target = facts["target"].replace("_", " ")
    asked = [f"Asked: {facts['asked']}"] if facts.get("asked") else []
    rows = [facts["asked_action"], *_nobody(facts), *asked, f"Clock until {due:%H:%M:%S}"]
    return f"Handed to: {target}", rows, []


def _nobody(facts: Facts) -> list[str]:
    return [f"Nobody on duty: {words}" for words in facts.get("skipped", ())]


def _passed_on(facts: Facts) -> Said:
    was = [f"Had been asked: {facts['was']}"] if facts["was"] else []
    until = f"Clock until {_local(facts['due_at']):%H:%M:%S}"
    return f"Nobody accepted in time; asked now: {facts['asked']}", [*was, *_nobody(facts), until], []


def _last_resort(facts: Facts) -> Said:
    return "Nobody accepted: the last resort", [*_nobody(facts), f"Script: {facts['script'] or 'none'}"], []


def _still_waits(facts: Facts) -> Said:
    return (
        "Still nobody has accepted: raised again",
        [f"{facts['waited_seconds'] // 60} minutes after it was offered"],
        [],
    )


def _accepted(facts: Facts) -> Said:
    return (
        f"Accepted by {facts['accepted_by']}",
        [f"{facts['after_seconds']} seconds after it was offered"],
        [],
    )


def _directed(facts: Facts) -> Said:
    rows = [
        facts["visit_type"],
        f"By {day_words(facts['visit_by'])}" if facts["visit_by"] else "",
        facts["note"],
    ]
    return f"Direction: {facts['direction']}", [row for row in rows if row], []


def _visit(verb: str) -> Callable[[Facts], Said]:
    def say(facts: Facts) -> Said:
        rows = [
            facts["visit_type"],
            ", ".join([facts["provider"], facts["site"], *facts.get("also", ())]),
            _when(facts["start"]),
        ]
        return verb, rows + list(facts.get("checks", ())), []

    return say


def _when(moment: str) -> str:
    local = _local(moment)
    return f"{local:%a %d %b %Y, %H:%M}"


def _chosen(facts: Facts) -> Said:
    return f"Visit type chosen: {facts['chosen']}", [f"The guide suggested: {facts['suggested']}"], []


def _moved(facts: Facts) -> Said:
    rows = [f"{word}: {_stood(facts[name])}" for word, name in (("From", "was"), ("To", "now_is"))]
    return "Visit moved", rows + list(facts["checks"]), []


def _stood(place: Mapping[str, str]) -> str:
    named = (place[name] for name in ("visit_type", "provider", "site", "room"))
    return ", ".join([_when(place["start"]), *(one for one in named if one)])


def _cancelled(facts: Facts) -> Said:
    return f"Visit cancelled{' late' if facts['late'] else ''}", [_when(facts["start"])], []


def _missed(facts: Facts) -> Said:
    return "Visit marked as not kept", [_when(facts["start"])], []


def _restored(facts: Facts) -> Said:
    was = AppointmentStatus(facts["was"]).label.lower()
    return "Visit stands again", [_when(facts["start"]), f"It was marked: {was}"], []


def _task_opened(facts: Facts) -> Said:
    return f"Task opened: {Queue(facts['queue']).label}", [f"Due {_when(facts['due_at'])}"], []


def _received(facts: Facts) -> Said:
    rows = [
        f"They spoke or wrote at {_when(facts['contact_at'])}",
        f"Name: {facts['from_name']}" if facts["from_name"] else "",
        f"Phone: {facts['from_phone']}" if facts["from_phone"] else "",
        f"E-mail: {facts['from_email']}" if facts["from_email"] else "",
        f"About: {facts['topic']}" if facts["topic"] else "",
    ]
    return "Message received", [row for row in rows if row], []


def _dropped(facts: Facts) -> Said:
    number = [f"Callback: {facts['callback']}"] if facts["callback"] else ["No number was given"]
    return "The line was lost", [*number, f"Call back by {_when(facts['due_at'])}"], []


def _assigned(facts: Facts) -> Said:
    was = [f"Before: {facts['was']}"] if facts["was"] else []
    return f"Task given to {facts['owner']}", was + _note(facts), []


def _note(facts: Facts) -> list[str]:
    return [f"Note: {facts['note']}"] if facts["note"] else []


def _rerouted(facts: Facts) -> Said:
    moved = f"Task moved from {Queue(facts['was']).label} to {Queue(facts['became']).label}"
    return moved, [f"Due {_when(facts['due_at'])}"], []


def _escalated(facts: Facts) -> Said:
    to = facts["to"] or "nobody: nobody answers for this queue"
    return f"Overdue task brought before {to}", [f"Overdue by {facts['overdue_minutes']} minutes"], []


def _hold_ended(facts: Facts) -> Said:
    return f"Hold ended: {facts['how'].replace('_', ' ')}", [], []


def _refused(facts: Facts) -> Said:
    return f"Booking refused: {facts['code']}", [facts["sentence"]], []


def _queued(facts: Facts) -> Said:
    rows = [f"To {facts['to']} by {facts['channel']}", f"Template {facts['template']}", facts["subject"]]
    return "Message written to the patient", rows, [facts["body"]]


def _settled(facts: Facts) -> Said:
    return f"Message: {facts['state'].lower()}", [facts["receipt"]], []


def _order(facts: Facts) -> list[str]:
    return [f"Order: {facts['order_ref']}"] if facts["order_ref"] else []


def _not_closed(facts: Facts) -> Said:
    return "Closing refused: the record is not whole", [f"Missing: {one}" for one in facts["words"]], []


def _closed(facts: Facts) -> Said:
    told = [f"The caller was told: {facts['told']}"] if facts["told"] else []
    goes_on = [f"Request {facts['same_as']} goes on"] if facts.get("same_as") else []
    return f"Request closed: {facts['outcome']}", [*goes_on, *told], []


WORDS: Mapping[str, Callable[[Facts], Said]] = {
    "RequestOpened": _opened,
    "DetailsTaken": _details,
    "PatientMatched": _matched,
    "PatientUnmatched": _unmatched,
    "PatientAdded": lambda facts: (f"New patient record {facts['mrn']}", [], []),
    "WordsHeard": _heard,
    "WordsScreened": _screened,
    "LaneSet": _lane,
    "StepStamped": _step,
    "HandoffOffered": _offered,
    "HandoffPassedOn": _passed_on,
    "LastResortReached": _last_resort,
    "LastResortRaisedAgain": _still_waits,
    "HandoffOutcomeNoted": lambda facts: (f"What came of it: {facts['outcome']}", [], []),
    "HandoffAccepted": _accepted,
    "HandoffDirected": _directed,
    "TimeHeld": _visit("Time held"),
    "HoldEnded": _hold_ended,
    "HoldKeptLonger": lambda facts: (f"Held time kept until {_when(facts['until'])}", [], []),
    "VisitTypeChosen": _chosen,
    "AppointmentBooked": _visit("Visit booked"),
    "AppointmentMoved": _moved,
    "AppointmentCancelled": _cancelled,
    "AppointmentMissed": _missed,
    "AppointmentRestored": _restored,
    "PlanBooked": lambda facts: (f"{len(facts['visits'])} visits booked together", _order(facts), []),
    "PlanExtended": lambda facts: (f"{len(facts['visits'])} visits added to a series", [], []),
    "BookingRefused": _refused,
    "MessageQueued": _queued,
    "MessageSettled": _settled,
    "RequestParked": lambda _: ("Call parked", [], []),
    "RequestResumed": lambda _: ("Call taken up again", [], []),
    "ClosingRefused": _not_closed,
    "RequestClosed": _closed,
    "TaskOpened": _task_opened,
    "TaskClaimed": lambda facts: (f"Task taken by {facts['owner']}", [], []),
    "MessageReceived": _received,
    "RequestTaken": lambda _: ("Request taken from its queue", [], []),
    "RequestDropped": _dropped,
    "RequestMerged": lambda facts: (
        f"Put together: request {facts['request_id']} goes on as {facts['into']}",
        [],
        [],
    ),
    "TaskAssigned": _assigned,
    "TaskReleased": lambda facts: (f"Task given back by {facts['was']}", _note(facts), []),
    "TaskRerouted": _rerouted,
    "TaskEscalated": _escalated,
    "TaskMerged": lambda facts: (f"Task put together with: {facts['into']}", [], []),
    "TaskDone": lambda facts: (f"Task done: {facts['outcome']}", [], []),
    **COUNTER_WORDS,
}


def entry_as_json(entry: Entry) -> dict[str, Any]:
    """One entry with all that it holds, for a document: facts, reason, approver, alternatives, rule version, digest."""
    line = line_of(entry)
    link = getattr(entry, "link", None)
    return {
        "entry": entry.pk,
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "by": entry.actor_name,
        "what": line.what,
        "facts": entry.facts,
        "reason": entry.reason,
        "approved_by": line.approved_by,
        "instead_of": entry.alternatives,
        "rule_version": entry.rule_version,
        "link": link.seq if link else None,
        "digest": bytes(link.digest).hex() if link else None,
    }
