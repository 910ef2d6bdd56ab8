"""Who may open which door of the machines: every address against one table, as nobody and with each right missing."""

from __future__ import annotations

from itertools import product

import pytest
from django.test import Client as Browser
from django.urls import get_resolver

from frontdesk.gateway.fhir.kinds import kinds
from frontdesk.partners.actions import clients
from tests.desk.test_permissions import addresses
from tests.factories import partners
from tests.gateway.fhir.support import Clock, Machine, machine, read
from tests.universe import Universe, at

pytestmark = pytest.mark.django_db

# What each address asks for; those that are open to anybody are tested where they are written.
TOKEN, OPEN, SECRET = "a token", "nothing", "a secret in the address"
TABLE = {
    "smart-configuration": OPEN, "fhir-smart-configuration": OPEN, "token": OPEN, "metadata": OPEN,
    "search": TOKEN, "operation": TOKEN, "operation_of_one": TOKEN, "one": TOKEN, "type": TOKEN, "nowhere": TOKEN,
    "root": TOKEN, "base": TOKEN, "publication": OPEN, "published": OPEN, "open-time": OPEN, "feed": SECRET,
}  # fmt: skip
TYPES = (
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Location",
    "HealthcareService",
    "Schedule",
    "Slot",
    "Appointment",
    "Task",
    "Communication",
)


def test_every_address_stands_in_the_table() -> None:
    ours = [name for name in addresses(get_resolver().url_patterns) if name.startswith("gateway:")]
    assert sorted(ours) == sorted(f"gateway:{name}" for name in TABLE)


def test_nobody_comes_in_without_a_token_that_holds(universe: Universe, clock: Clock) -> None:
    shown = [
        "",
        "Bearer",
        "Bearer zzz",
        "Basic YTpi",
        "bearer " + "x" * 43,
        "Bearer a b",
        "Bearer " + "x" * 5000,
    ]
    paths = [
        "Patient",
        "Patient/1",
        "Patient/_search",
        "Zzz",
        "Appointment/$find",
        "Subscription/1/$status",
        "",
        "a/b/c/d",
    ]
    for path, header in product(paths, shown):
        found = read(Browser().get(f"/fhir/{path}", headers={"Authorization": header} if header else {}))
        assert (found.status, found.code) == (401, "login"), (path, header)
        assert found.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_holds_five_minutes_and_ends_with_its_client(
    ehr: Machine, universe: Universe, clock: Clock
) -> None:
    assert ehr.get("Location").status == 200
    clock.later(minutes=5, seconds=1)
    assert ehr.get("Location").status == 401
    other = machine(universe, now=clock.moment)
    fresh = Machine(other.registered, partners.token(other.registered, now=clock.moment))
    assert fresh.get("Location").status == 200
    clients.end(client=fresh.registered.client, by=universe.dan, now=clock.moment)
    assert fresh.get("Location").status == 401


@pytest.mark.parametrize("kind", TYPES)
def test_a_right_that_the_token_lacks_is_refused(kind: str, universe: Universe, clock: Clock) -> None:
    only_read, only_search = machine(universe, [f"system/{kind}.r"]), machine(universe, [f"system/{kind}.s"])
    other = "Location" if kind != "Location" else "Slot"
    nothing = machine(universe, [f"system/{other}.cruds"])
    for who, reading, searching in ((only_read, 404, 403), (only_search, 403, 200), (nothing, 403, 403)):
        read_it = who.get(f"{kind}/987654321")
        assert (read_it.status, read_it.code) == (reading, "not-found" if reading == 404 else "forbidden")
        assert who.get(f"{kind}?_count=1").status == searching
        assert who.form(kind, _count="1").status == searching


def test_what_cannot_be_done_is_no_method(ehr: Machine) -> None:
    for kind in ("Location", "Practitioner", "Slot", "Schedule", "HealthcareService", "PractitionerRole", "Task",
                 "Communication"):  # fmt: skip
        for method, path in (
            ("POST", kind),
            ("PUT", f"{kind}/1"),
            ("PATCH", f"{kind}/1"),
            ("DELETE", f"{kind}/1"),
        ):
            answer = ehr.send(method, path, b"{}")
            assert (answer.status, answer.code) == (405, "not-supported"), (method, path)
            assert "GET" in answer.headers["Allow"]
    assert ehr.send("DELETE", "Appointment/1").status == 405
    assert ehr.send("OPTIONS", "Appointment").status == 405


