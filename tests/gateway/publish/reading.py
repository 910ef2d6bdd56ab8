"""A reader of publications: it begins at the manifest, as those outside do, and follows what is written there."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from fhir.resources.R4B.location import Location
from fhir.resources.R4B.schedule import Schedule
from fhir.resources.R4B.slot import Slot

from tests.desk.support import Answer

HOST = "http://testserver"
MANIFEST = "/publish/$bulk-publish"
RESOURCES: dict[str, Any] = {"Location": Location, "Schedule": Schedule, "Slot": Slot}


def get(address: str, **headers: str) -> Answer:
    """Asked by nobody: no log-in, no cookie."""
    return Client(raise_request_exception=False).get(address.removeprefix(HOST), headers=headers)


def manifest() -> dict[str, Any]:
    answer = get(MANIFEST)
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


def lines(content: bytes) -> list[dict[str, Any]]:
    """The resources of one file."""
    return [json.loads(line) for line in content.decode().splitlines()]


def check(resource: dict[str, Any]) -> None:
    """Read strictly, as its type is defined. Raises where it is not so."""
    RESOURCES[resource["resourceType"]].model_validate(resource)


def everything(kind: str) -> list[dict[str, Any]]:
    """Every resource of a kind that the manifest leads to."""
    urls = [one["url"] for one in manifest()["output"] if one["type"] == kind]
    return [resource for url in urls for resource in lines(get(url).content)]


def deep_link(slot: dict[str, Any]) -> str:
    return str(extension(slot, "booking-deep-link")["valueUrl"])


def extension(slot: dict[str, Any], name: str) -> dict[str, Any]:
    address = f"http://fhir-registry.smarthealthit.org/StructureDefinition/{name}"
    (found,) = [one for one in slot["extension"] if one["url"] == address]
    return dict(found)
