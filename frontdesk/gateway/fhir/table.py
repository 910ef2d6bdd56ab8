"""What may be done with each type of resource: see kinds.py."""

from __future__ import annotations

from frontdesk.gateway.fhir import codes, writing
from frontdesk.gateway.fhir.finding import communications, patients, people, places, slots, tasks, visits
from frontdesk.gateway.fhir.kinds import Kind, Operation
from frontdesk.gateway.fhir.operations.book import book
from frontdesk.gateway.fhir.operations.find import find
from frontdesk.gateway.fhir.operations.hold import hold
from frontdesk.gateway.fhir.resources.patient import PROFILE as PATIENT
from frontdesk.gateway.fhir.resources.people import PROFILE as PRACTITIONER
from frontdesk.gateway.fhir.resources.people import ROLE_PROFILE as ROLE
from frontdesk.gateway.fhir.subscriptions.views import SUBSCRIPTION

_DEFINED = f"{codes.IHE}/OperationDefinition/appointment"
_OPERATIONS = {
    "$find": Operation(find, "s", f"{_DEFINED}-find"),
    "$hold": Operation(hold, "c", f"{_DEFINED}-hold"),
    "$book": Operation(book, "c", f"{_DEFINED}-book"),
}

KINDS: dict[str, Kind] = {
    "Patient": Kind(patients.read, patients.search, params=patients.PARAMS, profiles=(PATIENT,)),
    "Practitioner": Kind(people.read, people.search, params=people.PARAMS, profiles=(PRACTITIONER,)),
    "PractitionerRole": Kind(
        people.read_role, people.search_roles, params=people.ROLE_PARAMS, profiles=(ROLE,),
        includes=("PractitionerRole:practitioner", "PractitionerRole:location"),
    ),
    "Location": Kind(places.read, places.search, params=places.PARAMS),
    "HealthcareService": Kind(places.read_service, places.search_services, params=places.SERVICE_PARAMS),
    "Schedule": Kind(
        people.read_schedule, people.search_schedules, params=people.SCHEDULE_PARAMS, includes=("Schedule:actor",)
    ),
    "Slot": Kind(slots.read, slots.search, params=slots.PARAMS, includes=("Slot:schedule",)),
    "Appointment": Kind(
        visits.read, visits.search, writing.create, writing.update, writing.patch,
        once=True, params=visits.PARAMS, profiles=(codes.IHE_APPOINTMENT,), operations=_OPERATIONS,
        includes=(
            "Appointment:patient", "Appointment:practitioner", "Appointment:location", "Appointment:actor",
        ),
    ),
    "Task": Kind(tasks.read, tasks.search, params=tasks.PARAMS, includes=("Task:patient", "Task:owner")),
    "Communication": Kind(
        communications.read, communications.search, params=communications.PARAMS, includes=("Communication:patient",)
    ),
    "Subscription": SUBSCRIPTION,
}  # fmt: skip
