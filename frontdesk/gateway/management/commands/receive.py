"""`frontdesk receive < messages.jsonl`: take in messages from other systems; each becomes a request, screened."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from frontdesk.gateway.intake.lines import take_in
from frontdesk.kit.clock import now
from frontdesk.up.problems import ExitCode


class Command(BaseCommand):
    help = (
        "Take in messages: one JSON object a line in (id, channel, text, site, and optionally from, at and topic),"
        " one out. The same id of a channel is taken in once."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        """Exit code 1 where a line could not be taken in; what could is taken in all the same."""
        failed = False
        # Bytes that are no text are read as "�": they are part of what somebody wrote.
        lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
        for result in take_in(lines, now=now()):
            failed = failed or "error" in result
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        sys.exit(ExitCode.FAILED if failed else 0)
