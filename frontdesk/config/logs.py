from __future__ import annotations

import logging
from types import TracebackType

MOST_PLACES = 20


class NoValues(logging.Filter):
    """Keeps what people typed out of the log: an error is logged by its kind and places, not its text."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            where = ", called from ".join(_places(trace)) or "?"
            record.exc_info = None
            record.exc_text = None
            record.msg, record.args = f"{record.name}: {kind.__name__} at {where}", ()
        return True


def _places(trace: TracebackType | None) -> list[str]:
    """The file and line of each frame, the innermost first: a traceback without any of its values."""
    found: list[str] = []
    while trace is not None:
        found.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[::-1][:MOST_PLACES]
