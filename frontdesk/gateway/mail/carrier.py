"""Handing a message to a mail server."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr

from django.conf import settings

from frontdesk.kit.service_urls import MailServer
from frontdesk.outreach.ports import NotNow, Outgoing, Refuses

TIMEOUT = 15  # seconds for each step of the conversation


class SmtpCarrier:
    """Speaks SMTP with the server that EMAIL_URL names."""

    def __init__(self, server: MailServer | None = None, sender: str = "") -> None:
        self.server = server or settings.EMAIL
        self.sender = sender or settings.MAIL_FROM

    def send(self, message: Outgoing) -> str:
        """Answers "250 taken by HOST". Raises Refuses for a 5xx answer, NotNow for a 4xx or no answer."""
        if self.server is None:
            raise Refuses("No mail server is set up.")
        try:
            with self._connect(self.server) as smtp:
                smtp.send_message(self._compose(message))
        except smtplib.SMTPRecipientsRefused as refusal:
            code, text = next(iter(refusal.recipients.values()))
            raise _verdict(code, text) from None
        except smtplib.SMTPResponseException as answer:
            raise _verdict(answer.smtp_code, answer.smtp_error) from None
        except (smtplib.SMTPException, OSError) as problem:
            raise NotNow(f"The mail server cannot be reached ({type(problem).__name__}).") from None
        return f"250 taken by {self.server.host}"

    def _connect(self, server: MailServer) -> smtplib.SMTP:
        if server.tls == "tls":
            context = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        if server.tls == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
        return smtp

    def _compose(self, message: Outgoing) -> EmailMessage:
        mail = EmailMessage()
        mail.set_content(message.body)  # first: it drops every Content- header that is there
        if message.attachment is not None:
            mail.add_attachment(
                message.attachment.content, "text", "calendar", filename=message.attachment.name,
                params={"charset": "utf-8", "method": "PUBLISH"},
            )  # fmt: skip
        name, address = parseaddr(self.sender)
        mail["From"] = Address(name, addr_spec=address)
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{message.ref}@{address.partition('@')[2] or 'frontdesk'}>"
        mail["Content-Language"] = message.language
        mail["Auto-Submitted"] = "auto-generated"
        return mail


def _verdict(code: int, text: bytes | str) -> Refuses | NotNow:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    answer = f"{code} {said}"[:200]
    return Refuses(answer) if code >= 500 else NotNow(answer)
