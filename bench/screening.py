"""Screening one message with the protocol that Frontdesk ships. No database is needed. The floor: one regular expression."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import product

from bench.table import Row
from bench.timing import WARM_UP, timing
from frontdesk.triage.engine.protocol import read_protocol
from frontdesk.triage.engine.screen import Context, screen
from frontdesk.triage.engine.shapes import Protocol
from frontdesk.triage.starter import read_starter

WHO = ("I", "My mother", "The caller's husband", "My son, he is four,", "Mi papá")
WHAT = (
    "would like to move the check-up on Thursday to another morning",
    "has had a fever of 102 since last night and is shaking",
    "had the small operation on the knee on Tuesday and the bandage is wet",
    "feels a heavy pressure in the chest that goes into the left arm",
    "needs a refill of the blood pressure tablets before the trip",
    "tiene dolor de cabeza desde ayer y no puede dormir",
    "fell off a ladder and the wrist is swollen",
    "was told to come back if the rash did not go away",
)
HOW = (
    "",
    "It does not hurt when lying down.",
    "There is no fever and no chest pain, just so you know.",
    "It began about three days ago, after dinner, and it is getting worse from hour to hour.",
    "Can somebody call back after five? The number is the same as always, and a voicemail is fine.",
)


def sentences() -> list[str]:
    """Two hundred messages as callers say them, short and long, English and Spanish, worrying and not."""
    return [f"{who} {what}. {how}".strip() for who, what, how in product(WHO, WHAT, HOW)]


def rows() -> Iterator[Row]:
    """One line: each message is screened on its own."""
    protocol = read_protocol(read_starter())
    context = Context(age=47, kind="symptom")
    messages = sentences()
    words = one_expression(protocol)
    results = [screen(text, protocol=protocol, context=context) for text in messages]
    matched = sum(bool(result.matches) for result in results)
    yield Row(
        "Screening one message",
        timing(_each(lambda text: screen(text, protocol=protocol, context=context), messages)),
        floor=timing(_each(words.findall, messages)),
        floor_is="one regular expression of the protocol's words",
        note=f"{matched} of {len(messages)} met a rule",
    )


def one_expression(protocol: Protocol) -> re.Pattern[str]:
    """Every plain word of every phrase, as one alternation: what a search for keywords alone would cost."""
    words: set[str] = set()
    for concept in protocol.concepts.values():
        for phrase in (*concept.en, *concept.es):
            words |= set(re.findall(r"[^\W\d_]{3,}", phrase.lower()))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b", re.IGNORECASE)


def _each(task, messages: list[str]) -> list[float]:  # type: ignore[no-untyped-def]
    for text in messages[:WARM_UP]:
        task(text)
    seconds = []
    for text in messages:
        begun = time.perf_counter()
        task(text)
        seconds.append(time.perf_counter() - begun)
    return seconds
