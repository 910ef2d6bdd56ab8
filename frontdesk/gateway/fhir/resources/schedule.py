"""Schedule (a provider's time at a site) and Slot (one time of it, free or taken)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from frontdesk.book.queries.find import HORIZON
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.gateway.fhir import codes
from frontdesk.gateway.fhir.dates import instant
from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.slot_ids import SlotId, pack


def schedule(row: Provider, site: Site, kinds: Sequence[VisitType], call: Call) -> dict[str, Any]:
    """The provider's time at the site; `kinds` are the visit types of the specialty that the client may know of."""
    both = f"{row.pk}-{site.pk}"
    found: dict[str, Any] = {"resourceType": "Schedule", "id": both, "active": row.active}
    if kinds:
        found["serviceType"] = [codes.visit_type(call.base, kind) for kind in kinds]
    found["specialty"] = [codes.specialty(call.base, row.specialty)]
    found["actor"] = [
        {"reference": f"Practitioner/{row.pk}", "display": row.name},
        {"reference": f"PractitionerRole/{both}"},
        {"reference": f"Location/{site.pk}", "display": site.name},
    ]
    end = call.now + timedelta(days=HORIZON)
    found["planningHorizon"] = {"start": instant(call.now), "end": instant(end)}
    return found


class FreeSlots:
    """Free Slots of one visit type: hundreds are made for one answer, so what they share is made once."""

    def __init__(self, kind: VisitType, call: Call) -> None:
        self._kind = kind.pk
        self._shared = {
            "serviceType": [codes.visit_type(call.base, kind)],
            "specialty": [codes.specialty(call.base, kind.specialty)],
        }
        self._schedules: dict[tuple[int, int], tuple[str, dict[str, str]]] = {}

    def to_fhir(self, provider: int, site: int, start: datetime, end: datetime) -> dict[str, Any]:
        """One of them; `start` and `end` are instants in UTC."""
        known = self._schedules.get((provider, site))
        if known is None:
            schedule_of = {"reference": f"Schedule/{provider}-{site}"}
            known = self._schedules[provider, site] = f"{provider}-{site}-{self._kind}-", schedule_of
        at = start.isoformat()  # 2026-03-03T15:00:00+00:00
        return {
            "resourceType": "Slot",
            # As slot_ids.pack makes it.
            "id": f"{known[0]}{at[:4]}{at[5:7]}{at[8:13]}{at[14:16]}Z", **self._shared,
            "schedule": known[1], "status": "free", "start": f"{at[:19]}Z", "end": f"{end.isoformat()[:19]}Z",
        }  # fmt: skip


def taken(provider: int, site: int, start: datetime, end: datetime) -> dict[str, Any]:
    """Time that is taken, and nothing of by whom or for what."""
    minutes = int((end - start).total_seconds()) // 60
    return {
        "resourceType": "Slot", "id": pack(SlotId(provider, site, 0, start, minutes)),
        "schedule": {"reference": f"Schedule/{provider}-{site}"}, "status": "busy",
        "start": instant(start), "end": instant(end),
    }  # fmt: skip
