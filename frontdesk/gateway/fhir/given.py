"""What an operation was given: a Parameters resource, or the parameters of an address; and resources that are sane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.outcome import Problem

DEEPEST = 30  # levels of a resource; FHIR's own need about ten
MOST_NODES = 20_000


@dataclass(frozen=True)
class Given:
    """Values by the parameter's name, in their order: text, objects, or whole resources."""

    values: Mapping[str, list[Any]] = field(default_factory=dict)

    def all(self, name: str) -> list[Any]:
        return self.values.get(name, [])

    def one(self, name: str) -> Any | None:
        """The only value; None where there is none. Raises Problem (400) for several."""
        found = self.all(name)
        if len(found) > 1:
            raise bad(f"“{name}” may be given once.")
        return found[0] if found else None

    def texts(self, name: str) -> list[str]:
        """The values, which must be text. Raises Problem (400)."""
        found = self.all(name)
        if not all(isinstance(one, str) for one in found):
            raise bad(f"“{name}” must be text.")
        return found

    def text(self, name: str) -> str:
        self.one(name)
        return "".join(self.texts(name))

    def resources(self, name: str, kind: str) -> list[dict[str, Any]]:
        """The values, which must be resources of this type. Raises Problem (400)."""
        found = self.all(name)
        if not all(isinstance(one, dict) and one.get("resourceType") == kind for one in found):
            raise bad(f"“{name}” must be a {kind}.")
        return found

    def resource(self, name: str, kind: str) -> dict[str, Any] | None:
        self.one(name)
        return next(iter(self.resources(name, kind)), None)


def given(call: Call) -> Given:
    """What the call gives its operation. Raises Problem (400) for a body that is no Parameters."""
    if call.request.method == "GET":
        return Given({name: list(values) for name, values in call.params.items()})
    body = checked(call.body)
    parameters = body.get("parameter", [])
    if body.get("resourceType") != "Parameters" or not isinstance(parameters, list):
        raise bad("The body must be a Parameters resource.")
    found: dict[str, list[Any]] = {}
    for one in parameters:
        name = one.get("name") if isinstance(one, dict) else None
        if not isinstance(name, str):
            raise bad("Each parameter has a name.")
        found.setdefault(name, []).append(_value(one, name))
    return Given(found)


def checked(body: Any) -> Any:
    """The same, unless it is deeper or larger than any resource need be. Raises Problem (400)."""
    level, nodes = [body], 0
    for _ in range(DEEPEST):
        level = [child for one in level for child in _children(one)]
        nodes += len(level)
        if nodes > MOST_NODES:
            break
        if not level:
            return body
    raise Problem(
        HTTPStatus.BAD_REQUEST, "too-costly", "The body is larger or deeper than a resource need be."
    )


def bad(sentence: str, *, code: str = "value") -> Problem:
    """What the client has to put right."""
    return Problem(HTTPStatus.BAD_REQUEST, code, sentence)


def refused(sentence: str, code: str) -> Problem:
    """What the book does not do, in one sentence, with the code of the refusal."""
    return Problem(HTTPStatus.CONFLICT, "conflict", sentence, detail=code)


def _children(one: Any) -> list[Any]:
    inside = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
    return [child for child in inside if isinstance(child, dict | list)]


def _value(one: dict[str, Any], name: str) -> Any:
    values = [value for key, value in one.items() if key == "resource" or key.startswith("value")]
    if len(values) != 1:
        raise bad(f"“{name[:60]}” must have one value.")
    return values[0]
