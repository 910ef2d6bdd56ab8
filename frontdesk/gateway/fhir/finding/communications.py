"""Communication: messages to patients, and the contacts of the call log. Reading only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from frontdesk.daybook.models import Entry
from frontdesk.gateway.fhir import bundle, dates
from frontdesk.gateway.fhir.door import Answer, Call
from frontdesk.gateway.fhir.finding import mixed, patients, seen
from frontdesk.gateway.fhir.finding.common import NOTHING, any_of, coded, ids, spans_of
from frontdesk.gateway.fhir.finding.mixed import Pair, Part
from frontdesk.gateway.fhir.finding.tasks import including_patients, providers_of
from frontdesk.gateway.fhir.kinds import kinds
from frontdesk.gateway.fhir.params import ID, Param
from frontdesk.gateway.fhir.references import number
from frontdesk.gateway.fhir.resources import communication as out
from frontdesk.gateway.fhir.search import Term, asked, plain, token
from frontdesk.outreach.models import Message, MessageState
from frontdesk.people.models import Patient
from frontdesk.triage.models import Contact

PARAMS = {
    "_id": ID,
    "_lastUpdated": Param("date", "When it was last changed"),
    "patient": Param("reference", "The patient", targets=("Patient",), chains=("identifier",)),
    "subject": Param("reference", "The patient", targets=("Patient",)),
    "about": Param("reference", "The visit of which a message tells", targets=("Appointment",)),
    "sent": Param("date", "When the message was sent, or the contact began"),
    "status": Param("token", "The status", modifiers=("not",), narrows=False),
    "category": Param("token", "message (or notification), contact", narrows=False),
}
_NEEDS = "Name something to search by: patient, about, sent, _id or _lastUpdated."
Row = Message | Contact


def read(call: Call, pk: str) -> Answer:
    """One message, or one contact."""
    at = number(pk.removeprefix(out.CONTACT))
    rows: QuerySet[Any] = _contacts(call) if pk.startswith(out.CONTACT) else _messages(call)
    row = rows.filter(pk=at).first() if at is not None else None
    if row is None:
        raise bundle.nothing("Communication")
    call.looked(_patients_of([row]), "Communication read")
    return bundle.one(_made([row], call)[0])


def search(call: Call) -> Answer:
    """The messages and contacts that fit, in order of time; none without something to search by."""
    found = asked(call, "Communication", kinds()["Communication"])
    if not any(PARAMS[term.name].narrows for term in found.terms):
        return bundle.searchset(call, found, bundle.Page([], 0, remarks=[_NEEDS]))
    parts = [Part(_messages(call), "queued_at"), Part(_contacts(call), "began_at")]
    rows, total, after = mixed.page(mixed.narrow(parts, found, call, _CONDITIONS), found)
    shown = _patients_of(rows)
    call.looked(shown, "Communication search")
    wanted = "Communication:patient" in found.includes
    others, remarks = including_patients(shown, call) if wanted else ([], [])
    return bundle.searchset(call, found, bundle.Page(_made(rows, call), total, after, others, remarks))


def _messages(call: Call) -> QuerySet[Message]:
    rows = seen.messages(call).select_related("patient", "template")
    return rows.annotate(changed_at=Coalesce(F("settled_at"), F("queued_at")))


def _contacts(call: Call) -> QuerySet[Contact]:
    """A contact is written down after it was; it is new from then on."""
    facts = Entry.objects.filter(subjects__kind="contact", subjects__ref=OuterRef("pk"))
    logged = Subquery(facts.order_by("-pk").values("at")[:1])
    rows = seen.contacts(call).select_related("request__patient", "by")
    return rows.annotate(changed_at=Coalesce(logged, F("began_at")))


def _made(rows: list[Row], call: Call) -> list[dict[str, Any]]:
    providers = providers_of((row.by_id for row in rows if isinstance(row, Contact)), call)
    return [
        out.contact(row, providers, call) if isinstance(row, Contact) else out.message(row, call)
        for row in rows
    ]


def _patients_of(rows: list[Row]) -> list[int]:
    """Whose contact it is the request says: it may have found its patient, or another one, since."""
    whoms = [_request_patient(row) if isinstance(row, Contact) else row.patient_id for row in rows]
    return list(dict.fromkeys(pk for pk in whoms if pk is not None))


def _request_patient(row: Contact) -> int | None:
    return row.request.patient_id if row.request is not None else None


# Conditions -----------------------------------------------------------------------------------------------------


def _id(term: Term, _call: Call) -> Pair:
    texts = [plain(value) for value in term.values]
    contacts = [number(text.removeprefix(out.CONTACT)) for text in texts if text.startswith(out.CONTACT)]
    messages = [number(text) for text in texts]
    return Pair(*(Q(pk__in=[one for one in some if one is not None]) for some in (messages, contacts)))


def _patient(term: Term, call: Call) -> Pair:
    pks = ids(term, call, "Patient")
    return Pair(Q(patient__in=pks), Q(request__patient__in=pks))


def _patient_identifier(term: Term, call: Call) -> Pair:
    theirs = Patient.objects.visible_to(call.user).filter(patients.identifier(term, call)).values("pk")
    return Pair(Q(patient__in=theirs), Q(request__patient__in=theirs))


def _about(term: Term, call: Call) -> Pair:
    return Pair(Q(about_ref__in=ids(term, call, "Appointment")), NOTHING)


def _sent(term: Term, call: Call) -> Pair:
    spans = spans_of(term, call)
    sent = any_of(dates.condition("settled_at", span) for span in spans)
    return Pair(
        sent & Q(state=MessageState.SENT), any_of(dates.condition("began_at", span) for span in spans)
    )


def _last_updated(term: Term, call: Call) -> Pair:
    spans = spans_of(term, call)
    return Pair(
        any_of(dates.condition("changed_at", span) for span in spans),
        any_of(mixed.changed(span, _logged_since) for span in spans),
    )


def _logged_since(moment: datetime) -> Q:
    return mixed.touched("contact", moment) | Q(began_at__gte=moment)


def _status(term: Term, _call: Call) -> Pair:
    wanted = {token(value).code for value in term.values}
    messages = Q(state__in=[state.value for state, code in out.STATES.items() if code in wanted])
    contacts = Q(end__in=[end.value for end, code in out.ENDS.items() if code in wanted])
    return Pair(~messages, ~contacts) if term.modifier == "not" else Pair(messages, contacts)


def _category(term: Term, call: Call) -> Pair:
    ours = coded(term, call.base + out.KINDS)
    message = out.MESSAGE_CODE in ours or out.NOTIFICATION in coded(term, out.CATEGORIES)
    return Pair(Q() if message else NOTHING, Q() if out.CONTACT_CODE in ours else NOTHING)


_CONDITIONS: Mapping[str, mixed.Condition] = {
    "_id": _id, "_lastUpdated": _last_updated, "patient": _patient, "patient.identifier": _patient_identifier,
    "subject": _patient, "about": _about, "sent": _sent, "status": _status, "category": _category,
}  # fmt: skip
