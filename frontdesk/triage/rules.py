"""What may be done with a request, and what its record still lacks. Rules come in pairs: check_ and can_."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.kit.clock import local_day
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.triage.documentation import Asked, asked, problem
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.engine.shapes import Rule, Script
from frontdesk.triage.models import Direction, Handoff, Kind, Outcome, Request
from frontdesk.triage.models.in_force import InForce
from frontdesk.triage.rules_counter import counter_items

CLINICAL = (Lane.EMERGENCY, Lane.URGENT)
OPENS_BOOKING = (Direction.SAME_DAY, Direction.WITHIN_DAYS)
ROWS = frozenset({"alternatives"})  # answers that are rows of their own, not text


class RequestIsClosed(Refused):
    code = "REQUEST_CLOSED"


class RecordIncomplete(Refused):
    """The request cannot be closed yet; the sentence lists what is missing, `lacks` has the items."""

    code = "RECORD_INCOMPLETE"

    def __init__(self, sentence: str, *, lacks: tuple[Item, ...] = ()) -> None:
        super().__init__(sentence)
        self.lacks = lacks


@dataclass(frozen=True)
class Item:
    """One thing the record must hold, and whether it does. `key` is stable, `words` are for people.

    `problem` says what is wrong with what was typed, to be read after `words`.
    """

    key: str
    words: str
    there: bool
    problem: str = ""

    @property
    def lack(self) -> str:
        """What is missing, in words."""
        return f"{self.words} ({self.problem})" if self.problem else self.words


def check_open(request: Request) -> None:
    if not request.is_open:
        raise RequestIsClosed("This request is closed. Open a new one and refer to it.")


def check_same_matter(request: Request, into: Request) -> None:
    """Both are open, kept in one place and not of two patients. Raises Refused, or BadValue for the same request twice."""
    if request.pk == into.pk:
        raise BadValue("Choose another request than this one.", field="into")
    for one in (request, into):
        check_open(one)
    if request.site_id != into.site_id or request.restricted != into.restricted:
        raise Refused("These two are not kept in the same place.", code="REQUEST_OTHER_PLACE")
    if request.patient_id and into.patient_id and request.patient_id != into.patient_id:
        raise Refused("These two are of different patients.", code="REQUEST_OTHER_PATIENT")


def check_can_lower(request: Request, to: Lane, *, by: User) -> None:
    """Only a clinician lowers a lane. Raises NotAllowed."""
    if RANK[to] < request.rank and not by.may(Permission.LOWER_LANE):
        raise NotAllowed("Only a clinician may lower a lane. You may raise it.", code="LANE_LOWER")


def rule_of(request: Request, protocol: InForce | None) -> Rule | None:
    """The protocol's rule that set the lane, if one did."""
    return protocol.rule(request.rule_code) if protocol else None


def script_of(request: Request, protocol: InForce | None) -> Script | None:
    return protocol.script(request.script_key, request.rule_code) if protocol else None


def wanted(request: Request, protocol: InForce | None) -> list[Asked]:
    """What the rules that were met want written down, less what the record or an emergency's script holds anyway.

    Rules of the lane that the request is in require; those of other lanes ask, and not at all in an emergency.
    Where no rule was met, the questions of the script for the kind of request stand for one.
    """
    rules = _rules_met(request, protocol)
    if not rules:
        return [one for one in asked(_asks(_script_of_kind(request, protocol))) if one.key not in ROWS]
    emergency = request.current_lane is Lane.EMERGENCY
    spared = ROWS.union(_asks(script_of(request, protocol)) if emergency else ())
    found: dict[str, Asked] = {}
    for rule in rules:
        here = rule.lane is request.current_lane
        for one in asked(rule.documentation) if here or not emergency else ():
            required = (here and one.required) or (one.key in found and found[one.key].required)
            found[one.key] = Asked(one.key, required)
    return [one for key, one in found.items() if key not in spared]


def _rules_met(request: Request, protocol: InForce | None) -> list[Rule]:
    """The rule that set the lane, then those that the latest reading of the words met beside it."""
    if (first := rule_of(request, protocol)) is None or protocol is None:
        return []
    last = request.screenings.last()
    codes = dict.fromkeys(str(match["rule"]) for match in (last.matches if last else ()))
    others = (protocol.rule(code) for code in codes if code != first.code)
    return [first, *(one for one in others if one is not None)]


def asked_for(request: Request, protocol: InForce | None) -> list[str]:
    """The keys of `wanted`: the answers that may be typed."""
    return [one.key for one in wanted(request, protocol)]


def known_of(request: Request, *, today: date) -> dict[str, str]:
    """Answers that the record has by itself, by key; what is typed goes before them."""
    if request.patient is None or (age := request.patient.age_on(today)) is None:
        return {}
    return {"age": str(age)}


def wants_alternatives(request: Request, protocol: InForce | None) -> bool:
    """Must what was offered instead be written down? For paperwork, and where the matched rule says so."""
    rule = rule_of(request, protocol)
    return request.kind == Kind.PAPERWORK or bool(rule and "alternatives" in rule.documentation)


def _asks(script: Script | None) -> list[str]:
    return [step.asks_for for step in script.steps if step.asks_for] if script else []


def _script_of_kind(request: Request, protocol: InForce | None) -> Script | None:
    kind = protocol.kind(request.kind) if protocol else None
    return protocol.script(kind.script) if protocol and kind and kind.script else None


