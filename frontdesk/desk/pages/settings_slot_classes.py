"""Slot classes: how they are read, and the form that drafts one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.http import QueryDict

from frontdesk.accounts.permissions import Role
from frontdesk.clinic.choices import Audience, Modality
from frontdesk.clinic.models import SlotClass, VisitType
from frontdesk.clinic.queries.grid import Kept, kept_time
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import DraftForm, Line, Number, OneOf, Several, Tick, TimeOfDay


@dataclass(frozen=True)
class SlotClassRow:
    pk: int
    active: bool
    kept: Kept
    visit_types: Sequence[VisitType]


def slot_classes() -> list[SlotClassRow]:
    """All of them, those in use first."""
    types = Prefetch("visit_types", VisitType.objects.order_by("name"))
    found = SlotClass.objects.prefetch_related(types).order_by("-active", "name")
    return [SlotClassRow(one.pk, one.active, kept_time(one), list(one.visit_types.all())) for one in found]


class SlotClassForm(DraftForm):
    code = Line("Code", most=30, help_text="Small letters, digits and dashes. Given once, never changed.")
    name = Line("Name", most=60)
    audience = OneOf("For whom", Audience.choices)
    released_by = OneOf(
        "Released by hand by", [(value, words) for value, words in Role.choices if value != Role.PATIENT]
    )
    release_days = Number(
        "Opens to everybody, days before",
        most=365,
        required=False,
        help_text="0 is the day itself. Empty: only by hand.",
    )
    release_at = TimeOfDay("Opens to everybody at", required=False, help_text="The site’s own time.")
    by_direction = Tick("Opens by a clinician’s direction only")
    active = Tick("In use")
    modalities = Several("Booked by", Modality.choices, help_text="None ticked: any.")
    visit_types = Several("Kept for", ())

    def __init__(self, data: QueryDict | None = None, *, standing: Mapping[str, Any], **more: Any) -> None:
        super().__init__(data, initial={"active": True, "released_by": Role.MANAGER, **standing}, **more)
        types = VisitType.objects.filter(active=True).select_related("specialty")
        known = [
            (one.code, f"{one.name} ({one.specialty.name})")
            for one in types.order_by("specialty__name", "name")
        ]
        offer(self, "visit_types", known)
        if standing:
            self.fields["code"].disabled = True
            self.fields["code"].help_text = "Other settings name it, so it stays."

    def proposal(self) -> dict[str, Any]:
        """What the valid form proposes, whole."""
        read = {
            name: value for name, value in self.cleaned_data.items() if name not in ("because", "holds_from")
        }
        at = read["release_at"]
        return {**read, "release_at": at.strftime("%H:%M") if at else ""}
