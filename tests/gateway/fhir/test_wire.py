"""Bytes in: JSON and XML, and what may not come in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import RequestFactory

from frontdesk.gateway.fhir import wire, xml
from frontdesk.gateway.fhir.outcome import Problem

BOMB = b"""<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Patient xmlns="http://hl7.org/fhir"><gender value="&c;"/></Patient>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<Patient xmlns="http://hl7.org/fhir"><name><text value="a"/><family>&x;</family></name></Patient>"""
DEEP = (
    b'<Patient xmlns="http://hl7.org/fhir">'
    + b'<extension url="u">' * 400
    + b"</extension>" * 400
    + b"</Patient>"
)
MANY = {
    "resourceType": "Parameters",
    "parameter": [
        {"name": "start", "valueDateTime": "2026-03-03T10:00:00Z"},
        {"name": "n", "valueInteger": 3}, {"name": "d", "valueDecimal": 1.5}, {"name": "b", "valueBoolean": False},
        {"name": "practitioner", "valueReference": {"identifier": {"system": "urn:oid:1.2", "value": "PR1"}}},
        {"name": "patient-resource", "resource": {
            "resourceType": "Patient", "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Hi</div>'},
            "name": [{"given": ["A", "B"], "_given": [None, {"id": "q"}], "_family": {
                "extension": [{"url": "http://x.example/y", "valueCode": "unknown"}]}}], "birthDate": "1980-01-01",
        }},
    ],
}  # fmt: skip


def post(body: bytes, kind: str) -> Any:
    return wire.read(RequestFactory().post("/fhir/Patient", body, content_type=kind))


def test_xml_and_json_mean_the_same() -> None:
    assert post(xml.write(MANY), "application/fhir+xml") == MANY
    for kind in (
        "application/fhir+json; charset=utf-8",
        "application/json",
        "application/json-patch+json",
        "text/json",
    ):
        assert post(json.dumps(MANY).encode(), kind) == MANY


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (BOMB, "application/xml"), (OUTSIDE, "application/fhir+xml"), (DEEP, "text/xml"), (b"<a", "application/xml"),
        (b"<Patient/>", "application/xml"), (b'<Zork xmlns="http://hl7.org/fhir"/>', "application/xml"),
        (b'<HumanName xmlns="http://hl7.org/fhir"/>', "application/xml"), (b"", "application/xml"),
        (b'<Patient xmlns="http://hl7.org/fhir"><zork value="1"/></Patient>', "application/xml"),
        (b'<Patient xmlns="http://hl7.org/fhir"><active value="yes"/></Patient>', "application/xml"),
        (b'<Patient xmlns="http://hl7.org/fhir"><gender value="a"/><gender value="b"/></Patient>', "application/xml"),
        (b'<Patient xmlns="http://hl7.org/fhir"><contained/></Patient>', "application/xml"),
        (b'<Appointment xmlns="http://hl7.org/fhir"><minutesDuration value="x"/></Appointment>', "application/xml"),
        (b"\xff\xfe\x00", "application/xml"), (b"{", "application/json"), (b"NaN", "application/json"),
        (b" ", "application/json"), (b'{"a": "\\u0000"}', "application/json"), (b'{"a": "\\ud800"}', "application/json"),
        (b"[" * 5000, "application/json"),
        (b"\xff", "application/fhir+json"), (b"a,b", "text/csv"), (b"{}", "multipart/form-data"),
    ],
)  # fmt: skip
def test_what_may_not_come_in(body: bytes, kind: str) -> None:
    with pytest.raises(Problem) as found:
        post(body, kind)
    assert found.value.status in (400, 415)
    assert "passwd" not in found.value.sentence and "root:" not in found.value.sentence


def test_a_patch_is_a_list_and_words_about_nul_are_only_words() -> None:
    assert post(b'[{"op": "add"}]', "application/json-patch+json") == [{"op": "add"}]
    assert post(b'{"a": "\\\\u0000"}', "application/json") == {"a": "\\u0000"}
