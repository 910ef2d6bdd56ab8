"""Task: the work of the queues and the handoffs to clinicians, as far as the client may know of them. Reading only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest

from frontdesk.clinic.models import Provider
from frontdesk.daybook.models import Entry
from frontdesk.gateway.fhir import bundle, dates
from frontdesk.gateway.fhir.door import Answer, Call
from frontdesk.gateway.fhir.finding import mixed, patients, people, seen
from frontdesk.gateway.fhir.finding.common import NOTHING, any_of, coded, ids, spans_of
from frontdesk.gateway.fhir.finding.mixed import Pair, Part
from frontdesk.gateway.fhir.finding.seen import OF_REQUEST
from frontdesk.gateway.fhir.kinds import kinds
from frontdesk.gateway.fhir.params import ID, Param
from frontdesk.gateway.fhir.references import number, providers, split
from frontdesk.gateway.fhir.resources import task as out
from frontdesk.gateway.fhir.search import Asked, Term, asked, plain, token
from frontdesk.people.models import Patient
from frontdesk.triage.engine.lanes import RANK
from frontdesk.triage.models import Handoff, LateArrival, Request, WalkIn
from frontdesk.triage.rules import CLINICAL
from frontdesk.work.models import Task

PARAMS = {
    "_id": ID,
    "_lastUpdated": Param("date", "When it was last changed"),
    "modified": Param("date", "The same"),
    "patient": Param("reference", "The patient", targets=("Patient",), chains=("identifier",)),
    "subject": Param("reference", "The patient", targets=("Patient",)),
    "owner": Param("reference", "The provider who has it", targets=("Practitioner",)),
    "focus": Param(
        "reference", "The visit, or the handoff, that it is about", targets=("Appointment", "Task")
    ),
    "authored-on": Param("date", "When it came up"),
    "status": Param("token", "The status", modifiers=("not",)),
    "code": Param("token", "work or handoff; the queue; the category of work", narrows=False),
    "priority": Param("token", "routine, urgent or stat", narrows=False),
}
SORTS = ("authored-on", "-authored-on")
_NEEDS = "Name something to search by: status, patient, owner, focus, authored-on, _id or _lastUpdated."
Row = Task | Handoff

# FHIR's states, each as a condition: of work, and of handoffs. One of them holds for every row.
_WORK = {
    "cancelled": Q(same_as__isnull=False),
    "completed": Q(same_as=None, done_at__isnull=False),
    "requested": Q(done_at=None, owner=None),
    "received": Q(done_at=None, owner__isnull=False, assigned_at__isnull=False),
    "in-progress": Q(done_at=None, owner__isnull=False, assigned_at=None),
}
_OPEN, _CLINICAL = Q(request__closed_at=None), Q(request__lane__in=[lane.value for lane in CLINICAL])
_ACCEPTED = Q(directed_at=None, accepted_at__isnull=False)
_HANDED = {
    "completed": Q(directed_at__isnull=False) | (_ACCEPTED & ~_OPEN),
    "accepted": _ACCEPTED & _OPEN,
    "cancelled": Q(directed_at=None, accepted_at=None) & ~(_OPEN & _CLINICAL),
    "requested": Q(directed_at=None, accepted_at=None) & _OPEN & _CLINICAL,
}


def read(call: Call, pk: str) -> Answer:
    """One task, or one handoff."""
    at = number(pk.removeprefix(out.HANDOFF))
    rows: QuerySet[Any] = _handoffs(call) if pk.startswith(out.HANDOFF) else _work(call)
    row = rows.filter(pk=at).first() if at is not None else None
    if row is None:
        raise bundle.nothing("Task")
    call.looked(_patients_of([row]), "Task read")
    return bundle.one(_made([row], call)[0])


def search(call: Call) -> Answer:
    """The tasks and handoffs that fit, in the order in which they came up; none without something to search by."""
    found = asked(call, "Task", kinds()["Task"], sorts=SORTS)
    if not any(PARAMS[term.name].narrows for term in found.terms):
        return bundle.searchset(call, found, bundle.Page([], 0, remarks=[_NEEDS]))
    parts = [Part(_work(call), "opened_at"), Part(_handoffs(call), "offered_at")]
    narrowed = mixed.narrow(parts, found, call, _CONDITIONS)
    rows, total, after = mixed.page(narrowed, found, back=found.sort.startswith("-"))
    call.looked(_patients_of(rows), "Task search")
    others, remarks = _included(rows, found, call)
    return bundle.searchset(call, found, bundle.Page(_made(rows, call), total, after, others, remarks))


def _work(call: Call) -> QuerySet[Task]:
    """With its state in FHIR's words, its patient (`whom`), and when it was last changed."""
    rows = seen.tasks(call).select_related("site", "owner")
    return rows.annotate(
        state=_state(_WORK), whom=_whom(), changed_at=Coalesce(_last_fact("task"), F("opened_at"))
    )


