"""What script/screenshots runs: the pictures of docs/pictures, the same ones each time.

The demo clinic is loaded into a throwaway database at a fixed moment, served here with the clock standing there, and
walked through by keyboard as the scenarios do. Nothing of the data of script/server is touched.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch
from zoneinfo import ZoneInfo

from palette import with_palette

if TYPE_CHECKING:
    from frontdesk.people.models import Patient
    from tests.scenarios.people import Person

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
MOMENT = datetime(2026, 3, 3, 10, 12, tzinfo=ZoneInfo("America/New_York"))  # a Tuesday
WIDE, PHONE = (1440, 900), (375, 812)
LARGEST = 200_000  # bytes of one picture
FEVER = "I had knee surgery on Tuesday and now I have a fever of 101.5 and chills"
CHEST_PAIN = "My husband has crushing chest pain and his left arm is numb, can he come in today?"
CHECK_UP = "I would like my yearly check-up, mornings are best"


def main() -> int:
    """Draw the pictures; 1 where there is no Chromium."""
    parser = argparse.ArgumentParser(prog="script/screenshots", description=__doc__)
    parser.add_argument("--size", choices=["small", "clinic"], default="clinic", help="of the demo clinic")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from tests.chromium import find_chromium

    chromium = find_chromium()
    if chromium is None:
        print(
            "There is no Chromium: name one with FRONTDESK_CHROMIUM, or let script/test install it.",
            file=sys.stderr,
        )
        return 1
    with ExitStack() as held:
        _draw(held.enter_context(_served(options.size)), chromium)
    for picture in sorted(PICTURES.glob("*.png")):
        print(f"{picture.relative_to(ROOT)}, {picture.stat().st_size / 1000:.0f} kB")
    return 0


@contextmanager
def _served(size: str) -> Iterator[str]:
    """The address of the product, with the demo clinic, at MOMENT and going on from there."""
    from frontdesk.up.throwaway import throwaway_cluster

    named = os.environ.get("TEST_DATABASE_URL")
    with ExitStack() as held:
        os.environ["DATABASE_URL"] = named or held.enter_context(throwaway_cluster()).owner_url
        os.environ["DJANGO_SETTINGS_MODULE"] = "frontdesk.config.settings"
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
        os.environ["FRONTDESK_STATIC"] = ""
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection
        from django.test import override_settings

        from tests.scenarios.clock import RunningClock

        middleware = ["tests.scenarios.clock.dated", *settings.MIDDLEWARE]
        empty = held.enter_context(
            TemporaryDirectory()
        )  # no collected files: they are served as they lie here
        held.enter_context(override_settings(MIDDLEWARE=middleware, STATIC_ROOT=empty))
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        held.callback(_drop, settings.DATABASES["default"]["NAME"])
        held.enter_context(patch("django.utils.timezone.now", RunningClock(MOMENT).now))
        call_command("demo", size=size, today=f"{MOMENT:%Y-%m-%d}")
        address = held.enter_context(_listening())
        yield address


def _drop(name: str) -> None:
    """Drop the database, also where a thread of the server has not let go of it yet."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.creation.destroy_test_db(name, verbosity=0)


@contextmanager
def _listening() -> Iterator[str]:
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    server = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


def _draw(address: str, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    from frontdesk.config.demo.accounts import DOLORES, INES, PASSWORD
    from tests.scenarios.people import Person, Trouble

    PICTURES.mkdir(parents=True, exist_ok=True)
    trouble = Trouble()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )

        def sit(username: str, size: tuple[int, int] = WIDE) -> Person:
            width, height = size
            context = browser.new_context(
                viewport={"width": width, "height": height}, reduced_motion="reduce"
            )
            person = Person(context, address, trouble)
            person.logs_in(username, PASSWORD)
            return person

        Walk(sit, DOLORES, INES).all()
        browser.close()
    trouble.check()


