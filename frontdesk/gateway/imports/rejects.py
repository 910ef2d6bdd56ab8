"""The rows that did not come in, as a file that can be mended and fed again."""

from __future__ import annotations

import csv
import filecmp
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from frontdesk.gateway.imports.map import ImportMap
from frontdesk.gateway.imports.rows import OURS
from frontdesk.kit.errors import BadValue, Refused


class Rejects:
    """Writes beside the final name, and takes it when complete: half a rejects file is never taken for a whole one.

    Each row stands as it was read, after its number and the reasons. It is open to its owner alone.
    """

    def __init__(self, named: Path | None, file: Path, header: Sequence[str], plan: ImportMap) -> None:
        self.named = named
        self.path = named or default_path(file)
        self.partial = self.path.with_name(f".{self.path.name}.partial")
        self.rows = 0
        self._check(file)
        descriptor = os.open(self.partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._stream = open(descriptor, "w", encoding=plan.encoding, errors="backslashreplace", newline="")  # noqa: SIM115, PTH123  closed by `rejects`
        self._writer = csv.writer(self._stream, delimiter=plan.delimiter, lineterminator="\n")
        self._writer.writerow([*OURS, *header])

    def add(self, number: int, reasons: Sequence[str], fields: Sequence[str]) -> None:
        self.rows += 1
        self._writer.writerow([number, "; ".join(reasons), *fields])

    def keep(self) -> Path | None:
        """Give the file its name. None if nothing was rejected and nobody named a file.

        A file that the person named is replaced; one of the usual name may hold rows half mended, so a new
        one that says something else gets a number.
        """
        self._stream.flush()
        os.fsync(self._stream.fileno())
        if self.named is None:
            if not self.rows:
                return None
            self.path = next(path for path in _numbered(self.path) if self._free(path))
        self.partial.replace(self.path)
        return self.path

    def close(self) -> None:
        self._stream.close()
        self.partial.unlink(missing_ok=True)

    def _free(self, path: Path) -> bool:
        return not path.exists() or filecmp.cmp(path, self.partial, shallow=False)

    def _check(self, file: Path) -> None:
        if self.path.exists() and (not self.path.is_file() or self.path.samefile(file)):
            raise BadValue(f"The rejects cannot be written over {self.path.name[:80]}; name another file.")


@contextmanager
def rejects(named: Path | None, file: Path, header: Sequence[str], plan: ImportMap) -> Iterator[Rejects]:
    """A rejects file for the time of one run. Raises Refused("CANNOT_WRITE") when the disk does not take it."""
    written = None
    try:
        written = Rejects(named, file, header, plan)
        yield written
    except OSError as error:
        raise Refused(
            f"The rejects file cannot be written: {error.strerror or 'the disk failed'}.", code="CANNOT_WRITE"
        ) from None
    finally:
        if written is not None:
            written.close()


def default_path(file: Path) -> Path:
    """`visits.rejects.csv` in the working folder, for `visits.csv` or `visits.csv.gz`."""
    return Path.cwd() / f"{file.name.removesuffix('.gz').removesuffix('.csv')}.rejects.csv"


def _numbered(path: Path) -> Iterator[Path]:
    yield path
    yield from (path.with_name(f"{path.stem}.{number}{path.suffix}") for number in count(2))
