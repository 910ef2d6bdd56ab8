"""How far a long command has come: a bar on a terminal, a line each tenth elsewhere."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import TextIO

_WIDTH = 30
_REDRAW_SECONDS = 0.1


class Progress:
    """A counter that draws itself as `label [#####.....] 45,000/110,527 12 s`.

    Use it as a context: `with Progress("Patients", 6_000) as bar: bar.add(500)`. On a terminal the one line
    is drawn over at most ten times a second; elsewhere a line is written for each tenth that is reached.
    FRONTDESK_TERMINAL=1 says that a terminal is at the other end of a pipe.
    `total` 0 is allowed (nothing to do counts as done). Writes to standard error unless `stream` is given.
    """

    def __init__(self, label: str, total: int, stream: TextIO | None = None) -> None:
        self.label = label
        self.total = total
        self.done = 0
        self._stream = sys.stderr if stream is None else stream
        self._is_terminal = self._stream.isatty() or os.environ.get("FRONTDESK_TERMINAL") == "1"
        self._began = time.monotonic()
        self._drawn_at = 0.0
        self._tenth = 0

    def __enter__(self) -> Progress:
        if self._is_terminal:
            self._draw()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the last state standing, also when the block was left by an error."""
        if self._is_terminal:
            self._draw()
            self._stream.write("\n")
        elif self._tenth < 10:
            self._write_line()
        self._stream.flush()

    def add(self, count: int = 1) -> None:
        """Count `count` more things as done, and show it if it is time to."""
        self.done += count
        if self._is_terminal:
            if time.monotonic() - self._drawn_at >= _REDRAW_SECONDS:
                self._draw()
        elif self.total and (tenth := min(self.done * 10 // self.total, 10)) > self._tenth:
            self._tenth = tenth
            self._write_line()

    def line(self) -> str:
        """What is shown now, without the line's end."""
        share = min(self.done / self.total, 1.0) if self.total else 1.0
        filled = int(share * _WIDTH)
        bar = "#" * filled + "." * (_WIDTH - filled)
        seconds = time.monotonic() - self._began
        return f"{self.label} [{bar}] {self.done:,}/{self.total:,} {seconds:.0f} s"

    def _draw(self) -> None:
        self._drawn_at = time.monotonic()
        self._stream.write(f"\r{self.line()}\x1b[K")
        self._stream.flush()

    def _write_line(self) -> None:
        self._stream.write(f"{self.line()}\n")
        self._stream.flush()
