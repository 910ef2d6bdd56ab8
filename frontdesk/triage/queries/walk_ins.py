"""Who waits at a site without a visit, and in which order."""

from __future__ import annotations

from frontdesk.clinic.models import Site
from frontdesk.kit import rows
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.models import WalkIn
from frontdesk.triage.models.arrival import WalkInQuerySet


def waiting_at(site: Site) -> WalkInQuerySet:
    """Everybody who waits at the site, in order: the tier a clinician set, then arrival. Whoever may see them."""
    return WalkIn.objects.filter(site=site).waiting().in_order()


def is_waiting(request: int) -> bool:
    """Does the person of this request (an id) wait at a counter?"""
    return bool(rows.run("SELECT 1 FROM triage_walkin WHERE request_id = %s AND left_at IS NULL", [request]))


def needs_the_script(walk_in: WalkIn) -> bool:
    """In the emergency lane, and not weighed by a clinician since: such a person does not wait in a list."""
    request = walk_in.request
    if request.current_lane is not Lane.EMERGENCY:
        return False
    return walk_in.tier_at is None or walk_in.tier_at < request.lane_since


def line_at(site: Site) -> list[WalkIn]:
    """Everybody who waits in the list, in order: without those who need the script now."""
    return [one for one in waiting_at(site).select_related("request") if not needs_the_script(one)]


def order_of(site: Site) -> list[int]:
    """The requests (ids) of all who are there, in order: who needs the script now, then the list."""
    people = list(waiting_at(site).select_related("request"))
    return [one.request_id for one in sorted(people, key=lambda one: not needs_the_script(one))]
