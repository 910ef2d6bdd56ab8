"""A search as it was asked: its terms, how many, what to include, and where the last page ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple

from frontdesk.gateway.fhir import pages, subset
from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.kinds import Kind
from frontdesk.gateway.fhir.outcome import Problem
from frontdesk.gateway.fhir.subset import Subset

USUAL, MOST = 50, 200  # resources of a page
MOST_VALUES = 200  # of one parameter, with commas between
_PLAIN = {"_format", "_pretty", "_total", "_page", "_contained", "_type"}  # of no meaning to what is found
_KEY = re.compile(r"([A-Za-z_-]+)(?::([A-Za-z]+))?(?:\.([A-Za-z_-]+))?", re.ASCII)
_COMMA, _BAR = re.compile(r"(?<!\\),"), re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([\\,$|])")


class Term(NamedTuple):
    """One parameter as it was sent: any of `values` will do. They are still escaped."""

    name: str
    modifier: str
    chain: str
    values: tuple[str, ...]


class Token(NamedTuple):
    """system|code. `system` None: any; "": none."""

    system: str | None
    code: str


@dataclass(frozen=True)
class Asked:
    """A search. `after` is the key of the last row of the page before; `used` the parameters that were understood."""

    kind: str
    terms: tuple[Term, ...]
    count: int
    only_total: bool = False
    includes: frozenset[str] = frozenset()
    subset: Subset = field(default_factory=Subset)
    sort: str = ""
    after: tuple[Any, ...] | None = None
    used: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()

    def all(self, name: str, chain: str = "") -> list[Term]:
        return [term for term in self.terms if term.name == name and term.chain == chain]


@dataclass
class _Reading:
    terms: list[Term] = field(default_factory=list)
    used: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    result: dict[str, list[str]] = field(default_factory=dict)


def asked(call: Call, kind: str, known: Kind, *, most: int = MOST, sorts: tuple[str, ...] = ()) -> Asked:
    """The search that the call makes. Raises Problem (400).

    Parameters that nobody knows are left out and named, or refused where the client wants it strictly.
    """
    params, after = _params(call, kind)
    found = _Reading()
    for key, values in params.items():
        for value in values:
            _take(found, key, value, known)
    includes = _includes(found, known)
    sort = _sort(found, sorts)
    if found.ignored and call.strict:
        names = ", ".join(sorted(set(found.ignored)))[:200]
        raise Problem(HTTPStatus.BAD_REQUEST, "not-supported", f"{kind} cannot be searched by {names}.")
    count, wanted = _count(found, most), _subset(found, includes)
    return Asked(
        kind=kind, terms=tuple(found.terms), count=max(count, 1), only_total=wanted.only_total or count == 0,
        includes=includes, subset=wanted, sort=sort, after=after, used=tuple(found.used),
        ignored=tuple(dict.fromkeys(found.ignored)),
    )  # fmt: skip


def _params(call: Call, kind: str) -> tuple[Mapping[str, list[str]], tuple[Any, ...] | None]:
    token = call.params.get("_page", [""])[-1]
    if not token:
        return call.params, None
    page = pages.reopen(token, client=call.client.pk, kind=kind)
    return page["params"], tuple(page["after"])


def _take(found: _Reading, key: str, value: str, known: Kind) -> None:
    """Sort one parameter into terms, what concerns the answer, and what nobody knows."""
    if key in _PLAIN or not value.strip():
        return
    name = key.partition(":")[0]
    if name in ("_count", "_include", "_summary", "_elements", "_sort"):
        found.result.setdefault(name, []).append(value)
        return
    form = _KEY.fullmatch(key)
    param = known.params.get(form[1]) if form else None
    if form is None or param is None or (form[3] and form[3] not in param.chains):
        found.ignored.append(key[:60])
        return
    modifier = form[2] or ""
    if modifier and modifier not in (*param.modifiers, *param.targets):
        sentence = f"“{form[1]}” cannot be searched with “:{modifier[:30]}” here."
        raise Problem(HTTPStatus.BAD_REQUEST, "not-supported", sentence)
    values = tuple(one for one in _COMMA.split(value) if one.strip())
    if not values:
        return
    if len(values) > MOST_VALUES:
        sentence = f"“{form[1]}” has more than {MOST_VALUES} values."
        raise Problem(HTTPStatus.BAD_REQUEST, "too-costly", sentence)
    found.terms.append(Term(form[1], modifier, form[3] or "", values))
    found.used.append((key, value))


def _count(found: _Reading, most: int) -> int:
    text = found.result.get("_count", [str(min(USUAL, most))])[-1].strip()
    if not re.fullmatch(r"[0-9]+", text, re.ASCII):
        raise Problem(HTTPStatus.BAD_REQUEST, "value", "_count is a whole number, 0 or more.")
    found.used.append(("_count", text[:9]))
    return min(int(text[:9]), most)


def _includes(found: _Reading, known: Kind) -> frozenset[str]:
    wanted: list[str] = []
    for value in found.result.get("_include", ()):
        name = ":".join(value.split(":")[:2])
        if value == "*":
            wanted += known.includes
        elif name in known.includes:
            wanted.append(name)
            found.used.append(("_include", value))
        elif name.endswith(":*"):
            wanted += [one for one in known.includes if one.startswith(name[:-1])]
            found.used.append(("_include", value))
        else:
            found.ignored.append(f"_include={value[:60]}")
    return frozenset(wanted)


def _sort(found: _Reading, sorts: tuple[str, ...]) -> str:
    text = found.result.get("_sort", [""])[-1]
    if not text:
        return ""
    if text not in sorts:
        found.ignored.append(f"_sort={text[:60]}")
        return ""
    found.used.append(("_sort", text))
    return text


def _subset(found: _Reading, includes: frozenset[str]) -> Subset:
    wanted = subset.read(found.result)
    if wanted.summary == "text" and includes:
        sentence = "_summary=text cannot be asked for together with _include."
        raise Problem(HTTPStatus.BAD_REQUEST, "not-supported", sentence)
    said = {"_summary": wanted.summary, "_elements": ",".join(sorted(wanted.elements))}
    found.used += [(name, text) for name, text in said.items() if text]
    return wanted


def plain(value: str) -> str:
    """The value with its escapes undone."""
    return _ESCAPED.sub(r"\1", value.strip())


def token(value: str) -> Token:
    """system|code, as it was sent."""
    parts = _BAR.split(value.strip(), maxsplit=1)
    if len(parts) == 1:
        return Token(None, plain(parts[0]))
    return Token(plain(parts[0]), plain(parts[1]))


def next_page(call: Call, one: Asked, after: tuple[Any, ...]) -> str:
    """The address of the page that follows the row with this key."""
    params: dict[str, list[str]] = {}
    given, _ = _params(call, one.kind)
    for key, values in given.items():
        if key not in _PLAIN:
            params[key] = values
    content = {"client": call.client.pk, "kind": one.kind, "params": params, "after": list(after)}
    return f"{call.base}/{one.kind}?_page={pages.close(content)}"
