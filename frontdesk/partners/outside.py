"""Calling an address that somebody else has named: a key set, a webhook.

Such an address could lead into the clinic's own network. So the name is looked up once, every address it leads to must
be public (or one that FRONTDESK_OUTSIDE_ALLOW names), and the call goes to that very address; it goes by https, is
never sent on elsewhere, and is cut off when it takes too long or says too much.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Event, Timer
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from urllib3 import Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from frontdesk.kit.errors import BadValue

Address = IPv4Address | IPv6Address
LARGEST = 100_000
"""Bytes of an answer that are read, unless more are asked for."""
_LONGEST_URL = 300
_NO_ANSWER = "The other side did not answer as it should, or not in time."
_INSIDE_ANOTHER = IPv6Network("64:ff9b::/96")  # an IPv4 address as networks without IPv4 write it


class NotReached(Exception):
    """No answer came, or the address may not be called. `sentence` is for people and names no inner detail."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotPublic(NotReached):
    """The name leads into a network that may not be called from here."""


@dataclass(frozen=True)
class Reply:
    """What was answered, whatever the status. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def check_address(url: str, *, field: str = "") -> None:
    """Raise BadValue, with one sentence, unless `url` may be called as far as one can see without looking it up."""
    parts = _parts(url)
    if isinstance(parts, str):
        raise BadValue(parts, field=field)
    host = parts.hostname or ""
    literal = _literal(host)
    if parts.scheme == "http" and not _may_be_plain(host):
        raise BadValue("The address must begin with https://.", field=field)
    if literal and not _may_call(host, literal, plain=parts.scheme == "http"):
        raise BadValue("This address is not on the public internet.", field=field)


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    patience: float = 10.0,
    largest: int = LARGEST,
) -> Reply:
    """Call `url` and read the answer, within `patience` seconds in all (after the name was looked up).

    A redirect is answered as it is and not followed. Raises NotPublic, or NotReached with a sentence.
    """
    parts = _parts(url)
    if isinstance(parts, str):
        raise NotPublic(parts)
    address = _look_up(parts)
    connection = _connection(parts, address, patience)
    return _within(
        patience, connection, lambda: _ask(connection, method, parts, headers or {}, body, largest)
    )


def _within(seconds: float, connection: HTTPConnection, call: Callable[[], Reply]) -> Reply:
    """A time limit on each step would let an answer drip in for ever: after `seconds` the line is cut."""
    late = Event()
    cut = Timer(seconds, _cut, [connection, late])
    cut.daemon = True
    cut.start()
    try:
        reply = call()
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise NotReached(_NO_ANSWER) from error
    finally:
        cut.cancel()
        connection.close()
    if late.is_set():  # what was read until then looks like an answer that ended early
        raise NotReached(_NO_ANSWER)
    return reply


def _cut(connection: HTTPConnection, late: Event) -> None:
    late.set()
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _ask(
    connection: HTTPConnection,
    method: str,
    parts: SplitResult,
    headers: Mapping[str, str],
    body: bytes | None,
    largest: int,
) -> Reply:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    said = {"User-Agent": "Frontdesk", **headers, "Host": parts.netloc, "Accept-Encoding": "identity"}
    connection.request(method, path, body=body, headers=said, preload_content=False, decode_content=False)
    answer = connection.getresponse()
    read = bytearray()
    while piece := answer.read(65_536):  # to its end: only then is it known that nothing is missing
        read += piece
        if len(read) > largest:
            raise NotReached("The other side answered more than is read.")
    return Reply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, bytes(read))


def _connection(parts: SplitResult, address: Address, patience: float) -> HTTPConnection:
    """A line to that address and no other; the certificate must still be the host's."""
    host, timeout = parts.hostname or "", Timeout(connect=patience, read=patience)
    if parts.scheme == "http":
        return HTTPConnection(str(address), port=parts.port or 80, timeout=timeout.connect_timeout)
    return HTTPSConnection(
        str(address),
        port=parts.port or 443,
        timeout=timeout.connect_timeout,
        server_hostname=host,
        ssl_context=_trust(os.environ.get("SSL_CERT_FILE", "")),
    )


@cache
def _trust(file: str) -> ssl.SSLContext:  # noqa: ARG001  what is trusted depends on it
    """Whom we believe, read once: reading all authorities takes longer than most calls."""
    return ssl.create_default_context()


def _look_up(parts: SplitResult) -> Address:
    """The address to call. All that the name leads to must be allowed: which one is used is nobody's choice."""
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReached("The name of the other side leads nowhere.") from error
    addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    plain = parts.scheme == "http"
    if not addresses or not all(_may_call(host, one, plain=plain) for one in addresses):
        raise NotPublic("The address is not on the public internet, or not by https.")
    return addresses[0]


def _parts(url: str) -> SplitResult | str:
    """The address in pieces, or the sentence that says what is wrong with it."""
    wrong = "This is no address. It looks like https://keys.example/set.json."
    try:
        parts = urlsplit(url)
        port_fits = parts.port != 0
    except ValueError:
        return wrong
    if parts.scheme not in ("https", "http"):
        return "The address must begin with https://."
    if not parts.hostname or not port_fits or not url.isascii() or not url.isprintable() or " " in url:
        return wrong
    if len(url) > _LONGEST_URL:
        return f"At most {_LONGEST_URL} characters."
    if parts.username is not None or parts.password is not None or "#" in url or "\\" in url:
        return "The address may hold no user name, no password and no “#”."
    return parts


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _may_call(host: str, address: Address, *, plain: bool) -> bool:
    allowed = any(one.covers(host, address) and (one.plain or not plain) for one in settings.OUTSIDE_ALLOW)
    return allowed or (not plain and _is_public(address))


def _may_be_plain(host: str) -> bool:
    """May this host be called by http, as far as one can see from its name?"""
    literal = _literal(host)
    if literal:
        return _may_call(host, literal, plain=True)
    return any(one.plain and one.host in ("", host) for one in settings.OUTSIDE_ALLOW)


def _is_public(address: Address) -> bool:
    inner: Address | None = None
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _INSIDE_ANOTHER:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return _is_public(inner)
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_private
    )
