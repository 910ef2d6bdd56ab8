"""Programs that others wrote, at a served instance: fhirclient and fhirpy reading, searching, paging and including."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

from frontdesk.kit.clock import now
from tests.factories import partners
from tests.factories.served import served, troubles
from tests.universe import Universe, at

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def here(tmp_path: Path, universe: Universe) -> Iterator[tuple[str, str, Universe]]:
    """The address of the door, a token and the clinic, with three visits in its book."""
    for number, patient in enumerate((universe.ben, universe.dora, universe.chen)):
        universe.book(at(11 + number), request=universe.ready(patient))
    token = partners.token(partners.register(universe), now=now())
    with served(tmp_path / "log", workers=1) as port:
        yield f"http://127.0.0.1:{port}/fhir", token, universe
    assert not troubles(tmp_path / "log")


def test_fhirpy_and_fhirclient_read(here: tuple[str, str, Universe]) -> None:
    """One served instance for both: to start one takes longer than all that is asked of it."""
    base, token, cast = here
    _fhirpy(SyncFHIRClient(base, authorization=f"Bearer {token}"), cast)
    _fhirclient(base, token, cast)


def _fhirpy(client: Any, cast: Universe) -> None:
    patients = client.resources("Patient").search(family="Okafor").fetch_all()
    assert [one["id"] for one in patients] == [str(cast.ben.pk)]
    assert patients[0].to_reference().to_resource()["birthDate"] == "1952-11-30"
    visits = (
        client.resources("Appointment").search(date__ge="2026-03-03", status="booked").sort("date").limit(1)
    )
    found = visits.fetch_all()  # a page for each
    assert [one["start"] for one in found] == [f"2026-03-03T{hour}:00:00Z" for hour in (16, 17, 18)]
    assert visits.count() == 3
    practitioner = found[0]["participant"][1]["actor"].to_resource()
    assert practitioner["name"][0]["family"] == "Calden"
    bundle = (
        client.resources("Appointment")
        .search(patient=f"Patient/{cast.dora.pk}")
        .include("Appointment", "patient")
    )
    kinds = {entry["resource"]["resourceType"] for entry in bundle.fetch_raw()["entry"]}
    assert kinds == {"Appointment", "Patient"}
    chained = client.resources("Appointment").search(**{"patient.identifier": cast.chen.mrn}).first()
    assert chained["participant"][0]["actor"]["reference"] == f"Patient/{cast.chen.pk}"
    with pytest.raises(ResourceNotFound):
        client.reference("Patient", "987654321").to_resource()
    with pytest.raises(OperationOutcome):
        client.resources("Appointment").search(date="yesterday").fetch()


def _fhirclient(base: str, token: str, cast: Universe) -> None:
    from fhirclient.client import FHIRClient
    from fhirclient.models.appointment import Appointment
    from fhirclient.models.location import Location
    from fhirclient.models.patient import Patient
    from fhirclient.models.practitioner import Practitioner

    client = FHIRClient({"app_id": "test", "api_base": f"{base}/"})
    client.server.session.headers["Authorization"] = f"Bearer {token}"
    assert client.server.capabilityStatement.fhirVersion == "4.0.1"
    ben = Patient.read(str(cast.ben.pk), client.server)
    assert (ben.name[0].family, ben.gender) == ("Okafor", "unknown")
    where = {"date": "2026-03-03", "_count": "2", "_include": "Appointment:actor"}
    visits = Appointment.where(where)
    found = list(visits.perform_resources_iter(client.server))
    starts = [one.start.isostring for one in found if isinstance(one, Appointment)]
    assert len(starts) == 3 and starts == sorted(starts)
    assert {type(one) for one in found} == {Appointment, Patient, Practitioner, Location}
