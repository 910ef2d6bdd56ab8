"""The clinic without its patients: sites, visit types, providers, rooms, equipment, interpreters, sessions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from random import Random

from frontdesk.clinic.choices import InterpreterMode, ResourceKind, RoomType
from frontdesk.config.demo import rows
from frontdesk.config.demo.catalog import (
    EQUIPMENT,
    SITE_PHONES,
    SITES,
    SPECIALTIES,
    VISIT_TYPES,
    SitePlan,
    VisitPlan,
)
from frontdesk.config.demo.hours import CLOSES, EIGHT, FIVE, OPENS
from frontdesk.config.demo.names import NAMES
from frontdesk.config.demo.numbers import Numbers
from frontdesk.config.demo.providers import SATURDAY, SUNDAY, ProviderPlan, plan_providers
from frontdesk.config.demo.sizes import Size

LINE_LANGUAGES = {"es": "Spanish", "ar": "Arabic", "zh": "Chinese", "vi": "Vietnamese", "pt": "Portuguese",
                  "ht": "Haitian Creole", "ru": "Russian", "pl": "Polish"}  # fmt: skip
WEEKDAYS = range(5)
SESSIONS_SINCE = timedelta(days=400)


@dataclass(frozen=True)
class SiteInfo:
    """A site as the filling of days needs it."""

    id: int
    zone: str
    plan: SitePlan


@dataclass(frozen=True)
class VisitType:
    id: int
    plan: VisitPlan


@dataclass
class Worker:
    """A provider at work. `room_rank` says, for each site id, which of its rooms is tried first."""

    id: int
    specialty: str
    languages: frozenset[str]
    home: int
    week: list[list[tuple[int, time, time]]]
    room_rank: dict[int, int]


@dataclass
class Clinic:
    """The rows to store, and the same things again as the filling of days looks them up."""

    sites: list[rows.SiteRow] = field(default_factory=list)
    specialties: list[rows.SpecialtyRow] = field(default_factory=list)
    visit_types: list[rows.VisitTypeRow] = field(default_factory=list)
    resources: list[rows.ResourceRow] = field(default_factory=list)
    providers: list[rows.ProviderRow] = field(default_factory=list)
    rooms: list[rows.RoomRow] = field(default_factory=list)
    equipment: list[rows.EquipmentRow] = field(default_factory=list)
    interpreters: list[rows.InterpreterRow] = field(default_factory=list)
    sessions: list[rows.SessionRow] = field(default_factory=list)

    site_info: dict[int, SiteInfo] = field(default_factory=dict)
    menu: dict[str, list[VisitType]] = field(default_factory=lambda: defaultdict(list))
    workers: list[Worker] = field(default_factory=list)
    rooms_at: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    interpreters_at: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    remote: set[int] = field(default_factory=set)
    """The interpreters who can join a video visit."""


def build_clinic(size: Size, *, seed: int, today: date, users: Mapping[str, int], numbers: Numbers) -> Clinic:
    """The clinic of this size. `users` has the id of each user who is a provider, by user name."""
    return _Builder(size, Random(f"{seed} clinic"), today, users, numbers).build()  # noqa: S311


class _Builder:
    def __init__(
        self, size: Size, rng: Random, today: date, users: Mapping[str, int], numbers: Numbers
    ) -> None:
        self.size, self.rng, self.users, self.numbers = size, rng, users, numbers
        self.since = today - SESSIONS_SINCE
        self.clinic = Clinic()
        self.site_ids: list[int] = []

    def build(self) -> Clinic:
        plans = plan_providers(self.size, self.rng)
        self._sites()
        specialty_ids = self._specialties({plan.specialty for plan in plans})
        for plan in plans:
            self._provider(plan, specialty_ids[plan.specialty])
        for site_id in self.site_ids:
            exam, therapy = self._busiest(site_id)
            self._rooms(site_id, exam, therapy)
            self._equipment(site_id)
            self._interpreters(site_id, exam)
        return self.clinic

    def _sites(self) -> None:
        self.site_ids = list(self.numbers.take("clinic_site", self.size.sites))
        for place, (number, plan) in enumerate(zip(self.site_ids, SITES, strict=False)):
            phone = f"+1{SITE_PHONES}555{100 + place:04d}"
            self.clinic.sites.append(
                rows.SiteRow(number, plan.code, plan.name, plan.address, phone, plan.zone)
            )
            self.clinic.site_info[number] = SiteInfo(number, plan.zone, plan)

    def _specialties(self, wanted: set[str]) -> dict[str, int]:
        """Only what somebody here practises, with its visit types."""
        offered = [plan for plan in SPECIALTIES.values() if plan.code in wanted]
        ids = dict(
            zip(
                (plan.code for plan in offered),
                self.numbers.take("clinic_specialty", len(offered)),
                strict=True,
            )
        )
        self.clinic.specialties += [
            rows.SpecialtyRow(ids[plan.code], plan.code, plan.name) for plan in offered
        ]
        visits = [plan for plan in VISIT_TYPES if plan.specialty in ids]
        for number, plan in zip(self.numbers.take("clinic_visittype", len(visits)), visits, strict=True):
            self.clinic.menu[plan.specialty].append(VisitType(number, plan))
            self.clinic.visit_types.append(_visit_type(number, plan, ids[plan.specialty]))
        return ids

    def _resource(self, kind: ResourceKind, name: str, site_id: int) -> int:
        (number,) = self.numbers.take("clinic_resource", 1)
        self.clinic.resources.append(rows.ResourceRow(number, kind.value, name, site_id, active=True))
        return number

    def _session(self, resource: int, site_id: int, weekday: int, starts: time, ends: time) -> None:
        self.clinic.sessions.append(rows.SessionRow(resource, site_id, weekday, starts, ends, self.since))

    def _open(self, resource: int, site_id: int, days: Iterable[int], starts: time, ends: time) -> None:
        for weekday in days:
            self._session(resource, site_id, weekday, starts, ends)

    def _provider(self, plan: ProviderPlan, specialty_id: int) -> None:
        home = self.site_ids[plan.places[0]]
        number = self._resource(ResourceKind.PROVIDER, plan.name, home)
        self.clinic.providers.append(
            rows.ProviderRow(
                number, self.users.get(plan.username), plan.family, specialty_id, plan.sex, plan.languages
            )
        )
        week: list[list[tuple[int, time, time]]] = [[] for _ in range(7)]
        for weekday, place, (starts, ends) in plan.stretches():
            site_id = self.site_ids[place]
            self._session(number, site_id, weekday, starts, ends)
            week[weekday].append((site_id, starts, ends))
        worker = Worker(number, plan.specialty, frozenset(plan.languages), home, week, {})
        for site_id in sorted({site_id for day in week for site_id, _, _ in day}):
            room = SPECIALTIES[plan.specialty].room
            worker.room_rank[site_id] = sum(
                site_id in other.room_rank
                for other in self.clinic.workers
                if SPECIALTIES[other.specialty].room == room
            )
        self.clinic.workers.append(worker)

    def _busiest(self, site_id: int) -> tuple[int, int]:
        """The most providers of a weekday at the site: those in exam rooms, and the therapists."""
        counts: Counter[tuple[bool, int]] = Counter()
        for worker in self.clinic.workers:
            for weekday, stretches in enumerate(worker.week):
                if any(at == site_id for at, _, _ in stretches):
                    counts[worker.specialty == "therapy", weekday] += 1
        exam, therapy = (max(counts[kind, weekday] for weekday in range(7)) for kind in (False, True))
        return exam, therapy

    def _days_open(self, site_id: int) -> list[int]:
        """Every day but Sunday; the first site has a clinic on Sundays too."""
        return [*WEEKDAYS, SATURDAY, SUNDAY] if site_id == self.site_ids[0] else [*WEEKDAYS, SATURDAY]

    def _rooms(self, site_id: int, exam: int, therapy: int) -> None:
        wanted = [(RoomType.EXAM, f"Room {number}") for number in range(1, exam + exam // 8 + 2)]
        wanted += [
            (RoomType.PROCEDURE, f"Procedure room {number}") for number in range(1, max(exam // 8, 1) + 1)
        ]
        wanted += [(RoomType.THERAPY, f"Gym {chr(65 + number)}") for number in range(therapy)]
        wanted += [(RoomType.IMAGING, f"Imaging {number}") for number in range(1, max(exam // 12, 1) + 1)]
        for room_type, name in wanted:
            number = self._resource(ResourceKind.ROOM, name, site_id)
            self.clinic.rooms.append(rows.RoomRow(number, room_type.value))
            self.clinic.rooms_at[site_id, room_type.value].append(number)
            self._open(number, site_id, self._days_open(site_id), OPENS, CLOSES)

    def _equipment(self, site_id: int) -> None:
        for code, name in EQUIPMENT:
            number = self._resource(ResourceKind.EQUIPMENT, name, site_id)
            self.clinic.equipment.append(rows.EquipmentRow(number, code))
            self._open(number, site_id, self._days_open(site_id), OPENS, CLOSES)

    def _interpreters(self, site_id: int, exam: int) -> None:
        """Spanish in person; a line for each language; sign language by video. All belong to one site."""
        short = self.clinic.site_info[site_id].plan.short
        for _ in range(max(exam // 8, 1)):
            name = f"{self.rng.choice(NAMES['es'].female)} {self.rng.choice(NAMES['es'].family)}"
            self._interpreter(InterpreterMode.PERSON, f"{name} (Spanish)", "es", site_id)
        for code, language in LINE_LANGUAGES.items():
            lines = max(exam // 12, 1) if code == "es" else max(exam // 30, 1)
            for line in range(1, lines + 1):
                name = f"{language} line {line}" if lines > 1 else f"{language} line"
                self._interpreter(InterpreterMode.LINE, f"{name}, {short}", code, site_id)
        self._interpreter(InterpreterMode.VIDEO, f"American Sign Language by video, {short}", "ase", site_id)

    def _interpreter(self, mode: InterpreterMode, name: str, language: str, site_id: int) -> None:
        number = self._resource(ResourceKind.INTERPRETER, name, site_id)
        self.clinic.interpreters.append(rows.InterpreterRow(number, mode.value, [language]))
        self.clinic.interpreters_at[site_id, language].append(number)
        if mode == InterpreterMode.PERSON:
            self._open(number, site_id, WEEKDAYS, EIGHT, FIVE)
        else:
            self.clinic.remote.add(number)
            self._open(number, site_id, self._days_open(site_id), OPENS, CLOSES)


def _visit_type(number: int, plan: VisitPlan, specialty_id: int) -> rows.VisitTypeRow:
    return rows.VisitTypeRow(
        id=number,
        code=plan.code,
        name=plan.name,
        name_es=plan.name_es,
        specialty_id=specialty_id,
        minutes=plan.minutes,
        arrive_before=10 if plan.room is None else 15,
        modality=plan.modality.value,
        room_type=plan.room.value if plan.room else "",
        same_day=plan.same_day,
        active=True,
    )
