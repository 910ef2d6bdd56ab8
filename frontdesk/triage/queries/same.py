"""Which open requests may be the same matter as one that is about to be closed."""

from __future__ import annotations

from collections.abc import Sequence

from frontdesk.accounts.models import User
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import fold
from frontdesk.people.phones import read_phone
from frontdesk.triage.models import Request

LOOKED_AT = 200  # the latest open ones of the place
MOST = 12


def maybe_same(request: Request, *, user: User) -> Sequence[Request]:
    """Open requests of the same place that this person sees, of the same patient or caller; the latest first.

    Where one of the two has no patient yet, the name that was given or a number that was given must agree.
    """
    visible = (
        Request.objects.visible_to(user).open().filter(site=request.site_id, restricted=request.restricted)
    )
    rows = visible.exclude(pk=request.pk).select_related("patient", "taken_by").order_by("-opened_at", "-pk")
    if request.patient_id is None and not _given(request):
        return []
    return [one for one in rows[:LOOKED_AT] if _may_be(request, one)][:MOST]


def _may_be(request: Request, other: Request) -> bool:
    if request.patient_id and other.patient_id:
        return request.patient_id == other.patient_id
    return bool(_given(request) & _given(other))


def _given(request: Request) -> set[str]:
    """What was given to know the caller by: a folded name, telephone numbers."""
    named = request.patient.name if request.patient else request.said_name
    found = {fold(named)} if " " in named.strip() else set()
    for number in (request.said_phone, request.callback):
        try:
            found.add(read_phone(number))
        except BadValue:
            continue
    return found
