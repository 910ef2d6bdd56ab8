from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from frontdesk.book.queries.check_days import differences
from frontdesk.config.problems import database_in_words
from frontdesk.daybook.verify import verify
from frontdesk.kit.clock import now

SHOWN = 20  # differences that are written out; the rest are counted


class Command(BaseCommand):
    help = "Check that nobody changed the daybook, and that the days that are searched agree with what is booked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            default="",
            metavar="DIGEST",
            help="A digest noted earlier; it must still be in the chain.",
        )

    def handle(self, *, head: str, **_: Any) -> None:
        """Print both verdicts. Raises CommandError, and so ends with code 1, where something is wrong."""
        with database_in_words():
            faults = self._daybook(head) + self._days()
        for fault in faults[:SHOWN]:
            self.stdout.write(f"  {fault}")
        if len(faults) > SHOWN:
            self.stdout.write(f"  and {len(faults) - SHOWN} more.")
        if faults:
            raise CommandError(f"Something is wrong: {_count(len(faults), 'fault')} found.")
        self.stdout.write("All is well.")

    def _daybook(self, head: str) -> list[str]:
        verdict = verify(expected_head=head.strip())
        found = "sound" if verdict.sound else "not sound"
        self.stdout.write(f"Daybook: {_count(verdict.entries, 'entry', 'entries')} in the chain, {found}.")
        if verdict.head:
            self.stdout.write(f"Head: {verdict.head}")
            self.stdout.write("Keep the head elsewhere and pass it as --head to the next check.")
        return list(verdict.faults)

    def _days(self) -> list[str]:
        found = differences(now=now())
        self.stdout.write(
            f"Open days: {_count(len(found), 'difference')} from sessions and claims."
            if found
            else "Open days: all agree with sessions and claims."
        )
        return [one.sentence for one in found]


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
