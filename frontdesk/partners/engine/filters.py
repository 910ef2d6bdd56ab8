"""Does what happened fit what a client asked to be told of? Values in, values out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum


class By(StrEnum):
    """What a client may filter by."""

    LOCATION = "location"
    PRACTITIONER = "practitioner"
    SERVICE_TYPE = "service-type"
    PATIENT = "patient"
    STATUS = "status"


Filter = Mapping[str, object]  # {"by": one of By, "of": [values]}
Facets = Mapping[By, Collection[str]]
"""By the name of a filter, the values that what happened has: ids as text, or a status of a visit."""

MOST, MOST_VALUES = 10, 50


def fits(filters: Sequence[Filter], facets: Facets) -> bool:
    """Do all filters fit? Each fits where one of its values is among those of what happened."""
    return all(_fits(one, facets) for one in filters)


def _fits(one: Filter, facets: Facets) -> bool:
    values = one.get("of")
    there = next((found for by, found in facets.items() if by == one.get("by")), ())
    return isinstance(values, list) and any(str(value) in there for value in values)
