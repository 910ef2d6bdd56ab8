"""`frontdesk screen [--protocol NAME] < messages.jsonl > results.jsonl`: which lane do these words lead to?"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from frontdesk.gateway.screening.lines import results
from frontdesk.kit.clock import now
from frontdesk.triage.engine.protocol import Protocol, ProtocolError, read_protocol
from frontdesk.triage.models import Protocol as Row
from frontdesk.triage.models.in_force import by_id, in_force
from frontdesk.triage.starter import read_starter
from frontdesk.up.problems import ExitCode, Problem

STARTER = "starter"


class Command(BaseCommand):
    help = "Screen messages: one JSON object a line in (id, text, and optionally age and context), one out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--protocol",
            metavar="NAME",
            default="",
            help="a protocol of this clinic, its newest version, approved or not; "
            f"“{STARTER}” for the one that Frontdesk ships, which needs no database (default: the one in force)",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Nothing is stored. Exit code 1 where a line could not be read; what could is answered all the same."""
        try:
            wanted = named_protocol(options["protocol"])
        except Problem as problem:
            self.stderr.write(str(problem))
            sys.exit(problem.code)
        failed = False
        # Bytes that are no text are read as "�": they are part of what somebody wrote.
        lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
        for result in results(lines, wanted):
            failed = failed or "error" in result
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        sys.exit(ExitCode.FAILED if failed else 0)


def named_protocol(name: str) -> Protocol:
    """The protocol in force where `name` is empty; raises Problem where there is none of that name."""
    try:
        if not name:
            found = in_force(now=now())
            if found is None:
                sentence = f"No protocol is in force. Name one: --protocol NAME, or --protocol {STARTER}."
                raise Problem(sentence, ExitCode.USAGE)
            return found.rules
        if name == STARTER:
            return read_protocol(read_starter())
        rows = Row.objects.filter(name=name, withdrawn_at=None).order_by("-version")
        row = rows.defer("content").first()
    except DatabaseError as error:
        sentence = f"The database does not answer. Without one there is --protocol {STARTER}."
        raise Problem(sentence, ExitCode.DATABASE) from error
    if row is None:
        raise Problem(f"This clinic has no protocol named “{name}”.", ExitCode.USAGE)
    try:
        return by_id(row.pk).rules
    except ProtocolError as bad:
        raise Problem(f"{row} is still being written and cannot be used yet: {bad}", ExitCode.USAGE) from bad
