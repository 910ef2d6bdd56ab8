"""Who waits at the counter of one site: those who need help now, the list in order, and who came late for a visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from django.db.models import Prefetch

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Site
from frontdesk.kit.clock import day_span, local_day
from frontdesk.triage.actions.walk_ins import TIERS
from frontdesk.triage.models import Handoff, LateArrival, TierChange, WalkIn, WalkInEnd
from frontdesk.triage.queries.late_arrivals import late_seen_by
from frontdesk.triage.queries.walk_ins import line_at, needs_the_script, waiting_at
from frontdesk.triage.rules import CLINICAL

GONE_SHOWN = 12


@dataclass(frozen=True)
class Problem:
    """A form of one row that was refused: the sentence, the bad field it is about, and what had been typed."""

    walk_in: int
    form: str
    sentence: str
    bad: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WaitRow:
    """One who waits. `place` is 0 for who needs the script now; `seconds` is how long they have waited.

    `weighed` says who set the tier and when, `why` is their reason.
    """

    pk: int
    request: int
    place: int
    name: str
    kind: str
    lane: str
    tier: int | None
    weighed: str
    why: str
    came: datetime
    next_action: str
    is_first: bool
    seconds: int = field(compare=False, repr=False)
    problem: Problem | None = None

    @property
    def loud(self) -> bool:
        """A clinical lane that no clinician has weighed."""
        return self.tier is None and self.lane in CLINICAL


@dataclass(frozen=True)
class LateRow:
    pk: int
    visit: int
    name: str
    minutes: int
    with_whom: str
    came: datetime
    state: str
    is_urgent: bool


@dataclass(frozen=True)
class WaitPage:
    """`now` are in the emergency lane and do not wait; `hidden` wait too and may not be seen by this person."""

    site: Site | None
    sites: Sequence[Site]
    now: Sequence[WaitRow] = ()
    rows: Sequence[WaitRow] = ()
    late: Sequence[LateRow] = ()
    gone: Sequence[WalkIn] = ()
    hidden: int = 0
    may_weigh: bool = False
    may_end: bool = False
    may_open: bool = False

    tiers = TIERS
    ends = WalkInEnd.choices

    @property
    def waiting(self) -> int:
        return len(self.rows) + self.hidden

    @property
    def unweighed(self) -> int:
        return sum(row.tier is None for row in self.rows)

    @property
    def version(self) -> str:
        """Changes when anything on the page does, but for clocks that run by themselves."""
        gone = [(one.pk, one.end) for one in self.gone]
        said = repr((self.now, self.rows, self.late, gone, self.hidden))
        return blake2b(said.encode(), digest_size=8).hexdigest()


def wait_page(*, user: User, site: str, now: datetime, problem: Problem | None = None) -> WaitPage:
    """Who waits at the site of that code, or at the first site of `user` where they have none of it."""
    sites = list(Site.objects.of(user).order_by("pk"))
    chosen = next((one for one in sites if one.code == site), sites[0] if sites else None)
    if chosen is None:
        return WaitPage(None, ())
    line = [one.pk for one in line_at(chosen)]
    places = {pk: place for place, pk in enumerate(line, 1)}
    rows = [_row(one, places.get(one.pk, 0), now, problem) for one in _rows(chosen, user)]
    acts = user.may(Permission.TAKE_REQUESTS) or user.may(Permission.ACCEPT_HANDOFFS)
    return WaitPage(
        site=chosen,
        sites=sites,
        now=[row for row in rows if not row.place],
        rows=[row for row in rows if row.place],
        late=_late(chosen, user),
        gone=_gone(chosen, user, now),
        hidden=len(line) - sum(row.place > 0 for row in rows),
        may_weigh=user.may(Permission.LOWER_LANE),
        may_end=acts,
        may_open=user.may(Permission.TAKE_REQUESTS),
    )


def _rows(site: Site, user: User) -> list[WalkIn]:
    changes = TierChange.objects.select_related("changed_by")
    handoffs = Handoff.objects.select_related("direct_visit_type")
    found = waiting_at(site).visible_to(user).select_related("request__patient", "tier_by", "site")
    return list(
        found.prefetch_related(
            Prefetch("tier_changes", changes), Prefetch("request__handoffs", handoffs), "request__utterances"
        )
    )


def _row(one: WalkIn, place: int, now: datetime, problem: Problem | None) -> WaitRow:
    request, changes = one.request, list(one.tier_changes.all())
    last = changes[-1] if changes else None
    return WaitRow(
        pk=one.pk,
        request=request.pk,
        place=place,
        name=request.patient.sort_name if request.patient else request.said_name,
        kind=request.get_kind_display(),
        lane=request.lane,
        tier=one.tier,
        weighed=_weighed(last, one.site) if last else "",
        why=last.reason if last else "",
        came=one.arrived_at,
        next_action=_next(one),
        is_first=place <= 1,
        seconds=max(0, int((now - one.arrived_at).total_seconds())),
        problem=problem if problem and problem.walk_in == one.pk else None,
    )


def _weighed(change: TierChange, site: Site) -> str:
    return f"{change.changed_by.name}, {change.changed_at.astimezone(site.zone):%H:%M}"


def _next(one: WalkIn) -> str:
    """What happens next with this person."""
    request = one.request
    if needs_the_script(one):
        return "Follow the script"
    if not (list(request.utterances.all()) or request.draft_words):
        return "Take the first minute and write down what they say"
    if one.tier is None:
        return "A clinician sets the tier"
    handoffs = list(request.handoffs.all())
    if any(handoff.accepted_at is None for handoff in handoffs):
        return "A clinician accepts the handoff"
    if any(handoff.directed_at is None for handoff in handoffs):
        return "A clinician says what may be booked"
    directed = next((handoff for handoff in reversed(handoffs) if handoff.direction), None)
    return directed.get_direction_display() if directed else "Take in when it is their turn"


def _late(site: Site, user: User) -> list[LateRow]:
    reason = user.may(Permission.SEE_REASON)
    open_ones = late_seen_by(user).filter(site=site, settled_at=None).order_by("arrived_at", "pk")
    return [_late_row(one, reason) for one in open_ones]


def _late_row(one: LateArrival, reason: bool) -> LateRow:
    visit = one.appointment
    kind = f"{visit.visit_type.name}, " if reason else ""
    begins = f"{visit.start.astimezone(one.site.zone):%H:%M}"
    return LateRow(
        pk=one.pk,
        visit=visit.pk,
        name=visit.patient.sort_name,
        minutes=one.minutes_late,
        with_whom=f"{kind}{begins} with {visit.provider.name}",
        came=one.arrived_at,
        state=late_state(one),
        is_urgent=visit.visit_type.same_day,
    )


def late_state(one: LateArrival) -> str:
    """Where a late arrival stands, in words."""
    if one.settled_at is not None:
        return str(one.get_disposition_display())
    if one.answered_at is None:
        return "The provider’s team has not answered yet"
    if not one.feasible:
        return "It cannot be done: say how it ends"
    return "Approved: say how it ends" if one.approved_at else "It can be done; an approval is needed"


def _gone(site: Site, user: User, now: datetime) -> list[WalkIn]:
    """Who left the list today, the latest first."""
    start, end = day_span(local_day(now, site.time_zone), site.time_zone)
    rows = WalkIn.objects.visible_to(user).filter(site=site, left_at__gte=start, left_at__lt=end)
    return list(rows.select_related("request__patient", "left_by").order_by("-left_at", "-pk")[:GONE_SHOWN])
