"""The protocol that Frontdesk ships, as readable files: a draft that a clinic's own clinicians approve or change.

`adult_primary_care.toml` holds the name, the rules and the kinds of request, `scripts.toml` what is said and done,
`words.toml` the lists and spellings, and each `concepts_*.toml` what callers say, by part of the body or situation.
"""

import tomllib
from importlib import resources

_RULES = "adult_primary_care.toml"


def read_starter() -> dict[str, object]:
    """Return the content of the starter protocol, as `engine.protocol.read_protocol` takes it (and as JSON holds it)."""
    files = sorted(
        (file for file in resources.files(__name__).iterdir() if file.name.endswith(".toml")),
        key=lambda file: (file.name != _RULES, file.name),
    )
    content: dict[str, object] = {}
    for file in files:
        for name, part in tomllib.loads(file.read_text(encoding="utf-8")).items():
            _add(content, name, part, file.name)
    return content


def _add(content: dict[str, object], name: str, part: object, file: str) -> None:
    """Add one part of a file; a key that an earlier file already has is a mistake in the files, and is said."""
    there = content.setdefault(name, part)
    if there is part:
        return
    if not (isinstance(there, dict) and isinstance(part, dict)) or there.keys() & part.keys():
        raise ValueError(f"{file} writes “{name}” a second time.")
    there.update(part)
