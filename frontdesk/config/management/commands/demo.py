"""`frontdesk demo`: a made-up clinic to try things in."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from frontdesk.config.demo.accounts import demo_logins
from frontdesk.config.demo.catalog import EASTERN
from frontdesk.config.demo.facts import DemoLoaded
from frontdesk.config.demo.load import has_clinic, load_demo
from frontdesk.config.demo.sizes import SIZES
from frontdesk.config.problems import database_in_words
from frontdesk.daybook.facts import System
from frontdesk.kit.clock import local_day, now
from frontdesk.kit.errors import Refused

FIRST_YEAR, LAST_YEAR = 2000, 2100
LOADER = System("demo loader")


class Command(BaseCommand):
    help = "Loads a made-up clinic into an empty database: the same seed and day always make the same one."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=list(SIZES), default="clinic")
        parser.add_argument("--if-empty", action="store_true", help="Do nothing where there is a clinic.")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--today", help="The day (2026-11-21) to take for the present.")

    def handle(self, *, size: str, if_empty: bool, seed: int, today: str | None, **_: Any) -> None:
        day = read_today(today)
        with database_in_words():
            if if_empty and has_clinic():
                self.stdout.write("This database already has a clinic: nothing to do.")
                return
            began = time.monotonic()
            fact = load(size, seed, day)
            self.stdout.write(f"{in_words(fact)} It took {time.monotonic() - began:.1f} s.")
            self.stdout.write("\n".join(demo_logins()))


def read_today(text: str | None) -> date:
    """The day that was named, or the present one in the clinic's zone. Raises CommandError with a sentence."""
    if text is None:
        return local_day(now(), EASTERN)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CommandError("--today must be a day written like 2026-11-21.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CommandError(f"--today must lie between the years {FIRST_YEAR} and {LAST_YEAR}.")
    return day


def load(size: str, seed: int, today: date, stream: TextIO | None = None) -> DemoLoaded:
    """Load the demo, its progress on `stream`; raises CommandError with a sentence where it cannot be done."""
    try:
        return load_demo(size=SIZES[size], seed=seed, today=today, by=LOADER, now=now(), stream=stream)
    except Refused as refused:
        raise CommandError(refused.sentence) from refused
    except IntegrityError as error:
        raise CommandError(
            "The database holds records that the demo's would clash with. Load it into an empty database."
        ) from error


def in_words(fact: DemoLoaded) -> str:
    """How much was loaded, as one sentence."""
    counts = (
        (fact.sites, "site"),
        (fact.providers, "provider"),
        (fact.patients, "patient"),
        (fact.visits, "visit"),
        (fact.visits_ahead, "of them ahead"),
        (fact.claims, "claim"),
        (fact.open_days, "open day"),
    )
    told = ", ".join(
        f"{count:,} {noun}{'' if count == 1 or noun.startswith('of') else 's'}" for count, noun in counts
    )
    return f"Loaded the demo “{fact.size}” as of {fact.today}: {told}."
