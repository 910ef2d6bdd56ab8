"""Whatever is asked, the answer is FHIR: an empty Bundle or a refusal with a sentence, and never a 500."""

from __future__ import annotations

import os
from urllib.parse import quote

import pytest

from frontdesk.gateway.fhir.kinds import kinds
from tests.gateway.fhir.support import Machine
from tests.universe import Universe, at

pytestmark = pytest.mark.django_db

ABSURD = (
    "x", "-1", "0", "9" * 40, "1.5", "1e9", "NaN", "null", "%00", "a%00b", "%ED%A0%80", "%FF%FE", "'", '"', "\\", "\\,",
    "|", "||", "a|b|c", ",", ",,,", "$", "{}", "[]", "<x>", "../../etc", "%2e%2e%2f", "a b", "%F0%9F%98%80", "%E2%80%AE",
    "a" * 3000, "Patient/", "/1", "Patient/1/2", "http://", "https://x.example/fhir/Patient/1", "2026-13-45", "ge",
    "ge2026-02-30", "ge0000-01-01", "lt9999-12-31T23:59:59Z", "gt9999", "2026-03-03T25:00:00Z", "2026-03-03T10:00:00+99:00",
    "ap2026", "zz2026-03-03", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00", "1' OR '1'='1", "%25", "_", "*",
    "room-", "hold-", "handoff-", "contact-0", "1-", "1-2-3-20260303T1500Z", "99999999999999999999-1", "%0A%0D",
)  # fmt: skip
EVERY = 1 if os.environ.get("FRONTDESK_FULL_PROOFS") == "1" else 17
RESULT = (
    "_count",
    "_include",
    "_summary",
    "_elements",
    "_sort",
    "_page",
    "_total",
    "_revinclude",
    "_id:missing",
    "",
)


@pytest.mark.parametrize("kind", [one for one in kinds() if one != "Subscription"])
def test_absurd_values(kind: str, ehr: Machine, universe: Universe) -> None:
    universe.book(at(11))
    known = kinds()[kind]
    names = [
        *known.params,
        *(f"{name}.{chain}" for name, one in known.params.items() for chain in one.chains),
        *RESULT,
    ]
    odd = []
    for place, value in enumerate(ABSURD):
        # Each value on some of the parameters; on all of them with FRONTDESK_FULL_PROOFS=1.
        for name in names[place % EVERY :: EVERY]:
            few = "" if name == "_count" else "_count=2&"
            answer = ehr.send("GET", f"/fhir/{kind}?{few}{name}={value if '%' in value else quote(value)}")
            if answer.status not in (200, 400):
                odd.append((name, value, answer.status))
    assert not odd


def test_absurd_ids(ehr: Machine) -> None:
    for place, value in enumerate(ABSURD):
        kinds_now = ("Patient", "Slot", "Appointment", "Schedule", "Location", "Task", "Communication")
        for kind in (kinds_now[place % 7], kinds_now[(place + 3) % 7]):
            answer = ehr.send("GET", f"/fhir/{kind}/{value if '%' in value else quote(value, safe='')}")
            assert answer.status in (200, 400, 404), (kind, value)


@pytest.mark.parametrize("count", ["-1", "x", "1.5", "", "99999999999999999999999", "0"])
def test_absurd_counts(count: str, ehr: Machine, universe: Universe) -> None:
    answer = ehr.get(f"Patient?family=lucero&_count={count}")
    assert answer.status == (400 if count in ("-1", "x", "1.5") else 200)


def test_what_xml_cannot_hold_is_left_out(ehr: Machine, universe: Universe) -> None:
    type(universe.ana).objects.filter(pk=universe.ana.pk).update(given="A\x01n\ufffea")
    answer = ehr.get(f"Patient?_id={universe.ana.pk}&%01shoe%EF%BF%BE=%02&_format=xml")
    assert answer.status == 200 and "“shoe” is not known" in answer.remarks
    assert answer.matches[0]["name"][0]["given"] == ["Ana"]
    assert ehr.get("Patient/%01?_format=xml").status == 404


def test_too_much_is_refused(ehr: Machine) -> None:
    assert ehr.get("Patient?" + "&".join(f"a{number}=1" for number in range(600))).status == 400
    assert ehr.get("Patient?_id=" + ",".join(str(number) for number in range(300))).status == 400
    assert ehr.get("Patient?" + "&".join(f"family=a{number}b" for number in range(30))).status == 200
    assert ehr.form("Patient", family="x" * 1_100_000).status == 413


@pytest.mark.parametrize(
    "body",
    [
        b"family=lucero&family=%00", b"\x00\xff", b"=&=&", b"a" * 10_000, b'{"family": "lucero"}', b"family=%ff",
        b"_count=x&family=lucero",
    ],
)  # fmt: skip
def test_absurd_forms(body: bytes, ehr: Machine) -> None:
    answer = ehr.send("POST", "Patient/_search", body, kind="application/x-www-form-urlencoded")
    assert answer.status in (200, 400)
    assert ehr.send("POST", "Patient/_search", body, kind="multipart/form-data; boundary=x").status in (
        200,
        400,
    )
