"""The patients of the demo: households with names, birth dates, languages and ways to reach them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from frontdesk.config.demo import rows
from frontdesk.config.demo.catalog import EASTERN, PRECAUTIONS, RISK_FLAGS
from frontdesk.config.demo.hours import midnight
from frontdesk.config.demo.names import MAIL_HOSTS, NAMES, NEAR_CITIES
from frontdesk.config.demo.numbers import Numbers
from frontdesk.kit.text import fold

LANGUAGE_SHARES = {
    "en": 78.0, "es": 15.0, "zh": 1.5, "ar": 1.2, "vi": 1.2, "pt": 1.0, "ht": 0.8, "ru": 0.6, "pl": 0.5, "ase": 0.2,
}  # fmt: skip
NEEDS_INTERPRETER = {"en": 0.0, "es": 0.55, "ase": 1.0}
OTHERS_NEED_INTERPRETER = 0.65
CHILDREN = 0.22
FROM_SIXTY_FIVE = 0.19
MRN_PRIME = 999_983
ISOLATED = 40  # the place of one patient with precautions who is always there
REGISTERED_AT = timedelta(hours=7, minutes=50)


@dataclass(frozen=True)
class Person:
    """A patient as the filling of days needs them. `needs` is the language to be interpreted, or empty."""

    id: int
    age: int
    sex: str
    needs: str
    since: date
    """The local day on which the record was started: no visit was booked before it."""
    isolated: bool = False
    """Is seen in rooms that are fit for infection precautions only."""


@dataclass
class People:
    patients: list[rows.PatientRow] = field(default_factory=list)
    contacts: list[rows.ContactRow] = field(default_factory=list)
    flags: list[rows.FlagRow] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)


def build_people(count: int, *, seed: int, today: date, users: Mapping[str, int], numbers: Numbers) -> People:
    """`count` patients, adults first. `users` has the ids of those who may have started the records."""
    maker = _Maker(Random(f"{seed} people"), today, list(users.values()))  # noqa: S311
    chosen = Random(f"{seed} precautions")  # noqa: S311  its own: the people stay who they are
    adults = count - round(count * CHILDREN)
    for place, number in enumerate(numbers.take("people_patient", count)):
        isolated = place < adults and (place == ISOLATED or chosen.random() < PRECAUTIONS[2])
        maker.add(number, place, child=place >= adults, isolated=isolated)
    return maker.people


@dataclass(frozen=True)
class _Home:
    """What the people of one household share."""

    born: date
    family: str
    language: str
    phone: str
    email: str


class _Maker:
    def __init__(self, rng: Random, today: date, registrars: list[int]) -> None:
        self.rng, self.today, self.registrars = rng, today, registrars
        self.people = People()
        self.homes: list[_Home] = []
        self.mrn_step = rng.randrange(100_000, MRN_PRIME)
        self.mrn_first = rng.randrange(MRN_PRIME)
        self.languages = list(LANGUAGE_SHARES)
        self.weights = list(LANGUAGE_SHARES.values())

    def add(self, number: int, place: int, *, child: bool, isolated: bool) -> None:
        """One more patient; a child usually lives with one of the adults that are there already."""
        rng = self.rng
        born = self.today - timedelta(days=self._days_old(child))
        home = self._home_for(born) if child and rng.random() < 0.8 else None
        language = home.language if home else rng.choices(self.languages, self.weights)[0]
        sex = "X" if rng.random() < 0.004 else rng.choice("FM")
        given, family = self._name(language, sex)
        if home:
            family = home.family
        needs = rng.random() < NEEDS_INTERPRETER.get(language, OTHERS_NEED_INTERPRETER)
        since = self._since(born)
        self.people.patients.append(
            rows.PatientRow(
                id=number,
                mrn=self._mrn(place),
                given=given,
                family=family,
                search_name=fold(f"{given} {family}"),
                birth_date=born,
                sex=sex,
                language=language,
                needs_interpreter=needs,
                created_at=_registered(since),
                created_by_id=rng.choice(self.registrars) if self.registrars else None,
                created_how="demo",
            )
        )
        age = (self.today - born).days * 4 // 1461
        self.people.persons.append(Person(number, age, sex, language if needs else "", since, isolated))
        phone, email = self._contacts(number, place, f"{given} {family}", home)
        if not child:
            self.homes.append(_Home(born, family, language, phone, email))
            self._flags(number, age)
        if isolated:
            code, label, _ = PRECAUTIONS
            self.people.flags.append(rows.FlagRow(number, code, label, since))

    def _days_old(self, child: bool) -> int:
        if child:
            return self.rng.randrange(20, 18 * 365)
        if self.rng.random() < FROM_SIXTY_FIVE / (1 - CHILDREN):
            return 65 * 366 + int(min(self.rng.expovariate(1 / 9), 33) * 365)
        return self.rng.randrange(18 * 366, 65 * 365)

    def _home_for(self, born: date) -> _Home | None:
        """An adult old enough to be a parent and not too old, found in a few tries."""
        for _ in range(6):
            home = self.homes[int(self.rng.random() * len(self.homes))]
            if 20 <= born.year - home.born.year <= 42:
                return home
        return None

    def _name(self, language: str, sex: str) -> tuple[str, str]:
        rng, names = self.rng, NAMES[language]
        given = rng.choice(names.female if sex == "F" or (sex == "X" and rng.random() < 0.5) else names.male)
        family = rng.choice(names.family)
        roll = rng.random()
        if language in ("es", "pt") and roll < 0.3:
            family = f"{family} {rng.choice(names.family)}"
        elif language == "en" and roll < 0.1:
            family = f"{family}-{rng.choice(names.family)}"
        return given, family

    def _since(self, born: date) -> date:
        """Most have been patients for years; one in ten came within the last year. Never before birth."""
        days = self.rng.randrange(1, 365) if self.rng.random() < 0.1 else self.rng.randrange(365, 8 * 365)
        return max(self.today - timedelta(days=days), born + timedelta(days=3))

    def _mrn(self, place: int) -> str:
        """Numbers such as 004-118-27; all differ because the step and the modulus share no divisor."""
        digits = f"{(self.mrn_first + place * self.mrn_step) % MRN_PRIME:08d}"
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"

    def _contacts(self, number: int, place: int, name: str, home: _Home | None) -> tuple[str, str]:
        rng, add = self.rng, self.people.contacts.append
        phone = home.phone if home else self._phone()
        add(rows.ContactRow(number, "phone", phone, allowed=rng.random() < 0.95, preferred=True))
        if rng.random() < 0.2 and (second := self._phone()) != phone:
            add(rows.ContactRow(number, "phone", second, allowed=rng.random() < 0.8, preferred=False))
        email = home.email if home else (_email(name, place, rng) if rng.random() < 0.82 else "")
        if email:
            allowed = rng.random() < 0.92
            add(rows.ContactRow(number, "email", email, allowed=allowed, preferred=allowed))
        return phone, email

    def _phone(self) -> str:
        return f"+1{self.rng.choice(NEAR_CITIES)}55501{self.rng.randrange(100):02d}"

    def _flags(self, number: int, age: int) -> None:
        for code, label, younger, older in RISK_FLAGS:
            if self.rng.random() < (older if age >= 60 else younger):
                since = self.today - timedelta(days=self.rng.randrange(10, 1500))
                self.people.flags.append(rows.FlagRow(number, code, label, since))


def _registered(since: date) -> datetime:
    return midnight(since, EASTERN) + REGISTERED_AT


def _email(name: str, place: int, rng: Random) -> str:
    """An address nobody has: example domains are set apart. The number keeps namesakes apart."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("đ", "d").replace("ł", "l").replace("ø", "o"))
    words = "".join(
        letter if letter.isascii() and letter.isalnum() else " " for letter in _bare(plain)
    ).split()
    return f"{words[0]}.{words[-1]}{place + 1}@{rng.choice(MAIL_HOSTS)}"


def _bare(text: str) -> str:
    return "".join(letter for letter in text if not unicodedata.combining(letter))
