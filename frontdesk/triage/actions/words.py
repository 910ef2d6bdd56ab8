"""Hearing the caller: words are kept as typed, screened, and once stored never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.record import record
from frontdesk.kit import rows
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import clean
from frontdesk.people.engine.birth_dates import NotADate, read_birth_date
from frontdesk.people.queries import card
from frontdesk.triage.actions import lanes
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.engine.screen import Context, Match, Screening
from frontdesk.triage.facts import WordsHeard, WordsScreened
from frontdesk.triage.models import LaneChange, Request, Utterance
from frontdesk.triage.models import Screening as ScreeningRow
from frontdesk.triage.models.in_force import InForce, in_force
from frontdesk.triage.rules import check_open

MOST = 5000  # characters in one go
LATE = timedelta(seconds=30)


@transaction.atomic
def type_words(*, request: Request, text: str, by: User, now: datetime) -> Request:
    """Keep the words as they are typed and screen them at once. Raises BadValue where they are too long."""
    by.check_may(Permission.TAKE_REQUESTS)
    request = locked(request)
    check_open(request)
    typed = _fits(text)
    if _just_stored(request, typed, now):
        return request
    request.draft_words = typed
    request.save(update_fields=["draft_words"])
    screen_again(request=request, now=now)
    return request


@transaction.atomic
def add(*, request: Request, text: str, by: User, now: datetime) -> Request:
    """Store words as spoken. They are never changed afterwards; more may be added."""
    by.check_may(Permission.TAKE_REQUESTS)
    request = locked(request)
    check_open(request)
    spoken = _fits(text)
    if not spoken:
        raise BadValue("There are no words to keep yet.", field="words")
    utterance = Utterance.objects.create(request=request, text=spoken, heard_at=now, heard_by=by)
    request.draft_words = ""
    request.save(update_fields=["draft_words"])
    fact = WordsHeard(
        request_id=request.pk, patient_id=request.patient_id, utterance_id=utterance.pk, words=spoken
    )
    record(fact, by=by, now=now)
    screen_again(request=request, now=now, stored=True)
    return request


def _just_stored(request: Request, typed: str, now: datetime) -> bool:
    """A late save of words that were stored a moment ago must not bring them back as a draft."""
    last = request.utterances.last()
    return last is not None and last.text == typed and now - last.heard_at < LATE


def screen_again(*, request: Request, now: datetime, stored: bool = False) -> None:
    """Screen all that was said. The lane only ever rises; what a clinician has weighed does not raise it anew.

    When words are `stored`, the reading is kept even where no rule was met: it was made, under this version.
    """
    protocol = in_force(now=now, request=request)
    if protocol is None:
        return
    context = context_of(request, now=now)
    said = _said(request)
    whole = protocol.screen("\n".join(text for _, text in said), context)
    if (lowered := _last_lowering(request)) is not None:
        whole = _unweighed(request, whole, said, lowered, protocol, context)
    known = {match["rule"] for row in request.screenings.all() for match in row.matches}
    row = _keep(request, whole, "\n".join(text for _, text in said), protocol, now, stored)
    if RANK[whole.lane] > request.rank:
        lanes.raise_by_rule(request=request, screening=whole, row=row, protocol=protocol, now=now)
    else:
        fresh = {match.rule for match in whole.matches} - known
        lanes.offer_again(request=request, met=fresh, protocol=protocol, now=now)


@dataclass(frozen=True)
class Reading:
    """What the first words of a request that is not stored yet meet; `row` is stored with the request."""

    protocol: InForce
    whole: Screening
    row: ScreeningRow


def read_first(*, request: Request, text: str, now: datetime) -> Reading | None:
    """Hold the protocol against the first words of a new request, before it is stored. None where none is in force."""
    protocol = in_force(now=now, request=request)
    if protocol is None:
        return None
    whole = protocol.screen(text, context_of(request, now=now))
    return Reading(protocol, whole, _row(request, whole, text, protocol, now))


def screen_first(*, request: Request, reading: Reading, now: datetime) -> None:
    """As `screen_again`, once a new request is stored with its reading, in the same transaction."""
    whole, row, protocol = reading.whole, reading.row, reading.protocol
    _write_down(request, row, protocol, now)
    if RANK[whole.lane] > request.rank:
        lanes.raise_by_rule(request=request, screening=whole, row=row, protocol=protocol, now=now)
    elif whole.matches:
        met = {match.rule for match in whole.matches}
        lanes.offer_again(request=request, met=met, protocol=protocol, now=now)


def context_of(request: Request, *, now: datetime) -> Context:
    """What the protocol may know besides the words: kind, age, risk flags, days since a procedure."""
    today = now.astimezone(request.site.zone).date()
    patient = request.patient
    flags = card(patient).flags if patient else frozenset()
    return Context(
        age=patient.age_on(today) if patient else None,
        pregnant="pregnant" in flags or bool(request.answers.get("weeks_pregnant")),
        days_since_procedure=_days_since(request.answers.get("procedure_date", ""), today),
        flags=flags,
        kind=request.kind,
    )


def _said(request: Request) -> list[tuple[datetime | None, str]]:
    """Everything said, with the time at which it was stored; None for what is still being typed."""
    stored: list[tuple[datetime | None, str]] = [(one.heard_at, one.text) for one in request.utterances.all()]
    return [*stored, (None, request.draft_words)] if request.draft_words else stored


def _last_lowering(request: Request) -> LaneChange | None:
    changes = reversed(list(LaneChange.objects.filter(request=request, changed_by__isnull=False)))
    return next((one for one in changes if one.was and RANK[Lane(one.became)] < RANK[Lane(one.was)]), None)


def _not_weighed(text: str, weighed: str) -> str:
    """What was added to words whose beginning a clinician had before them when they lowered the lane."""
    for end in range(len(text), 0, -1):
        if weighed.endswith(text[:end]):
            return text[end:]
    return text


def _unweighed(
    request: Request,
    whole: Screening,
    said: list[tuple[datetime | None, str]],
    lowered: LaneChange,
    protocol: InForce,
    context: Context,
) -> Screening:
    """After a clinician lowered the lane: rules that were not met before, and whatever is said since."""
    before = ScreeningRow.objects.filter(request=request, screened_at__lte=lowered.changed_at)
    weighed = {match["rule"] for row in before for match in row.matches}
    last = before.last()
    since = "\n".join(
        _not_weighed(text, last.text if last else "")
        for at, text in said
        if at is None or at > lowered.changed_at
    )
    fresh = protocol.screen(since, context)
    new = [one for one in whole.matches if one.rule not in weighed]
    matches = tuple(sorted([*new, *fresh.matches], key=lambda one: -RANK[one.lane]))
    lane = matches[0].lane if matches else Lane(lowered.became)
    return Screening(lane=lane, matches=matches)


def _keep(
    request: Request, whole: Screening, text: str, protocol: InForce, now: datetime, stored: bool
) -> ScreeningRow | None:
    """Keep a reading that met a rule, once for each set of rules that were met; and one of stored words."""
    if not whole.matches and not stored:
        return None
    last = request.screenings.last()
    rules = [one.rule for one in whole.matches]
    if rules and last is not None and [one["rule"] for one in last.matches] == rules:
        return last
    return _write(request, whole, text, protocol, now)


def _write(request: Request, whole: Screening, text: str, protocol: InForce, now: datetime) -> ScreeningRow:
    row = rows.insert(_row(request, whole, text, protocol, now))
    _write_down(request, row, protocol, now)
    return row


def _row(request: Request, whole: Screening, text: str, protocol: InForce, now: datetime) -> ScreeningRow:
    return ScreeningRow(
        request=request,
        protocol=protocol.row,
        read_beside=[part.row.pk for part in protocol.scoped],
        text=text,
        lane=whole.lane.value,
        matches=[_as_json(one) for one in whole.matches],
        screened_at=now,
    )


def _write_down(request: Request, row: ScreeningRow, protocol: InForce, now: datetime) -> None:
    fact = WordsScreened(
        request_id=request.pk,
        patient_id=request.patient_id,
        screening_id=row.pk,
        lane=row.lane,
        matches=row.matches,
        text=row.text,
    )
    record(fact, by=lanes.SCREENER, now=now, rule_version=protocol.version)


def _as_json(match: Match) -> dict[str, Any]:
    """A match as the record keeps it; `words` lists the caller's own words, exactly as said."""
    said = [reason.words for reason in match.reasons] or [match.words]
    return {
        "rule": match.rule,
        "title": match.title,
        "lane": match.lane.value,
        "words": list(dict.fromkeys(word for word in said if word)),
        "scenario": match.scenario,
        "protocol": match.protocol,
    }


def _days_since(text: str, today: date) -> int | None:
    try:
        return (today - read_birth_date(text, today=today)).days
    except NotADate:
        return None


def _fits(text: str) -> str:
    kept = clean(text, limit=MOST + 1)
    if len(kept) > MOST:
        raise BadValue(f"Too long: at most {MOST:,} characters at a time. Store it in parts.", field="words")
    return kept
