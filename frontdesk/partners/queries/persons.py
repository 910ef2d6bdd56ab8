"""Who a system says that its patient is, and whether the clinic knows them: two identifiers must agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from frontdesk.accounts.models import User
from frontdesk.kit.text import fold
from frontdesk.people.engine.matching import Known, Said, agreeing
from frontdesk.people.models import Patient
from frontdesk.people.queries import ENOUGH, Match, card, match


@dataclass(frozen=True)
class Person:
    """A patient as another system describes them, read: `phone` in E.164, `numbers` as (system, value)."""

    given: str = ""
    family: str = ""
    birth_date: date | None = None
    phone: str = ""
    email: str = ""
    mrn: str = ""
    language: str = ""
    numbers: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> Said:
        return Said(
            fold(f"{self.given} {self.family}"), self.birth_date, self.phone, self.mrn.strip().upper()
        )


def matching(person: Person, *, by: User) -> list[Match]:
    """The records that agree on two identifiers or more; a number that the other system gave counts as one."""
    found = match(person.said, by=by)
    there = {one.patient.pk for one in found}
    return [*found, *(one for one in _by_number(person, by) if one.patient.pk not in there)]


def _by_number(person: Person, by: User) -> list[Match]:
    visible = Patient.objects.visible_to(by).prefetch_related("contact_points")
    found: dict[int, Match] = {}
    for system, value in person.numbers:
        for patient in visible.filter(identifiers__system=system, identifiers__value=value):
            on = ("its number there", *agreeing(person.said, _known(patient)))
            if len(on) >= ENOUGH:
                found[patient.pk] = Match(patient, on)
    return list(found.values())


def _known(patient: Patient) -> Known:
    phones = [point.value for point in patient.contact_points.all() if point.kind == "phone"]
    return Known(patient.pk, patient.search_name, patient.birth_date, phones, patient.mrn)


def phone_of(patient: Patient) -> str:
    """Where the patient is called back: the telephone number they prefer; "" where there is none."""
    return card(patient).phone
