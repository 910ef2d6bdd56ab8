"""Why a visit is cancelled, moved or not kept: codes, on whose side each lies, and their words."""

from __future__ import annotations

from typing import NamedTuple


class Why(NamedTuple):
    """`whose` is patient, provider, organization or other."""

    code: str
    whose: str
    words: str


CHANGES: tuple[Why, ...] = (
    Why("patient-asked", "patient", "The patient asked"),
    Why("patient-ill", "patient", "The patient is ill"),
    Why("no-transport", "patient", "No way to get here"),
    Why("work-or-school", "patient", "Work or school"),
    Why("cost-or-coverage", "patient", "Cost or coverage"),
    Why("not-needed", "patient", "No longer needed"),
    Why("admitted", "patient", "In hospital"),
    Why("deceased", "patient", "The patient has died"),
    Why("provider-away", "provider", "The provider is away"),
    Why("provider-late", "provider", "The provider is delayed"),
    Why("provider-asked", "provider", "The provider asked"),
    Why("room-or-machine", "organization", "Room or machine out of order"),
    Why("urgent-need", "organization", "Time given to an urgent need"),
    Why("wrong-type", "organization", "Booked as the wrong visit type"),
    Why("wrong-provider", "organization", "Booked with the wrong provider or specialty"),
    Why("double-booked", "organization", "Booked twice"),
    Why("site-closed", "organization", "The site is closed"),
    Why("coverage-not-ready", "organization", "Referral or authorization not ready"),
    Why("other", "other", "Another reason"),
)
MISSES: tuple[Why, ...] = (
    Why("no-word", "patient", "No word from the patient"),
    Why("forgot", "patient", "Forgot"),
    Why("no-transport", "patient", "No way to get here"),
    Why("came-too-late", "patient", "Came too late to be seen"),
    Why("left", "patient", "Left without being seen"),
    Why("not-told", "organization", "Was not told of the visit or a change"),
    Why("no-interpreter", "organization", "The interpreter did not come"),
    Why("technical", "organization", "A technical fault"),
    Why("other", "other", "Another reason"),
)


def why(code: str, among: tuple[Why, ...] = CHANGES) -> Why | None:
    """The reason of that code; None for any other text."""
    return next((one for one in among if one.code == code), None)
