from __future__ import annotations

import logging


class NoValues(logging.Filter):
    """Keeps what people typed out of the log: an error is logged by its kind and place, not its text."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"
            record.exc_info = None
            record.exc_text = None
            record.msg, record.args = f"{record.name}: {kind.__name__} at {where}", ()
        return True
