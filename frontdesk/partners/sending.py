"""One request to a client: written, signed, sent to an address that may be called, and its answer put in words."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from frontdesk.partners.actions.deliveries import Heard, Parcel
from frontdesk.partners.engine.signing import HEADER, signature
from frontdesk.partners.outside import NotReached, fetch
from frontdesk.partners.writer import Writer

log = logging.getLogger(__name__)
LARGEST = 1_000_000  # bytes of an answer, which nobody reads


@cache
def _writer() -> Writer:
    found: Writer = import_string(settings.NOTICE_WRITER)
    return found


def send(parcel: Parcel, *, now: datetime) -> Heard:
    """Send it, outside of any transaction. What is answered names no address, no header and no patient."""
    subscription = parcel.subscription
    try:
        body = _writer()(subscription=subscription, kind=parcel.kind, notices=parcel.notices, now=now)
    except Exception:  # whatever it is, it must not stop this subscription without anybody hearing of it
        log.exception("A notice could not be written.")
        return Heard(False, "The notice could not be written here.")
    headers = dict(_pair(one) for one in subscription.headers)
    headers |= {
        "Content-Type": "application/fhir+json",
        HEADER: signature(subscription.secret, body, at=int(now.timestamp())),
    }
    try:
        reply = fetch(
            "POST",
            subscription.endpoint,
            headers=headers,
            body=body,
            patience=subscription.seconds_patience,
            largest=LARGEST,
        )
    except NotReached as error:
        return Heard(False, error.sentence)
    return _heard(reply.status)


def _heard(status: int) -> Heard:
    if 200 <= status < 300:
        return Heard(True, f"It answered {status}.")
    if 300 <= status < 400:
        return Heard(False, f"It answered {status}: it wants us to go elsewhere, and notices do not.")
    return Heard(False, f"It answered {status}.")


def _pair(header: str) -> tuple[str, str]:
    name, _, value = header.partition(": ")
    return name, value
