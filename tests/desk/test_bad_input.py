"""Bad input: whatever is sent, the answer is a page with a sentence, and nothing is half-saved."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.daybook.models import Look
from frontdesk.people.models import Patient
from frontdesk.triage.actions.requests import TYPED
from frontdesk.triage.models import Request
from tests.desk.absurd.field import Field
from tests.desk.absurd.forms import FIELDS, WITHOUT_FIELDS
from tests.desk.absurd.queries import QUERIES
from tests.desk.absurd.values import absurd_for, encoded
from tests.desk.doors import CHANGES, LOOKS
from tests.desk.doors_table import TABLE
from tests.desk.support import BACKEND, Answer, Desk, Scene, read, rows, said, undone, written
from tests.universe import Universe, at

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
# What is done by opening the door at all: fields only add to it.
DONE_BY_A_BARE_WISH = (
    "desk:handoff-accept", "desk:task-claim", "desk:task-back", "desk:settings-draft-withdraw", "desk:settings-duty-end",
    "desk:absence-lift", "desk:closure-reopen", "desk:protocol-approve", "desk:protocol-withdraw", "desk:book",
    "desk:let-go", "desk:walk-in-new", "desk:visit-calendar-link", "desk:visit-calendar-revoke",
)  # fmt: skip
ABOUT_SETTINGS = (
    "desk:settings", "desk:time", "desk:kept", "desk:closure", "desk:absence", "desk:protocol", "desk:backtest",
)  # fmt: skip
APPROVALS = ("desk:protocol-approve", "desk:protocol-end")
KEEPS_ITS_OWN = {"daybook_look"}  # that a page was looked at is written down, whatever was asked


def doers(cast: Universe, door: str) -> User:
    """Somebody who may send this form: a nurse, and a manager where it is about settings."""
    if door in APPROVALS:
        return cast.carol
    manager = door in (
        "desk:looks",
        "desk:reports",
        "desk:audit",
        "desk:audit-run",
        "desk:gaps",
        "desk:triage-report",
        "desk:triage-rows",
        "desk:acknowledgements",
    ) or door.startswith(ABOUT_SETTINGS)
    return cast.dan if manager else cast.bob


def faults(answer: Answer) -> Iterator[str]:
    """What is wrong with an answer to something absurd."""
    status, text = answer.status_code, answer.content.decode(errors="replace")
    if status >= 500:
        kind = answer.exc_info[0].__name__ if getattr(answer, "exc_info", None) else ""
        yield f"{status} {kind}"
    if "Traceback" in text or "Exception" in text:
        yield "shows its insides"
    if status in (400, 403, 404, 405, 409, 413, 422) and not _sentence(text):
        yield f"{status} without a sentence"


def _sentence(html: str) -> bool:
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.partition("<main")[2] or html))
    return bool(re.search(r"[A-Z][^.:]{8,}[.:]", words))


def test_every_form_has_its_fields_in_the_table() -> None:
    forms = {name for name, door in TABLE.items() if door.method == CHANGES or door.takes} | {"login"}
    assert {one.door for one in FIELDS} | WITHOUT_FIELDS == forms
    assert set(QUERIES) <= set(TABLE)


@pytest.mark.parametrize("door", sorted({one.door for one in FIELDS}))
def test_the_fields_of_a_form(door: str, desk: Desk, things: Scene) -> None:
    browser, wrong = desk.browser(None if door == "login" else doers(desk.universe, door)), []
    for field in FIELDS:
        if field.door == door:
            with undone():
                wrong += [f"{field.name}, {one}" for one in _faults_of(field, browser, things, desk.universe)]
    assert not wrong


def _faults_of(field: Field, browser: Client, things: Scene, cast: Universe) -> Iterator[str]:
    """What is wrong with the answers to absurd values of one field."""
    url = reverse(field.door, args=field.args(things, cast))
    valid, before = field.valid(things, cast), rows()
    headers = {"X-Autosave": "1"} if field.alone else {}
    for name, value in absurd_for(str(field)).items():
        with undone():
            body = encoded({**valid, field.name: value})
            answer = browser.post(url, body, content_type=FORM, headers=headers)
            refused = answer.status_code >= 400
            changed = written(before) - KEEPS_ITS_OWN
            told = [*faults(answer)]
            if (refused or not field.kept) and changed:
                told.append(f"{answer.status_code}, and {', '.join(sorted(changed))} changed")
            yield from (f"{name}: {one}" for one in told)


@pytest.mark.parametrize("door", sorted(QUERIES))
def test_a_query(door: str, desk: Desk, things: Scene) -> None:
    cast, wrong = desk.universe, []
    browser = desk.browser(None if door == "login" else doers(cast, door))
    url = reverse(door, args=TABLE[door].args(things, cast))
    before = rows()
    for fixed, parameters in QUERIES[door]:
        for name, value in absurd_for(f"{door} {parameters}").items():
            query = encoded({**fixed, **dict.fromkeys(parameters, value)}).decode()
            wrong += [f"{parameters}, {name}: {one}" for one in faults(browser.get(f"{url}?{query}"))]
    assert not wrong
    assert written(before) <= KEEPS_ITS_OWN


def test_every_parameter_that_a_page_reads_is_in_the_table(
    desk: Desk, things: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_so_far: set[str] = set()
    plain = QueryDict.__getitem__

    def noted(self: QueryDict, key: str) -> object:
        read_so_far.add(key)
        return plain(self, key)

    monkeypatch.setattr(QueryDict, "__getitem__", noted)
    for name, door in TABLE.items():
        if door.method == LOOKS:
            read_so_far.clear()
            desk.get(doers(desk.universe, name), name, *door.args(things, desk.universe))
            known = {one for _, parameters in QUERIES.get(name, ()) for one in parameters}
            assert read_so_far <= known, name


@pytest.mark.parametrize(
    "number", [0, 2**31, 2**63 - 1, 2**63, 10**400], ids=lambda one: f"{one:.3g}" if one < 10**300 else "huge"
)
def test_the_number_of_a_thing(number: int, desk: Desk, things: Scene) -> None:
    desk.browser(desk.universe.bob)
    wrong, before = [], rows()
    for name, door in TABLE.items():
        args = door.args(things, desk.universe)
        if args and isinstance(args[0], int):
            answer = (desk.get if door.method == LOOKS else desk.post)(desk.universe.bob, name, number)
            wrong += [f"{name}: {one}" for one in faults(answer)]
            if answer.status_code != 404:
                wrong.append(f"{name}: {answer.status_code}")
    assert not wrong
    assert rows() == before


@pytest.mark.parametrize(
    "shape", ["no fields", "lists", "JSON", "broken JSON", "words", "no boundary", "broken multipart"]
)
def test_a_form_of_another_shape(shape: str, desk: Desk, things: Scene) -> None:
    cast, wrong = desk.universe, []
    desk.browser(cast.bob), desk.browser(cast.dan)
    before = rows()
    for name in sorted({one.door for one in FIELDS} - {"logout", "login"}):
        url = reverse(name, args=TABLE[name].args(things, cast))
        fields = [one.name for one in FIELDS if one.door == name]
        body, kind = _shaped(shape, fields)
        with undone():
            answer = desk.browser(doers(cast, name)).generic("POST", url, body, content_type=kind)
            wrong += [f"{name}: {one}" for one in faults(answer)]
            if written(before) - KEEPS_ITS_OWN and name not in DONE_BY_A_BARE_WISH:
                wrong.append(f"{name}: {answer.status_code}, and something changed")
    assert not wrong


def _shaped(shape: str, fields: list[str]) -> tuple[bytes, str]:
    part = "multipart/form-data"
    many = "&".join(
        f"{name}={value}&{name}%5B%5D={value}" for name in fields for value in ("x%00", "y", "")
    ).encode()
    return {
        "no fields": (b"", FORM),
        "lists": (many, FORM),
        "JSON": (b'{"words": ["a", {"b": null}]}', "application/json"),
        "broken JSON": (b'{"words": ', "application/json"),
        "words": ("grüße".encode("latin-1"), "text/plain; charset=nonsense"),
        "no boundary": (b"--x\r\n\r\n", part),
        "broken multipart": (
            b'--x\r\nContent-Disposition: form-data; name="words\r\n\r\nab',
            f"{part}; boundary=x",
        ),
    }[shape]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"words=" + b"x" * 1_100_000, 400), (b"&".join(b"a%d=1" % n for n in range(1100)), 400)],
    ids=["1.1 MB", "1,100 fields"],
)
def test_a_form_that_is_too_large(body: bytes, status: int, desk: Desk, things: Scene) -> None:
    url = reverse("desk:request-field", args=[things.routine.pk])
    desk.browser(desk.universe.bob)
    before = rows()
    answer = desk.browser(desk.universe.bob).post(url, body, content_type=FORM)
    assert (answer.status_code, [*faults(answer)]) == (status, [])
    assert rows() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "BREW", "GET", "POST"])
def test_a_method_that_a_door_does_not_have(method: str, desk: Desk, things: Scene) -> None:
    cast, wrong = desk.universe, []
    browser = desk.browser(cast.dan)
    before = rows()
    for name, door in TABLE.items():
        if method == door.method or (method == CHANGES and door.takes) or name in ("login", "logout"):
            continue
        answer = browser.generic(method, reverse(name, args=door.args(things, cast)))
        wrong += [f"{name}: {one}" for one in faults(answer)]
        if answer.status_code != 405:
            wrong.append(f"{name}: {answer.status_code}")
    assert not wrong
    assert rows() == before


@pytest.mark.parametrize(
    "token",
    ["", "x", "0" * 64, "x" * 10_000, "\x00", "🩺", "\u202e"],
    ids=["none", "short", "another", "long", "NUL", "emoji", "rtl"],
)
def test_a_form_that_no_page_of_ours_sent(token: str, desk: Desk, things: Scene) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(desk.universe.bob, backend=BACKEND)
    page = browser.get(reverse("desk:request", args=[things.routine.pk]))
    before = rows()
    url = reverse("desk:request-field", args=[things.routine.pk])
    answer = browser.post(url, {"callback": "212-555-0177", "csrfmiddlewaretoken": token})
    assert (answer.status_code, [*faults(answer)]) == (403, [])
    assert "Nothing was changed" in answer.content.decode()
    assert rows() == before
    good = read(page).form(url).fields["csrfmiddlewaretoken"]
    assert browser.post(url, {"callback": "212-555-0177", "csrfmiddlewaretoken": good}).status_code == 302


@pytest.mark.parametrize("field", sorted({*TYPED, "answer_onset", "kind", "words"}))
def test_one_wrong_field_keeps_the_whole_form_out(field: str, desk: Desk, things: Scene) -> None:
    form = {"told": "We ring back.", "caller_name": "Rosa", field: "x" * 5001, "caller": "patient"}
    request = things.urgent if field == "answer_onset" else things.blank
    desk.browser(desk.universe.alice)
    before = rows()
    answer = desk.post(desk.universe.alice, "desk:request-field", request.pk, **form)
    assert answer.status_code == 422
    assert re.search(
        "Too long: at most [0-9,]+ characters|Choose one of the answers on the page", said(answer)
    )
    assert written(before) <= KEEPS_ITS_OWN


@pytest.mark.parametrize("field", sorted(TYPED))
def test_the_longest_that_fits_and_one_more(field: str, desk: Desk, things: Scene) -> None:
    alice, most = desk.universe.alice, TYPED[field]
    assert desk.type(alice, things.blank, field, "é" * most).status_code == 200
    assert desk.type(alice, things.blank, field, "é" * (most + 1)).status_code == 422
    assert getattr(Request.objects.get(pk=things.blank.pk), field) == "é" * most


def test_what_is_kept_holds_no_control_character(desk: Desk, things: Scene) -> None:
    alice, blank = desk.universe.alice, things.blank
    desk.type(alice, blank, "said_name", "  Mi\x00ri\x1bam \u202eCohen\x7f\r\n")
    desk.type(alice, blank, "told", "First\x00 line\r\n\x07second")
    blank.refresh_from_db()
    assert (blank.said_name, blank.told) == ("Miriam \u202eCohen", "First line\r\nsecond")


def test_the_numbers_of_other_people_open_nothing(desk: Desk, things: Scene) -> None:
    cast = desk.universe
    alice = cast.alice
    desk.browser(alice), desk.browser(cast.charlie)
    before = rows()
    for patient in (cast.ana, cast.chen):
        answer = desk.post(alice, "desk:request-patient", things.routine.pk, patient=patient.pk)
        assert answer.status_code == 409
        assert "does not agree with two of the identifiers" in read(answer).text
    assert desk.post(alice, "desk:request-patient", things.routine.pk, patient=10**9).status_code == 404
    for door in ("desk:book", "desk:let-go"):
        assert desk.post(cast.charlie, door, things.hold.pk).status_code == 404
        assert desk.post(alice, door, things.routine.pk + 10**6).status_code == 404
    assert rows() == before


def test_a_visit_of_another_site_is_not_shown_by_its_number(desk: Desk, things: Scene) -> None:
    cast = desk.universe
    visit = cast.book(at(14), request=cast.ready(cast.dora))
    answer = desk.get(cast.charlie, "desk:calendar", visit=visit.pk)
    assert answer.status_code == 200
    assert "Nilsson" not in answer.content.decode()
    assert not Look.objects.filter(user=cast.charlie).exists()


def test_markup_stays_text(desk: Desk, things: Scene) -> None:
    alice, blank = desk.universe.alice, things.blank
    for field in ("said_name", "callback", "told", "words"):
        desk.type(alice, blank, field, "<img src=x onerror=alert(1)>")
    desk.post(alice, "desk:request-words", blank.pk, words="<script>alert(2)</script>")
    for page in ("desk:request", "desk:trail", "desk:requests", "desk:today"):
        args = (blank.pk,) if page in ("desk:request", "desk:trail") else ()
        answer = desk.get(alice, page, *args)
        assert answer.status_code == 200
        assert not [tag for tag, _ in read(answer).tags if tag == "img"], page
        assert "<script>alert" not in answer.content.decode(), page


@pytest.mark.parametrize(
    "path", ["%00", "%ff%fe", "%ed%a0%80", "requests/%D9%A1/", "requests/1/%0d%0aX-Evil:%201/", "a" * 9000]
)
def test_an_address_that_is_none(path: str, desk: Desk) -> None:
    answer = desk.browser(desk.universe.alice).get(f"/{path}")
    assert (answer.status_code, [*faults(answer)]) == (404, [])
    assert "X-Evil" not in answer.headers


def test_a_host_that_is_not_ours(desk: Desk) -> None:
    answer = desk.browser(None).get("/log-in/", headers={"host": "evil.example"})
    assert (answer.status_code, [*faults(answer)]) == (400, [])
    assert "evil.example" not in answer.content.decode()


def test_nobody_is_found_by_a_wildcard(desk: Desk, things: Scene) -> None:
    for text in ("%", "%%", "__", "_%", "\\", ".*", "**"):
        desk.post(desk.universe.alice, "desk:patients", q=text)
        page = desk.get(desk.universe.alice, "desk:patients")
        assert not [
            one.pk for one in Patient.objects.all() if f"/patients/{one.pk}/" in page.content.decode()
        ], text
