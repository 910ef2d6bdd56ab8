"""What goes wrong at the machines' door, as an OperationOutcome."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from frontdesk.book.actions.changes import Stale
from frontdesk.kit.errors import BadValue, NotAllowed, Refused

REFUSAL_CODES = "/CodeSystem/refusal"  # below the base address: the codes with which the book refuses


class Problem(Exception):
    """A request that is not answered with what it asked for.

    `code` is one of FHIR's issue types ("not-found", "value"); `sentence` is for people; `detail` the code of the
    refusal where the book refused; `diagnostics` more words, such as the clinic's own script for the caller.
    """

    def __init__(
        self,
        status: int,
        code: str,
        sentence: str,
        *,
        severity: str = "error",
        detail: str = "",
        diagnostics: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence
        self.severity = severity
        self.detail = detail
        self.diagnostics = diagnostics
        self.headers = dict(headers or {})


def refused(error: Refused, *, if_match: bool = False) -> Problem:
    """The book's refusal as a problem: 403, 400, 409, or 412 where the client named the version that it knew."""
    code = error.code
    if isinstance(error, NotAllowed):
        return Problem(HTTPStatus.FORBIDDEN, "forbidden", error.sentence, detail=code)
    if isinstance(error, BadValue):
        return Problem(HTTPStatus.BAD_REQUEST, "value", error.sentence, detail=code)
    if isinstance(error, Stale) and if_match:
        return Problem(HTTPStatus.PRECONDITION_FAILED, "conflict", error.sentence, detail=code)
    return Problem(HTTPStatus.CONFLICT, "conflict", error.sentence, detail=code)


def issue(
    severity: str, code: str, sentence: str, *, detail: str = "", diagnostics: str = "", base: str = ""
) -> dict[str, Any]:
    """One issue of an OperationOutcome; `base` is the address of this door."""
    details: dict[str, Any] = {"text": sentence}
    if detail:
        details = {"coding": [{"system": f"{base}{REFUSAL_CODES}", "code": detail}], "text": sentence}
    found: dict[str, Any] = {"severity": severity, "code": code, "details": details}
    if diagnostics:
        found["diagnostics"] = diagnostics
    return found


def outcome(*issues: dict[str, Any]) -> dict[str, Any]:
    """An OperationOutcome with these issues."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def of(problem: Problem, base: str) -> dict[str, Any]:
    """The problem as an OperationOutcome."""
    return outcome(
        issue(
            problem.severity, problem.code, problem.sentence, detail=problem.detail,
            diagnostics=problem.diagnostics, base=base,
        )
    )  # fmt: skip
