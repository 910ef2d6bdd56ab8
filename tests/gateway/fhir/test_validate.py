"""Does the checker itself refuse what R4 refuses?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateway.fhir.validate import NotFhir, check


def visit(**more: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Appointment", "id": "1", "status": "booked", "start": "2026-03-03T10:00:00Z",
        "end": "2026-03-03T10:30:00Z", "requestedPeriod": [{"start": "2026-03-03T10:00:00Z"}],
        "participant": [{"actor": {"reference": "Patient/1"}, "status": "accepted"}], **more,
    }  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


def task(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Task", "id": "1", "status": "requested", "intent": "order", "priority": "stat",
        "authoredOn": "2026-03-03T10:00:00Z", "lastModified": "2026-03-03T10:00:00Z",
        "output": [{"type": {"text": "x"}, "valueDate": "2026-03-03"}], **more,
    }  # fmt: skip


def communication(**more: Any) -> dict[str, Any]:
    sent = {"status": "completed", "sent": "2026-03-03T10:00:00Z"}
    return {"resourceType": "Communication", "id": "1", **sent, "payload": [{"contentString": "x"}], **more}


def bundle(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Bundle", "type": "searchset", "total": 1,
        "link": [{"relation": "self", "url": "http://x.example/fhir/Appointment"}],
        "entry": [{"fullUrl": "http://x.example/fhir/Appointment/1", "resource": visit(), "search": {"mode": "match"}}],
        **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        visit(status="zzz"), visit(status=None), visit(participant=None), visit(participant=[]), visit(start=None),
        visit(start=None, end=None), visit(participant=[{"status": "accepted"}]), visit(end="2026-03-03T09:00:00Z"),
        visit(status="noshow", cancelationReason={"text": "x"}), visit(status="booked", cancelationReason={"text": "x"}),
        visit(participant=[{"actor": {"reference": "Patient/1"}, "status": "yes"}]), visit(requestedPeriod=None),
        visit(start="2026-03-03"), visit(description=""), visit(shoe=1), visit(id="a b"), visit(comment={}),
        visit(extension=[{"url": "http://x.example"}]), {"resourceType": "Zork"}, {},
        task(status="done"), task(intent="odrer"), task(priority="high"), task(lastModified="2026-03-03T09:59:59Z"),
        task(output=[{"type": {"text": "x"}}]), task(restriction={"period": {"start": "2026-03-04", "end": "2026-03-03"}}),
        task(executionPeriod={"start": "2026-03-04", "end": "2026-03-03"}),
        communication(status="sent"), communication(payload=[{"id": "1"}]),
        {"resourceType": "Communication", "id": "1", "status": "completed"}, communication(priority="high"),
        bundle(total=0), bundle(link=None), bundle(type="zzz"), bundle(link=[]), bundle(entry=bundle()["entry"] * 2),
        bundle(entry=[{**bundle()["entry"][0], "resource": visit(status="zzz")}]),
        bundle(entry=[{**bundle()["entry"][0], "fullUrl": "http://x.example/fhir/Appointment/2"}]),
        bundle(entry=[{**bundle()["entry"][0], "search": {"mode": "zzz"}}]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(NotFhir):
        check(wrong)


@pytest.mark.parametrize(
    "right",
    [
        visit(), visit(status="cancelled", cancelationReason={"text": "x"}), bundle(), bundle(total=7),
        visit(status="proposed", start=None, end=None), task(), communication(),
    ],
)  # fmt: skip
def test_what_is_right_is_not(right: dict[str, Any]) -> None:
    check(right)
