"""What is done to a good request. Everything is drawn from one generator, so that its seed tells the whole story."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from urllib.parse import quote

from tests.gateway.fhir.fuzz import odd
from tests.gateway.fhir.fuzz.wire import PATCH, XML, Wire

Foreign = dict[str, list[str]]
Mutation = Callable[[Wire, Random, Foreign], None]


def mutated(seed: Wire, chance: Random, foreign: Foreign) -> Wire:
    """A copy of the request with one to three things wrong with it."""
    one = copy.deepcopy(seed)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
        chance.choice(_fitting(one))(one, chance, foreign)
    return one


def _fitting(one: Wire) -> list[Mutation]:
    everywhere: list[Mutation] = [
        _other_id,
        _other_path,
        _other_method,
        _other_header,
        _other_param,
        _other_param,
    ]
    if one.body == b"":
        return [*everywhere, _other_id, _value_of_param]
    if one.kind == XML and isinstance(one.body, bytes):
        return [*everywhere, _bytes, _xml, _xml, _xml, _kind]
    if isinstance(one.body, bytes):
        return [*everywhere, _bytes, _kind]
    return [
        *everywhere,
        _kind,
        _as_bytes,
        _foreign_inside,
        *[_value] * 4,
        _patch if one.kind == PATCH else _value,
    ]


# The address --------------------------------------------------------------------------------------------------------


def _other_id(one: Wire, chance: Random, foreign: Foreign) -> None:
    parts = one.path.split("/")
    theirs = [pk for kind, pks in foreign.items() if kind != "_page" for pk in pks]
    last = len(parts) - 1 if not parts[-1].startswith(("$", "_")) else len(parts) - 2
    parts[last if last > 2 else len(parts) - 1] = chance.choice([*odd.IDS, *theirs, *theirs])
    one.path = "/".join(parts)


def _other_path(one: Wire, chance: Random, foreign: Foreign) -> None:
    kinds = (
        "Appointment",
        "Patient",
        "Slot",
        "Subscription",
        "Task",
        "Communication",
        "Observation",
        "appointment",
        "Bundle",
        "$find",
        "",
        "%00",
    )
    parts = one.path.split("/")
    change = chance.randrange(4)
    if change == 0 and len(parts) > 2:
        parts[2] = chance.choice(kinds)
    elif change == 1:
        parts.append(
            chance.choice(("", "$everything", "_history", "_history/1", "$find", "*", "%2f", "a" * 300))
        )
    elif change == 2:
        parts.insert(chance.randrange(len(parts)), chance.choice(("", ".", "..", "fhir", "%ed%a0%80")))
    else:
        parts = parts[: chance.randrange(1, len(parts) + 1)]
    one.path = "/" + "/".join(parts).lstrip("/")


def _other_method(one: Wire, chance: Random, foreign: Foreign) -> None:
    one.method = chance.choice(odd.METHODS)


def _other_header(one: Wire, chance: Random, foreign: Foreign) -> None:
    name = chance.choice(sorted(odd.HEADERS))
    one.headers = {**one.headers, name: chance.choice(odd.HEADERS[name])}


def _other_param(one: Wire, chance: Random, foreign: Foreign) -> None:
    name = chance.choice(odd.PARAMS)
    one.query = [*one.query, *[(name, _param(name, chance, foreign))] * chance.choice((1, 1, 1, 2, 600))]


def _value_of_param(one: Wire, chance: Random, foreign: Foreign) -> None:
    if one.query:
        place = chance.randrange(len(one.query))
        name = one.query[place][0]
        one.query[place] = name, _param(name, chance, foreign)


def _param(name: str, chance: Random, foreign: Foreign) -> str:
    theirs = [f"{kind}/{pk}" for kind, pks in foreign.items() for pk in pks if kind != "_page"]
    every = [pk for pks in foreign.values() for pk in pks]
    known = {
        "_count": odd.COUNTS,
        "date": odd.DATES,
        "start": odd.DATES,
        "birthdate": odd.DATES,
        "_lastUpdated": odd.DATES,
        "end": odd.DATES,
        "authored-on": odd.DATES,
        "sent": odd.DATES,
        "_page": (*foreign["_page"], *odd.TEXTS),
        "_include": ("*", "Appointment:*", "Patient:*", "Slot:schedule:x", ":", "*:*"),
        "_format": ("json", "xml", "ttl", "html", "json;x=y", "application/fhir xml"),
        "_id": (*odd.IDS, *every),
    }
    value = chance.choice(
        [*known.get(name, odd.TEXTS), *theirs] if name not in ("_count",) else list(odd.COUNTS)
    )
    return value if chance.random() < 0.9 else ",".join([value[:40]] * chance.choice((2, 150, 250)))


# Bodies of values ---------------------------------------------------------------------------------------------------


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with each of its keys."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in list(pairs):
        yield value, key
        yield from _places(inside)


def _odd(chance: Random) -> Any:
    made: list[Callable[[], Any]] = [
        lambda: chance.choice(odd.TEXTS), lambda: chance.choice(odd.TEXTS), lambda: chance.choice(odd.NUMBERS),
        lambda: chance.choice(odd.DATES), lambda: chance.choice(([], {}, [[]], [{}], {"": ""}, [None], {"a": None})),
        lambda: _nested(chance.choice((5, 29, 31, 200, 900))), lambda: [chance.choice(odd.TEXTS)] * chance.choice((2, 2000)),
        lambda: {"reference": chance.choice(odd.TEXTS)}, lambda: {"resourceType": "Appointment"},
        lambda: {"identifier": {"system": chance.choice(odd.TEXTS), "value": chance.choice(odd.TEXTS)}},
        lambda: {"coding": [{"system": chance.choice(odd.TEXTS), "code": chance.choice(odd.TEXTS)}]},
    ]  # fmt: skip
    return chance.choice(made)()


def _nested(depth: int) -> Any:
    found: Any = "x"
    for level in range(depth):
        found = [found] if level % 2 else {"extension": found}
    return found


def _value(one: Wire, chance: Random, foreign: Foreign) -> None:
    """One value is another, is gone, is doubled, or has a strange one beside it."""
    places = list(_places(one.body))
    if not places:
        one.body = _odd(chance)
        return
    inside, key = chance.choice(places)
    change = chance.randrange(6)
    if change == 0:
        del inside[key]
    elif change == 1 and isinstance(inside, list):
        inside.extend(copy.deepcopy(inside) * chance.choice((1, 60)))
    elif change == 2 and isinstance(inside, dict):
        inside[
            chance.choice(
                ("x", "", "__proto__", "_status", "resourceType", "id", "status", "start", "participant")
            )
        ] = _odd(chance)
    elif change == 3:
        inside[key] = [inside[key]]
    else:
        inside[key] = _odd(chance)


def _foreign_inside(one: Wire, chance: Random, foreign: Foreign) -> None:
    """A reference of the body names what is another's."""
    theirs = [f"{kind}/{pk}" for kind, pks in foreign.items() for pk in pks if kind != "_page"]
    places = [place for place in _places(one.body) if place[1] in ("reference", "id")]
    if not places:
        return _value(one, chance, foreign)
    inside, key = chance.choice(places)
    chosen = chance.choice(theirs)
    inside[key] = chosen if key == "reference" else chosen.partition("/")[2]
    return None


