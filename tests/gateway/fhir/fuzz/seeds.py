"""Good requests of every kind, from which bad ones are made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.test import Client as Browser

from frontdesk.gateway.fhir import xml
from tests.gateway.fhir.fuzz.scene import Scene
from tests.gateway.fhir.fuzz.wire import FORM, JSON, PATCH, XML, Wire
from tests.gateway.fhir.machine import moment, participants, reference, resource, string
from tests.universe import LAST_OPEN, at

DAY = LAST_OPEN


def seeds(scene: Scene) -> list[Wire]:
    """Each with the token of the scene's client, in both formats where there is a body."""
    found = [*_reads(scene), *_searches(scene), *_operations(scene), *_changes(scene), *_subscriptions(scene)]
    found += [as_xml(one) for one in found if isinstance(one.body, dict) and "resourceType" in one.body]
    for one in found:
        one.headers = {**scene.bearer, **one.headers}
    return [*found, *_public(scene)]


def as_xml(one: Wire) -> Wire:
    return replace(one, body=xml.write(one.body), kind=XML)


def _reads(scene: Scene) -> list[Wire]:
    cast = scene.cast
    ids = {
        "Patient": cast.ben.pk, "Practitioner": cast.dr_carol.pk, "Location": cast.main.pk,
        "PractitionerRole": f"{cast.dr_carol.pk}-{cast.main.pk}", "HealthcareService": cast.follow_up.pk,
        "Schedule": f"{cast.dr_carol.pk}-{cast.main.pk}", "Appointment": scene.own.pk,
        "Subscription": scene.subscription, "Task": scene.work[0], "Communication": scene.work[1],
    }  # fmt: skip
    slot = f"{cast.dr_carol.pk}-{cast.main.pk}-{cast.follow_up.pk}-20260313T1500Z"
    plain = [Wire("GET", f"/fhir/{kind}/{pk}") for kind, pk in ids.items()]
    return [
        *plain, Wire("GET", f"/fhir/Slot/{slot}"), Wire("GET", f"/fhir/Appointment/{scene.hold}"),
        Wire("GET", f"/fhir/Patient/{cast.ben.pk}", headers={"If-None-Match": 'W/"1"', "Accept": XML}),
    ]  # fmt: skip


def _searches(scene: Scene) -> list[Wire]:
    cast = scene.cast
    asked: dict[str, list[tuple[str, str]]] = {
        "Patient": [("family", "Okafor"), ("birthdate", "1952-11-30"), ("identifier", "x|y"), ("_count", "2")],
        "Practitioner": [("name", "Calden"), ("_count", "1")],
        "PractitionerRole": [("practitioner", f"Practitioner/{cast.dr_carol.pk}"), ("_include", "*")],
        "Location": [("name", "Main"), ("_elements", "name")],
        "HealthcareService": [("name", "Follow"), ("_summary", "count")],
        "Schedule": [("actor", f"Practitioner/{cast.dr_carol.pk}"), ("_include", "Schedule:actor")],
        "Slot": [
            ("schedule", f"{cast.dr_carol.pk}-{cast.main.pk}"), ("start", "ge2026-03-04"), ("status", "free"),
            ("_include", "Slot:schedule"), ("_count", "3"),
        ],
        "Appointment": [
            ("patient", f"Patient/{cast.ben.pk}"), ("date", "ge2026-03-01"), ("status", "booked"), ("_include", "*"),
            ("_sort", "-date"), ("patient.identifier", cast.ben.mrn or "1"), ("actor", "1"), ("_lastUpdated", "gt2020"),
        ],
        "Task": [
            ("status", "requested"), ("patient", f"Patient/{cast.dora.pk}"), ("code", "handoff"), ("_include", "*"),
            ("authored-on", "ge2026-03-01"), ("_sort", "-authored-on"), ("_count", "1"),
        ],
        "Communication": [
            ("sent", "ge2026-03-01"), ("category", "contact"), ("status:not", "not-done"), ("_include", "*"),
        ],
        "Subscription": [("status", "requested")],
    }  # fmt: skip
    by_get = [Wire("GET", f"/fhir/{kind}", query) for kind, query in asked.items()]
    by_form = [
        Wire("POST", f"/fhir/{kind}/_search", body=dict(query), kind=FORM) for kind, query in asked.items()
    ]
    return [*by_get, *by_form, Wire("GET", "/fhir/Slot", [("_page", scene.page)])]


