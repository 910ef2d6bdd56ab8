"""Who is asked to accept what, at this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.models import EscalationStep, Request
from frontdesk.triage.rules import CLINICAL

MOST = 5  # in the bar; the queue has all of them


@dataclass(frozen=True)
class Asking:
    """One handoff that waits for this person. `until` is when it is passed on; None at the last resort.

    `due_at` changes with each step, and each time the last resort is raised anew.
    """

    handoff_id: int
    request_id: int
    lane: Lane
    situation: str
    site: str
    since: datetime
    until: datetime | None
    due_at: datetime

    @property
    def is_last_resort(self) -> bool:
        return self.until is None


def asked_of(user: User) -> Sequence[Asking]:
    """What this person is asked to accept, the gravest first and then by clock.

    The last resort asks everybody at the site who answers handoffs, the manager, and whoever has the call.
    """
    if not user.may(Permission.SEE_QUEUES):
        return ()
    visible = Request.objects.visible_to(user).open().filter(lane__in=[lane.value for lane in CLINICAL])
    everybody = Q(duty="") if _hears_the_last_resort(user) else Q(duty="", handoff__request__taken_by=user)
    rows = EscalationStep.objects.filter(Q(asked=user) | everybody, ended_at=None, handoff__accepted_at=None)
    rows = rows.filter(handoff__request__in=visible).select_related("handoff__request__site").distinct()
    found = [_asking(one) for one in rows]
    return sorted(found, key=lambda one: (-RANK[one.lane], one.until or one.since, one.handoff_id))[:MOST]


def _hears_the_last_resort(user: User) -> bool:
    """Clinicians, and whoever runs all the sites and works with requests."""
    runs = user.may(Permission.SEE_ALL_SITES) and user.may(Permission.TAKE_REQUESTS)
    return user.may(Permission.ACCEPT_HANDOFFS) or runs


def _asking(step: EscalationStep) -> Asking:
    handoff = step.handoff
    request = handoff.request
    return Asking(
        handoff.pk,
        request.pk,
        request.current_lane,
        handoff.situation or "Asked for by the desk",
        request.site.name,
        step.began_at,
        step.due_at,
        handoff.due_at,
    )
