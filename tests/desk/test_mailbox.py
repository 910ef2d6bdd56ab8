"""The local mailbox: letters to be read, and nothing else on the machine."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.urls import reverse

from tests.desk.support import Desk, put_letter, read, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "mailbox"
    folder.mkdir()
    monkeypatch.setattr(settings, "MAILBOX_DIR", str(folder))
    return folder


def test_a_letter_is_listed_and_read(desk: Desk, mailbox: Path) -> None:
    name = put_letter(mailbox)
    page = read(desk.get(desk.universe.alice, "desk:mailbox"))
    assert "ben@mail.example" in page.text
    assert reverse("desk:letter", args=[name]) in page.links
    assert "See you on Tuesday." in said(desk.get(desk.universe.alice, "desk:letter", name))


def test_an_empty_mailbox_and_none_at_all(desk: Desk, mailbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No letter yet" in said(desk.get(desk.universe.alice, "desk:mailbox"))
    monkeypatch.setattr(settings, "MAILBOX_DIR", "")
    assert "There is no local mailbox" in said(desk.get(desk.universe.alice, "desk:mailbox"))
    assert desk.get(desk.universe.alice, "desk:letter", "anything").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "..%2Fsecret",
        "%2e%2e/secret",
        "/etc/passwd",
        "new/../../secret",
        "secret",
        "..",
        "*",
        "secret.eml",
    ],
)
def test_no_name_reads_a_file_outside(name: str, desk: Desk, mailbox: Path) -> None:
    (mailbox.parent / "secret.eml").write_text("Subject: Secret\n\nthe key of the clinic")
    (mailbox.parent / "secret").write_text("the key of the clinic")
    put_letter(mailbox)
    for path in (name, quote(name, safe="")):
        answer = desk.browser(desk.universe.alice).get(f"/mailbox/{path}/")
        assert answer.status_code == 404, path
        assert "key of the clinic" not in answer.content.decode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: =?utf-8?b?////?=\r\nTo: \x80\x81\r\n\r\n\xff",
        b"Content-Type: text/plain; charset=no-such-thing\r\n\r\nhello",
        b"Content-Type: multipart/mixed\r\n\r\nhello",
        b"Content-Type: text/html\r\n\r\n<script>alert(1)</script>",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=x\r\n\r\nhi\r\n--x--",
    ],
    ids=["empty", "bytes", "headers", "charset", "no boundary", "HTML", "base64", "charset inside"],
)
def test_a_damaged_letter_does_not_take_the_others_with_it(content: bytes, desk: Desk, mailbox: Path) -> None:
    good = put_letter(mailbox)
    bad = put_letter(mailbox, name="1772550001-dead", content=content)
    page = desk.get(desk.universe.alice, "desk:mailbox")
    assert page.status_code == 200
    assert reverse("desk:letter", args=[good]) in read(page).links
    letter = desk.get(desk.universe.alice, "desk:letter", bad)
    assert letter.status_code == 200
    assert "<script>alert" not in letter.content.decode()


def test_a_file_that_the_mail_server_did_not_name_is_not_a_letter(desk: Desk, mailbox: Path) -> None:
    put_letter(mailbox, name="notes of mine (1)")
    assert desk.get(desk.universe.alice, "desk:mailbox").status_code == 200
