"""The messages that Frontdesk ships: drafts that a clinic approves or changes."""

from __future__ import annotations

import tomllib
from importlib import resources


def read_library() -> list[dict[str, str]]:
    """Each message as key, language, channel, subject, body, content_level."""
    found = []
    for file in sorted(resources.files(__name__).iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            found += tomllib.loads(file.read_text(encoding="utf-8"))["messages"]
    return found
