"""Somebody who is told of changes: a real web server on this machine, that answers as a test wants it to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from django.test import override_settings

from frontdesk.kit.neighbours import neighbours
from tests.factories.served import free_port


@dataclass(frozen=True)
class Received:
    """One request. `body` is the raw body, `headers` have names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def bundle(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def said(self) -> dict[str, Any]:
        """What the status of the notice says, by name; of several events the numbers are in `numbers`."""
        listed = self.bundle["entry"][0]["resource"]["parameter"]
        return {one["name"]: _value(one) for one in listed if one["name"] != "notification-event"}

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of the notice: number, timestamp and, where it is told, the focus."""
        listed = self.bundle["entry"][0]["resource"]["parameter"]
        parts = [one["part"] for one in listed if one["name"] == "notification-event"]
        return [{part["name"]: _value(part) for part in reversed(some)} for some in parts]

    @property
    def kind(self) -> str:
        return str(self.said["type"])


def _value(one: Mapping[str, Any]) -> Any:
    value = next(value for key, value in one.items() if key.startswith("value"))
    return value.get("reference", value) if isinstance(value, dict) else value


@dataclass
class Receiver:
    """`answers` are the next statuses, then `usual`; with `slow` cleared it does not answer until it is set."""

    port: int
    usual: int = 200
    answers: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    quick: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?key=of-theirs"

    @property
    def numbers(self) -> list[int]:
        """The numbers of all events that came, in the order in which they came."""
        return [int(event["event-number"]) for one in self.received for event in one.events]

    @property
    def kinds(self) -> list[str]:
        return [one.kind for one in self.received]

    def forget(self) -> None:
        self.received.clear()


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """A receiver that answers 200, at an address that may be called."""
    receiver = Receiver(port or free_port())
    receiver.quick.set()
    server = ThreadingHTTPServer(("127.0.0.1", receiver.port), _handler(receiver))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        with override_settings(OUTSIDE_ALLOW=neighbours("http://127.0.0.1")):
            yield receiver
    finally:
        receiver.quick.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body))
            status = receiver.answers.pop(0) if receiver.answers else receiver.usual
            receiver.quick.wait(30)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the library names it
            del format, args

    return Handler
