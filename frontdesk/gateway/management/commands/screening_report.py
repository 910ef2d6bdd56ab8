"""`frontdesk screening_report FILE...`: how well are labelled messages screened?"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from frontdesk.gateway.management.commands.screen import STARTER, named_protocol
from frontdesk.gateway.screening.evaluation import misses, table
from frontdesk.gateway.screening.messages import BadMessage, context_of
from frontdesk.triage.engine.screen import screen
from frontdesk.up.problems import ExitCode, Problem


class Command(BaseCommand):
    help = "Screen labelled messages (id, text, lang, lane, kind) and print shares by language and kind, as Markdown."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSON, one message a line")
        parser.add_argument("--protocol", default=STARTER, metavar="NAME", help="default: %(default)s")
        parser.add_argument("--misses", action="store_true", help="list what was screened wrongly, by its id")

    def handle(self, *_: Any, **options: Any) -> None:
        """Ids and labels are printed, never the texts: they may be patients'."""
        try:
            protocol = named_protocol(options["protocol"])
            messages = [message for file in options["files"] for message in _messages(file)]
        except Problem as problem:
            self.stderr.write(str(problem))
            sys.exit(problem.code)
        begun = time.perf_counter()
        judged = [
            (one, screen(one["text"], protocol=protocol, context=context_of(one)).lane.value)
            for one in messages
        ]
        each = 1000 * (time.perf_counter() - begun) / max(len(messages), 1)
        self.stdout.write(f"{table(judged)}\n\n{len(messages):,} messages, {each:.1f} ms each.")
        if options["misses"]:
            lines = [f"| {one} | {label} | {lane} |" for one, label, lane in misses(judged)]
            self.stdout.write("\n".join(["", "| message | should be | was |", "|---|---|---|", *lines]))


def _messages(file: Path) -> list[dict[str, Any]]:
    """The labelled messages of a file; raises Problem for one that cannot be read."""
    try:
        found = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        for one in found:
            context_of(one)
            if not {"id", "text", "lang", "lane"} <= one.keys():
                raise BadMessage("it needs id, text, lang and lane.")
    except OSError as error:
        raise Problem(f"{file} cannot be read: {error.strerror}.", ExitCode.USAGE) from error
    except (ValueError, AttributeError) as error:
        raise Problem(f"{file} has a message that cannot be used: {error}", ExitCode.USAGE) from error
    return found
