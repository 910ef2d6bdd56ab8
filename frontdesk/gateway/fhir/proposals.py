"""Ids of proposed Appointments: nothing is stored for an offered time, its id says what was offered, and is signed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hmac import HMAC
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_FORM = re.compile(r"p-([0-9a-z]{1,8}(?:-[0-9a-z]{1,8}){6})-([0-9a-f]{16})", re.ASCII)
_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Proposal(NamedTuple):
    """What was offered, by ids; `patient` and `room` are 0 where none was named. `start` is an instant.

    `free` is the room that was found free with it, 0 for none: a hint, another will do.
    """

    visit_type: int
    site: int
    provider: int
    start: datetime
    patient: int = 0
    room: int = 0
    free: int = 0


def pack(one: Proposal, client: int) -> str:
    """The id of the proposal, for this client alone: at most 64 letters, digits and hyphens."""
    minutes = int((one.start - _BEGAN).total_seconds()) // 60
    numbers = (one.visit_type, one.site, one.provider, minutes, one.patient, one.room, one.free)
    body = "-".join(_written(number) for number in numbers)
    return f"p-{body}-{_signature(body, client)}"


def unpack(text: str, client: int) -> Proposal | None:
    """None for any text that was not given to this client."""
    found = _FORM.fullmatch(text)
    if found is None or not constant_time_compare(found[2], _signature(found[1], client)):
        return None
    kind, site, provider, minutes, patient, room, free = (int(one, 36) for one in found[1].split("-"))
    return Proposal(kind, site, provider, _BEGAN + timedelta(minutes=minutes), patient, room, free)


def is_proposal(text: str) -> bool:
    """Does the text have the form of such an id, whoever it was given to?"""
    return _FORM.fullmatch(text) is not None


def _signature(body: str, client: int) -> str:
    signed = _keyed(settings.SECRET_KEY).copy()
    signed.update(f"{client}:{body}".encode())
    return signed.hexdigest()[:16]


@lru_cache(maxsize=4)
def _keyed(secret: str) -> HMAC:
    """Nothing signed yet: an answer signs some hundred ids, and they have the key in common."""
    return salted_hmac("frontdesk.proposal", "", secret=secret, algorithm="sha256")


@lru_cache(maxsize=4096)
def _written(number: int) -> str:
    text = ""
    while number >= 36:
        number, rest = divmod(number, 36)
        text = _SIGNS[rest] + text
    return _SIGNS[number] + text
