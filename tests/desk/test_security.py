"""What keeps strangers out: log-in, session, and what every answer carries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.test import Client, override_settings
from django.urls import reverse

from frontdesk.config import settings as real
from frontdesk.config.middleware import POLICY
from frontdesk.daybook.models import Entry
from tests.desk.doors import LOOKS
from tests.desk.doors_table import TABLE
from tests.desk.support import Answer, Desk, Scene, read, said
from tests.factories.protocol import CHEST_PAIN
from tests.factories.staff import PASSWORD

pytestmark = pytest.mark.django_db

DOOR = "/log-in/"


def try_password(
    password: str, *, name: str = "alice", browser: Client | None = None, **headers: str
) -> Answer:
    return (browser or Client()).post(DOOR, {"username": name, "password": password}, **headers)  # type: ignore[arg-type]


# Log-in


def test_the_right_password_opens_and_a_wrong_one_says_no_more_than_that(desk: Desk) -> None:
    assert try_password(PASSWORD)["Location"] == "/"
    wrong, unknown = try_password("wrong"), try_password("wrong", name="nobody-here")
    assert "Not logged in." in said(wrong)
    assert said(wrong) == said(unknown)


def test_after_five_wrong_passwords_even_the_right_one_is_refused(desk: Desk) -> None:
    for _ in range(5):
        last = try_password("wrong")
    sixth = try_password(PASSWORD)
    for answer in (last, sixth):
        assert answer.status_code == 429
        assert "Log-in is locked for a while" in said(answer)
    assert try_password(PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 429
    assert try_password(PASSWORD, HTTP_USER_AGENT="another browser").status_code == 429
    assert try_password(PASSWORD, name="bob").status_code == 302
    assert try_password(PASSWORD, REMOTE_ADDR="127.0.0.9").status_code == 302


@pytest.mark.parametrize(("minutes", "status"), [(14, 429), (16, 302)])
def test_the_lock_opens_a_quarter_of_an_hour_after_the_last_try(
    minutes: int, status: int, desk: Desk
) -> None:
    for _ in range(5):
        try_password("wrong")
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))
    assert try_password(PASSWORD).status_code == status


def test_four_wrong_passwords_and_the_right_one_begin_the_count_anew(desk: Desk) -> None:
    for _ in range(2):
        for _ in range(4):
            assert try_password("wrong").status_code == 200
        assert try_password(PASSWORD).status_code == 302


def test_passwords_are_kept_by_argon2(desk: Desk) -> None:
    with override_settings(PASSWORD_HASHERS=real.PASSWORD_HASHERS):
        assert make_password(PASSWORD).startswith("argon2$argon2id$")


def test_somebody_who_may_not_work_here_any_more_does_not_get_in(desk: Desk) -> None:
    desk.universe.alice.is_active = False
    desk.universe.alice.save()
    assert try_password(PASSWORD).status_code == 200


@pytest.mark.parametrize(
    "wish",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "http:///evil.example", " https://evil.example", "https:evil.example", "///evil.example", "\x00//evil.example"],
)  # fmt: skip
def test_after_the_log_in_nobody_is_sent_elsewhere(wish: str, desk: Desk) -> None:
    form = {"username": "alice", "password": PASSWORD, "next": wish}
    assert Client().post(DOOR, form)["Location"] == "/"
    out = desk.browser(desk.universe.bob).post(reverse("logout"), {"next": wish})
    assert out["Location"] in (DOOR, reverse("logout"))


def test_after_the_log_in_everybody_comes_back_to_the_page_that_was_asked_for(desk: Desk) -> None:
    browser = Client()
    there = browser.get(reverse("desk:queues"))["Location"]
    page = read(browser.get(there))
    assert page.forms[0].fields["next"] == reverse("desk:queues")
    answer = browser.post(there, {**page.forms[0].fields, "username": "alice", "password": PASSWORD})
    assert answer["Location"] == reverse("desk:queues")


def test_logging_in_and_out_is_written_down(desk: Desk) -> None:
    browser = Client()
    try_password(PASSWORD, browser=browser)
    browser.post(reverse("logout"))
    kinds = Entry.objects.filter(actor=desk.universe.alice, kind__startswith="Logged")
    assert list(kinds.order_by("pk").values_list("kind", flat=True)) == ["LoggedIn", "LoggedOut"]


# The session


def test_the_session_is_new_at_each_log_in_and_its_cookie_is_kept_from_scripts(desk: Desk) -> None:
    browser = Client()
    try_password(PASSWORD, browser=browser)
    first = browser.cookies["sessionid"]
    assert (bool(first["httponly"]), first["samesite"], first["max-age"], first["expires"]) == (
        True,
        "Lax",
        "",
        "",
    )
    before = first.value
    try_password(PASSWORD, name="bob", browser=browser)
    browser.post(reverse("logout"))
    try_password(PASSWORD, browser=browser)
    assert browser.cookies["sessionid"].value != before


def test_over_https_every_cookie_is_secure() -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    asked = f"import json; from frontdesk.config import settings as s; print(json.dumps([getattr(s, n) for n in {names}]))"

    def told(https: str) -> list[object]:
        environment = {**os.environ, "FRONTDESK_HTTPS": https}
        done = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, check=True)
        answer: list[object] = json.loads(done.stdout)
        return answer

    assert told("1") == [True, True, True, 31_536_000]
    assert told("") == [False, False, False, 0]


def test_a_session_ends_after_half_an_hour_without_work(desk: Desk) -> None:
    alice = desk.universe.alice
    for _ in range(3):
        assert desk.get(alice, "desk:today").status_code == 200
        desk.later(minutes=29)
    assert desk.get(alice, "desk:today").status_code == 200
    desk.later(minutes=31)
    assert desk.get(alice, "desk:today").status_code == 302


def test_a_page_that_only_looks_for_news_does_not_keep_the_session_alive(desk: Desk) -> None:
    alice = desk.universe.alice
    request = desk.open(alice)
    poll = reverse("desk:request-state", args=[request.pk])
    statuses = []
    for _ in range(4):
        desk.later(minutes=9)
        statuses.append(desk.browser(alice).get(poll, headers={"X-Poll": "1"}).status_code)
    assert statuses == [200, 200, 200, 302]


def test_logging_out_takes_a_form_and_ends_the_session(desk: Desk) -> None:
    alice = desk.universe.alice
    assert desk.get(alice, "logout").status_code == 405
    key = desk.browser(alice).cookies["sessionid"].value
    desk.post(alice, "logout")
    stolen = Client()
    stolen.cookies["sessionid"] = key
    assert stolen.get(reverse("desk:today")).status_code == 302


# What every answer carries


def pages(desk: Desk, things: Scene) -> Iterator[tuple[str, Answer]]:
    """Every page, in each of its states that we know of, and every kind of refusal."""
    cast = desk.universe
    for name, door in TABLE.items():
        if door.method == LOOKS:
            who = cast.dan if name in ("desk:looks", "desk:reports") else cast.alice
            who_asks = None if name == "login" else who
            yield name, desk.get(who_asks, name, *door.args(things, cast))
    emergency = cast.ready(cast.ben, said=CHEST_PAIN)
    for who in (cast.alice, cast.bob):
        for request in (emergency, things.urgent, things.accepted.request, things.blank):
            yield f"request {request.pk}", desk.get(who, "desk:request", request.pk)
    yield "offers", desk.get(cast.alice, "desk:find", things.accepted.request_id, visit_type="follow-up")
    yield "refused", desk.get(cast.alice, "desk:find", emergency.pk)
    yield "not closed", desk.post(cast.alice, "desk:request-close", things.routine.pk)
    yield "fragments", desk.type(cast.alice, things.blank, "callback", "212-555-0142")
    yield "a problem", desk.type(cast.alice, things.blank, "callback", "x" * 99)
    yield "a visit", desk.get(cast.alice, "desk:calendar", visit=1)
    for name in ("o", "okafor", "zzz"):
        desk.post(cast.alice, "desk:patients", q=name)
        yield f"patients called {name}", desk.get(cast.alice, "desk:patients")
    yield "not there", desk.browser(cast.alice).get("/nowhere/")
    yield "not allowed", desk.get(cast.erin, "desk:patients")
    yield "wrong method", desk.get(cast.alice, "desk:request-new")
    yield "no log-in", desk.get(None, "desk:today")
    yield "no form of ours", Client(enforce_csrf_checks=True).post(DOOR, {"username": "alice"})
    for _ in range(5):
        locked = try_password("wrong", name="charlie")
    yield "locked", locked


def test_every_answer_carries_what_keeps_strangers_out(desk: Desk, things: Scene) -> None:
    for name, answer in pages(desk, things):
        assert answer.headers.get("Content-Security-Policy") == POLICY, name
        assert "no-store" in answer.headers["Cache-Control"], name
        assert answer.headers["X-Frame-Options"] == "DENY", name
        assert answer.headers["X-Content-Type-Options"] == "nosniff", name
        assert answer.headers["Referrer-Policy"] == "same-origin", name


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in POLICY
    assert "http" not in POLICY


def test_no_page_has_what_the_policy_forbids(desk: Desk, things: Scene) -> None:
    wrong = [
        f"{name}: {fault}"
        for name, answer in pages(desk, things)
        if answer.headers.get("Content-Type", "").startswith("text/html")
        for fault in inline(answer)
    ]
    assert not wrong


def inline(answer: Answer) -> Iterator[str]:
    for tag, here in read(answer).tags:
        if tag == "style" or (tag == "script" and not here.get("src")):
            yield f"<{tag}> inline"
        for name, value in here.items():
            if name == "style" or (name.startswith("on") and name.isalpha()):
                yield f"{name} of <{tag}>"
            if name in ("src", "href", "action", "hx-get", "hx-post") and value.strip().startswith(
                ("http:", "https:", "//", "javascript:", "data:")
            ):
                yield f"{name}={value[:40]} of <{tag}>"


def test_no_address_that_a_page_links_to_holds_a_name(desk: Desk, things: Scene) -> None:
    for name, answer in pages(desk, things):
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            for link in (*read(answer).links, *(form.action for form in read(answer).forms)):
                assert "okafor" not in link.lower(), name
                assert "ben@" not in link.lower(), name
