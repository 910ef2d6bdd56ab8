"""One run of an import: batch after batch, each in one transaction with the counters that tell of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import connection, transaction

from frontdesk.book.actions import history
from frontdesk.book.actions.history import ReportedVisit, Taken
from frontdesk.daybook.facts import System
from frontdesk.gateway.imports.convert import Converter
from frontdesk.gateway.imports.map import ImportMap
from frontdesk.gateway.imports.rejects import Rejects, rejects
from frontdesk.gateway.imports.rows import Scan, rows, scan
from frontdesk.gateway.models import ImportRun
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.progress import Progress
from frontdesk.kit.text import one_line

BATCH = 5_000  # rows in one transaction
LOCK = 470_001  # the advisory locks of imports; the second half of the key is the source
_Faulty = tuple[int, list[str], tuple[str, ...]]
_REFUSED = (Taken.DIFFERS, Taken.OTHER_PERSON)
T = TypeVar("T")


@dataclass
class Report:
    """What one run did. accepted + known + rejected = read, or the database would have refused the counters."""

    read: int = 0
    accepted: int = 0
    known: int = 0
    rejected: int = 0
    doubles: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    rejects: Path | None = None


@dataclass(frozen=True)
class _Batch:
    """Rows read together: those that are visits, and those that cannot be, each with their number and fields."""

    visits: list[tuple[int, list[str], ReportedVisit]]
    faulty: list[_Faulty]


class Import:
    """Takes one file in. `report` may be read at any time, also after the run was broken off."""

    def __init__(self, *, plan: ImportMap, by: System, clock: Callable[[], datetime]) -> None:
        self.plan = plan
        self.by = by
        self.clock = clock
        self.report = Report()

    def run(self, file: Path, *, named_rejects: Path | None = None, batch: int = BATCH) -> Report:
        """Read `file` to its end. Raises BadValue for a file that cannot be read, before anything is kept, and
        Refused("IMPORT_BUSY") while another import of the same source goes on."""
        if not 1 <= batch <= 50_000:
            raise BadValue("A batch has 1 to 50,000 rows.")
        began = time.monotonic()
        with only_one(self.plan.source):
            found = scan(file, self.plan)
            converter = Converter(self.plan, found.header)
            with (
                rejects(named_rejects, file, found.header, self.plan) as out,
                Progress("Rows", found.rows) as bar,
            ):
                run = self._begin(file, found)
                for some in batches(rows(file, self.plan), batch):
                    self._take(_convert(converter, some), run, out)
                    bar.add(len(some))
                self.report.rejects = out.keep()
                run.finished_at = self.clock()
                run.save(update_fields=["finished_at"])
        self.report.seconds = time.monotonic() - began
        return self.report

    def _begin(self, file: Path, found: Scan) -> ImportRun:
        return ImportRun.objects.create(
            source=self.plan.source,
            file_digest=found.digest,
            file_name=one_line(file.name, limit=200),
            started_at=self.clock(),
        )

    def _take(self, batch: _Batch, run: ImportRun, out: Rejects) -> None:
        """Keep a batch and count it, both or neither; then write down what did not come in."""
        with transaction.atomic():
            taken = history.take_in(
                visits=[visit for _, _, visit in batch.visits],
                source=self.plan.source,
                by=self.by,
                now=self.clock(),
                mark_doubles=self.plan.mark_doubles,
            )
            refused: list[_Faulty] = [
                (number, fields, (one.value,))
                for (number, fields, _), one in zip(batch.visits, taken, strict=True)
                if one in _REFUSED
            ]
            rejected = sorted(batch.faulty + refused)
            counts = Counter(taken)
            run.rows_read += len(batch.visits) + len(batch.faulty)
            run.rows_accepted += counts[Taken.NEW] + counts[Taken.NEW_DOUBLE]
            run.rows_known += counts[Taken.KNOWN]
            run.rows_rejected += len(rejected)
            run.save()
        self._count(run, rejected, counts[Taken.NEW_DOUBLE])
        for number, fields, reasons in rejected:
            out.add(number, reasons, fields)

    def _count(self, run: ImportRun, rejected: list[_Faulty], doubles: int) -> None:
        report = self.report
        report.read, report.accepted = run.rows_read, run.rows_accepted
        report.known, report.rejected = run.rows_known, run.rows_rejected
        report.doubles += doubles
        report.reasons.update(reason for _, _, reasons in rejected for reason in reasons)


def _convert(converter: Converter, some: list[tuple[int, list[str]]]) -> _Batch:
    batch = _Batch([], [])
    for number, fields in some:
        result = converter.convert(fields)
        if isinstance(result, ReportedVisit):
            batch.visits.append((number, fields, result))
        else:
            batch.faulty.append((number, fields, result))
    return batch


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size` items, in order, until there are none left."""
    source = iter(items)
    while some := list(islice(source, size)):
        yield some


@contextmanager
def only_one(source: str) -> Iterator[None]:
    """One import of a source at a time, on all machines: a lock of the database session, gone with the process.

    Raises Refused("IMPORT_BUSY").
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LOCK, source])
        held = (cursor.fetchone() or (False,))[0]
    if not held:
        raise Refused(f"Another import of {source} is going on; wait until it has ended.", code="IMPORT_BUSY")
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [LOCK, source])
