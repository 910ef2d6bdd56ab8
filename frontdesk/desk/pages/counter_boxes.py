"""The boxes of the request page about the counter: what was offered, who was spoken with, what to say when upset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.triage.engine.shapes import Script
from frontdesk.triage.models import Alternative, Contact, ContactEnd, ContactHow, Kind, Request, WalkIn
from frontdesk.triage.models.in_force import InForce
from frontdesk.triage.queries.walk_ins import line_at, needs_the_script
from frontdesk.triage.rules import rule_of
from frontdesk.triage.usual_offers import usual_offers

PAPERS = "EA-22"  # the scenario of rules about papers that are wanted today
UPSET = "upset"  # the key of the script for a caller who is upset


@dataclass(frozen=True)
class CounterBoxes:
    """`papers` and `upset` are scripts to read from; nothing of them is stamped. `waiting` is where a walk-in stands."""

    offers: Sequence[Alternative]
    usual: Sequence[str]
    contacts: Sequence[Contact]
    papers: Script | None
    upset: Script | None
    sounds_like_papers: bool
    waiting: str
    may_offer: bool
    may_log: bool

    hows = ContactHow.choices
    ends = ContactEnd.choices


def counter_boxes(request: Request, *, user: User, protocol: InForce | None) -> CounterBoxes:
    """What the request page shows of the counter to `user`."""
    acts = user.may(Permission.TAKE_REQUESTS) or user.may(Permission.ACCEPT_HANDOFFS)
    rule = rule_of(request, protocol)
    return CounterBoxes(
        offers=list(request.alternatives.select_related("offered_by")),
        usual=usual_offers(kind=request.kind, scenario=rule.scenario if rule else ""),
        contacts=list(request.contacts.select_related("by").order_by("-began_at", "-pk")),
        papers=_papers(request, protocol),
        sounds_like_papers=_sounds_like_papers(request),
        upset=protocol.script(UPSET) if protocol and request.is_open else None,
        waiting=_waiting(request),
        may_offer=acts and request.is_open,
        may_log=acts,
    )


def _sounds_like_papers(request: Request) -> bool:
    """Do the words meet a rule about papers while nobody has said yet that it is about papers alone?"""
    if request.kind not in ("", Kind.ROUTINE) or not request.is_open:
        return False
    last = request.screenings.last()
    return any(match.get("scenario") == PAPERS for match in (last.matches if last else ()))


def _papers(request: Request, protocol: InForce | None) -> Script | None:
    """The limits, said with empathy, for papers that are wanted today."""
    if protocol is None or request.kind != Kind.PAPERWORK or not request.is_open:
        return None
    kind = protocol.kind(request.kind)
    return protocol.script(kind.script) if kind else None


def _waiting(request: Request) -> str:
    """Where the request's person stands at the counter, in words; "" for who does not wait there."""
    walk_in = WalkIn.objects.waiting().filter(request=request).select_related("request", "site").first()
    if walk_in is None:
        return ""
    if needs_the_script(walk_in):
        return "At the counter: help them now"
    line = [one.pk for one in line_at(walk_in.site)]
    tier = f"tier {walk_in.tier}" if walk_in.tier else "not weighed yet"
    return f"Waits in place {line.index(walk_in.pk) + 1} of {len(line)}, {tier}"
