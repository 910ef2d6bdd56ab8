"""What lies beside an answer: headers, logs, counts, tags, links. Nothing of it tells what the answer itself does not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.book.actions.days import open_days
from frontdesk.book.models import Appointment
from frontdesk.clinic.models import VisitType
from frontdesk.daybook.models import Look
from tests.factories import clinic as factory
from tests.factories import partners
from tests.gateway.fhir.machine import Machine
from tests.gateway.fhir.support import Clock
from tests.universe import LAST_OPEN, NOW, OPENER, TODAY, Universe, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(universe: Universe, booker: Machine) -> Appointment:
    """Ben's visit of a sensitive type; the client does not see such visits."""
    kind = factory.visit_type("secret", "Secret clinic", in_=universe.dr_carol.specialty, minutes=30)
    VisitType.objects.filter(pk=kind.pk).update(sensitive=True, public=True)
    kind.refresh_from_db()
    start = at(9, day=LAST_OPEN)
    return universe.book(
        start, request=universe.ready(universe.ben), wanted=universe.wanted(start, visit_type=kind)
    )


def same_but_for(one: Any, other: Any) -> bool:
    """Equal in status, body and headers, as far as neither says what was asked for."""
    mine, theirs = (dict(answer.headers.items()) for answer in (one, other))
    return (one.status, one.resource, mine) == (other.status, other.resource, theirs)


def test_what_may_not_be_seen_is_answered_as_what_is_not_there(
    secret: Appointment, booker: Machine, universe: Universe
) -> None:
    for method, body in (
        ("GET", None),
        ("PATCH", {"status": "cancelled"}),
        ("PUT", {"resourceType": "Appointment"}),
    ):
        theirs, none = (
            booker.send(method, f"Appointment/{pk}", body, If_Match='W/"1"', If_None_Match='W/"1"')
            for pk in (secret.pk, 987_654_321)
        )
        assert theirs.status == 404
        assert same_but_for(theirs, none), method
    secret.refresh_from_db()
    assert secret.status == "booked"


@pytest.mark.parametrize(
    "query",
    [
        "patient=Patient/{ben}", "_id={secret}", "date=ge2026-03-01", "service-type=secret", "practitioner={carol}",
        "_lastUpdated=ge2020-01-01", "actor=Patient/{ben}", "status:not=cancelled&date=ge2026-03-01", "identifier={secret}",
    ],
)  # fmt: skip
def test_no_search_counts_or_shows_it(
    query: str, secret: Appointment, booker: Machine, universe: Universe
) -> None:
    asked = query.format(ben=universe.ben.pk, secret=secret.pk, carol=universe.dr_carol.pk)
    for more in ("", "&_summary=count", "&_include=*", "&_count=0"):
        answer = booker.get(f"Appointment?{asked}{more}")
        assert (answer.status, answer.resource["total"]) == (200, 0)
        assert "Okafor" not in str(answer.resource)
        assert "ecret clinic" not in str(answer.resource)


def test_its_time_is_only_ever_busy(secret: Appointment, booker: Machine, universe: Universe) -> None:
    slots = booker.get(
        f"Slot?schedule={universe.dr_carol.pk}-{universe.main.pk}&start={LAST_OPEN}&status=busy,free&_count=500"
    )
    assert slots.resource["entry"]
    assert "ecret" not in str(slots.resource)
    free = {one["start"] for one in slots.found if one["status"] == "free"}
    assert secret.start.strftime("%Y-%m-%dT%H:%M:%SZ") not in free
    assert booker.get("HealthcareService?_count=200").resource["total"] == 4
    assert booker.find(kind="secret").found == []
    assert booker.book(booker.offered(universe.dora)["id"]).status == 200


