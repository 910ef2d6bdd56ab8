"""Search parameters: what each is, for the search itself and for the CapabilityStatement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Param:
    """A search parameter of a type: `kind` is FHIR's (token, date, reference, string).

    `chains` are what may stand after a dot (patient.identifier); `narrows`: enough to search by, where a type must
    not be listed whole.
    """

    kind: str
    about: str = ""
    targets: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    narrows: bool = True


ID = Param("token", "The logical id")
