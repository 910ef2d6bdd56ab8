"""The providers of the demo: who they are, what they speak, and when and where they work in a week."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from random import Random

from frontdesk.config.demo.hours import EIGHT, FIVE, NINE, NOON, ONE
from frontdesk.config.demo.names import NAMES
from frontdesk.config.demo.sizes import Size

Stretch = tuple[time, time]
SHIFTS: dict[str, tuple[Stretch, ...]] = {
    "-": (),
    "M": ((EIGHT, NOON),),
    "A": ((ONE, FIVE),),
    "D": ((EIGHT, NOON), (ONE, FIVE)),
    "E": ((time(7, 30), time(11, 30)), (time(12, 30), time(16, 30))),
    "L": ((NINE, ONE), (time(14), time(18))),
}
WEEKEND: tuple[Stretch, ...] = ((NINE, ONE),)
SATURDAY, SUNDAY = 5, 6
SECOND_LANGUAGES = ("es", "es", "es", "zh", "pt", "vi", "ar", "ht", "pl", "ru")


@dataclass
class ProviderPlan:
    """`shifts` and `places` have a sign for each weekday from Monday on; a place is a site's index."""

    given: str
    family: str
    sex: str
    languages: list[str]
    specialty: str
    shifts: str
    places: list[int]
    title: str = ""
    username: str = ""
    weekend: list[tuple[int, int]] = field(default_factory=list)
    """(weekday, site's index) of the weekend clinics."""

    @property
    def name(self) -> str:
        full = f"{self.given} {self.family}"
        return f"{full}, {self.title}" if self.title else f"Dr. {full}"

    def stretches(self) -> list[tuple[int, int, Stretch]]:
        """Each session of the week as (weekday, site's index, local hours)."""
        week = [
            (day, place, stretch)
            for day, (shift, place) in enumerate(zip(self.shifts, self.places, strict=True))
            for stretch in SHIFTS[shift]
        ]
        return week + [(day, place, stretch) for day, place in self.weekend for stretch in WEEKEND]


# given, family, sex, languages, specialty, shifts, places, title, user name
_KNOWN = """
Anneliese|Vanderbroeck-Nakamura|F|en|internal|DDMD-|00000||anneliese.vanderbroeck
Samuel|Oyelaran-Whitcombe|M|en|orthopedics|DDD-D|00000||samuel.oyelaran
Linnea|Thorvaldsen|F|en|family|DDADM|00000||
Marisol|Castellano-Reyes|F|en es|pediatrics|DDDDM|00000||
Emeka|Sundaresan-Holt|M|en|family|EEEEM|11111||
Dana|Iyer-Hartmann|F|en|therapy|DDDDD|00200|PT|
Karim|Baptiste|M|en ht|family|LLDLM|00000|PA|
Beatriz|Quintana-Boateng|F|en es|ob-gyn|DDDMD|00002||
Henrik|Grigoryan|M|en ru|cardiology|DDM-D|01000||
Odile|Lefebvre-Okoro|F|en|dermatology|DD-DM|00020||
Tuấn|Hoàng-Whitfield|M|en vi|family|DDDD-|11111||
Amina|Al-Sayed Corrigan|F|en ar|internal|DDMDD|11111||
Joaquín|Beltrán-Strand|M|en es|pediatrics|EEE-E|11111||
Miriam|Rosenthal|F|en|pediatrics|DDDDM|22222||
Jonas|Ekström-Mbatha|M|en|internal|DMDDD|22222||
Xiaohong|Zhang-Corrigan|F|en zh|family|DDDDM|22222||
Priscilla|Achebe-Lund|F|en|ob-gyn|DD-DD|11211||
Thiago|Vasconcelos|M|en pt|orthopedics|D-DDM|11211||
Margaret|Featherstone|F|en|cardiology|DDDM-|22122||
Vikram|Chaudhary|M|en|dermatology|DMDD-|11121||
Seamus|Gallagher-Diallo|M|en|therapy|DDDDM|11111|PT|
Katarzyna|Wieczorek|F|en pl|family|DADDD|22222|NP|
Desmond|Ogunleye|M|en|internal|LLL-L|00000||
Aoife|Brennan-Satō|F|en|pediatrics|D-DDD|00202||
""".strip().splitlines()

EVERY_OTHER_WEEK = ("Thorvaldsen", 2)
"""Family name and weekday: who works in the afternoon of that day every other week only."""

_SHIFT_PATTERNS = ("DDDDD", "DDMDD", "DDD-D", "D-DDD", "DADDM", "EEEEM", "LLDL-", "DDDDM", "MDDD-", "EE-EE")


def plan_providers(size: Size, rng: Random) -> list[ProviderPlan]:
    """The providers of a clinic of this size; the first ones are always the same people."""
    known = [_known(line, size.sites) for line in _KNOWN]
    plans = known[: size.providers]
    for number in range(len(plans), size.providers):
        plans.append(_made_up(known[number % len(known)], number % size.sites, size.sites, rng))
    _add_weekend_clinics(plans)
    return plans


def _known(line: str, sites: int) -> ProviderPlan:
    given, family, sex, languages, specialty, shifts, places, title, username = line.split("|")
    indexes = [int(place) % sites for place in places]
    return ProviderPlan(
        given, family, sex, languages.split(), specialty, shifts, indexes, title=title, username=username
    )


def _made_up(like: ProviderPlan, home: int, sites: int, rng: Random) -> ProviderPlan:
    """Somebody of the same profession as `like`, at another site."""
    sex = rng.choice("FM")
    language = rng.choice(SECOND_LANGUAGES) if rng.random() < 0.3 else "en"
    names = NAMES[language]
    given = rng.choice(names.female if sex == "F" else names.male)
    family = rng.choice(names.family)
    if rng.random() < 0.4:
        family = f"{family}-{rng.choice(NAMES['en'].family)}"
    places = [home] * 5
    if sites > 1 and rng.random() < 0.25:
        places[rng.randrange(5)] = (home + 1 + rng.randrange(sites - 1)) % sites
    languages = ["en"] if language == "en" else ["en", language]
    shifts = rng.choice(_SHIFT_PATTERNS)
    return ProviderPlan(given, family, sex, languages, like.specialty, shifts, places, title=like.title)


def _add_weekend_clinics(plans: list[ProviderPlan]) -> None:
    """Saturday mornings at every site by a family doctor; Sunday mornings at the first by an internist."""
    served: set[int] = set()
    for plan in plans:
        home = plan.places[0]
        if plan.specialty == "family" and home not in served:
            served.add(home)
            plan.weekend.append((SATURDAY, home))
    on_sunday = next(plan for plan in plans if plan.specialty == "internal")
    on_sunday.weekend.append((SUNDAY, on_sunday.places[0]))
