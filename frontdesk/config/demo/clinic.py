"""The clinic without its patients: sites, visit types, providers, rooms, equipment, interpreters, sessions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from random import Random

from frontdesk.book.engine.template import ANCHOR
from frontdesk.clinic.choices import InterpreterMode, ResourceKind, RoomType
from frontdesk.config.demo import rows
from frontdesk.config.demo.catalog import (
    DEPARTMENTS,
    EQUIPMENT,
    NURSING,
    SITE_PHONES,
    SITES,
    SPECIALTIES,
    SitePlan,
)
from frontdesk.config.demo.hours import CLOSES, EIGHT, FIVE, NOON, OPENS
from frontdesk.config.demo.kept import CLASSES, Kept, kept_in
from frontdesk.config.demo.names import NAMES
from frontdesk.config.demo.numbers import Numbers
from frontdesk.config.demo.offers import class_type_rows, segment_rows, slot_class_row, visit_type_row
from frontdesk.config.demo.providers import (
    EVERY_OTHER_WEEK,
    SATURDAY,
    SUNDAY,
    WEEKEND,
    ProviderPlan,
    plan_providers,
)
from frontdesk.config.demo.sizes import Size
from frontdesk.config.demo.visit_types import LENGTHS, VISIT_TYPES, VisitPlan

LINE_LANGUAGES = {"es": "Spanish", "ar": "Arabic", "zh": "Chinese", "vi": "Vietnamese", "pt": "Portuguese",
                  "ht": "Haitian Creole", "ru": "Russian", "pl": "Polish"}  # fmt: skip
WEEKDAYS = range(5)
SESSIONS_SINCE = timedelta(days=400)
NURSE_HOURS = ((time(7, 30), NOON), (time(12, 30), time(17, 30)))
ROOMS_OF = {RoomType.EXAM: "primary-care", RoomType.THERAPY: "therapy"}


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
    """A provider at work. `room_rank` says, for each site id, which of its rooms is tried first.

    `lengths` are the minutes that visits take with this provider, by visit type, where they are not the usual ones.
    """

    id: int
    family: str
    specialty: str
    languages: frozenset[str]
    home: int
    week: list[list[tuple[int, time, time]]]
    room_rank: dict[int, int]
    lengths: dict[str, int] = field(default_factory=dict)


@dataclass
class Clinic:
    """The rows to store, and the same things again as the filling of days looks them up."""

    sites: list[rows.SiteRow] = field(default_factory=list)
    departments: list[rows.DepartmentRow] = field(default_factory=list)
    specialties: list[rows.SpecialtyRow] = field(default_factory=list)
    visit_types: list[rows.VisitTypeRow] = field(default_factory=list)
    segments: list[rows.SegmentRow] = field(default_factory=list)
    lengths: list[rows.LengthRow] = field(default_factory=list)
    slot_classes: list[rows.SlotClassRow] = field(default_factory=list)
    class_types: list[rows.ClassTypeRow] = field(default_factory=list)
    resources: list[rows.ResourceRow] = field(default_factory=list)
    providers: list[rows.ProviderRow] = field(default_factory=list)
    rooms: list[rows.RoomRow] = field(default_factory=list)
    equipment: list[rows.EquipmentRow] = field(default_factory=list)
    interpreters: list[rows.InterpreterRow] = field(default_factory=list)
    sessions: list[rows.SessionRow] = field(default_factory=list)

    site_info: dict[int, SiteInfo] = field(default_factory=dict)
    menu: dict[str, list[VisitType]] = field(default_factory=lambda: defaultdict(list))
    workers: list[Worker] = field(default_factory=list)
    nurses: list[Worker] = field(default_factory=list)
    class_ids: dict[str, int] = field(default_factory=dict)
    rooms_at: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    isolation: set[int] = field(default_factory=set)
    """The rooms that are fit for infection precautions."""
    equipment_at: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    helpers_at: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    """The providers who help in the visits of others, by site and specialty."""
    interpreters_at: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    remote: set[int] = field(default_factory=set)
    """The interpreters who can join a video visit."""


def build_clinic(size: Size, *, seed: int, today: date, users: Mapping[str, int], numbers: Numbers) -> Clinic:
    """The clinic of this size. `users` has the id of each user who is a provider, by user name."""
    builder = _Builder(size, Random(f"{seed} clinic"), today, users, numbers)  # noqa: S311
    return builder.build(Random(f"{seed} nurses"))  # noqa: S311


class _Builder:
    def __init__(
        self, size: Size, rng: Random, today: date, users: Mapping[str, int], numbers: Numbers
    ) -> None:
        self.size, self.rng, self.users, self.numbers = size, rng, users, numbers
        self.since = today - SESSIONS_SINCE
        self.clinic = Clinic()
        self.site_ids: list[int] = []
        self.departments: dict[tuple[int, str], int] = {}

    def build(self, nurses: Random) -> Clinic:
        plans = plan_providers(self.size, self.rng)
        self._sites()
        specialty_ids = self._specialties({plan.specialty for plan in plans} | {NURSING})
        self._slot_classes()
        for plan in plans:
            self._provider(plan, specialty_ids[plan.specialty])
        for site_id in self.site_ids:
            exam, therapy = self._busiest(site_id)
            count = max(exam // 6, 1)
            for _ in range(count):
                self._nurse(site_id, specialty_ids[NURSING], nurses)
            self._rooms(site_id, exam, therapy, count)
            self._equipment(site_id)
            self._interpreters(site_id, exam)
        return self.clinic

    def _sites(self) -> None:
        self.site_ids = list(self.numbers.take("clinic_site", self.size.sites))
        for place, (number, plan) in enumerate(zip(self.site_ids, SITES, strict=False)):
            phone = f"+1{SITE_PHONES}555{100 + place:04d}"
            self.clinic.sites.append(
                rows.SiteRow(number, plan.code, plan.name, plan.address, phone, plan.zone, plan.state)
            )
            self.clinic.site_info[number] = SiteInfo(number, plan.zone, plan)
            taken = self.numbers.take("clinic_department", len(DEPARTMENTS))
            for department, (code, (name, _)) in zip(taken, DEPARTMENTS.items(), strict=True):
                self.clinic.departments.append(rows.DepartmentRow(department, number, code, name))
                self.departments[number, code] = department

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
            self.clinic.visit_types.append(visit_type_row(number, plan, ids[plan.specialty]))
            self.clinic.segments += segment_rows(number, plan, ids)
        return ids

    def _slot_classes(self) -> None:
        numbers = self.numbers.take("clinic_slotclass", len(CLASSES))
        ids = dict(zip(CLASSES, numbers, strict=True))
        offered = [(kind.id, kind.plan) for menu in self.clinic.menu.values() for kind in menu]
        self.clinic.class_ids = ids
        self.clinic.slot_classes += [slot_class_row(ids[code], plan) for code, plan in CLASSES.items()]
        self.clinic.class_types += class_type_rows(ids, offered)

    def _resource(self, kind: ResourceKind, name: str, site_id: int, department: str = "") -> int:
        (number,) = self.numbers.take("clinic_resource", 1)
        belongs = self.departments.get((site_id, department))
        self.clinic.resources.append(
            rows.ResourceRow(number, kind.value, name, site_id, belongs, active=True)
        )
        return number

    def _session(self, resource: int, site_id: int, weekday: int, starts: time, ends: time) -> None:
        self.clinic.sessions.append(rows.SessionRow(resource, site_id, weekday, starts, ends, self.since))

    def _kept(self, resource: int, site_id: int, kept: Kept) -> None:
        """Kept or closed time lies over the open hours."""
        row = rows.SessionRow(resource, site_id, kept.weekday, kept.starts, kept.ends, self.since)
        slot_class = self.clinic.class_ids.get(kept.slot_class)
        self.clinic.sessions.append(
            row._replace(slot_class_id=slot_class, block=kept.block, capacity=kept.capacity, align=kept.align)
        )

    def _open(self, resource: int, site_id: int, days: Iterable[int], starts: time, ends: time) -> None:
        for weekday in days:
            self._session(resource, site_id, weekday, starts, ends)

    def _provider(self, plan: ProviderPlan, specialty_id: int) -> None:
        home = self.site_ids[plan.places[0]]
        number = self._resource(ResourceKind.PROVIDER, plan.name, home, _department_of(plan.specialty))
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
            if (plan.family, weekday) == EVERY_OTHER_WEEK and starts >= NOON:
                self.clinic.sessions[-1] = self.clinic.sessions[-1]._replace(cycle=2, cycle_from=ANCHOR)
        worker = Worker(number, plan.family, plan.specialty, frozenset(plan.languages), home, week, {})
        for site_id in sorted({site_id for day in week for site_id, _, _ in day}):
            room = SPECIALTIES[plan.specialty].room
            worker.room_rank[site_id] = sum(
                site_id in other.room_rank
                for other in self.clinic.workers
                if SPECIALTIES[other.specialty].room == room
            )
        self._keep(worker, len(self.clinic.workers))
        self._lengths(worker)
        self.clinic.workers.append(worker)

    def _keep(self, worker: Worker, place: int) -> None:
        hours = [[(starts, ends) for _, starts, ends in day] for day in worker.week]
        for kept in kept_in(place, worker.specialty, hours):
            site_id = worker.week[kept.weekday][0][0]
            self._kept(worker.id, site_id, kept)

    def _lengths(self, worker: Worker) -> None:
        """The known ones only: where a family name comes again, it is somebody else."""
        if any(other.family == worker.family for other in self.clinic.workers):
            return
        own = {code: minutes for family, code, minutes in LENGTHS if family == worker.family}
        kinds = {kind.plan.code: kind.id for kind in self.clinic.menu[worker.specialty]}
        worker.lengths = {code: minutes for code, minutes in own.items() if code in kinds}
        for code, minutes in worker.lengths.items():
            self.clinic.lengths.append(rows.LengthRow(kinds[code], worker.id, minutes))

    def _nurse(self, site_id: int, specialty_id: int, rng: Random) -> None:
        """Somebody who helps in the visits of others and has some of their own."""
        sex = rng.choice("FFFM")
        names = NAMES["en"]
        given, family = rng.choice(names.female if sex == "F" else names.male), rng.choice(names.family)
        number = self._resource(
            ResourceKind.PROVIDER, f"{given} {family}, RN", site_id, _department_of(NURSING)
        )
        self.clinic.providers.append(rows.ProviderRow(number, None, family, specialty_id, sex, ["en"]))
        week: list[list[tuple[int, time, time]]] = [[] for _ in range(7)]
        for weekday in [*WEEKDAYS, SATURDAY]:
            for starts, ends in WEEKEND if weekday == SATURDAY else NURSE_HOURS:
                self._session(number, site_id, weekday, starts, ends)
                week[weekday].append((site_id, starts, ends))
        rank = {
            site_id: -2 - len(self.clinic.helpers_at[site_id, NURSING])
        }  # from the other end of the rooms
        self.clinic.nurses.append(Worker(number, family, NURSING, frozenset(["en"]), site_id, week, rank))
        self.clinic.helpers_at[site_id, NURSING].append(number)

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

    def _rooms(self, site_id: int, exam: int, therapy: int, nurses: int) -> None:
        last = exam + exam // 8 + 1 + nurses
        wanted = [(RoomType.EXAM, f"Room {number}") for number in range(1, last + 1)]
        wanted += [
            (RoomType.PROCEDURE, f"Procedure room {number}") for number in range(1, max(exam // 8, 1) + 1)
        ]
        wanted += [(RoomType.THERAPY, f"Gym {chr(65 + number)}") for number in range(therapy)]
        wanted += [(RoomType.THERAPY, "Group room")]
        wanted += [(RoomType.IMAGING, f"Imaging {number}") for number in range(1, max(exam // 12, 1) + 1)]
        for room_type, name in wanted:
            department = ROOMS_OF.get(room_type, "imaging")
            number = self._resource(ResourceKind.ROOM, name, site_id, department)
            isolation = name == f"Room {last}"
            self.clinic.rooms.append(rows.RoomRow(number, room_type.value, isolation))
            if isolation:
                self.clinic.isolation.add(number)
            self.clinic.rooms_at[site_id, room_type.value].append(number)
            self._open(number, site_id, self._days_open(site_id), OPENS, CLOSES)

    def _equipment(self, site_id: int) -> None:
        for code, name in EQUIPMENT:
            number = self._resource(ResourceKind.EQUIPMENT, name, site_id, "imaging")
            self.clinic.equipment.append(rows.EquipmentRow(number, code))
            self.clinic.equipment_at[site_id, code].append(number)
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


def _department_of(specialty: str) -> str:
    return next(code for code, (_, specialties) in DEPARTMENTS.items() if specialty in specialties)
