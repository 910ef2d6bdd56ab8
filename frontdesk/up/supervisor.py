"""Keeps the processes of one machine going: starts them, starts one again that dies, stops all in order."""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Protocol

from frontdesk.up import processes
from frontdesk.up.paths import checkout
from frontdesk.up.problems import Problem

MOST_DEATHS = 5
WITHIN = 60.0  # seconds
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Service(Protocol):
    """Something that can be started, watched and stopped. `log` is where its own words are kept."""

    name: str

    @property
    def log(self) -> Path: ...
    def start(self) -> None: ...
    def alive(self) -> bool: ...
    def stop(self) -> None: ...


@dataclass
class Program:
    """A service that is one command, leading a process group of its own.

    `patience` is how many seconds it may take over ending by itself before it is ended by force.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    patience: float
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the command; its output goes to the log. It ends when this process ends, whatever way (on Linux)."""
        with self.log.open("ab") as output:
            self._process = processes.spawn(
                self.command,
                tied=signal.SIGTERM,
                env=dict(self.environment),
                cwd=checkout(),
                stdout=output,
                stderr=output,
            )

    def alive(self) -> bool:
        """Whether the process that was started last still runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End the process and all of its group."""
        process, self._process = self._process, None
        if process is not None:
            processes.stop_group(process, self.patience)


class Stopped(BaseException):
    """Somebody asked us to stop (Ctrl-C, SIGTERM, the terminal went away)."""


def ignore_stop_signals() -> None:
    """From here on we are stopping already; asking again changes nothing."""
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)


@contextmanager
def stop_signals_raise() -> Iterator[None]:
    """While the block runs, the first signal to stop raises Stopped in it; later ones are ignored while we tidy up."""

    def raise_stopped(_signum: int, _frame: FrameType | None) -> None:
        ignore_stop_signals()
        raise Stopped

    heard = list(STOP_SIGNALS)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        heard.remove(signal.SIGHUP)  # under nohup we are to outlive the terminal
    before = {each: signal.signal(each, raise_stopped) for each in heard}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@dataclass
class _Watched:
    """A service with its recent deaths; `again_at` is when (monotonic seconds) a dead one is started again."""

    service: Service
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_DEATHS))
    again_at: float | None = None


class Supervisor:
    """Watches services. `say` gets one line for a person when something happens."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._watched: list[_Watched] = []

    def start(self, service: Service) -> None:
        """Start a service and watch it from now on; services are stopped in the reverse order."""
        self._watched.append(_Watched(service))
        service.start()

    def watch(self, seconds: float) -> None:
        """Look after the services for a while. Raises Problem when one cannot be kept going."""
        deadline = time.monotonic() + seconds
        with _wakes_on_child_death() as wake:
            while (left := deadline - time.monotonic()) > 0:
                self._tend()
                select.select([wake], [], [], min(left, 0.5))
                with contextlib.suppress(BlockingIOError):
                    wake.recv(1024)

    def _tend(self) -> None:
        now = time.monotonic()
        for watched in self._watched:
            if watched.again_at is not None:
                if now >= watched.again_at:
                    watched.again_at = None
                    self._start_again(watched)
            elif not watched.service.alive():
                self._bury(watched, now)

    def _start_again(self, watched: _Watched) -> None:
        """One that dies while it starts has died once more: that need not be the end of all others."""
        try:
            watched.service.start()
        except Problem as problem:
            self._bury(watched, time.monotonic(), problem)

    def _bury(self, watched: _Watched, now: float, problem: Problem | None = None) -> None:
        service = watched.service
        service.stop()  # the rest of its group, if any
        watched.deaths.append(now)
        if len(watched.deaths) == MOST_DEATHS and now - watched.deaths[0] < WITHIN:
            raise problem or Problem(
                f"The {service.name} stopped {MOST_DEATHS} times within a minute; its log says why: {service.log}"
            )
        recent = sum(now - death < WITHIN for death in watched.deaths)
        watched.again_at = now + 0.25 * 2**recent
        self._say(f"The {service.name} stopped by itself and is started again; its log: {service.log}")

    def stop(self) -> None:
        """Stop every service, the one started last first."""
        while self._watched:
            self._watched.pop().service.stop()


@contextmanager
def _wakes_on_child_death() -> Iterator[socket.socket]:
    """A socket that becomes readable as soon as a child dies, so that nobody has to look often."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    handler_before = signal.signal(signal.SIGCHLD, lambda _signum, _frame: None)
    wakeup_before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    try:
        yield ours
    finally:
        signal.set_wakeup_fd(wakeup_before)
        signal.signal(signal.SIGCHLD, handler_before)
        ours.close()
        theirs.close()
