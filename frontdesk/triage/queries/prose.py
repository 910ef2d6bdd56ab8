"""One entry of the daybook as a sentence of a story: who did what, why, under which rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.utils import timezone

from frontdesk.daybook.models import Entry
from frontdesk.triage.models import Channel
from frontdesk.triage.queries.trail import Line, day_words, line_of

CAME = {
    Channel.PHONE: "a call",
    Channel.WALK_IN: "somebody who came to the counter",
    Channel.VOICEMAIL: "a voicemail",
    Channel.EMAIL: "an e-mail",
    Channel.SMS: "a text message",
    Channel.PORTAL: "a portal message",
    Channel.MESSAGE: "a message",
}


def sentence(entry: Entry) -> str:
    """The entry in one or two sentences, without its time and without what is quoted beside it."""
    say = SAY.get(entry.kind)
    if say is not None:
        return say(entry)
    return _plainly(line_of(entry))


def _plainly(line: Line) -> str:
    """Any other entry: what its line in the trail says, read as a sentence."""
    what = line.what[:1].lower() + line.what[1:]
    details = "; ".join(one.rstrip(".") for one in line.details if one)
    return f"{line.who}: {what}{f' ({details})' if details else ''}." + _why(line.why)


def _visit(verb: str) -> Callable[[Entry], str]:
    """A visit or a hold at its place, with what the checks said beside “pass”."""

    def say(entry: Entry) -> str:
        facts = entry.facts
        place = ", ".join([facts["visit_type"], facts["provider"], facts["site"], *facts.get("also", ())])
        checks = _checks(facts.get("checks", ()))
        return f"{entry.actor_name} {verb} {when(facts['start'])}: {place}.{checks}" + _why(entry.reason)

    return say


def _moved(entry: Entry) -> str:
    was, became = (_place(entry.facts[name]) for name in ("was", "now_is"))
    moved = f"{entry.actor_name} moved the visit from {was} to {became}."
    return moved + _checks(entry.facts["checks"]) + _why(entry.reason)


def _cancelled(entry: Entry) -> str:
    late = " late" if entry.facts["late"] else ""
    return f"{entry.actor_name} cancelled{late} the visit of {when(entry.facts['start'])}." + _why(
        entry.reason
    )


def _place(place: Mapping[str, str]) -> str:
    named = [place[name] for name in ("visit_type", "provider", "site", "room") if place[name]]
    return f"{when(place['start'])} ({', '.join(named)})"


def _checks(checks: Iterable[str]) -> str:
    """How many checks passed, and the words of those that warned, failed or were waived."""
    said = [(one, one.partition(": ")[2]) for one in checks]
    if not said:
        return ""
    passed = sum(rest.startswith("pass") for _, rest in said)
    unseen = sum(rest.startswith("not checked") for _, rest in said)
    others = [one.rstrip(".") for one, rest in said if not rest.startswith(("pass", "not checked"))]
    counts = f" Of {len(said)} checks {passed} passed" + (
        f" and {unseen} could not be made" if unseen else ""
    )
    return counts + (f". {'. '.join(others)}." if others else ".")


def when(moment: str) -> str:
    """Tue 3 Mar 2026, 11:00, in the active zone."""
    local = timezone.localtime(datetime.fromisoformat(moment))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def _why(reason: str) -> str:
    return f" Reason: {reason.rstrip('.')}." if reason else ""


def _opened(entry: Entry) -> str:
    came = {str(channel): words for channel, words in CAME.items()}.get(entry.facts["channel"], "a request")
    return f"{entry.actor_name} opened the request at {entry.facts['site']}: {came}."


def _details(entry: Entry) -> str:
    line = line_of(entry)
    return f"{entry.actor_name} wrote down: {'; '.join(one.rstrip('.') for one in line.details)}."


def _matched(entry: Entry) -> str:
    return f"{entry.facts['on'].capitalize()} agreed with record {entry.facts['mrn']}: the patient was identified."


def _heard(entry: Entry) -> str:
    return f"{entry.actor_name} stored the caller’s words, word for word; they are locked from then on."


def _screened(entry: Entry) -> str:
    if not entry.facts["matches"]:
        unmet = f"The words met no rule of {entry.rule_version}."
        return f"{unmet} That is not “safe”: the ordinary questions were still to be asked."
    met = "; ".join(
        f"rule {one['rule']}, {one['title']} ({one['lane']}), by {_quoted(one['words'])}"
        for one in entry.facts["matches"]
    )
    return f"The words met, in {entry.rule_version}: {met}."


def _quoted(words: list[str]) -> str:
    return " and ".join(f"“{word}”" for word in words) or "the sentence as a whole"


def _lane(entry: Entry) -> str:
    by = "The screener" if entry.actor_id is None else entry.actor_name
    return f"{by} set the lane to {entry.facts['became']} (it was {entry.facts['was']})." + _why(entry.reason)


def _step(entry: Entry) -> str:
    answer = f" The answer: {entry.facts['answer']}." if entry.facts["answer"] else ""
    return f"{entry.actor_name} said or did: “{entry.facts['wording']}”{answer}"


def _offered(entry: Entry) -> str:
    target = entry.facts["target"].replace("_", " ")
    due = timezone.localtime(datetime.fromisoformat(entry.facts["due_at"]))
    return f"It was put before: {target}, to answer by {due:%H:%M:%S}. Asked: {entry.facts['asked_action']}."


def _accepted(entry: Entry) -> str:
    wrote = "" if entry.facts["accepted_by"] == entry.actor_name else f" ({entry.actor_name} wrote it down)"
    return f"{entry.facts['accepted_by']} accepted, {span(entry.facts['after_seconds'])} after it was offered{wrote}."


def _directed(entry: Entry) -> str:
    parts = [
        entry.facts["visit_type"],
        f"on or before {day_words(entry.facts['visit_by'])}" if entry.facts["visit_by"] else "",
        entry.facts["note"],
    ]
    more = "; ".join(one for one in parts if one)
    return f"{entry.actor_name} directed: {entry.facts['direction']}{f' ({more})' if more else ''}."


def _closed(entry: Entry) -> str:
    how = f" ({entry.facts['told_how'].lower()})" if entry.facts.get("told_how") else ""
    told = f" The caller was told{how}: {entry.facts['told']}" if entry.facts["told"] else ""
    ended = entry.facts["outcome"]
    goes_on = f", number {entry.facts['same_as']}" if entry.facts.get("same_as") else ""
    return f"{entry.actor_name} closed the request: {ended[:1].lower()}{ended[1:]}{goes_on}.{told}"


def _not_closed(entry: Entry) -> str:
    return f"{entry.actor_name} tried to close it and could not. Missing: {'; '.join(entry.facts['words'])}."


def _queued(entry: Entry) -> str:
    to, channel, subject = (entry.facts[name] for name in ("to", "channel", "subject"))
    return f"A message was written to the patient, {to}, by {channel}: “{subject}”."


def span(seconds: int) -> str:
    """41 s, 3 min 05 s, 2 h 10 min, 3 d 2 h."""
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    if seconds < 86_400:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02} min"
    return f"{seconds // 86_400} d {seconds % 86_400 // 3600} h"


SAY: Mapping[str, Callable[[Entry], str]] = {
    "RequestOpened": _opened,
    "DetailsTaken": _details,
    "PatientMatched": _matched,
    "WordsHeard": _heard,
    "WordsScreened": _screened,
    "LaneSet": _lane,
    "StepStamped": _step,
    "HandoffOffered": _offered,
    "HandoffAccepted": _accepted,
    "HandoffDirected": _directed,
    "TimeHeld": _visit("held"),
    "AppointmentBooked": _visit("booked"),
    "AppointmentMoved": _moved,
    "AppointmentCancelled": _cancelled,
    "MessageQueued": _queued,
    "ClosingRefused": _not_closed,
    "RequestClosed": _closed,
}
