"""The web server: granian in front of the WSGI application, `python -m frontdesk.up.web --port 8000`.

A module of our own, rather than granian's command, for one reason: granian's worker processes outlive it when it is
killed, and would go on holding the port.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
from collections.abc import Callable
from typing import Any

from frontdesk.up import processes

APPLICATION = "frontdesk.config.wsgi:application"


def load(target: str) -> Callable[..., Any]:
    """Load "module:name" in a worker process, after tying the worker's life to the server's."""
    processes.tie_to_parent(signal.SIGKILL, os.getppid())
    module, _, name = target.partition(":")
    application: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return application


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    parser = argparse.ArgumentParser(prog="frontdesk.up.web")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--application", default=APPLICATION)
    options = parser.parse_args()
    Server(
        options.application,
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=options.workers,
        blocking_threads=4,
        backpressure=1024,  # connections, most of them kept open by browsers that wait
        respawn_failed_workers=True,
        workers_kill_timeout=2,
        log_level=LogLevels.warning,
    ).serve(target_loader=load)


if __name__ == "__main__":
    main()
