"""The one table of what may be done with each type of resource; the CapabilityStatement is made of it.

Each function is given the Call; those of one resource its id as text as well. A right is one of "c r u d s".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from frontdesk.gateway.fhir.door import Answer, Call
from frontdesk.gateway.fhir.params import Param

Of_all = Callable[[Call], Answer]
Of_one = Callable[[Call, str], Answer]


@dataclass(frozen=True)
class Operation:
    """A named operation on a type. `right` is what the scopes must carry on the type; `definition` is canonical."""

    run: Of_all
    right: str
    definition: str


@dataclass(frozen=True)
class Kind:
    """What may be done with one type of resource, and by whom it is done. What is None cannot be done."""

    read: Of_one | None = None
    search: Of_all | None = None
    create: Of_all | None = None
    update: Of_one | None = None
    patch: Of_one | None = None
    delete: Of_one | None = None
    once: bool = False  # If-None-Exist is understood
    params: Mapping[str, Param] = field(default_factory=dict)
    includes: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    operations: Mapping[str, Operation] = field(default_factory=dict)
    of_one: Mapping[str, Of_one] = field(
        default_factory=dict
    )  # operations on one resource, by name ("$status")
    defined: Mapping[str, str] = field(default_factory=dict)  # the canonical addresses of those, by name


def kinds() -> Mapping[str, Kind]:
    """By the name of the type. Made when it is first asked for, since the types import this file."""
    from frontdesk.gateway.fhir.table import KINDS

    return KINDS
