"""What the form of a clinician's direction offers: only what the rule that was met allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import SlotClass
from frontdesk.triage.limits import limits_for
from frontdesk.triage.models import Direction, Request

Choice = tuple[str, str]


@dataclass(frozen=True)
class Directing:
    """Choices as (value, words). `last_day` is the local day by which the rule wants the visit, if it says so."""

    directions: Sequence[Choice]
    slot_classes: Sequence[Choice]
    modalities: Sequence[Choice]
    last_day: date | None
    limited: bool


def directing(request: Request, *, now: datetime) -> Directing:
    limits = limits_for(request, now=now)
    kept = SlotClass.objects.filter(active=True)
    kept = kept.filter(pk__in=limits.classes) if limits.classes else kept
    return Directing(
        directions=_among(Direction.choices, limits.directions),
        slot_classes=[(one.code, one.name) for one in kept],
        modalities=_among(Modality.choices, () if limits.classes else limits.modalities),
        last_day=limits.last_day,
        limited=bool(limits.directions or limits.modalities or limits.classes or limits.last_day),
    )


def _among(choices: Sequence[tuple[str, str]], allowed: Sequence[str]) -> list[Choice]:
    return [(value, str(words)) for value, words in choices if not allowed or value in allowed]
