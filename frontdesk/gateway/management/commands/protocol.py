"""`frontdesk protocol export NAME [--version N] > file` and `frontdesk protocol import FILE`: protocols as files."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from frontdesk.daybook.facts import System
from frontdesk.kit.clock import now
from frontdesk.kit.errors import Refused
from frontdesk.triage.actions.protocol_files import from_file
from frontdesk.triage.models import Protocol
from frontdesk.triage.queries.protocol_toml import to_file
from frontdesk.up.problems import ExitCode, Problem

LARGEST = 2_000_000  # bytes
IMPORTER = System("protocol import")


class Command(BaseCommand):
    help = "Write one of the clinic's protocols as a file, or take a file in as a draft."

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", metavar="export|import", required=True)
        out = does.add_parser("export", help="write a protocol to the standard output, as TOML")
        out.add_argument("name", help="the protocol's name")
        out.add_argument(
            "--version", type=int, dest="number", help="its version (default: the newest that is approved)"
        )
        take = does.add_parser("import", help="make a draft of a file; it holds nothing until it is approved")
        take.add_argument("file", help="the file, or - for the standard input")

    def handle(self, *_: Any, does: str, **options: Any) -> None:
        """Exit code 2 for what was asked wrongly, 1 for a file that cannot be used."""
        try:
            if does == "export":
                self.stdout.write(exported(options["name"], options["number"]), ending="")
            else:
                self.stdout.write(f"A draft was made: {imported(options['file'])}. It waits to be handed in.")
        except Problem as problem:
            self.stderr.write(str(problem))
            sys.exit(problem.code)
        except DatabaseError:
            self.stderr.write("The database does not answer.")
            sys.exit(ExitCode.DATABASE)


def exported(name: str, number: int | None) -> str:
    """The version as TOML: of this number, or the newest approved one, or the newest draft. Raises Problem."""
    rows = Protocol.objects.filter(name=name).select_related("site", "specialty", "approved_by")
    if number is not None:
        found = rows.filter(version=number).first()
    else:
        approved = rows.filter(approved_at__isnull=False).order_by("-version").first()
        found = approved or rows.filter(withdrawn_at=None).order_by("-version").first()
    if found is None:
        which = f"no version {number} of a protocol" if number is not None else "no protocol"
        raise Problem(f"This clinic has {which} named “{name}”.", ExitCode.USAGE)
    return to_file(found)


def imported(file: str) -> Protocol:
    """A draft of what the file says. Raises Problem with one sentence."""
    try:
        raw = sys.stdin.buffer.read(LARGEST + 1) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise Problem(f"{file} cannot be read: {error.strerror}.", ExitCode.USAGE) from error
    if len(raw) > LARGEST:
        raise Problem("This file is too large to be a protocol.", ExitCode.FAILED)
    try:
        return from_file(text=raw.decode("utf-8"), by=IMPORTER, now=now(), source=Path(file).name)
    except UnicodeDecodeError as error:
        raise Problem("This file is not text: a protocol is written in UTF-8.", ExitCode.FAILED) from error
    except Refused as refusal:
        raise Problem(refusal.sentence, ExitCode.FAILED) from refusal
