"""The protocol that Frontdesk ships, as readable files: a draft that a clinic's own clinicians approve or change.

`adult_primary_care.toml` holds the name and the kinds of request, `rules_*.toml` the rules by chapter, `scripts.toml`
what is said and done, `words.toml` the lists and spellings, `not_meant.toml` what only sounds like a symptom,
`ordinary_words.toml` what is no misspelling, `escalation.toml` who is asked, and `concepts_*.toml` what callers say.
`topics.toml` is no part of it: it sorts messages into queues (see triage/topics.py).
"""

import tomllib
from importlib import resources


def read_starter() -> dict[str, object]:
    """Return the starter protocol's content, as `engine.protocol.read_protocol` takes it and JSON can hold it."""
    content: dict[str, object] = {}
    files = (file for file in resources.files(__name__).iterdir() if _is_part(file.name))
    for file in sorted(files, key=lambda file: file.name):
        for name, part in tomllib.loads(file.read_text(encoding="utf-8")).items():
            _add(content, name, part, file.name)
    return content


def _is_part(name: str) -> bool:
    return name.endswith(".toml") and name != "topics.toml"


def _add(content: dict[str, object], name: str, part: object, file: str) -> None:
    """Add one part of a file; what an earlier file already has is a mistake in the files, and is said."""
    there = content.setdefault(name, part)
    if there is part:
        return
    if isinstance(there, list) and isinstance(part, list):
        there.extend(part)
    elif isinstance(there, dict) and isinstance(part, dict) and not there.keys() & part.keys():
        there.update(part)
    else:
        raise ValueError(f"{file} writes “{name}” a second time.")
