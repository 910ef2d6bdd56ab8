"""Reading a CSV file as a stream: plain or gzip, UTF-8 (with or without a mark at its head) or Latin-1."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from frontdesk.gateway.imports.map import ImportMap
from frontdesk.kit.errors import BadValue

_LONGEST_LINE = 1_000_000  # characters; the csv module itself refuses a field of more than 131,072
_GZIP = b"\x1f\x8b"
# A rejects file begins with these; when it is fed again they are no part of the row.
OURS = ["row_number", "reject_reason"]


@dataclass(frozen=True)
class Scan:
    """What a first reading of the whole file found. `digest` is the SHA-256 of the file and its map, in hex."""

    header: list[str]
    rows: int
    digest: str


def scan(path: Path, plan: ImportMap) -> Scan:
    """Read the file to its end, so that one which cannot be read is refused before anything is kept.

    Raises BadValue with one sentence: no file, not a gzip, cut off, not text, no header, not CSV.
    """
    lines = _lines(path, plan)
    header = next(lines, (0, []))[1]
    if not header:
        raise BadValue(f"{_name(path)} is empty: it has not even a line with the names of its columns.")
    with _in_words(path):
        digest = hashlib.sha256(plan.digest_text)
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                digest.update(part)
    return Scan(_own(header), sum(1 for _ in lines), digest.hexdigest())


def rows(path: Path, plan: ImportMap) -> Iterator[tuple[int, list[str]]]:
    """Each row below the header with its number, as a spreadsheet counts: the header is row 1."""
    lines = _lines(path, plan)
    header = next(lines, (0, []))[1]
    skip = len(header) - len(_own(header))
    return ((number, fields[skip:]) for number, fields in lines)


def _own(header: list[str]) -> list[str]:
    return header[len(OURS) :] if header[: len(OURS)] == OURS else header


def _lines(path: Path, plan: ImportMap) -> Iterator[tuple[int, list[str]]]:
    """Every line that holds anything, with its number from 1. An empty line is counted and passed over."""
    number = 0
    with _in_words(path, lambda: f" near row {number + 1:,}"), _text(path, plan.encoding) as text:
        reader = csv.reader(_bounded(text), delimiter=plan.delimiter, strict=True)
        for number, fields in enumerate(reader, start=1):
            if fields:
                yield number, fields


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines, none of them longer than memory should hold."""
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise csv.Error(f"a line is longer than {_LONGEST_LINE:,} characters")
        yield line


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    with path.open("rb") as raw:
        zipped = raw.peek(2)[:2] == _GZIP
        if path.suffix == ".gz" and not zipped:
            raise gzip.BadGzipFile
        binary = gzip.GzipFile(fileobj=raw) if zipped else raw
        codec = "utf-8-sig" if encoding == "utf-8" else encoding
        with io.TextIOWrapper(cast("io.BufferedReader", binary), encoding=codec, newline="") as text:
            yield text


@contextmanager
def _in_words(path: Path, where: Callable[[], str] = str) -> Iterator[None]:
    """Turn what can go wrong with a file into a sentence about it."""
    name = _name(path)
    try:
        if not path.exists():
            raise BadValue(f"There is no file {name}.")
        if not path.is_file():
            raise BadValue(f"{name} is not a file that can be read twice.")
        yield
    except gzip.BadGzipFile:
        raise BadValue(f"{name} is not a gzip file, or a damaged one.") from None
    except (EOFError, zlib.error):
        raise BadValue(f"{name} is a gzip file that is cut off or damaged{where()}.") from None
    except UnicodeDecodeError:
        raise BadValue(
            f'{name} is not UTF-8 text{where()}; if it is Latin-1, say encoding = "latin-1" in the map.'
        ) from None
    except csv.Error as error:
        raise BadValue(f"{name} cannot be read as CSV{where()}: {error}.") from None
    except OSError as error:
        raise BadValue(f"{name} cannot be read: {error.strerror or 'the disk failed'}.") from None


def _name(path: Path) -> str:
    return path.name[:80]
