"""What works behind the desk: a real worker on a real connection, and a real mail server that fills a folder."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP
from django.db import connection, connections
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from frontdesk.up.mailbox import Mailbox

PATIENCE = 20  # seconds for a worker to end


class BackOffice:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.jobs = ThreadPoolExecutor(1, thread_name_prefix="job")  # one thread, so one connection to close
        self.loop.set_default_executor(self.jobs)
        self._thread = Thread(target=self.loop.run_forever, name="back office", daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine in the loop and wait for its answer."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE)
        self.jobs.shutdown()
        self.loop.close()

    @contextlib.contextmanager
    def mail_server(self, folder: Path) -> Iterator[int]:
        """The demo's own mail server on a free port of loopback, which is answered."""
        server = self.call(self._listen(Mailbox(folder)))
        yield server.sockets[0].getsockname()[1]
        self.call(self._close(server))

    async def _listen(self, mailbox: Mailbox) -> asyncio.Server:
        def talk() -> SMTP:
            return SMTP(mailbox, hostname="mailbox", ident="Frontdesk mailbox", enable_SMTPUTF8=True)

        return await self.loop.create_server(talk, host="127.0.0.1", port=0)

    async def _close(self, server: asyncio.Server) -> None:
        server.close()
        await server.wait_closed()

    @contextlib.contextmanager
    def worker(self) -> Iterator[None]:
        """A worker that takes up every job as soon as its transaction has been committed.

        It has the product's tasks and none that run by the clock, which no scenario waits for.
        """
        working = asyncio.run_coroutine_threadsafe(self._work(), self.loop)
        yield
        self.loop.call_soon_threadsafe(working.cancel)
        with contextlib.suppress(CancelledError):
            working.result(PATIENCE)
        self.jobs.submit(connections.close_all).result(PATIENCE)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")

    async def _work(self) -> None:
        inside = app.connector  # Django's own connection: right for deferring, and no use to a worker
        assert isinstance(inside, DjangoConnector)
        worker = App(connector=inside.get_worker_connector(), worker_defaults=app.worker_defaults)
        worker.tasks = app.tasks
        async with worker.open_async():
            await worker.run_worker_async(
                install_signal_handlers=False,
                listen_notify=True,
                fetch_job_polling_interval=1,
                shutdown_graceful_timeout=5,
                delete_jobs="successful",
            )
