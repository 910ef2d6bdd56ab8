"""A served product, a worker, a mail server and a browser for the scenarios."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import override_settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from frontdesk.kit.service_urls import MailServer
from frontdesk.outreach import jobs
from frontdesk.triage.models import Protocol
from tests.chromium import find_chromium
from tests.factories.trees import on_duty
from tests.scenarios.back_office import BackOffice
from tests.scenarios.clock import RunningClock
from tests.scenarios.people import Person, Trouble
from tests.universe import NOW, Universe

WIDE = (1440, 900)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all scenarios. Playwright's loop runs in this thread while it is open, so Django must not mind."""
    found = find_chromium()
    if found is None:
        pytest.skip("There is no Chromium: name one with FRONTDESK_CHROMIUM, or let script/test install it.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses its sandbox to root
            chromium = playwright.chromium.launch(executable_path=found, args=sandbox)
            yield chromium
            chromium.close()


@pytest.fixture(scope="session")
def _served_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    middleware = ["tests.scenarios.clock.dated", *django_settings.MIDDLEWARE]
    with override_settings(MIDDLEWARE=middleware, STATIC_ROOT=tmp_path_factory.mktemp("static")):
        yield


@pytest.fixture(scope="session")
def live_server(_served_settings: None, live_server: LiveServer) -> LiveServer:
    """The product on a free port of loopback, against the test's database; a thread for each request."""
    return live_server


@pytest.fixture(scope="package")
def back_office() -> Iterator[BackOffice]:
    office = BackOffice()
    yield office
    office.close()


@pytest.fixture(scope="package")
def mail(back_office: BackOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """The mail server's folder and port."""
    folder = tmp_path_factory.mktemp("mailbox")
    with back_office.mail_server(folder) as port:
        yield folder, port


@pytest.fixture
def mailbox(mail: tuple[Path, int]) -> Iterator[Path]:
    """An empty mailbox, and a product that sends its mail there."""
    folder, port = mail
    for letter in (folder / "new").iterdir():
        letter.unlink()
    jobs._carrier.cache_clear()
    with override_settings(EMAIL=MailServer("127.0.0.1", port, "", "", ""), MAILBOX_DIR=str(folder)):
        yield folder


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> RunningClock:
    running = RunningClock()
    monkeypatch.setattr("django.utils.timezone.now", running.now)
    return running


@pytest.fixture
def worker(transactional_db: None, mailbox: Path, back_office: BackOffice) -> Iterator[None]:
    with back_office.worker():
        yield


@pytest.fixture
def protocol(transactional_db: None, universe: Universe) -> Protocol:
    """The protocol that Frontdesk ships, in force; Bob is the nurse on duty, also for crises, and Carol the provider."""
    for user, target in ((universe.bob, "nurse"), (universe.bob, "crisis"), (universe.carol, "provider")):
        on_duty(user, target, at=universe.main, now=NOW)
    return universe.use_starter()


@pytest.fixture
def trouble() -> Iterator[Trouble]:
    """Fails the test that made a browser complain."""
    found = Trouble()
    yield found
    found.check()


Sit = Callable[..., Person]


@pytest.fixture
def sit_down(
    clock: RunningClock, protocol: Protocol, live_server: LiveServer, browser: Browser, trouble: Trouble
) -> Iterator[Sit]:
    """Somebody opens a browser of their own: `sit_down("alice")`; without a name, nobody is logged in."""
    contexts = []

    def sit(username: str = "", *, size: tuple[int, int] = WIDE, script: bool = True) -> Person:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script, reduced_motion="reduce"
        )
        contexts.append(context)
        person = Person(context, live_server.url, trouble)
        if username:
            person.logs_in(username)
        return person

    yield sit
    for context in contexts:
        context.close()
