"""What is written down of looking at patients, and what of patients is written nowhere: the log, cookies."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from django.test import Client
from django.urls import reverse

from frontdesk.config.logs import NoValues
from frontdesk.daybook.models import Look
from frontdesk.triage.models import Request
from tests.desk.support import Desk, Scene, offers, said, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def things(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return scene(desk, tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("door", "where"),
    [
        ("desk:request", "request page"),
        ("desk:find", "find a time"),
        ("desk:trail", "trail"),
        ("desk:trail-export", "trail export"),
        ("desk:patient", "patient page"),
    ],
)
def test_looking_at_a_patient_is_written_down(door: str, where: str, desk: Desk, things: Scene) -> None:
    cast = desk.universe
    last = Look.objects.order_by("pk").last()
    desk.later(minutes=3)
    pk = cast.ben.pk if door == "desk:patient" else things.routine.pk
    assert desk.get(cast.bob, door, pk).status_code == 200
    new = Look.objects.filter(pk__gt=last.pk if last else 0)
    assert [(one.user, one.kind, one.ref, one.where, one.at) for one in new] == [
        (cast.bob, "patient", cast.ben.pk, where, desk.moment)
    ]


def test_the_log_of_looks_names_no_patient(desk: Desk, things: Scene) -> None:
    cast = desk.universe
    desk.get(cast.bob, "desk:patient", cast.ben.pk)
    assert "Okafor" not in said(desk.get(cast.erin, "desk:looks"))


def test_a_call_without_a_patient_is_no_look_and_one_whose_patient_came_up_is(desk: Desk) -> None:
    cast = desk.universe
    request = desk.open(cast.alice)
    desk.get(cast.bob, "desk:request", request.pk)
    assert not Look.objects.exists()
    desk.type(cast.alice, request, "said_name", "Benjamin Okafor")
    desk.type(cast.alice, request, "said_birth_date", "11/30/1952")
    assert [one.user for one in Look.objects.all()] == [cast.alice]
    desk.browser(cast.bob).get(
        reverse("desk:request-state", args=[request.pk]), {"mark": "0"}, headers={"X-Poll": "1"}
    )
    assert [one.user for one in Look.objects.order_by("pk")] == [cast.alice, cast.bob]


def test_a_page_that_refuses_still_shows_the_patient_and_that_is_a_look(desk: Desk, things: Scene) -> None:
    desk.post(desk.universe.bob, "desk:request-close", things.routine.pk, outcome="answered")
    assert Look.objects.filter(user=desk.universe.bob, ref=desk.universe.ben.pk).count() == 1


SECRETS = (
    "Zebulon",
    "Quisling",
    "12/24/1944",
    "555-0166",
    "5550166",
    "zeb@mail.example",
    "purple rash",
    "900-777-66",
)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the log's own handler writes, through its filter and formatter."""
    ours = [one for one in logging.getLogger().handlers if any(isinstance(f, NoValues) for f in one.filters)]
    assert len(ours) == 1
    (handler,) = ours
    assert isinstance(handler, logging.StreamHandler)
    written, stream = io.StringIO(), handler.stream
    handler.setStream(written)
    yield written
    handler.setStream(stream)


def take_a_call(desk: Desk) -> Request:
    """Everything of Zebulon's that can be typed is typed."""
    alice = desk.universe.alice
    request = desk.open(alice)
    typed = (
        ("said_name", "Zebulon Quisling"), ("said_birth_date", "12/24/1944"), ("said_phone", "212-555-0166"),
        ("said_mrn", "900-777-66"), ("callback", "212-555-0166"), ("kind", "symptom"), ("words", "a purple rash"),
        ("told", "Zebulon, ring again"), ("said_name", "Zebulon" * 60), ("Zebulon", "Quisling"),
    )  # fmt: skip
    for field, value in typed:
        desk.type(alice, request, field, value)
    desk.post(alice, "desk:request-words", request.pk, words="a purple rash all over")
    desk.post(
        alice, "desk:request-record", request.pk,
        given="Zebulon", family="Quisling", language="en", email="zeb@mail.example",
    )  # fmt: skip
    desk.post(alice, "desk:request-lane", request.pk, lane="urgent", reason="purple rash")
    desk.post(alice, "desk:patients", q="Zebulon Quisling")
    desk.get(alice, "desk:patients")
    desk.post(alice, "desk:request-close", request.pk, outcome="Zebulon")
    request.refresh_from_db()
    return request


def test_nothing_that_was_typed_is_in_the_log(desk: Desk, log: io.StringIO) -> None:
    request = take_a_call(desk)
    assert request.patient is not None
    for path in ("desk:request", "desk:find", "desk:trail", "desk:trail-export"):
        desk.get(desk.universe.alice, path, request.pk)
        desk.get(desk.universe.charlie, path, request.pk)
    for _ in range(6):
        Client().post(reverse("login"), {"username": "Zebulon", "password": "purple rash"})
    assert not [secret for secret in SECRETS if secret in log.getvalue()]


def test_an_error_is_logged_by_its_kind_and_place_and_not_by_what_was_typed(
    desk: Desk, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = take_a_call(desk)

    def fails(found: Request) -> NoReturn:
        try:
            raise KeyError(found.said_name)
        except KeyError:
            raise ValueError(f"Zebulon Quisling has a purple rash: {found.patient}") from None

    monkeypatch.setattr("frontdesk.desk.views.trail.trail", fails)
    answer = desk.get(desk.universe.alice, "desk:trail", request.pk)
    assert answer.status_code == 500
    assert "Something failed on our side" in said(answer)
    assert not [secret for secret in SECRETS if secret in answer.content.decode()]
    assert "ValueError at" in log.getvalue()
    assert "test_written_down.py:" in log.getvalue()
    assert not [secret for secret in SECRETS if secret in log.getvalue()]


def test_a_database_that_refuses_is_logged_without_the_row(
    desk: Desk, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = take_a_call(desk)

    def fails(found: Request) -> NoReturn:
        Request.objects.filter(pk=found.pk).update(kind="purple rash" * 9)
        raise AssertionError

    monkeypatch.setattr("frontdesk.desk.views.trail.trail", fails)
    assert desk.get(desk.universe.alice, "desk:trail", request.pk).status_code == 500
    assert "DataError at" in log.getvalue()
    assert not [secret for secret in SECRETS if secret in log.getvalue()]


def test_no_cookie_holds_what_was_typed(desk: Desk, things: Scene) -> None:
    alice = desk.universe.alice
    browser = desk.browser(alice)
    desk.post(alice, "desk:task-done", things.task.pk, outcome="reached", note="Zebulon has a purple rash")
    browser.post(
        offers(desk.get(alice, "desk:find", things.routine.pk, visit_type="follow-up"))[0].action, {}
    )
    held = " ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    assert set(browser.cookies) <= {"sessionid", "csrftoken"}, held
