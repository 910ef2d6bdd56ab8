"""What a message is about: the label that decides in which queue it waits once it was screened."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from frontdesk.kit.text import fold
from frontdesk.work.models import Queue

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Topic:
    """`key` is stable, `title` is for people."""

    key: str
    title: str
    queue: Queue
    met: re.Pattern[str]


@cache
def topics() -> Mapping[str, Topic]:
    """Every topic by its key, in the order in which they are tried: starter/topics.toml says what they are."""
    text = resources.files("frontdesk.triage.starter").joinpath("topics.toml").read_text(encoding="utf-8")
    return {
        key: Topic(key, said["title"], Queue(said["queue"]), _pattern(said["phrases"]))
        for key, said in tomllib.loads(text).items()
    }


def topic_of(text: str) -> Topic | None:
    """The first topic whose phrases stand in the text; None where none does."""
    plain = _plain(text)
    return next((one for one in topics().values() if one.met.search(plain)), None)


def _plain(text: str) -> str:
    return _NOT_A_WORD.sub(" ", fold(text)).strip()


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    each = (re.escape(_plain(one)) + (r"[a-z0-9]*" if one.endswith("*") else "") for one in phrases)
    return re.compile(rf"\b(?:{'|'.join(each)})\b")