def _state(states: Mapping[str, Q]) -> Case:
    return Case(*(When(fits, then=Value(state)) for state, fits in states.items()), output_field=CharField())


def _whom() -> Case:
    """A request may find its patient, or another one, after the task was opened: there the request says who it is."""
    theirs = Request.objects.filter(pk=OuterRef("asks")).values("patient")
    return Case(
        When(about_kind__in=OF_REQUEST, then=Subquery(theirs)),
        default=F("patient"),
        output_field=BigIntegerField(),
    )


def _handoffs(call: Call) -> QuerySet[Handoff]:
    """With its state in FHIR's words, the queue in which it stands, and when it was last changed."""
    work = Task.objects.filter(about_kind="handoff", about_ref=OuterRef("pk")).order_by("-pk")
    last = Coalesce(_last_fact("handoff"), F("offered_at"))
    rows = seen.handoffs(call).select_related(
        "request__site", "request__patient", "offered_by", "accepted_by", "direct_visit_type"
    )
    return rows.annotate(
        state=_state(_HANDED), queue=Subquery(work.values("queue")[:1]),
        changed_at=Greatest(last, F("request__closed_at"), F("request__lane_since")),
    )  # fmt: skip


def _last_fact(kind: str) -> Subquery:
    facts = Entry.objects.filter(subjects__kind=kind, subjects__ref=OuterRef("pk"))
    return Subquery(facts.order_by("-pk").values("at")[:1])


def _made(rows: list[Row], call: Call) -> list[dict[str, Any]]:
    beside = _beside(rows, call)
    return [
        out.handoff(row, beside, call) if isinstance(row, Handoff) else out.work(row, beside, call)
        for row in rows
    ]


def _beside(rows: list[Row], call: Call) -> out.Beside:
    """What the rows name besides, in three queries however many they are."""
    late = {row.about_ref for row in rows if isinstance(row, Task) and row.about_kind == "late_arrival"}
    visits = LateArrival.objects.filter(pk__in=late).values_list("pk", "appointment") if late else ()
    known = Patient.objects.visible_to(call.user).in_bulk(_patients_of(rows))
    return out.Beside(providers_of(_users(rows), call), known, dict(visits))


def providers_of(users: Iterable[int | None], call: Call) -> dict[int, Provider]:
    """Those of the users who are providers of the client's sites, by the user."""
    wanted = {user for user in users if user is not None}
    rows = providers(call).filter(user__in=wanted) if wanted else Provider.objects.none()
    return {row.user_id: row for row in rows if row.user_id is not None}


def _users(rows: list[Row]) -> set[int | None]:
    found = [
        (row.accepted_by_id, row.offered_by_id) if isinstance(row, Handoff) else (row.owner_id,)
        for row in rows
    ]
    return {user for pair in found for user in pair}


def _patients_of(rows: list[Row]) -> list[int]:
    whoms = [out.Stands.of(row).whom for row in rows]
    return list(dict.fromkeys(pk for pk in whoms if pk is not None))


def _owners(rows: list[Row]) -> set[int | None]:
    return {
        (None if row.accepted_by_other else row.accepted_by_id) if isinstance(row, Handoff) else row.owner_id
        for row in rows
    }


def _included(rows: list[Row], found: Asked, call: Call) -> tuple[list[dict[str, Any]], list[str]]:
    """The patients and the owners, as far as the token's scopes go."""
    made: list[dict[str, Any]] = []
    remarks: list[str] = []
    if "Task:patient" in found.includes:
        made, remarks = including_patients(_patients_of(rows), call)
    if "Task:owner" in found.includes:
        if call.may("Practitioner", "r"):
            made += people.by_pks({row.pk for row in providers_of(_owners(rows), call).values()}, call)
        else:
            remarks.append("The token has no scope system/Practitioner.r: none was included.")
    return made, remarks


def including_patients(pks: Iterable[int], call: Call) -> tuple[list[dict[str, Any]], list[str]]:
    """The patients as what is included, or why there are none."""
    if call.may("Patient", "r"):
        return patients.by_pks(set(pks), call), []
    return [], ["The token has no scope system/Patient.r: none was included."]


# Conditions -----------------------------------------------------------------------------------------------------


def _id(term: Term, _call: Call) -> Pair:
    texts = [plain(value) for value in term.values]
    handed = [number(text.removeprefix(out.HANDOFF)) for text in texts if text.startswith(out.HANDOFF)]
    work = [number(text) for text in texts]
    return Pair(Q(pk__in=_there(work)), Q(pk__in=_there(handed)))


