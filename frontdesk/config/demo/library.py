"""The starter protocol and the starter messages, as a clinic would have approved them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdesk.config.demo.accounts import ANNELIESE, PRIYA
from frontdesk.outreach.library import read_library
from frontdesk.outreach.models import MessageTemplate
from frontdesk.triage.models import Protocol
from frontdesk.triage.starter import read_starter

IN_FORCE_FOR = timedelta(days=60)
REVIEW = timedelta(days=3)


@dataclass(frozen=True)
class Texts:
    """The contents of both, as their files say."""

    protocol: dict[str, object]
    messages: list[dict[str, str]]


def read_texts() -> Texts:
    return Texts(read_starter(), read_library())


def add_texts(texts: Texts, *, users: Mapping[str, int], present: datetime) -> None:
    """The protocol, drafted by the manager and approved by a physician; the messages, approved by the manager."""
    approved = present - IN_FORCE_FOR
    Protocol.objects.create(
        name=str(texts.protocol["name"]),
        version=1,
        content=texts.protocol,
        drafted_at=approved - REVIEW,
        drafted_by_id=users[PRIYA],
        approved_at=approved,
        approved_by_id=users[ANNELIESE],
        in_force_from=approved,
    )
    MessageTemplate.objects.bulk_create(
        MessageTemplate(
            approved_at=approved,
            approved_by_id=users[PRIYA],
            in_force_from=approved,
            **{"version": 1, **text},
        )
        for text in texts.messages
    )