def _patch(one: Wire, chance: Random, foreign: Foreign) -> None:
    paths: tuple[Any, ...] = (
        "/status", "", "/", "/start", "/participant/0/actor/reference", "/participant/-", "/participant/999999999", "/~2",
        "/participant/-1", "/a/b/c", "status", "/meta/versionId", "/id", "/resourceType", "/participant", "/" + "a/" * 500,
        "/participant/1e3", "/participant/٣", "/\x00", 5, None, ["x"], {},
    )  # fmt: skip
    ops: tuple[Any, ...] = (
        "add",
        "remove",
        "replace",
        "move",
        "copy",
        "test",
        "merge",
        "",
        None,
        5,
        "ADD",
        [],
    )
    one.body = [
        {"op": chance.choice(ops), "path": chance.choice(paths), "from": chance.choice(paths), "value": _odd(chance)}
        for _ in range(chance.choice((1, 2, 3, 60)))
    ]  # fmt: skip


def _as_bytes(one: Wire, chance: Random, foreign: Foreign) -> None:
    one.body = one.data
    _bytes(one, chance, foreign)


# Bodies of bytes ----------------------------------------------------------------------------------------------------


def _bytes(one: Wire, chance: Random, foreign: Foreign) -> None:
    body = bytes(one.body)
    place = chance.randrange(len(body) + 1)
    changes: tuple[Callable[[], bytes], ...] = (
        lambda: body[:place],
        lambda: body[:place] + bytes([chance.randrange(256)]) + body[place + 1 :],
        lambda: body[:place] + b"\x00" + body[place:],
        lambda: b"\xef\xbb\xbf" + body,
        lambda: body + body,
        lambda: body.decode("utf-8", "replace").encode("utf-16"),
        lambda: body + b" " * 1_000_001,
        lambda: b"",
        lambda: b"[" * 2_000 + b"]" * 2_000,
        lambda: b'{"a":' * 1_200 + b"1" + b"}" * 1_200,
        lambda: chance.choice((b"NaN", b"null", b'"text"', b"1e400", b"1" * 50_000, b"[]", b"{}", b"true")),
        lambda: body.replace(b'"', b"'"),
        lambda: body.replace(b'"value', b'"\\u0000value', 1),
        lambda: body.replace(b": ", b': "\\ud800" ', 1),
        lambda: body.replace(b"Appointment", b"\xed\xa0\x80", 1),
        lambda: quote(body[:2000]).encode(),
        lambda: json.dumps(_nested(300)).encode(),
        lambda: body.replace(b"}", b', "status": "booked", "status": 5}', 1),
    )
    one.body = chance.choice(changes)()


