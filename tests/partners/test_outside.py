"""Calling addresses that others name: only where it is allowed, to the address that was looked up, and not for ever."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from django.test import override_settings

from frontdesk.kit.errors import BadValue
from frontdesk.kit.neighbours import neighbours
from frontdesk.kit.service_urls import BadServiceUrl
from frontdesk.partners import outside
from frontdesk.partners.outside import NotPublic, NotReached, check_address, fetch
from tests.factories.other_side import OtherSide, other_side, tls_side

LOOPBACK = override_settings(OUTSIDE_ALLOW=neighbours("http://127.0.0.0/8"))


@pytest.fixture
def side() -> Iterator[OtherSide]:
    with LOOPBACK, other_side() as one:
        yield one


def _leads_to(patch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name leads there; an address leads to itself. Answers the list of names that were looked up."""
    asked: list[str] = []
    plain = socket.getaddrinfo

    def found(host: str, port: int, *args: Any, **more: Any) -> list[Any]:
        if outside._literal(host):
            return list(plain(host, port, *args, **more))
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    patch.setattr(socket, "getaddrinfo", found)
    return asked


def test_what_is_answered_comes_back_whole(side: OtherSide) -> None:
    side.answers(201, b'{"ok": true}', {"X-Said": "yes"})
    reply = fetch("POST", f"{side.url}/hook?a=b", headers={"X-Mine": "1"}, body=b"hello")
    assert (reply.status, reply.body, reply.headers["x-said"]) == (201, b'{"ok": true}', "yes")
    heard = side.heard[0]
    assert (heard.method, heard.path, heard.body) == ("POST", "/hook?a=b", b"hello")
    assert (heard.headers["x-mine"], heard.headers["host"]) == ("1", side.url.removeprefix("http://"))


def test_a_redirect_is_not_followed(side: OtherSide) -> None:
    side.answers(302, b"", {"Location": f"{side.url}/elsewhere"})
    assert fetch("GET", f"{side.url}/").status == 302
    assert len(side.heard) == 1


def test_too_much_is_not_read(side: OtherSide) -> None:
    side.answers(200, b"x" * 2000)
    with pytest.raises(NotReached, match="more than is read"):
        fetch("GET", side.url, largest=1999)
    assert len(fetch("GET", side.url, largest=2000).body) == 2000


@pytest.mark.parametrize("how", ["silent", "dripping headers", "dripping body"])
def test_an_answer_that_does_not_end_is_cut_off(how: str, side: OtherSide) -> None:
    side.stalls(how)
    with pytest.raises(NotReached, match="not in time"):
        fetch("GET", side.url, patience=0.3)


@pytest.mark.parametrize("how", ["nonsense", "half a body"])
def test_what_is_no_answer(how: str, side: OtherSide) -> None:
    side.stalls(how)
    with pytest.raises(NotReached):
        fetch("GET", side.url)


def test_nobody_there() -> None:
    with socket.socket() as taken, LOOPBACK:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotReached):
            fetch("GET", f"http://127.0.0.1:{taken.getsockname()[1]}/")


INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_inner_address_is_not_called(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(BadValue, match="not on the public internet"):
        check_address(f"https://{literal}/")
    with pytest.raises(NotPublic):
        fetch("GET", f"https://{literal}/")
    _leads_to(monkeypatch, address)
    with pytest.raises(NotPublic):
        fetch("GET", "https://keys.example/")


def test_one_inner_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    _leads_to(monkeypatch, "93.184.215.14", "127.0.0.1")
    with pytest.raises(NotPublic):
        fetch("GET", "https://keys.example/")


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"]
)
def test_a_public_address_may_be_called(address: str) -> None:
    literal = f"[{address}]" if ":" in address else address
    check_address(f"https://{literal}/")
    assert outside._is_public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "must begin with https"),
        ("keys.example", "must begin with https"),
        ("http://keys.example/", "must begin with https"),
        ("ftp://keys.example/", "must begin with https"),
        ("file:///etc/passwd", "must begin with https"),
        ("https://", "no address"),
        ("https://keys.example:0/", "no address"),
        ("https://keys.example:99999/", "no address"),
        ("https://keys.example:x/", "no address"),
        ("https://[::1/", "no address"),
        ("https://kéys.example/", "no address"),
        ("https://keys.example/\r\nX-Evil: 1", "no address"),
        ("https://keys.example/ x", "no address"),
        ("https://a:b@keys.example/", "no user name"),
        ("https://@keys.example/", "no user name"),
        ("https://keys.example\\@10.0.0.1/", "no user name"),
        ("https://keys.example/#x", "no “#”|no user name"),
        ("https://keys.example/" + "x" * 300, "At most 300"),
    ],
)
def test_what_is_no_address_to_call(url: str, words: str) -> None:
    with pytest.raises(BadValue, match=words):
        check_address(url, field="jwks_url")
    with pytest.raises(NotReached):
        fetch("GET", url)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
def test_another_way_to_write_loopback_leads_nowhere_else(host: str) -> None:
    """Whatever a resolver makes of it, what it leads to is looked at."""
    with pytest.raises(NotReached):
        fetch("GET", f"https://{host}/", patience=0.5)


def test_plain_http_only_where_it_was_allowed() -> None:
    with override_settings(OUTSIDE_ALLOW=neighbours("127.0.0.0/8, http://engine.example")):
        check_address("https://127.0.0.1/")
        check_address("http://engine.example/")
        with pytest.raises(BadValue):
            check_address("http://127.0.0.1/")
        with pytest.raises(BadValue):
            check_address("http://keys.example/")
        with pytest.raises(NotPublic):
            fetch("GET", "http://127.0.0.1/")


def test_a_neighbour_by_name_may_lead_inside_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[Any] = []

    def nobody(self: socket.socket, address: Any) -> None:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", nobody)
    _leads_to(monkeypatch, "10.1.2.3")
    with override_settings(OUTSIDE_ALLOW=neighbours("engine.clinic.example")):
        with pytest.raises(NotReached):
            fetch("GET", "https://engine.clinic.example/")
        assert called == [("10.1.2.3", 443)]
        for other in ("keys.example", "x.engine.clinic.example", "engine.clinic.example.evil.example"):
            with pytest.raises(NotPublic):
                fetch("GET", f"https://{other}/")


@pytest.mark.parametrize(
    "text", ["http://", "10.0.0.0/99", "a b", "-x.example", "https://x.example/path", "*.example"]
)
def test_a_setting_that_cannot_be_read(text: str) -> None:
    with pytest.raises(BadServiceUrl, match="FRONTDESK_OUTSIDE_ALLOW"):
        neighbours(text)


def test_by_https_the_name_is_looked_up_once_and_the_certificate_must_be_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asked = _leads_to(monkeypatch, "127.0.0.1")
    with override_settings(OUTSIDE_ALLOW=neighbours("127.0.0.0/8")), tls_side("keys.example") as side:
        monkeypatch.setenv("SSL_CERT_FILE", str(side.authority))
        assert fetch("GET", f"https://keys.example:{side.port}/").status == 200
        assert asked == ["keys.example"]
        assert side.heard[0].headers["host"] == f"keys.example:{side.port}"
        with pytest.raises(NotReached):
            fetch("GET", f"https://other.example:{side.port}/")
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(NotReached):
            fetch("GET", f"https://keys.example:{side.port}/")
