"""`frontdesk import appointments FILE --map MAP.toml`: takes in another system's export."""  # noqa: N999  a command is named by its file

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError, OperationalError

from frontdesk.daybook.facts import System
from frontdesk.gateway.imports.map import ImportMap, read_map
from frontdesk.gateway.imports.take_in import BATCH, Import, Report
from frontdesk.kit.clock import now
from frontdesk.kit.errors import Refused
from frontdesk.up.problems import ExitCode

_EXITS = {"IMPORT_BUSY": ExitCode.BUSY, "CANNOT_WRITE": ExitCode.STORAGE}


class Command(BaseCommand):
    help = "Take in another system's export."

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
        appointments = kinds.add_parser(
            "appointments", help="Past visits, from a CSV file (plain or gzip) and a map of its columns."
        )
        appointments.add_argument("file", type=Path, metavar="FILE", help="the export: .csv or .csv.gz")
        appointments.add_argument(
            "--map", type=Path, required=True, help="what its columns mean: see examples/import/"
        )
        appointments.add_argument(
            "--rejects", type=Path, help="where rows go that cannot come in (default: FILE.rejects.csv here)"
        )
        appointments.add_argument(
            "--batch", type=int, default=BATCH, help="rows in one transaction (default: %(default)s)"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Run it and print the report; a fault is one sentence on standard error and an exit code."""
        try:
            plan = read_map(options["map"])
            work = Import(plan=plan, by=System("frontdesk import"), clock=now)
            self._run(work, plan, options)
        except Refused as refusal:
            self._stop(refusal.sentence, _EXITS.get(refusal.code, ExitCode.USAGE))

    def _run(self, work: Import, plan: ImportMap, options: dict[str, Any]) -> None:
        try:
            report = work.run(options["file"], named_rejects=options["rejects"], batch=options["batch"])
        except (OperationalError, InterfaceError):
            self._stop(f"The database does not answer. {_so_far(work.report)}", ExitCode.DATABASE)
        except DatabaseError as error:
            # The error's own text may hold a patient's data; its kind does not.
            kind = type(error).__name__
            self._stop(f"The database refused a batch ({kind}). {_so_far(work.report)}", ExitCode.DATABASE)
        except KeyboardInterrupt:
            self._stop(f"Stopped. {_so_far(work.report)}", 128 + signal.SIGINT)
        else:
            self.stdout.write(_as_text(report, options["file"].name, plan))

    def _stop(self, sentence: str, code: int) -> None:
        self.stderr.write(sentence)
        sys.exit(code)


def _so_far(report: Report) -> str:
    if not report.read:
        return "Nothing came in."
    return f"{report.read:,} rows are dealt with and stay so; run the same command again for the rest."


def _as_text(report: Report, name: str, plan: ImportMap) -> str:
    doubles = f"  {report.doubles:,} of them look double: kept, and marked" if report.doubles else ""
    rejects = f"  see {report.rejects}" if report.rejects else ""
    lines = [
        f"{name} as {plan.source}",
        f"  read       {report.read:>11,}",
        f"  accepted   {report.accepted:>11,}{doubles}",
        f"  known      {report.known:>11,}",
        f"  rejected   {report.rejected:>11,}{rejects}",
        *(f"  {number:>15,}  {reason}" for reason, number in report.reasons.most_common()),
    ]
    if report.reasons.total() > report.rejected:
        lines.append("  A row may be rejected for more than one reason.")
    return "\n".join([*lines, f"  seconds    {report.seconds:>11,.1f}"])
