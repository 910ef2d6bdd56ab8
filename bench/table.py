"""The table of what was measured, for a terminal or for docs/bench.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.timing import Timing

HEAD = ("What", "median", "p95", "floor", "times the floor", "the floor is", "runs", "also")


@dataclass(frozen=True)
class Row:
    """One line. `each` turns a timing into something else worth saying (so many a second)."""

    what: str
    took: Timing
    floor: Timing | None = None
    floor_is: str = ""
    note: str = ""

    def cells(self) -> tuple[str, ...]:
        """The row as words, in the order of HEAD."""
        times = f"{self.took.median / self.floor.median:.1f}" if self.floor else ""
        floor = duration(self.floor.median) if self.floor else ""
        took = duration(self.took.median), duration(self.took.p95)
        return self.what, *took, floor, times, self.floor_is, str(self.took.runs), self.note


def duration(seconds: float) -> str:
    """1.23 s, 4.56 ms or 7.8 µs."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"


def as_text(rows: Sequence[Row]) -> str:
    """Columns of even width; figures stand to the right."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    figures = {1, 2, 3, 4, 6}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in figures else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def as_markdown(rows: Sequence[Row]) -> str:
    """A table for docs/bench.md."""
    rule = ("---", "---:", "---:", "---:", "---:", "---", "---:", "---")
    lines = [HEAD, rule, *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