def _operations(scene: Scene) -> list[Wire]:
    cast = scene.cast
    patient, doctor = f"Patient/{cast.dora.pk}", f"Practitioner/{cast.dr_carol.pk}"
    find = [
        moment("start", at(8, day=DAY)), moment("end", at(17, day=DAY)), string("visit-type", "follow-up"),
        reference("practitioner", doctor), reference("location-reference", f"Location/{cast.main.pk}"),
        reference("patient-reference", patient), string("specialty", "primary"), string("reason", "x|y"),
        {"name": "timing", "valueTiming": {"repeat": {"dayOfWeek": ["fri"], "timeOfDay": ["09:00:00"]}}},
        {"name": "_count", "valueInteger": 3},
    ]  # fmt: skip
    query = [("start", "2026-03-13"), ("end", "2026-03-13"), ("visit-type", "follow-up"), ("_count", "2")]
    proposal = reference("appointment-reference", f"Appointment/{scene.proposal}")
    held = reference("appointment-reference", f"Appointment/{scene.hold}")
    return [
        Wire("POST", "/fhir/Appointment/$find", body=_given(*find)), Wire("GET", "/fhir/Appointment/$find", query),
        Wire("POST", "/fhir/Appointment/$hold", body=_given(proposal, string("comment", "Yearly check-up"))),
        Wire("POST", "/fhir/Appointment/$hold", body=_given(proposal, resource("patient-resource", _person()))),
        Wire("POST", "/fhir/Appointment/$book", body=_given(proposal), headers={"Idempotency-Key": "one"}),
        Wire("POST", "/fhir/Appointment/$book", body=_given(held)),
        Wire("POST", "/fhir/Appointment/$book", body=_given(resource("appointment-resource", _new(scene)))),
    ]  # fmt: skip


def _changes(scene: Scene) -> list[Wire]:
    own = f"/fhir/Appointment/{scene.own.pk}"
    whole = scene.machine.get(f"Appointment/{scene.own.pk}").resource
    steps = [
        {"op": "test", "path": "/status", "value": "booked"}, {"op": "replace", "path": "/status", "value": "cancelled"},
    ]  # fmt: skip
    merge = {"resourceType": "Appointment", "id": str(scene.own.pk), "status": "cancelled"}
    match = {"If-Match": f'W/"{scene.own.version}"'}
    return [
        Wire("POST", "/fhir/Appointment", body=_new(scene), headers={"If-None-Exist": "identifier=urn:x|1"}, expected=201),
        Wire("PUT", own, body=whole, headers=match), Wire("PATCH", own, body=steps, kind=PATCH, headers=match),
        Wire("PATCH", own, body=merge), Wire("DELETE", own, expected=405),
        Wire("PUT", f"/fhir/Appointment/{scene.hold}", body={**whole, "id": scene.hold, "status": "cancelled"}),
    ]  # fmt: skip


def _subscriptions(scene: Scene) -> list[Wire]:
    path = f"/fhir/Subscription/{scene.subscription}"
    whole = scene.machine.get(f"Subscription/{scene.subscription}").resource
    new = {name: value for name, value in whole.items() if name not in ("id", "meta")}
    return [
        Wire("POST", "/fhir/Subscription", body=new, expected=201), Wire("PUT", path, body=whole),
        Wire("DELETE", path, expected=204),
        Wire("GET", f"{path}/$status"), Wire("GET", f"{path}/$events", [("eventsSinceNumber", "1")]),
        Wire("GET", "/fhir/Subscription/$status", [("id", str(scene.subscription))]),
    ]  # fmt: skip


def _public(scene: Scene) -> list[Wire]:
    cast = scene.cast
    slot = f"{cast.follow_up.pk}.{cast.main.pk}.20260313T1600Z"
    files = Browser().get("/publish/$bulk-publish").json()["output"]
    proof = {
        "grant_type": "client_credentials", "scope": "system/*.rs", "client_assertion": "a.b.c",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }  # fmt: skip
    return [
        Wire("GET", "/fhir/metadata"), Wire("GET", "/.well-known/smart-configuration"),
        Wire("POST", "/fhir/token", body=proof, kind=FORM, expected=401), Wire("GET", "/publish/$bulk-publish"),
        *(Wire("GET", urlsplit(one["url"]).path, [("_since", "2026-03-01")]) for one in files),
        Wire("GET", f"/open/{slot}/"),
        Wire("GET", "/calendar/a-secret-that-nobody-has.ics", expected=404), Wire("GET", "/fhir/Patient", expected=401),
    ]  # fmt: skip


def _given(*values: Any) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": [dict(one) for one in values]}


def _new(scene: Scene) -> dict[str, Any]:
    cast = scene.cast
    return {
        "resourceType": "Appointment", "status": "proposed", "start": "2026-03-13T16:00:00Z", "end": "2026-03-13T16:30:00Z",
        "serviceType": [{"coding": [{"code": "follow-up"}]}], "comment": "Yearly check-up",
        "identifier": [{"system": "urn:x", "value": "1"}], "reasonCode": [{"text": "My yearly check-up"}],
        "participant": participants(
            f"Patient/{cast.dora.pk}", f"Practitioner/{cast.dr_carol.pk}", f"Location/{cast.main.pk}"
        ),
    }  # fmt: skip


def _person() -> dict[str, Any]:
    return {
        "resourceType": "Patient", "name": [{"use": "official", "family": "Quist", "given": ["Nora"]}],
        "birthDate": "1971-05-06", "telecom": [{"system": "phone", "value": "212-555-0107"}],
        "identifier": [{"system": "urn:ehr", "value": "77"}], "communication": [
            {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "es"}]}, "preferred": True},
        ],
    }  # fmt: skip


__all__ = ["JSON", "as_xml", "seeds"]
