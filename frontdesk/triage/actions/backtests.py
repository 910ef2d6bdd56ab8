"""A version of a protocol read over past requests: what would have changed, both ways. No request is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.facts import System
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue
from frontdesk.triage.actions.protocol_parts import check_may_draft
from frontdesk.triage.actions.words import context_of
from frontdesk.triage.engine.screen import Context, Screening
from frontdesk.triage.engine.together import screen_together
from frontdesk.triage.facts_protocol import ProtocolBacktested
from frontdesk.triage.models import Backtest, Protocol, Request
from frontdesk.triage.models.in_force import Part, by_id, fits, is_scoped, newest
from frontdesk.triage.models.scope import draft_mark
from frontdesk.triage.queries.protocol_versions import beside, requests_of, rules_of

MOST = 5000
LONGEST = timedelta(days=731)
CHUNK = 200
Parts = Sequence[Part]


@transaction.atomic
def ask(*, protocol: Protocol, first: date, last: date, by: User, now: datetime) -> Backtest:
    """Have a version read over the requests of these days of the clinic that `by` may see, the latest MOST of them.

    It needs the permission to draft and to read callers' words. A job does it. Raises BadValue with its field.
    """
    check_may_draft(by)
    by.check_may(Permission.SEE_REASON)
    if first > last or last - first > LONGEST:
        raise BadValue("At most two years, the first day before the last.", field="first")
    version = Protocol.objects.select_related("site", "specialty").get(pk=protocol.pk)
    against = beside(version, now)
    made = Backtest.objects.create(
        protocol=version, against=against, mark=draft_mark(version), first=first, last=last, asked_at=now,
        asked_by=by, whole=min(requests_of(first, last, by).count(), MOST),
    )  # fmt: skip
    fact = ProtocolBacktested(
        protocol_id=protocol.pk, protocol=str(protocol), first=first, last=last, requests=made.whole
    )
    record(fact, by=by, now=now)
    app.configure_task("triage.backtest").defer(backtest_id=made.pk)
    return made


def run(*, backtest: Backtest, by: System, now: datetime) -> Backtest:  # noqa: ARG001  a clerk that only reads
    """Read them. Progress is written as it goes; a second run of a finished one does nothing."""
    if backtest.done_at is not None:
        return backtest
    version = Protocol.objects.select_related("site", "specialty").get(pk=backtest.protocol_id)
    if draft_mark(version) != backtest.mark:
        backtest.failed = "The draft was changed before it could be read. Start it again."
    else:
        backtest.rows = _rows(backtest, version, now)
    backtest.done_at = now
    backtest.save(update_fields=["rows", "read", "failed", "done_at"])
    return backtest


def _rows(backtest: Backtest, version: Protocol, now: datetime) -> list[dict[str, Any]]:
    reader = _Reader(backtest, version, now)
    found = requests_of(backtest.first, backtest.last, backtest.asked_by)[:MOST]
    waiting = iter(
        found.select_related("site", "patient").prefetch_related("utterances", "patient__risk_flags")
    )
    rows: list[dict[str, Any]] = []
    while chunk := list(islice(waiting, CHUNK)):
        rows += [row for one in chunk if (row := reader.row(one)) is not None]
        backtest.read += len(chunk)
        Backtest.objects.filter(pk=backtest.pk).update(read=backtest.read)
    return rows


class _Reader:
    """Reads one request twice: by what holds now, and by what is tried in its place."""

    def __init__(self, backtest: Backtest, version: Protocol, now: datetime) -> None:
        self.tried = Part(version, rules_of(version))
        against = backtest.against
        self.against = Part(against, by_id(against.pk).rules) if against is not None else None
        general = next((row for row in newest(now) if not is_scoped(row)), None)
        self.general = Part(general, by_id(general.pk).rules) if general is not None else None

    def row(self, request: Request) -> dict[str, Any] | None:
        """What is different for this request; None where nothing is. It keeps no words."""
        text = "\n".join(one.text for one in request.utterances.all())
        context = _context(request)
        was = _screened(text, self._parts(request, self.against), context)
        becomes = _screened(text, self._parts(request, self.tried), context)
        codes = [[one.rule for one in found.matches] for found in (was, becomes)]
        if was.lane is becomes.lane and codes[0][:1] == codes[1][:1]:
            return None
        return {
            "request": request.pk, "was": was.lane.value, "becomes": becomes.lane.value,
            "rules_was": codes[0][:3], "rules": codes[1][:3],
        }  # fmt: skip

    def _parts(self, request: Request, part: Part | None) -> Parts:
        """A general one is read alone; a scoped one beside the general one, where it fits the request as it then was."""
        if not is_scoped(self.tried.row):
            return [part] if part is not None else []
        fitting = part is not None and fits(part.row, request, request.opened_at)
        return [one for one in (self.general, part if fitting else None) if one is not None]


def _screened(text: str, parts: Parts, context: Context) -> Screening:
    return screen_together(text, parts=[(str(part.row), part.rules) for part in parts], context=context)


def _context(request: Request) -> Context:
    """What was known when the request was opened: the age on that day, and the flags of that day."""
    at = request.opened_at
    flags = request.patient.risk_flags.all() if request.patient else ()
    held = [one for one in flags if one.since <= at.date() and (one.ended_at is None or one.ended_at > at)]
    codes = frozenset(one.code for one in held)
    pregnant = "pregnant" in codes or bool(request.answers.get("weeks_pregnant"))
    return replace(context_of(request, now=at), flags=codes, pregnant=pregnant)
