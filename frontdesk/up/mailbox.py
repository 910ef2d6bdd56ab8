"""The demo's mailbox: a real SMTP server on loopback that keeps every message as a file and sends nothing on.

`python -m frontdesk.up.mailbox --port 8025 --dir var/mailbox`. A message is written to `tmp/` and renamed into `new/`,
as `<nanoseconds since 1970>-<random>.eml`, so that a name's order is the order of arrival and a reader never sees half
a message. The envelope is kept in the headers X-Envelope-From and X-Envelope-To. The last 2,000 messages are kept, of
10 MB at most each.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import secrets
import signal
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 10 * 1024 * 1024  # bytes
MOST_KEPT = 2_000
PRUNE_EVERY = 50


class Mailbox:
    """A folder of messages, and aiosmtpd's handler that fills it."""

    def __init__(self, folder: Path, *, keep: int = MOST_KEPT) -> None:
        self.keep = keep
        self.new, self.drafts = folder / "new", folder / "tmp"
        for each in (self.new, self.drafts):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        for draft in self.drafts.iterdir():  # left by a server that was killed in the middle
            draft.unlink()
        self._since_pruned = PRUNE_EVERY

    def keep_message(self, sender: str, recipients: list[str], content: bytes) -> Path:
        """Write one message and return its file; it is on the disk, whole, when this returns. Raises OSError."""
        name = f"{time.time_ns()}-{secrets.token_hex(4)}.eml"
        head = (
            f"X-Envelope-From: {_one_line(sender)}\r\nX-Envelope-To: {_one_line(', '.join(recipients))}\r\n"
        )
        draft = self.drafts / name
        with draft.open("xb") as file:
            file.write(head.encode() + content)
            file.flush()
            os.fsync(file.fileno())
        self._since_pruned += 1
        if self._since_pruned >= PRUNE_EVERY:
            self.prune()
        return draft.rename(self.new / name)

    def prune(self) -> None:
        """Drop the oldest messages beyond the number that is kept."""
        self._since_pruned = 0
        for old in sorted(self.new.glob("*.eml"))[: -self.keep]:
            old.unlink(missing_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002
        """aiosmtpd calls this with a message that has arrived whole; the answer goes to the sender."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            self.keep_message(envelope.mail_from or "", [str(to) for to in envelope.rcpt_tos], content)
        except OSError:
            return "452 The mailbox has no room"
        return "250 Kept"


def _one_line(text: str) -> str:
    return "".join(" " if mark in "\r\n" else mark for mark in text)


async def serve(folder: Path, port: int) -> None:
    """Listen on 127.0.0.1 until SIGTERM or SIGINT. Raises OSError where the port is taken."""
    loop = asyncio.get_running_loop()
    handler, stop = Mailbox(folder), asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    server = await loop.create_server(
        lambda: SMTP(
            handler,
            hostname="mailbox",
            ident="Frontdesk mailbox",
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
        ),
        host="127.0.0.1",
        port=port,
    )
    async with server:
        await stop.wait()


def main() -> int:
    """The command line; the exit code is 1 where the port is taken or the folder cannot be written."""
    parser = argparse.ArgumentParser(prog="frontdesk.up.mailbox")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    options = parser.parse_args()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(options.dir, options.port))
    except OSError as error:
        print(f"The mailbox cannot run: {error.strerror or error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
