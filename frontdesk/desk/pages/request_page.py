"""What the request page shows to one person at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment, Hold
from frontdesk.book.ports import Ask, Finding, Verdict
from frontdesk.book.rules import findings
from frontdesk.clinic.choices import Language
from frontdesk.clinic.models import VisitType
from frontdesk.desk.context import OnDuty, on_duty
from frontdesk.desk.pages.counter_boxes import CounterBoxes, counter_boxes
from frontdesk.desk.pages.directing import Directing, directing
from frontdesk.desk.pages.escalation import HandoffCard, handoff_cards, last_resort
from frontdesk.desk.pages.glance import Glance, glance
from frontdesk.desk.pages.scripts import FollowedScript, followed
from frontdesk.outreach.models import Message
from frontdesk.people.models import Patient, RiskFlag
from frontdesk.people.phones import show_phone
from frontdesk.people.queries import Match
from frontdesk.triage.actions.identity import matches, said_in
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.engine.shapes import Script
from frontdesk.triage.models import Direction, Kind, Outcome, Request, SafeToTalk, ToldHow
from frontdesk.triage.models.in_force import InForce, in_force
from frontdesk.triage.queries.same import maybe_same
from frontdesk.triage.queries.why_in_lane import why_in_lane
from frontdesk.triage.rules import CLINICAL, Item, known_of, record_items, script_of, wanted


@dataclass(frozen=True)
class Answer:
    """One thing that the matched rule wants written down."""

    name: str
    label: str
    value: str
    required: bool = True
    from_record: bool = False


@dataclass(frozen=True)
class Spoken:
    at: datetime
    who: str
    html: SafeString


class RequestPage:
    """Everything is read when the template asks for it, and once."""

    kinds = Kind.choices
    safe_choices = SafeToTalk.choices
    told_choices = ToldHow.choices
    directions = Direction.choices
    languages = Language.choices

    def __init__(self, request: Request, *, user: User, now: datetime) -> None:
        self.request, self.user, self.now = request, user, now
        self.may_type = user.may(Permission.TAKE_REQUESTS) and request.is_open
        self.may_accept = user.may(Permission.ACCEPT_HANDOFFS) and request.is_open
        self.may_lower = user.may(Permission.LOWER_LANE) and request.is_open
        self.may_book = user.may(Permission.BOOK)
        self.may_raise = self.may_type or self.may_lower

    @cached_property
    def protocol(self) -> InForce | None:
        return in_force(now=self.now, request=self.request)

    @property
    def lane(self) -> Lane:
        return self.request.current_lane

    @property
    def is_emergency(self) -> bool:
        return self.lane is Lane.EMERGENCY

    @property
    def is_clinical(self) -> bool:
        return self.lane in CLINICAL

    @property
    def name(self) -> str:
        return self.request.patient.name if self.request.patient else self.request.said_name

    @property
    def today(self) -> date:
        return self.now.astimezone(self.request.site.zone).date()

    @cached_property
    def why(self) -> str:
        return why_in_lane(self.request)

    @property
    def lane_seconds(self) -> float:
        return (self.now - self.request.lane_since).total_seconds()

    @property
    def waiting_seconds(self) -> float:
        return (self.waiting.handoff.due_at - self.now).total_seconds() if self.waiting else 0

    @property
    def waited_seconds(self) -> float:
        return (self.now - self.waiting.handoff.offered_at).total_seconds() if self.waiting else 0

    @cached_property
    def duty(self) -> OnDuty | None:
        return on_duty(self.request.site, self.now)

    @property
    def higher_lanes(self) -> list[Lane]:
        return sorted((lane for lane in Lane if RANK[lane] > self.request.rank), key=lambda one: -RANK[one])

    @property
    def lower_lanes(self) -> list[Lane]:
        return sorted((lane for lane in Lane if RANK[lane] < self.request.rank), key=lambda one: -RANK[one])

    # The first minute

    @property
    def first_minute_lacks(self) -> str:
        """What to ask next."""
        request = self.request
        steps = (
            (request.patient_id is not None, "Two identifiers"),
            (bool(request.callback), "Callback number"),
            (bool(request.safe), "Safe to continue?"),
            (bool(request.kind), "Kind of request"),
        )
        return next((f"Next: {words}" for done, words in steps if not done), "")

    @property
    def first_minute_done(self) -> bool:
        return not self.first_minute_lacks

    # Identity

    @cached_property
    def candidates(self) -> list[Match]:
        """Records to choose from, where two identifiers agree with more than one."""
        return matches(self.request, by=self.user, now=self.now) if self.request.patient is None else []

    @cached_property
    def given_count(self) -> int:
        return said_in(self.request, now=self.now).given

    @property
    def may_start_record(self) -> bool:
        said = said_in(self.request, now=self.now)
        return self.request.patient is None and bool(said.name) and said.birth_date is not None

    @property
    def unreadable(self) -> list[str]:
        """Identifiers that were typed but cannot be read, as sentences."""
        said, request = said_in(self.request, now=self.now), self.request
        found = []
        if request.said_birth_date and said.birth_date is None:
            found.append("This birth date cannot be read: type month, day and year, such as 03/14/1979.")
        if request.said_phone and not said.phone:
            found.append("This phone number cannot be read: type 10 digits.")
        return found

    @property
    def given(self) -> str:
        name = self.request.said_name.strip()
        if "," in name:
            return name.partition(",")[2].strip()
        return name.rpartition(" ")[0]

    @property
    def family(self) -> str:
        name = self.request.said_name.strip()
        return name.partition(",")[0].strip() if "," in name else name.rpartition(" ")[2]

    # Words

    @cached_property
    def spoken(self) -> list[Spoken]:
        quotes = self._quotes
        return [
            Spoken(one.heard_at, one.heard_by.name if one.heard_by else "", marked(one.text, quotes))
            for one in self.request.utterances.select_related("heard_by")
        ]

    @property
    def draft_marked(self) -> SafeString | None:
        """The words being typed, where they hold something that met a rule."""
        if not any(quote and quote in self.request.draft_words for quote in self._quotes):
            return None
        return marked(self.request.draft_words, self._quotes)

    @cached_property
    def _quotes(self) -> list[str]:
        return sorted(
            {
                words
                for row in self.request.screenings.all()
                for match in row.matches
                for words in match["words"]
            },
            key=len,
        )[::-1]

    @property
    def flags(self) -> int:
        return len(self._quotes)

    @cached_property
    def answers(self) -> list[Answer]:
        given, known = self.request.answers, known_of(self.request, today=self.today)
        return [
            Answer(
                f"answer_{one.key}",
                one.label,
                given.get(one.key) or known.get(one.key, ""),
                one.required,
                from_record=one.key in known and not given.get(one.key),
            )
            for one in wanted(self.request, self.protocol)
        ]

    # The lane's own steps

    @cached_property
    def script(self) -> Script | None:
        return script_of(self.request, self.protocol) if self.is_clinical else None

    @cached_property
    def followed(self) -> FollowedScript | None:
        return followed(self.request, self.script) if self.script else None

    @cached_property
    def last_resort(self) -> FollowedScript | None:
        return last_resort(self.request, self.handoffs, self.protocol) if self.request.is_open else None

    @property
    def nobody_accepted(self) -> bool:
        """The whole tree was gone through for a handoff that still waits."""
        return self.request.is_open and any(card.at_last_resort for card in self.handoffs)

    @property
    def spanish(self) -> bool:
        return self.request.patient is not None and self.request.patient.language == Language.SPANISH

    @cached_property
    def handoffs(self) -> list[HandoffCard]:
        return handoff_cards(self.request, now=self.now)

    @property
    def waiting(self) -> HandoffCard | None:
        return next((card for card in self.handoffs if card.waits), None)

    @cached_property
    def visit_types(self) -> list[VisitType]:
        return list(
            VisitType.objects.filter(active=True).select_related("specialty").order_by("-same_day", "name")
        )

    @cached_property
    def directing(self) -> Directing:
        return directing(self.request, now=self.now)

    @cached_property
    def counter(self) -> CounterBoxes:
        return counter_boxes(self.request, user=self.user, protocol=self.protocol)

    # Booking

    @cached_property
    def gate(self) -> Finding | None:
        """What stands between this request and a time, or None."""
        ask = Ask(
            request_id=self.request.pk,
            patient=self.request.patient,
            visit_type=None,
            by=self.user,
            now=self.now,
            site=self.request.site,
        )
        return next((one for one in findings(ask) if one.verdict is Verdict.FAIL), None)

    @cached_property
    def hold(self) -> Hold | None:
        mine = Hold.objects.standing(self.now).filter(asked_for=self.request.pk)
        return mine.select_related("provider", "site", "visit_type", "room").last()

    @cached_property
    def visits(self) -> list[Appointment]:
        rows = Appointment.objects.filter(asked_for=self.request.pk)
        return list(rows.select_related("provider", "site", "visit_type"))

    @cached_property
    def messages(self) -> list[Message]:
        return list(Message.objects.filter(asked_for=self.request.pk).order_by("pk"))

    # The patient in one card

    @property
    def patient(self) -> Patient | None:
        return self.request.patient

    @cached_property
    def age(self) -> int | None:
        return self.patient.age_on(self.today) if self.patient else None

    @cached_property
    def glance(self) -> Glance | None:
        """What else is ahead and open for the patient."""
        return glance(self.patient, user=self.user, now=self.now, but=self.request) if self.patient else None

    @cached_property
    def phones(self) -> list[str]:
        if self.patient is None:
            return []
        points = self.patient.contact_points.filter(kind="phone").order_by("-preferred", "pk")
        return [show_phone(point.value) for point in points[:3]]

    @cached_property
    def may_email(self) -> bool:
        if self.patient is None:
            return False
        return self.patient.contact_points.filter(kind="email", allowed=True).exists()

    @cached_property
    def risk_flags(self) -> list[RiskFlag]:
        return list(self.patient.risk_flags.filter(ended_at=None)) if self.patient else []

    # The foot

    @property
    def likely_outcome(self) -> str:
        if self.visits:
            return Outcome.BOOKED
        return Outcome.HANDED_OVER if self.is_clinical else ""

    @cached_property
    def maybe_same(self) -> Sequence[Request]:
        """Other open requests that may be the same matter."""
        return maybe_same(self.request, user=self.user) if self.may_type else []

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """How it may end; as the same matter only where there is another request that goes on."""
        gone = "" if self.maybe_same else Outcome.DUPLICATE
        return [(value, str(words)) for value, words in Outcome.choices if value != gone]

    @cached_property
    def items(self) -> list[Item]:
        return record_items(self.request, self.protocol, now=self.now)

    @property
    def mark(self) -> str:
        """Changes whenever something was written down about this request; "" where it was loaded without."""
        return str(getattr(self.request, "mark", ""))

    @property
    def lacking(self) -> int:
        return sum(not item.there for item in self.items)


def marked(text: str, quotes: list[str]) -> SafeString:
    """The text as safe HTML with every quote marked; longer quotes win, nothing is marked twice."""
    parts: list[tuple[str, bool]] = [(text, False)]
    for quote in quotes:
        if quote:
            parts = [piece for part in parts for piece in _split(part, quote)]
    return format_html_join("", "{}", ((_mark(piece, on),) for piece, on in parts))


def _split(part: tuple[str, bool], quote: str) -> list[tuple[str, bool]]:
    text, on = part
    if on or quote not in text:
        return [part]
    before, _, after = text.partition(quote)
    return [(before, False), (quote, True), *_split((after, False), quote)]


def _mark(piece: str, on: bool) -> SafeString | str:
    return format_html_join("", "<mark>{}</mark>", [(piece,)]) if on else piece
