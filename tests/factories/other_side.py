"""The other side of a call that Frontdesk makes: a small server on loopback that answers as it is told."""

from __future__ import annotations

import datetime
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Heard:
    """One call as it arrived; names of headers in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class OtherSide:
    """Answers every call with the same, 200 and an empty body until it is told otherwise; keeps what it heard."""

    port: int
    scheme: str = "http"
    authority: Path | None = None
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    how: str = ""
    heard: list[Heard] = field(default_factory=list)
    closed: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def answers(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """From now on this is answered."""
        self.status, self.body, self.headers, self.how = status, body, headers or {}, ""

    def stalls(self, how: str) -> None:
        """From now on no call is answered to its end: "silent", "dripping headers", "dripping body", "half a body",
        "nonsense".
        """
        self.how = how


@contextmanager
def other_side() -> Iterator[OtherSide]:
    """By plain http."""
    with _served(None) as side:
        yield side


@contextmanager
def tls_side(host: str) -> Iterator[OtherSide]:
    """By https, with a certificate for `host`; `authority` is the file of who signed it."""
    chain, authority = _certificate(host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with _served(context) as side:
        side.scheme, side.authority = "https", authority
        yield side


@contextmanager
def _served(context: ssl.SSLContext | None) -> Iterator[OtherSide]:
    side = OtherSide(0)
    server = _Server(("127.0.0.1", 0), _handler(side))
    side.port = server.server_address[1]
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield side
    finally:
        side.closed.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is what the tests are about."""


def _handler(side: OtherSide) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            side.heard.append(Heard(self.command, self.path, headers, self.rfile.read(length)))
            if side.how:
                with suppress(OSError):
                    self.stall()
                return
            self.send_response(side.status)
            for name, value in {"Content-Length": str(len(side.body)), **side.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(side.body)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

        def stall(self) -> None:
            if side.how == "nonsense":
                self.wfile.write(b"\x00\x01 hello\r\n\r\n")
                return
            if side.how == "half a body":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
                return
            if side.how == "dripping body":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            if side.how == "dripping headers":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not side.closed.wait(0.05):
                if side.how != "silent":
                    self.wfile.write(b"x")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Nothing."""

    return Handler


@cache
def _certificate(host: str) -> tuple[Path, Path]:
    """A certificate for the host with its key, and the authority that signed it; made once in a run."""
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-tls-"))
    name, key = _name("Test authority"), ec.generate_private_key(ec.SECP256R1())
    authority = _signed(name, key, name, key, x509.BasicConstraints(ca=True, path_length=None))
    own = ec.generate_private_key(ec.SECP256R1())
    signed = _signed(_name(host), own, name, key, x509.SubjectAlternativeName([x509.DNSName(host)]))
    pem, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    private = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password)
    (folder / "host.pem").write_bytes(signed.public_bytes(pem) + private)
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    return folder / "host.pem", folder / "authority.pem"


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signed(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    today = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .sign(signer, hashes.SHA256())
    )
