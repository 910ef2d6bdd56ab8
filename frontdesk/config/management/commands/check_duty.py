"""`frontdesk check_duty`: has every escalation somebody to ask at every hour of the next seven days?"""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from frontdesk.clinic.models import Site
from frontdesk.config.problems import database_in_words
from frontdesk.kit.clock import now
from frontdesk.triage.queries.cover import Uncovered, uncovered, unknown_duties
from frontdesk.up.problems import ExitCode


class Command(BaseCommand):
    help = "Checks that every escalation tree has somebody on duty at every hour of the next seven days, at every site."

    def handle(self, *_: Any, **__: Any) -> None:
        """A line for each fault, and exit code 1; nothing but one line where there is none."""
        moment = now()
        with database_in_words():
            found = [
                f"No roster has the duty “{duty}”, which a tree asks." for duty in unknown_duties(now=moment)
            ]
            found += [
                line for site in Site.objects.all() for line in _lines(site, uncovered(site, now=moment))
            ]
        for line in found:
            self.stderr.write(line)
        if found:
            sys.exit(ExitCode.FAILED)
        self.stdout.write("Every escalation has somebody to ask for the next seven days.")


def _lines(site: Site, found: list[Uncovered]) -> list[str]:
    zone = site.zone
    return [
        f"{site.name}: {one.title} asks nobody from {begin.astimezone(zone):%a %d %b %H:%M}"
        f" to {end.astimezone(zone):%a %d %b %H:%M}."
        for one in found
        for begin, end in one.stretches
    ]