@pytest.mark.parametrize("sensitive", [True, False])
def test_no_offer_says_who_saw_the_patient_for_it(
    sensitive: bool, secret: Appointment, booker: Machine, clock: Clock, universe: Universe
) -> None:
    """Some days after the visit, times are offered again: that of whom the patient saw is nobody's to tell."""
    open_days(
        resources=[universe.dr_carol, universe.dr_yusuf, universe.exam_1, universe.exam_2], first=LAST_OPEN,
        last=LAST_OPEN + timedelta(days=7), by=OPENER, now=NOW,
    )  # fmt: skip
    VisitType.objects.filter(code="secret").update(sensitive=sensitive)
    clock.moment = at(8, day=LAST_OPEN + timedelta(days=3))
    booker.token = partners.token(booker.registered, now=clock.moment)
    later = LAST_OPEN + timedelta(days=4)
    found = booker.find(patient=universe.ben, first=at(8, day=later), last=at(17, day=later)).found
    assert found
    told = " ".join(one.get("comment", "") for one in found)
    assert ("own provider" in told) == (not sensitive)


def test_what_is_answered_is_kept_by_nobody_in_between(booker: Machine, universe: Universe) -> None:
    """A patient's data lie in no cache between us and the client."""
    for path in (f"Patient/{universe.ben.pk}", "Patient?family=Okafor", "Appointment?date=ge2026-03-01",
                 "Task?status=requested", "Communication?sent=ge2026-03-01"):  # fmt: skip
        kept = booker.get(path).headers.get("Cache-Control", "")
        assert "no-store" in kept or "private" in kept, (path, kept)


def test_no_log_and_no_link_holds_who_was_asked_for(
    booker: Machine, universe: Universe, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = booker.get("Patient?birthdate=1952-11-30,1979-03-14,1990-02-28&_count=1")
        booker.get("Patient?family=Okafor&_count=x")
        booker.send("POST", "Appointment/$book", {"resourceType": "Parameters", "x": "Okafor"})
    (link,) = [one["url"] for one in page.resource["link"] if one["relation"] == "next"]
    for secret in ("1952", "Okafor"):
        assert secret not in link
        assert secret not in caplog.text
    assert booker.token not in caplog.text


def test_a_page_is_for_the_client_that_was_given_it(booker: Machine, universe: Universe) -> None:
    page = booker.get("Patient?birthdate=1952-11-30,1979-03-14,1990-02-28&_count=1")
    (link,) = [one["url"] for one in page.resource["link"] if one["relation"] == "next"]
    token = link.partition("_page=")[2]
    assert booker.get(f"Patient?_page={token}").status == 200
    assert Machine(universe).get(f"Patient?_page={token}").status == 400
    assert booker.get(f"Appointment?_page={token}").status == 400


def test_the_longest_search_has_a_next_page_that_opens(booker: Machine, universe: Universe) -> None:
    """A clumsy integrator asks for two hundred ids at once, and for pages of one."""
    ids = ",".join([str(universe.ben.pk), str(universe.ana.pk), *(str(10**17 + n) for n in range(198))])
    page = booker.send(
        "POST", "Patient/_search", f"_id={ids}&_count=1", kind="application/x-www-form-urlencoded"
    )
    assert page.status == 200
    (link,) = [one["url"] for one in page.resource["link"] if one["relation"] == "next"]
    assert booker.get(link.partition("/fhir/")[2]).status == 200


def test_everything_that_showed_a_patient_is_in_the_access_log(
    secret: Appointment, booker: Machine, universe: Universe
) -> None:
    visit = universe.book(at(15, day=LAST_OPEN), request=universe.ready(universe.dora))
    dora = f"Patient/{universe.dora.pk}"
    asked: dict[str, Callable[[], object]] = {
        "read": lambda: booker.get(dora), "search": lambda: booker.get("Patient?family=Nilsson"),
        "visit": lambda: booker.get(f"Appointment/{visit.pk}"),
        "visits": lambda: booker.get(f"Appointment?date=ge{TODAY}"),
        "known already": lambda: booker.get(f"Appointment/{visit.pk}", If_None_Match=f'W/"{visit.version}"'),
        "find": lambda: booker.find(patient=universe.dora),
        "patched": lambda: booker.send("PATCH", f"Appointment/{visit.pk}", {"status": "cancelled"}),
    }  # fmt: skip
    for name, ask in asked.items():
        before = Look.objects.filter(user=booker.user, ref=universe.dora.pk).count()
        ask()
        assert Look.objects.filter(user=booker.user, ref=universe.dora.pk).count() > before, name
    assert not Look.objects.filter(user=booker.user, at__lt=NOW).exists()
