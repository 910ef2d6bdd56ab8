"""Reading DATABASE_URL and EMAIL_URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class BadServiceUrl(Exception):
    """A service's URL that cannot be read. The message never repeats the URL: it may hold a password."""


# Statements are prepared only where the code asks for it, never because they were run often.
WHERE_ASKED = 1_000_000_000
# They are planned once for each connection and not for each set of values: what they look for is always found by index.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"


def database(url: str) -> dict[str, Any]:
    """Django's database settings from `postgresql://user:password@host:port/name?host=/socket/folder`.

    `prepared=off` is for a connection pooler that cannot keep prepared statements.
    """
    if not url:
        url = "postgresql:///frontdesk"
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise BadServiceUrl("DATABASE_URL must begin with postgresql://.")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    prepared = options.pop("prepared", "on") != "off"
    options["prepare_threshold"] = WHERE_ASKED if prepared else None
    if prepared:
        options["options"] = f"{PLANNED_ONCE} {options.get('options', '')}".strip()
    return {
        "ENGINE": "frontdesk.kit.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "frontdesk",
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": options.pop("host", "") or (parts.hostname or ""),
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**options, "application_name": "frontdesk"},
        "TEST": {"NAME": None},
    }


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over: `smtp://user:password@host:port`, `smtps://` or `smtp+tls://`."""

    host: str
    port: int
    user: str
    password: str
    tls: str  # "", "starttls" or "tls"


def email(url: str) -> MailServer | None:
    """None where no mail server is named: messages then become tasks for a person."""
    if not url:
        return None
    parts = urlsplit(url)
    kinds = {"smtp": ("", 25), "smtp+tls": ("starttls", 587), "smtps": ("tls", 465)}
    if parts.scheme not in kinds or not parts.hostname:
        raise BadServiceUrl("EMAIL_URL must look like smtp://host:port, smtp+tls://… or smtps://….")
    tls, port = kinds[parts.scheme]
    return MailServer(
        parts.hostname, parts.port or port, unquote(parts.username or ""), unquote(parts.password or ""), tls
    )
