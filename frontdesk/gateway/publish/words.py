"""What the page of a published time says, in English and Spanish: words.toml, and days and times in words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources

from frontdesk.outreach.engine.render import say_day, say_time

LANGUAGES = ("en", "es")


@cache
def words(language: str) -> Mapping[str, str]:
    """Every text of the page by its name, in one of LANGUAGES."""
    raw = resources.files("frontdesk.gateway.publish").joinpath("words.toml").read_text(encoding="utf-8")
    return {name: said[language] for name, said in tomllib.loads(raw).items()}


def when(moment: datetime, language: str) -> str:
    """A local moment in words: "Tuesday, March 3, 2026, 2:30 PM"."""
    return f"{say_day(moment, language)}, {say_time(moment, language)}"