@pytest.mark.parametrize(
    "path",
    [
        "Zzz",
        "Zzz/1",
        "Zzz/_search",
        "patient",
        "Binary/1",
        "Location/$zzz",
        "Location/1/$zzz",
        "?_type=Zzz",
        "a/b/c/d",
        "$export",
    ],
)
def test_other_addresses_are_not_there(path: str, ehr: Machine) -> None:
    assert ehr.get(path).status == 404


def test_a_search_of_the_whole_door_names_one_type(ehr: Machine, universe: Universe) -> None:
    for path in ("/fhir", "/fhir/"):
        found = ehr.get(f"{path}?_type=Location&name=main")
        assert found.ids == [str(universe.main.pk)]
        assert found.body["link"][0]["url"].endswith("/fhir/Location?name=main&_count=50")
        for other in ("", "?_type=Location,Patient", "?_type=Location&_type=Patient"):
            assert (ehr.get(f"{path}{other}").status, ehr.get(f"{path}{other}").code) == (
                400,
                "not-supported",
            )
        assert ehr.send("POST", path, b"{}").status == 405
    assert machine(universe, ["system/Slot.s"]).get("/fhir?_type=Location").status == 403


def test_who_asks_too_often_waits(universe: Universe, clock: Clock) -> None:
    slow = machine(universe, per_minute=3)
    statuses = [slow.get("Location").status for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    answer = slow.get("Location")
    assert answer.code == "throttled" and 1 <= int(answer.headers["Retry-After"]) <= 61
    clock.later(minutes=1)
    assert slow.get("Location").status == 200


def test_another_site_is_as_if_it_were_not_there(universe: Universe, clock: Clock) -> None:
    visit = universe.book(at(11))
    harbor = machine(universe, sites=[universe.harbor])
    carol, main = universe.dr_carol.pk, universe.main.pk
    for path in (f"Appointment/{visit.pk}", f"Practitioner/{carol}", f"PractitionerRole/{carol}-{main}", f"Location/{main}",
                 f"Location/room-{universe.exam_1.pk}", f"Schedule/{carol}-{main}",
                 f"Slot/{carol}-{main}-{universe.follow_up.pk}-20260303T1800Z"):  # fmt: skip
        theirs, none = harbor.get(path), harbor.get(f"{path.partition('/')[0]}/987654321")
        assert (theirs.status, theirs.body) == (none.status, none.body) and none.status == 404, path
    for query in ("Appointment?date=2026-03", f"Appointment?patient={visit.patient_id}", f"Appointment?location={main}",
                  f"Slot?schedule={carol}-{main}", f"Schedule?actor={carol}", f"Location?_id={main}"):  # fmt: skip
        assert harbor.get(query).ids == [], query


def test_the_statement_says_what_the_table_has(universe: Universe, clock: Clock) -> None:
    statement = read(Browser().get("/fhir/metadata")).body
    there = {one["type"]: one for one in statement["rest"][0]["resource"]}
    assert set(there) == set(kinds())
    for name, kind in kinds().items():
        codes = {one["code"] for one in there[name]["interaction"]}
        assert codes == {
            code
            for code, run in (
                ("read", kind.read), ("search-type", kind.search), ("create", kind.create), ("update", kind.update),
                ("patch", kind.patch), ("delete", kind.delete),
            )
            if run is not None
        }  # fmt: skip
        assert {one["name"] for one in there[name]["searchParam"]} >= set(kind.params)
        assert {f"${one['name']}" for one in there[name].get("operation", ())} == {
            *kind.operations, *kind.defined,
        }  # fmt: skip
    security = statement["rest"][0]["security"]
    assert security["service"][0]["coding"][0]["code"] == "SMART-on-FHIR"
    assert read(Browser().get("/fhir/metadata", headers={"Accept": "application/fhir+xml"})).body == statement


def test_the_statement_names_the_operations_of_ihe() -> None:
    operations = {
        f"${one}": kinds()["Appointment"].operations.get(f"${one}") for one in ("find", "hold", "book")
    }
    for name, found in operations.items():
        assert found is not None, name
        where = "https://profiles.ihe.net/ITI/Scheduling/OperationDefinition/appointment-"
        assert found.definition == f"{where}{name.removeprefix('$')}"
