"""The four lanes of a request, and which of two is the higher."""

from enum import StrEnum


class Lane(StrEnum):
    """Where a request goes; a screening may only ever raise it."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    OPERATIONAL = "operational"
    ROUTINE = "routine"


RANK: dict[Lane, int] = {Lane.EMERGENCY: 3, Lane.URGENT: 2, Lane.OPERATIONAL: 1, Lane.ROUTINE: 0}


def highest(*lanes: Lane) -> Lane:
    """Return the highest of the lanes; routine when none is given."""
    return max(lanes, key=RANK.__getitem__, default=Lane.ROUTINE)
