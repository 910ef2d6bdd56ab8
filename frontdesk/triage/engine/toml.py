"""A protocol's content as TOML that people can read, and back. Phrases and word lists stand one to a line."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from frontdesk.triage.engine.shapes import ProtocolError

FIRST = ("name", "scope", "kinds", "rules", "scripts", "trees", "concepts", "not_meant", "words", "spelling")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDE = 100  # a list or text that is longer is written one entry to a line
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def write_toml(content: Mapping[str, Any]) -> str:
    """Return the content as TOML: texts, numbers, booleans, lists and tables of these; no empty values (None)."""
    order = {name: number for number, name in enumerate(FIRST)}
    names = sorted(content, key=lambda name: (order.get(name, len(order)), name))
    plain = [name for name in names if not _is_table(content[name])]
    lines = [f"{_key(name)} = {_value(content[name])}" for name in plain]
    for name in (one for one in names if one not in plain):
        lines += _tables((name,), content[name])
    return "\n".join(lines) + "\n"


def read_toml(text: str) -> dict[str, Any]:
    """Return what TOML says. Raises ProtocolError with one sentence that names the place."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as bad:
        raise ProtocolError(f"The file is not written as TOML: {_sentence(str(bad))}") from bad


def _sentence(told: str) -> str:
    return (told[:1].lower() + told[1:] if told else "it cannot be read").rstrip(".") + "."


def _is_table(value: object) -> bool:
    """Is it written under a heading of its own?"""
    return isinstance(value, Mapping) or (
        isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
    )


def _tables(path: tuple[str, ...], value: Any) -> Iterator[str]:
    """A table of tables, of values, or a list of tables, under headings."""
    if isinstance(value, list):
        for one in value:
            yield from ["", f"[[{_path(path)}]]", *_pairs(one)]
            yield from _below(path, one)
        return
    inner = {key: part for key, part in value.items() if _is_table(part)}
    plain = {key: part for key, part in value.items() if key not in inner}
    if plain or not inner:
        yield from ["", f"[{_path(path)}]", *_pairs(plain)]
    for key in sorted(inner):
        yield from _tables((*path, key), inner[key])


def _below(path: tuple[str, ...], one: Mapping[str, Any]) -> Iterator[str]:
    """Lists of tables inside an entry of a list; tables inside it are written on one line."""
    for key, part in one.items():
        if isinstance(part, list) and _is_table(part):
            yield from _tables((*path, key), part)


def _pairs(table: Mapping[str, Any]) -> list[str]:
    inline = {key: part for key, part in table.items() if not (isinstance(part, list) and _is_table(part))}
    return [f"{_key(key)} = {_value(part)}" for key, part in inline.items()]


def _path(path: tuple[str, ...]) -> str:
    return ".".join(_key(part) for part in path)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _long_text(value) if "\n" in value else _text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list | tuple):
        return _list([_value(one) for one in value])
    raise ProtocolError(f"A protocol holds texts, numbers, lists and tables; “{value}” is none of them.")


def _list(entries: list[str]) -> str:
    whole = "[" + ", ".join(entries) + "]"
    if len(whole) <= _WIDE or not entries:
        return whole
    return "[\n" + "".join(f"    {one},\n" for one in entries) + "]"


def _text(text: str) -> str:
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _long_text(text: str) -> str:
    """Over several lines, each as it stands."""
    kept = "".join(char if char == "\n" else _escaped(char) for char in text)
    return f'"""\n{kept}"""'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return f"\\u{ord(char):04x}" if ord(char) < 32 or ord(char) == 127 else char
