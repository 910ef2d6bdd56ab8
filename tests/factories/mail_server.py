"""A mail server on loopback that takes messages or answers as it is told."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from frontdesk.kit.service_urls import MailServer


class Answers:
    """What the server says after RCPT TO and after the message itself; `taken` is what it took."""

    def __init__(self) -> None:
        self.to_recipient = "250 OK"
        self.to_message = "250 OK"
        self.taken: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802  aiosmtpd names it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.to_message.startswith("250"):
            content = cast(bytes, envelope.content)
            self.taken.append(email.message_from_bytes(content, policy=default))
        return self.to_message


@contextmanager
def mail_server() -> Iterator[tuple[MailServer, Answers]]:
    answers = Answers()
    port = _free_port()  # the controller connects to its own server, so it must know the port beforehand
    controller = Controller(answers, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield MailServer("127.0.0.1", port, "", "", ""), answers
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
