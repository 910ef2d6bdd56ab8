"""The protocols in force: the general one, and beside it every scoped one that fits a request.

A scoped protocol only adds. It is read beside the general one and can raise a lane, never lower it; alone it opens
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from frontdesk.book.models import Appointment, AppointmentStatus
from frontdesk.clinic.models import Provider
from frontdesk.clinic.queries.changes import Marks, marks
from frontdesk.clinic.queries.hours import is_open
from frontdesk.triage.engine import protocol as engine
from frontdesk.triage.engine.lanes import RANK
from frontdesk.triage.engine.screen import Context, Screening
from frontdesk.triage.engine.shapes import Kind, Rule, Script, Tree
from frontdesk.triage.engine.together import screen_together
from frontdesk.triage.models.protocol import Hours, Protocol
from frontdesk.triage.models.request import Request

NEAR = timedelta(days=60)  # a visit in a specialty within this, either way, makes its protocol fit


@dataclass(frozen=True)
class Part:
    """One protocol: its row and what its content says."""

    row: Protocol
    rules: engine.Protocol


@dataclass(frozen=True)
class InForce:
    """The general protocol (`row`, `rules`), and beside it `scoped`: those that fit, the most specific first."""

    row: Protocol
    rules: engine.Protocol
    scoped: tuple[Part, ...] = field(default=())

    @property
    def parts(self) -> tuple[Part, ...]:
        """All that are read, the general one first."""
        return (Part(self.row, self.rules), *self.scoped)

    @property
    def every_rule(self) -> Iterator[Rule]:
        return (rule for part in self.parts for rule in part.rules.rules)

    @property
    def version(self) -> str:
        """Which versions are read, in words, as the daybook keeps it."""
        return " + ".join(str(part.row) for part in self.parts)[:120]

    def screen(self, text: str, context: Context) -> Screening:
        """Hold every part against the words; the highest lane counts."""
        parts = [(str(part.row), part.rules) for part in self.parts]
        return screen_together(text, parts=parts, context=context)

    def rule(self, code: str) -> Rule | None:
        """The rule of this code, whosesoever it is. No two protocols in force share a code."""
        return next((rule for rule in self.every_rule if rule.code == code), None)

    def script(self, key: str, rule_code: str = "") -> Script | None:
        """The script of this key, in the words of the protocol whose rule named it; else the general one's."""
        owner = [part for part in self.parts if rule_code and part.rules.rule(rule_code)]
        found = (part.rules.script(key) for part in (*owner, *self.parts))
        return next((script for script in found if script is not None), None)

    def kind(self, kind: str) -> Kind | None:
        """What holds for a kind of request before a word is said: the highest lane that any part gives it."""
        found = [part.rules.kinds[kind] for part in self.parts if kind in part.rules.kinds]
        return max(found, key=lambda one: RANK[one.lane], default=None)

    def tree(self, target: str) -> Tree | None:
        """Who is asked: by the most specific scoped part that says it, else by the general one."""
        trees = (part.rules.trees.get(target) for part in (*self.scoped, *self.parts[:1]))
        return next((tree for tree in trees if tree is not None), None)


def in_force(*, now: datetime, request: Request | None = None) -> InForce | None:
    """What is read at `now`, for a request with the scoped ones that fit it. None where no general one is approved.

    `now` may be any instant: the answer is what held then.
    """
    rows = newest(now)
    general = next((row for row in rows if not is_scoped(row)), None)
    if general is None:
        return None
    scoped = [row for row in rows if is_scoped(row)] if request is not None else []
    met = _names_met_by(request) if request is not None and scoped else set()
    fitting = [row for row in scoped if request and (row.name in met or fits(row, request, now))]
    fitting.sort(key=lambda row: -specificity(row))
    return InForce(general, _read(general.pk), tuple(Part(row, _read(row.pk)) for row in fitting))


def newest(now: datetime) -> list[Protocol]:
    """Of each name the version that holds at `now`, the newest first. Of several general ones only the first is read."""
    found: dict[str, Protocol] = {}
    for row in _approved(marks()):
        begun = row.approved_at and row.in_force_from and max(row.approved_at, row.in_force_from) <= now
        if begun and (row.ended_at is None or now < row.ended_at):
            found.setdefault(row.name, row)
    return [copy(row) for row in found.values()]


@lru_cache(maxsize=4)
def _approved(_marks: Marks) -> list[Protocol]:
    """Every version that ever held, or will, the newest first; remembered until something changes (ADR 010)."""
    rows = Protocol.objects.filter(approved_at__isnull=False, in_force_from__isnull=False)
    return list(
        rows.defer("content").select_related("site", "specialty").order_by("-in_force_from", "-version")
    )


def is_scoped(row: Protocol) -> bool:
    return specificity(row) > 0


def specificity(row: Protocol) -> int:
    """How narrow a scope is: the number of its parts."""
    return sum(
        [
            row.site_id is not None,
            row.specialty_id is not None,
            row.age_from is not None or row.age_under is not None,
            bool(row.hours),
        ]
    )


def fits(row: Protocol, request: Request, now: datetime) -> bool:
    """Does the scope of `row` hold for this request? What is unknown never keeps a protocol out."""
    return (
        row.site_id in (None, request.site_id)
        and _age_fits(row, request, now)
        and (not row.hours or is_open(request.site, now) == (row.hours == Hours.OPEN))
        and (row.specialty_id is None or _specialty_fits(row.specialty_id, request, now))
    )


def _names_met_by(request: Request) -> set[str]:
    """A protocol whose rule was met goes on being read for the request: its script does not go at opening time."""
    if request._state.adding:
        return set()  # it is not stored yet
    met = {one.get("protocol", "") for row in request.screenings.all() for one in row.matches}
    return {version.rpartition(", version ")[0] for version in met}


def _age_fits(row: Protocol, request: Request, now: datetime) -> bool:
    if request.patient is None or (row.age_from is None and row.age_under is None):
        return True
    age = request.patient.age_on(now.astimezone(request.site.zone).date())
    if age is None:
        return True
    return (row.age_from is None or age >= row.age_from) and (row.age_under is None or age < row.age_under)


def _specialty_fits(specialty: int, request: Request, now: datetime) -> bool:
    """By what the request says, by the patient's visits, or because the site offers nothing else."""
    if request.specialty_id is not None and request.specialty_id == specialty:
        return True
    return _is_seen_in(specialty, request, now) or _offered_at(request) == {specialty}


def _is_seen_in(specialty: int, request: Request, now: datetime) -> bool:
    if request.patient_id is None:
        return False
    visits = Appointment.objects.filter(patient=request.patient_id, visit_type__specialty=specialty)
    near = visits.filter(start__gte=now - NEAR, start__lte=now + NEAR)
    return near.exclude(status=AppointmentStatus.CANCELLED).exists()


def _offered_at(request: Request) -> set[int]:
    here = Provider.objects.filter(site=request.site_id, active=True)
    return set(here.values_list("specialty_id", flat=True))


def by_id(pk: int) -> InForce:
    """The protocol of an earlier screening, or a draft as it stands."""
    row = Protocol.objects.defer("content").get(pk=pk)
    if row.approved_at is None:
        return InForce(row, engine.read_protocol(row.content))
    return InForce(row, _read(pk))


@lru_cache(maxsize=16)
def _read(pk: int) -> engine.Protocol:
    """An approved version is never edited in place, so it is read once."""
    return engine.read_protocol(Protocol.objects.get(pk=pk).content)
