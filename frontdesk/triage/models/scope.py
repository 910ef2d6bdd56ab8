"""For whom and when a protocol is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from frontdesk.clinic.models import Site, Specialty
from frontdesk.triage.engine.change import mark_of
from frontdesk.triage.models.protocol import Hours, Protocol


@dataclass(frozen=True)
class Scope:
    """Where a protocol holds; one without any part is general. Ages in whole years, `age_under` excluded."""

    site: Site | None = None
    specialty: Specialty | None = None
    age_from: int | None = None
    age_under: int | None = None
    hours: str = ""

    @classmethod
    def of(cls, row: Protocol) -> Scope:
        return cls(row.site, row.specialty, row.age_from, row.age_under, row.hours)

    @property
    def is_general(self) -> bool:
        return self == Scope()

    @property
    def words(self) -> str:
        """In words: “Main Street; under 18 years; while the site is closed”."""
        parts = [one.name for one in (self.site, self.specialty) if one is not None]
        parts += [self._ages] if self._ages else []
        parts += [str(Hours(self.hours).label).lower()] if self.hours else []
        return "; ".join(parts) or "Every request"

    @property
    def _ages(self) -> str:
        if self.age_from is not None and self.age_under is not None:
            return f"{self.age_from} to under {self.age_under} years"
        if self.age_from is not None:
            return f"{self.age_from} years or older"
        return f"under {self.age_under} years" if self.age_under is not None else ""

    def as_fields(self) -> dict[str, Any]:
        """The fields of the row."""
        return {
            "site": self.site, "specialty": self.specialty, "age_from": self.age_from,
            "age_under": self.age_under, "hours": self.hours,
        }  # fmt: skip


def draft_mark(row: Protocol) -> str:
    """What stands for a draft as it is now: its content and its scope. A form that carries another one is stale."""
    return mark_of(row.content, *Scope.of(row).as_fields().values())
