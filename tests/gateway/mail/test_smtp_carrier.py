"""The carrier in a real SMTP conversation on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from frontdesk.gateway.mail.carrier import SmtpCarrier
from frontdesk.kit.service_urls import MailServer
from frontdesk.outreach.ports import Attachment, NotNow, Outgoing, Refuses
from tests.factories.mail_server import Answers, mail_server

MESSAGE = Outgoing("message-7", "ana@mail.example", "Su visita del día 3", "Hola, Ana:\n\n¿Sí? 你好\n", "es")


@pytest.fixture
def server() -> Iterator[tuple[MailServer, Answers]]:
    with mail_server() as running:
        yield running


def _send(server: tuple[MailServer, Answers], message: Outgoing = MESSAGE) -> str:
    return SmtpCarrier(server[0], "Clinic <desk@clinic.example>").send(message)


def test_a_message_arrives_as_it_was_written(server: tuple[MailServer, Answers]) -> None:
    assert _send(server) == "250 taken by 127.0.0.1"
    (mail,) = server[1].taken
    assert (mail["To"], mail["Subject"], mail["Content-Language"]) == (MESSAGE.to, MESSAGE.subject, "es")
    assert mail["From"] == "Clinic <desk@clinic.example>"
    assert mail.get_content().splitlines() == MESSAGE.body.splitlines()


def test_a_calendar_entry_goes_with_it(server: tuple[MailServer, Answers]) -> None:
    entry = b"BEGIN:VCALENDAR\r\nX-NOTE:\xc3\xb1\r\nEND:VCALENDAR\r\n"
    _send(server, replace(MESSAGE, attachment=Attachment("visit.ics", entry)))
    (mail,) = server[1].taken
    words, (attached,) = mail.get_body(("plain",)), mail.iter_attachments()
    assert words is not None and words.get_content().splitlines() == MESSAGE.body.splitlines()
    assert (attached.get_content_type(), attached.get_filename()) == ("text/calendar", "visit.ics")
    assert (attached.get_param("method"), attached.get_content_charset()) == ("PUBLISH", "utf-8")
    assert attached.get_payload(decode=True) == entry
    assert mail["Content-Language"] == "es"


def test_every_try_has_the_same_id_and_says_that_a_machine_sent_it(
    server: tuple[MailServer, Answers],
) -> None:
    _send(server)
    _send(server)
    first, second = server[1].taken
    assert first["Message-ID"] == second["Message-ID"] == "<message-7@clinic.example>"
    assert first["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("answer", ["550 No such mailbox", "553 Not allowed", "554 Rejected"])
@pytest.mark.parametrize("where", ["to_recipient", "to_message"])
def test_a_5xx_answer_is_for_good(server: tuple[MailServer, Answers], where: str, answer: str) -> None:
    setattr(server[1], where, answer)
    with pytest.raises(Refuses) as refused:
        _send(server)
    assert str(refused.value) == answer


@pytest.mark.parametrize("answer", ["450 Mailbox busy", "451 Try later", "421 Closing"])
@pytest.mark.parametrize("where", ["to_recipient", "to_message"])
def test_a_4xx_answer_is_for_now(server: tuple[MailServer, Answers], where: str, answer: str) -> None:
    setattr(server[1], where, answer)
    with pytest.raises(NotNow) as delayed:
        _send(server)
    assert str(delayed.value).startswith(answer[:3])


def test_a_server_that_cannot_be_reached_is_for_now() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = MailServer("127.0.0.1", unused.getsockname()[1], "", "", "")
        with pytest.raises(NotNow, match=r"cannot be reached \(ConnectionRefusedError\)"):
            SmtpCarrier(nobody, "desk@clinic.example").send(MESSAGE)


def test_a_server_that_hangs_up_is_for_now() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        server = MailServer("127.0.0.1", listening.getsockname()[1], "", "", "")

        def hang_up() -> None:
            listening.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(NotNow):
            SmtpCarrier(server, "desk@clinic.example").send(MESSAGE)
        thread.join(5)


def test_without_a_server_nothing_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMAIL", None)
    with pytest.raises(Refuses, match="No mail server is set up"):
        SmtpCarrier(None, "desk@clinic.example").send(MESSAGE)


@pytest.mark.parametrize("field", ["to", "subject"])
def test_a_line_break_cannot_add_a_header(server: tuple[MailServer, Answers], field: str) -> None:
    values: dict[str, Any] = {
        "ref": "m", "to": "a@mail.example", "subject": "s", "body": "b\n", "language": "en",
    }  # fmt: skip
    with pytest.raises((ValueError, Refuses)):
        _send(server, Outgoing(**{**values, field: "a@mail.example\nBcc: all@mail.example"}))
    assert server[1].taken == []