def standing_direction(request: Request) -> Handoff | None:
    """The direction that holds: the latest one, and only when no handoff waits for one."""
    handoffs = list(request.handoffs.select_related("direct_visit_type", "directed_by"))
    if not handoffs or any(one.directed_at is None for one in handoffs):
        return None
    return max(handoffs, key=lambda one: (one.directed_at or one.offered_at, one.pk))


def record_items(request: Request, protocol: InForce | None, *, now: datetime) -> list[Item]:
    """What the lane demands before the request may close, in the order in which it is taken."""
    clinical = request.current_lane in CLINICAL
    items = [
        _identity(request),
        Item("callback", "Callback", bool(request.callback)),
        Item("kind", "Kind of request", bool(request.kind)),
        Item("words", "Words as spoken", _has_words(request)),
    ]
    if clinical:
        items += [_red_flags(request), Item("contact", "Time of contact", contact_at(request) <= now)]
    items += _answers(request, protocol, today=local_day(now, request.site.time_zone))
    if clinical:
        items += _handoff_items(request)
    if request.current_lane is Lane.EMERGENCY:
        items.append(_script_item(request, protocol))
    if wants_alternatives(request, protocol):
        items.append(Item("alternatives", "Alternatives offered", request.alternatives.exists()))
    items += [Item(key, words, there) for key, words, there in counter_items(request)]
    told = bool(request.told.strip()) or _was_booked(request)
    items.append(Item("told", "What the caller was told", told))
    if clinical or request.kind == Kind.PAPERWORK:
        items.append(Item("told_how", "How they were told", bool(request.told_how)))
    return items


def contact_at(request: Request) -> datetime:
    """When the patient called, came or wrote: before the request was opened, or as it was."""
    return request.contact_at or request.opened_at


def missing(request: Request, protocol: InForce | None, *, now: datetime) -> list[Item]:
    return [item for item in record_items(request, protocol, now=now) if not item.there]


def check_can_close(request: Request, outcome: str, protocol: InForce | None, *, now: datetime) -> None:
    """Raises RecordIncomplete, naming everything that is missing."""
    check_open(request)
    lacks = missing(request, protocol, now=now)
    if outcome not in Outcome.values:
        lacks.append(Item("outcome", "How it ended", there=False))
    if lacks:
        sentence = "; ".join(item.lack for item in lacks)
        raise RecordIncomplete(f"Before this request can be closed: {sentence}.", lacks=tuple(lacks))
    _check_outcome(request, outcome)


def _check_outcome(request: Request, outcome: str) -> None:
    booked = _was_booked(request)
    if outcome == Outcome.BOOKED and not booked:
        raise RecordIncomplete("No visit was booked for this request, so it cannot end as booked.")
    directed = Handoff.objects.filter(request=request, direction__in=OPENS_BOOKING).exists()
    if directed and not booked and outcome in (Outcome.ANSWERED, Outcome.HANDED_OVER):
        raise RecordIncomplete("A clinician directed a visit and none is booked yet.")


def _identity(request: Request) -> Item:
    """In an emergency the name must do where a record cannot be found in time."""
    there = request.patient_id is not None
    if request.current_lane is Lane.EMERGENCY:
        there = there or bool(request.said_name)
    return Item("identity", "Two identifiers", there)


def _answers(request: Request, protocol: InForce | None, *, today: date) -> list[Item]:
    """One item for each answer that must be there; one that is there must make sense, required or not."""
    known = known_of(request, today=today)
    items = []
    for one in wanted(request, protocol):
        value = str(request.answers.get(one.key) or known.get(one.key, "")).strip()
        wrong = problem(one.key, value, today=today) if value else ""
        there = bool(value) or (one.key == "outreach_attempts" and request.contacts.exists())
        if one.required or wrong:
            items.append(Item(one.key, one.label, there and not wrong, wrong))
    return items


def red_flags(request: Request) -> list[str]:
    """The caller's own words that met rules, exactly as said and in the order in which they were first met."""
    met = (match for row in request.screenings.all() for match in row.matches)
    return list(dict.fromkeys(words for match in met for words in match["words"]))


def _red_flags(request: Request) -> Item:
    """Kept and locked by the database; where a person or the kind raised the lane, the stored words stand for them."""
    there = bool(red_flags(request)) or _has_words(request)
    return Item("red_flags", "Red-flag words, as said", there)


def _has_words(request: Request) -> bool:
    return bool(request.draft_words.strip()) or request.utterances.exists()


def _handoff_items(request: Request) -> list[Item]:
    handoffs = list(request.handoffs.all())
    accepted = bool(handoffs) and any(one.accepted_at for one in handoffs)
    items = [Item("accepted", "Accepted by, and when", accepted)]
    if request.current_lane is Lane.URGENT:
        items.append(Item("direction", "Clinician’s direction", any(one.direction for one in handoffs)))
    return items


def _script_item(request: Request, protocol: InForce | None) -> Item:
    script = script_of(request, protocol)
    done = set(request.steps_done.values_list("step_key", flat=True))
    return Item(
        "script",
        "Every step of the script",
        all(step.key in done for step in script.steps) if script else False,
    )


def _was_booked(request: Request) -> bool:
    return Appointment.objects.filter(asked_for=request.pk).exclude(status="cancelled").exists()