def _xml(one: Wire, chance: Random, foreign: Foreign) -> None:
    """Document types, entities, depth, names and values that XML alone can have."""
    head, end, rest = bytes(one.body).decode("utf-8", "replace").partition("?>")
    inside = rest or head
    deep, text, div = chance.choice((10, 59, 61, 300, 5000)), "<text><status value='generated'/>", odd.DIV
    put: tuple[tuple[str, str], ...] = (
        ("http://hl7.org/fhir", "urn:x"), ("value=", "velue="), ('value="', 'value="&#0;'), ('value="', 'value="&#xD800;'),
        ('value="', f'value="{chance.choice(odd.DATES)}'), (">", "><extension>" * deep + "</extension>" * deep),
        (">", "><![CDATA[<x>]]>"), (">", "><?php exit ?><!-- x -->"), (">", f">{text}{div}</text>"),
        (">", "><contained><Patient/><Patient/></contained>"), (">", "><contained><Nothing/></contained>"),
        ("parameter", "parameters"), ("valueInteger", "valueDecimal"), (">", " id='" + "i" * 5000 + "'>"),
    )  # fmt: skip
    before, after = chance.choice(put)
    dtd, named = chance.choice(odd.DTD), chance.choice(("utf-16", "x", "cp1252", "UTF-7"))
    with_entities = inside.replace('value="', 'value="&x;&i;', 1)
    changes: tuple[str, ...] = (
        *[inside.replace(before, after, 1)] * 6, f"{head}{end}{dtd}{with_entities}", f"{dtd}{inside}", inside * 2,
        "<" * 3000, f"<?xml version='1.0' encoding='{named}'?>{inside}",
    )  # fmt: skip
    one.body = chance.choice(changes).encode("utf-8", "surrogatepass")


def _kind(one: Wire, chance: Random, foreign: Foreign) -> None:
    one.body = one.data
    one.kind = chance.choice(odd.KINDS)