def _there(numbers: Iterable[int | None]) -> list[int]:
    return [one for one in numbers if one is not None]


def _patient(term: Term, call: Call) -> Pair:
    return _of_patients(Patient.objects.filter(pk__in=ids(term, call, "Patient")))


def _patient_identifier(term: Term, call: Call) -> Pair:
    return _of_patients(Patient.objects.visible_to(call.user).filter(patients.identifier(term, call)))


def _of_patients(rows: QuerySet[Patient]) -> Pair:
    """Of a visit the task has the patient, of a request the request: see `_whom`."""
    theirs = rows.values("pk")
    requests = Request.objects.filter(patient__in=theirs).values("pk")
    handed = Handoff.objects.filter(request__in=requests).values("pk")
    walk_ins = WalkIn.objects.filter(request__in=requests).values("pk")
    work = Q(patient__in=theirs) & ~Q(about_kind__in=OF_REQUEST)
    for kind, about in zip(OF_REQUEST, (requests, handed, walk_ins), strict=True):
        work |= Q(about_kind=kind, about_ref__in=about)
    return Pair(work, Q(request__patient__in=theirs))


def _owner(term: Term, call: Call) -> Pair:
    theirs = providers(call).filter(pk__in=ids(term, call, "Practitioner")).values("user")
    return Pair(Q(owner__in=theirs), Q(accepted_by__in=theirs, accepted_by_other=""))


def _focus(term: Term, call: Call) -> Pair:
    """A visit, or a handoff; an id without a type is a visit's."""
    return Pair(any_of(_about(plain(value), term.modifier, call) for value in term.values), NOTHING)


def _about(value: str, modifier: str, call: Call) -> Q:
    found = split(value, call.base, kind=modifier or "Appointment")
    if found is None:
        return NOTHING
    kind, text = found
    pk = number(text.removeprefix(out.HANDOFF)) if kind == "Task" else number(text)
    if pk is None or kind not in ("Appointment", "Task") or text.isdigit() == (kind == "Task"):
        return NOTHING
    if kind == "Task":
        return Q(about_kind="handoff", about_ref=pk)
    late = LateArrival.objects.filter(appointment=pk).values("pk")
    return Q(about_kind="appointment", about_ref=pk) | Q(about_kind="late_arrival", about_ref__in=late)


def _authored(term: Term, call: Call) -> Pair:
    spans = spans_of(term, call)
    return Pair(*(any_of(dates.condition(at, span) for span in spans) for at in ("opened_at", "offered_at")))


def _last_updated(term: Term, call: Call) -> Pair:
    spans = spans_of(term, call)
    return Pair(
        *(any_of(mixed.changed(span, since) for span in spans) for since in (_work_since, _handed_since))
    )


def _work_since(moment: datetime) -> Q:
    return mixed.touched("task", moment) | Q(opened_at__gte=moment)


def _handed_since(moment: datetime) -> Q:
    """It ends with its request, and has the priority of the request's lane."""
    request = Q(request__closed_at__gte=moment) | Q(request__lane_since__gte=moment)
    return mixed.touched("handoff", moment) | Q(offered_at__gte=moment) | request


def _status(term: Term, _call: Call) -> Pair:
    wanted = {token(value).code for value in term.values}
    work, handed = (
        any_of(fits for state, fits in states.items() if state in wanted) for states in (_WORK, _HANDED)
    )
    return Pair(~work, ~handed) if term.modifier == "not" else Pair(work, handed)


def _code(term: Term, call: Call) -> Pair:
    kinds_of = coded(term, call.base + out.KINDS)
    queue = Q(queue__in=coded(term, call.base + out.QUEUES))
    category = Q(category__in=coded(term, call.base + out.WORK_KINDS))
    work = Q() if out.WORK_CODE in kinds_of else queue | category
    return Pair(work, Q() if out.HANDOFF_CODE in kinds_of else queue)


def _priority(term: Term, _call: Call) -> Pair:
    wanted = {token(value).code for value in term.values}
    ranks = [rank for rank, code in out.PRIORITY.items() if code in wanted]
    lanes = [lane.value for lane, rank in RANK.items() if rank in ranks]
    return Pair(Q(weight__in=ranks), Q(request__lane__in=lanes))


_CONDITIONS: dict[str, mixed.Condition] = {
    "_id": _id, "_lastUpdated": _last_updated, "modified": _last_updated, "patient": _patient,
    "patient.identifier": _patient_identifier, "subject": _patient, "owner": _owner, "focus": _focus,
    "authored-on": _authored, "status": _status, "code": _code, "priority": _priority,
}  # fmt: skip