def _callers(scheduler: str) -> list[Patient]:
    """Three grown-ups who speak English, may get e-mail and have been to family medicine at the scheduler's sites."""
    from frontdesk.accounts.models import User
    from frontdesk.book.models import Appointment
    from frontdesk.clinic.models import Site
    from frontdesk.people.models import Patient

    sites = Site.objects.of(User.objects.get(username=scheduler))
    here = Appointment.objects.filter(start__lt=MOMENT, provider__site__in=sites, site__in=sites)
    been = here.filter(visit_type__code="fm-physical").values("patient")
    wanted = Patient.objects.filter(
        pk__in=been, language="en", birth_date__range=("1950-01-01", "1985-12-31"),
        contact_points__kind="email", contact_points__allowed=True,
    )  # fmt: skip
    return list(wanted.distinct().order_by("pk")[:3])


class Walk:
    """The main job, picture by picture."""

    def __init__(self, sit: Callable[..., Person], scheduler: str, nurse: str) -> None:
        self.sit, self.scheduler, self.nurse = sit, scheduler, nurse
        self.callers = _callers(scheduler)

    def all(self) -> None:
        dolores = self.sit(self.scheduler)
        self._page(dolores, "/", "today-1440")
        self._page(dolores, "/calendar/", "calendar-1440")
        self._page(dolores, "/walk-ins/", "walk-ins-1440")
        self._emergency(dolores)
        self._routine(dolores)
        self._urgent(dolores)
        self._page(self.sit(self.nurse), "/queues/", "queue-1440")

    def _emergency(self, dolores: Person) -> None:
        self._call(dolores, self.callers[0], "1", CHEST_PAIN)
        dolores.sees("EMERGENCY", within="#lane-box")
        dolores.press("Escape")
        dolores.presses_and_arrives("Enter", "focus=step")
        dolores.type("His daughter, 10:13")
        dolores.presses_and_arrives("Enter", "focus=step")
        dolores.rests_on("#answer-address")
        self._take(dolores, "emergency-1440")

    def _routine(self, dolores: Person) -> None:
        self._call(dolores, self.callers[1], "7", CHECK_UP)
        dolores.press("Escape")
        dolores.finds("a[data-key=f]")
        dolores.presses_and_arrives("f", "/find/$")
        dolores.choose("Physical")
        dolores.presses_and_arrives("Enter", "visit_type=")
        dolores.finds(".option")
        self._take(dolores, "find-1440")

    def _urgent(self, dolores: Person) -> None:
        self._call(dolores, self.callers[2], "2", FEVER)
        dolores.sees("left for a clinician to accept", within="#lane-box")
        dolores.press("Escape")
        self._take(dolores, "request-urgent-1440")
        dolores.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        self._take(dolores, "request-urgent-375")
        dolores.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})

    def _call(self, dolores: Person, caller: Patient, kind: str, words: str) -> None:
        dolores.press("Escape")
        dolores.presses_and_arrives("n", r"/requests/\d+/$")
        dolores.rests_on("#said_name")
        dolores.type(caller.name)
        dolores.press("Tab")
        dolores.type(f"{caller.birth_date:%m/%d/%Y}")
        dolores.press("Escape", "c")
        dolores.type("212-555-0142")
        dolores.press("Tab", "Space", kind, "w")
        dolores.type(words)
        for field in ("said_birth_date", "callback", "safe", "kind", "words"):
            dolores.saw_saved(field)
        dolores.sees("agrees on", within="#identity")

    def _page(self, person: Person, path: str, name: str) -> None:
        person.opens(path)
        self._take(person, name)

    def _take(self, person: Person, name: str) -> None:
        person.page.evaluate("window.scrollTo(0, 0)")
        file = PICTURES / f"{name}.png"
        file.write_bytes(with_palette(person.page.screenshot()))
        if file.stat().st_size > LARGEST:
            print(f"{file.name} is larger than {LARGEST // 1000} kB", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
