"""A client of the machines' door, light enough to share the cores with the server: a kept socket and ready bytes."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.clinic.models import Site
from frontdesk.partners.actions import clients, tokens
from frontdesk.partners.actions.clients import Wanted
from frontdesk.partners.models import Client

SCOPES = ("system/Appointment.cruds", "system/Slot.rs", "system/Schedule.rs", "system/Patient.rs")


def register(sites: Sequence[Site], now: datetime) -> Client:
    """A client that may do everything at the sites, as often as it likes."""
    by = User.objects.filter(role=Role.MANAGER, is_active=True).order_by("pk")[0]
    wanted = Wanted(
        name=f"Bench {uuid4().hex[:8]}", scopes=SCOPES, sites=sites, jwks={"keys": [_key()]}, per_minute=1_000_000
    )  # fmt: skip
    return clients.register(wanted=wanted, by=by, now=now)


def token(client: Client, now: datetime) -> str:
    """A token of five minutes."""
    return tokens.issue(client=client, scopes=client.scopes, by=client.user, now=now)


def _key() -> dict[str, Any]:
    """A public key that nobody signs with: the bench's tokens are given out past the token door."""
    public = ec.generate_private_key(ec.SECP384R1()).public_key()
    jwk: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(public))
    return {**jwk, "kid": "bench", "alg": "ES384", "use": "sig"}


class Caller:
    """One kept connection. Requests are one `sendall`; of the answer's head only the status and the length are read."""

    def __init__(self, port: int, token: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = f"Host: localhost\r\nAuthorization: Bearer {token}\r\nAccept: application/fhir+json\r\n"
        self._left = b""

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        """The status and the resource."""
        status, body = self.send(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())
        return status, json.loads(body)

    def ready(self, path: str, resource: dict[str, Any]) -> bytes:
        """A POST as it goes over the wire."""
        body = json.dumps(resource)
        head = f"POST {path} HTTP/1.1\r\n{self._head}Content-Type: application/fhir+json\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()

    def send(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body."""
        self._socket.sendall(request)
        data = self._left
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head, body = data[:end], data[end + 4 :]
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        while len(body) < length:
            body += self._more()
        self._left = body[length:]
        return int(head.split(b" ", 2)[1]), body[:length]

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> bytes:
        some = self._socket.recv(65536)
        if not some:
            raise ConnectionError("The server hung up.")
        return some
