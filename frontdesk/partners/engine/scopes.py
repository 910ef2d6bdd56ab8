"""SMART scopes: what a client may do, by resource. Only `system/` scopes are known here.

Version 2 writes rights as letters, in this order: create, read, update, delete, search (`system/Appointment.rs`).
Version 1 has three words for them: `read` is "rs", `write` is "cud", `*` is all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

RIGHTS = "cruds"
_VERSION_1 = {"read": "rs", "write": "cud", "*": RIGHTS}
_FORM = re.compile(r"system/([A-Za-z]+|\*)\.(read|write|\*|c?r?u?d?s?)")
MOST = 60
"""Scopes that one request may name."""


@dataclass(frozen=True)
class Kind:
    """A type of resource that clients may be given: what reading, and where it can be written, writing means."""

    name: str
    reading: str
    writing: str = ""


KINDS = (
    Kind("Appointment", "See visits", "Hold, book, move and cancel visits"),
    Kind("Slot", "See open and taken time"),
    Kind("Schedule", "See whose time there is"),
    Kind("Patient", "See patients: name, birth date, contact"),
    Kind("Practitioner", "See providers"),
    Kind("PractitionerRole", "See where providers work and on what"),
    Kind("Location", "See sites and rooms"),
    Kind("HealthcareService", "See visit types"),
    Kind("Task", "See work that waits, and handoffs to clinicians"),
    Kind("Communication", "See messages to patients, and who was called"),
    Kind("Subscription", "See what it has asked to be told of", "Ask to be told of changes"),
)
NAMES = tuple(kind.name for kind in KINDS)


def meet(asked: str, registered: Iterable[str]) -> tuple[str, ...]:
    """The scopes that are both asked (as sent: words with spaces between) and registered, in version 2's letters.

    A wildcard stands for every type that is registered. What cannot be understood is left out.
    """
    may = held(registered)
    wanted = held(asked.split()[:MOST])
    return written({name: rights & wanted.get(name, frozenset()) for name, rights in may.items()})


def answer(asked: str, granted: Iterable[str]) -> str:
    """The granted scopes as the token's answer names them: in the client's own words where those say the same."""
    may = held(granted)
    said = [one for one in dict.fromkeys(asked.split()[:MOST]) if _is_whole(one, may)]
    told = held(said)
    rest = {name: rights - told.get(name, frozenset()) for name, rights in may.items()}
    return " ".join((*said, *written(rest)))


def _is_whole(scope: str, may: dict[str, frozenset[str]]) -> bool:
    rights = held([scope])
    fits = all(some <= may.get(name, frozenset()) for name, some in rights.items())
    return bool(rights) and fits and not scope.startswith("system/*")


def written(rights: dict[str, frozenset[str]]) -> tuple[str, ...]:
    """Rights by type as scopes, types in the order of KINDS; types without any right are left out."""
    letters = {name: "".join(one for one in RIGHTS if one in rights.get(name, ())) for name in NAMES}
    return tuple(f"system/{name}.{some}" for name, some in letters.items() if some)


def held(scopes: Iterable[str]) -> dict[str, frozenset[str]]:
    """The rights by type that scopes of either version give; unknown types and other words give nothing."""
    found: dict[str, frozenset[str]] = {}
    for scope in scopes:
        form = _FORM.fullmatch(scope)
        if form is None or not form[2]:
            continue
        rights = frozenset(_VERSION_1.get(form[2], form[2]))
        for name in NAMES if form[1] == "*" else (form[1],):
            if name in NAMES:
                found[name] = found.get(name, frozenset()) | rights
    return found


def allows(scopes: frozenset[str], resource: str, right: str) -> bool:
    """Do the scopes give this right (one letter of "cruds") on this type of resource?"""
    return right in _held(scopes).get(resource, ())


@lru_cache(maxsize=256)
def _held(scopes: frozenset[str]) -> dict[str, frozenset[str]]:
    return held(scopes)
