"""A kept connection is looked at before each request without asking the server."""

from __future__ import annotations

from select import POLLIN, poll

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus, TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's. Whether a kept connection still stands is asked of its socket first, of the server where in doubt."""

    def is_usable(self) -> bool:
        """Can the connection be used? One that is idle, and on whose socket nothing waits, was not closed from afar.

        Of a server that went away without a word nobody learns by this, nor soon by asking: the next statement fails.
        """
        return self._is_quiet() or bool(super().is_usable())

    def _is_quiet(self) -> bool:
        if self.connection is None or self.errors_occurred:
            return False
        pgconn = self.connection.pgconn
        if pgconn.status != ConnStatus.OK or pgconn.transaction_status != TransactionStatus.IDLE:
            return False
        looking = poll()
        looking.register(pgconn.socket, POLLIN)
        return not looking.poll(0)
