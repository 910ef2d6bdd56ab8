"""A client of the machines' door as the tests use it: it asks through the real addresses, and every answer is checked."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.test import Client as Browser

from frontdesk.book.actions import blocks
from frontdesk.clinic.choices import BlockKind
from frontdesk.clinic.models import SlotClass
from frontdesk.gateway.fhir import xml
from frontdesk.people.models import Patient
from frontdesk.triage.models import Request
from tests.factories import partners
from tests.factories.partners import Registered
from tests.gateway.fhir.validate import check
from tests.universe import NOW, TODAY, Universe, at

JSON = "application/fhir+json"
TOMORROW = TODAY + timedelta(days=1)


class Answered:
    """An answer: status, headers and the resource in it."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        body = response.content
        self.resource: dict[str, Any] = _read(body, response.headers.get("Content-Type", "")) if body else {}
        if self.resource:
            check(self.resource)

    @property
    def kind(self) -> str:
        return str(self.resource.get("resourceType", ""))

    @property
    def found(self) -> list[dict[str, Any]]:
        """The Appointments of a Bundle."""
        return [one["resource"] for one in self.resource.get("entry", ()) if one["search"]["mode"] == "match"]

    @property
    def one(self) -> dict[str, Any]:
        """The one Appointment of a Bundle, or the resource itself."""
        if self.kind != "Bundle":
            return self.resource
        (one,) = self.found
        return one

    @property
    def issues(self) -> list[dict[str, Any]]:
        """What an OperationOutcome says, alone or in a Bundle."""
        outcomes = [self.resource] if self.kind == "OperationOutcome" else [
            one["resource"] for one in self.resource.get("entry", ()) if one["search"]["mode"] == "outcome"
        ]  # fmt: skip
        return [issue for outcome in outcomes for issue in outcome["issue"]]

    @property
    def refusal(self) -> str:
        """The code with which the book refused; "" where it did not."""
        codes = [issue["details"].get("coding", [{}])[0].get("code", "") for issue in self.issues]
        return next((code for code in codes if code), "")

    @property
    def said(self) -> str:
        return " ".join(issue["details"]["text"] for issue in self.issues)


def _read(body: bytes, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = xml.read(body) if "xml" in kind else json.loads(body)
    return found


class Machine:
    """One registered client with a token for everything it may."""

    def __init__(self, cast: Universe, **registered: Any) -> None:
        self.cast = cast
        self.registered: Registered = partners.register(cast, **registered)
        self.client, self.user = self.registered.client, self.registered.user
        self.token = partners.token(self.registered)
        self.browser = Browser()

    def twin(self) -> Machine:
        """The same client with a browser of its own, for another thread."""
        other = copy.copy(self)
        other.browser = Browser()
        return other

    def renew(self, now: datetime) -> None:
        """A new token: the old one holds for five minutes."""
        self.token = partners.token(self.registered, now=now)

    def send(self, method: str, path: str, body: Any = None, *, kind: str = JSON, **headers: str) -> Answered:
        """Send a request below /fhir/; header names as keywords: If_Match='W/"1"'."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, (str, bytes)) else json.dumps(body) if body is not None else b""
        call = self.browser.generic(
            method, f"/fhir/{path}", data, content_type=kind, headers={**partners.bearer(self.token), **named}
        )
        return Answered(call)

    def get(self, path: str, **headers: str) -> Answered:
        return self.send("GET", path, **headers)

    def ask(self, name: str, *values: Mapping[str, Any], **headers: str) -> Answered:
        """POST an operation on Appointment with a Parameters body."""
        body = {"resourceType": "Parameters", "parameter": list(values)}
        return self.send("POST", f"Appointment/${name}", body, **headers)

    def find(
        self, *values: Mapping[str, Any], patient: Patient | None = None, kind: str = "follow-up",
        first: datetime | None = None, last: datetime | None = None, count: int | None = 10, **headers: str,
    ) -> Answered:  # fmt: skip
        """$find of a visit type, from tomorrow 8:00 to the end of the day unless told otherwise."""
        start, end = first or at(8, day=TOMORROW), last or at(17, day=TOMORROW)
        asked = [moment("start", start), moment("end", end), *values]
        if kind:
            asked.append(string("visit-type", kind))
        if patient is not None:
            asked.append(reference("patient-reference", f"Patient/{patient.pk}"))
        if count is not None:
            asked.append({"name": "_count", "valueInteger": count})
        return self.ask("find", *asked, **headers)

    def offered(self, patient: Patient, **more: Any) -> dict[str, Any]:
        """The first proposal for the patient."""
        found = self.find(patient=patient, **more).found
        assert found, "nothing was offered"
        return found[0]

    def hold(self, pk: str, *values: Mapping[str, Any], **headers: str) -> Answered:
        return self.ask("hold", reference("appointment-reference", f"Appointment/{pk}"), *values, **headers)

    def book(self, pk: str, *values: Mapping[str, Any], comment: str = "", **headers: str) -> Answered:
        asked = [reference("appointment-reference", f"Appointment/{pk}"), *values]
        if comment:
            asked.append(string("comment", comment))
        return self.ask("book", *asked, **headers)

    def booked(self, patient: Patient, **more: Any) -> dict[str, Any]:
        """A visit that the client has booked for the patient."""
        answer = self.book(self.offered(patient, **more)["id"])
        assert answer.status == 200, answer.resource
        return answer.one

    def requests(self) -> list[Request]:
        """What this client has asked for, the oldest first."""
        return list(Request.objects.filter(opened_by=self.user).order_by("pk"))


def reference(name: str, to: str) -> dict[str, Any]:
    return {"name": name, "valueReference": {"reference": to}}


def string(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "valueString": value}


def moment(name: str, value: datetime) -> dict[str, Any]:
    return {"name": name, "valueDateTime": value.isoformat()}


def resource(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "resource": dict(value)}


def participants(*refs: str) -> list[dict[str, Any]]:
    return [{"actor": {"reference": one}, "status": "needs-action"} for one in refs]


def keep_morning(cast: Universe, kept: SlotClass) -> None:
    """Dr. Carol's time tomorrow from 8 to 10 is kept for a slot class."""
    blocks.block(
        resource=cast.dr_carol, kind=BlockKind.OTHER, start=at(8, day=TOMORROW), end=at(10, day=TOMORROW),
        slot_class=kept, by=cast.dan, now=NOW,
    )  # fmt: skip
