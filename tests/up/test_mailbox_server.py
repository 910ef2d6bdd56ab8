"""The demo's mailbox: real SMTP in, one file for each message."""

from __future__ import annotations

import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from frontdesk.up import processes
from frontdesk.up.mailbox import LARGEST, Mailbox


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """A running mailbox: the folder of its messages and its port."""
    folder, port = tmp_path_factory.mktemp("mailbox"), free_port()
    command = [sys.executable, "-m", "frontdesk.up.mailbox", "--port", str(port), "--dir", str(folder)]
    server = subprocess.Popen(command, start_new_session=True)
    try:
        wait_for(port)
        yield folder / "new", port
    finally:
        processes.stop_group(server, 5)
    assert server.returncode == 0, "SIGTERM is the ordinary way to end it"


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "the mailbox did not come up"
            time.sleep(0.05)


def test_a_message_becomes_one_file_with_its_envelope(mailbox: tuple[Path, int]) -> None:
    folder, port = mailbox
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = (
        "Su cita: mañana",
        "desk@clinic.example",
        "ana@example.org",
    )
    message.set_content("A las 10:40.\n.a line that begins with a dot\n")
    before = set(folder.glob("*.eml"))
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.send_message(message, to_addrs=["ana@example.org", "proxy@example.org"])
    (kept,) = set(folder.glob("*.eml")) - before
    read = message_from_bytes(kept.read_bytes(), policy=policy.default)
    assert read["Subject"] == "Su cita: mañana"
    assert read["X-Envelope-From"] == "desk@clinic.example"
    assert read["X-Envelope-To"] == "ana@example.org, proxy@example.org"
    assert read.get_content().splitlines() == ["A las 10:40.", ".a line that begins with a dot"]


def test_a_message_that_is_too_large_is_refused_and_leaves_nothing(mailbox: tuple[Path, int]) -> None:
    folder, port = mailbox
    before = set(folder.glob("*.eml"))
    with smtplib.SMTP("127.0.0.1", port) as smtp, pytest.raises(smtplib.SMTPSenderRefused) as refused:
        smtp.sendmail("a@example.org", ["b@example.org"], b"x" * (LARGEST + 1))
    assert refused.value.smtp_code == 552
    assert set(folder.glob("*.eml")) == before


def test_a_second_mailbox_on_the_same_port_says_so_and_ends(
    mailbox: tuple[Path, int], tmp_path: Path
) -> None:
    command = [
        sys.executable,
        "-m",
        "frontdesk.up.mailbox",
        "--port",
        str(mailbox[1]),
        "--dir",
        str(tmp_path),
    ]
    second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert second.returncode == 1
    assert second.stderr.startswith("The mailbox cannot run: ")
    assert "Traceback" not in second.stderr


def test_only_the_last_messages_are_kept_in_the_order_they_came(tmp_path: Path) -> None:
    box = Mailbox(tmp_path, keep=3)
    names = [
        box.keep_message("a@example.org", ["b@example.org"], b"\r\n%d" % number).name for number in range(5)
    ]
    box.prune()
    assert sorted(path.name for path in box.new.iterdir()) == names[2:]


def test_half_a_message_from_a_killed_server_is_never_seen(tmp_path: Path) -> None:
    draft = Mailbox(tmp_path).drafts / "1-half.eml"
    draft.write_text("Subject: ha")
    box = Mailbox(tmp_path)
    assert not draft.exists()
    assert list(box.new.iterdir()) == []


def test_an_address_cannot_add_headers(tmp_path: Path) -> None:
    kept = Mailbox(tmp_path).keep_message("a@example.org\r\nBcc: all@example.org", [], b"Subject: x\r\n\r\n")
    read = message_from_bytes(kept.read_bytes(), policy=policy.default)
    assert read["Bcc"] is None
    assert read["Subject"] == "x"
