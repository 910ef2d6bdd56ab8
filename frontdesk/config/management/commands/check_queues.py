"""`frontdesk check_queues`: does somebody answer for every queue, and does somebody work in it at every site?"""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from frontdesk.config.problems import database_in_words
from frontdesk.up.problems import ExitCode
from frontdesk.work.queries.answering import gaps


class Command(BaseCommand):
    help = "Checks that every queue has somebody who answers for it and, at every site, somebody who works in it."

    def handle(self, *_: Any, **__: Any) -> None:
        """A line for each fault, and exit code 1; nothing but one line where there is none."""
        with database_in_words():
            found = gaps()
        for gap in found:
            self.stderr.write(gap.sentence)
        if found:
            sys.exit(ExitCode.FAILED)
        self.stdout.write("Somebody answers for every queue.")
