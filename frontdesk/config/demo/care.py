"""Who is in whose care: the patients that each provider sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from frontdesk.config.demo.clinic import Clinic, Worker
from frontdesk.config.demo.people import Person

ADULT = 18
KNOWN_BEFORE = 0.85


@dataclass
class Care:
    """`panels` has the patients of each provider, by the provider's id; `known` the pairs (patient, specialty)
    whose first visit lies before the book begins."""

    panels: dict[int, list[Person]] = field(default_factory=lambda: defaultdict(list))
    known: set[tuple[int, str]] = field(default_factory=set)


def assign(clinic: Clinic, persons: Sequence[Person], *, seed: int, book_begins: date) -> Care:
    """Give every patient a doctor and some of them specialists, near one of the sites."""
    rng = Random(f"{seed} care")  # noqa: S311
    anywhere: dict[str, list[Worker]] = defaultdict(list)
    nearby: dict[tuple[str, int], list[Worker]] = defaultdict(list)
    for worker in clinic.workers:
        anywhere[worker.specialty].append(worker)
        nearby[worker.specialty, worker.home].append(worker)
    care = Care()
    for person in persons:
        site = rng.choice(clinic.workers).home
        for specialty in _specialties(person, rng):
            if workers := nearby[specialty, site] or anywhere[specialty]:
                care.panels[rng.choice(workers).id].append(person)
                if person.since < book_begins and rng.random() < KNOWN_BEFORE:
                    care.known.add((person.id, specialty))
    for panel in care.panels.values():
        rng.shuffle(panel)
    for nurse in clinic.nurses:
        care.panels[nurse.id] = _seen_by_nurses(clinic, care, nurse.home)
    return care


def _seen_by_nurses(clinic: Clinic, care: Care, site_id: int) -> list[Person]:
    """The adults in general care at the site."""
    general = [
        one for one in clinic.workers if one.home == site_id and one.specialty in ("family", "internal")
    ]
    found = {person.id: person for worker in general for person in care.panels[worker.id]}
    return [person for person in found.values() if person.age >= ADULT]


def _specialties(person: Person, rng: Random) -> Iterator[str]:
    """The specialties one patient goes to: always one for general care, and others by age and sex."""
    grown = person.age >= ADULT
    general = "family" if rng.random() < (0.58 if grown else 0.05) else ""
    yield general or ("internal" if grown else "pediatrics")
    shares = {
        "ob-gyn": 0.5 if grown and person.sex == "F" and person.age < 76 else 0.0,
        "orthopedics": 0.2 if grown else 0.06,
        "cardiology": 0.28 if person.age >= 50 else (0.04 if grown else 0.0),
        "dermatology": 0.2 if grown else 0.06,
        "therapy": 0.15 if grown else 0.04,
    }
    for specialty, share in shares.items():
        if rng.random() < share:
            yield specialty
