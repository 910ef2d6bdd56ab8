"""The answers of the operations: always a searchset, as IHE has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from frontdesk.gateway.fhir import outcome
from frontdesk.gateway.fhir.door import Answer, Call, Problem
from frontdesk.gateway.fhir.outcome import issue
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.partners.actions.gate import NeedsAClinician

# The time cannot be had: IHE's "fatal, not-found". Everything else that is refused is a conflict.
NOT_TO_BE_HAD = {"TIME_TAKEN", "HOLD_GONE", "TIME_PAST", "LEAD_TIME", "KEPT_TIME", "OFF_GRID", "DOES_NOT_FIT"}


def bundle(call: Call, name: str, found: Sequence[dict[str, Any]], *issues: dict[str, Any]) -> dict[str, Any]:
    """The Appointments that were found, and what is to be said beside them. It is never without an entry."""
    entries = [
        {"fullUrl": f"{call.base}/Appointment/{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in found
    ]
    if issues:
        entries.append({"resource": outcome.outcome(*issues), "search": {"mode": "outcome"}})
    return {
        "resourceType": "Bundle", "type": "searchset", "total": len(found),
        "link": [{"relation": "self", "url": f"{call.base}/Appointment/${name}"}], "entry": entries,
    }  # fmt: skip


def problem_of(error: Refused, call: Call) -> Problem:
    """The book's refusal as a problem; with the clinic's own script where a clinician must look first."""
    found = outcome.refused(error, if_match="If-Match" in call.request.headers)
    if error.code in NOT_TO_BE_HAD:
        found.severity, found.code = "fatal", "not-found"
    if isinstance(error, NeedsAClinician):
        found.diagnostics = _said(error)
    return found


def in_a_bundle(name: str) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """An operation whose failure to find, to hold or to book is told in a Bundle, as IHE wants it.

    A request that cannot be understood or is not permitted is answered as everywhere: with an OperationOutcome alone.
    """

    def made(run: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        @wraps(run)
        def told(call: Call) -> Answer:
            try:
                return run(call)
            except (BadValue, NotAllowed):
                raise
            except Refused as error:
                problem = problem_of(error, call)
            except Problem as error:
                if error.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
                    raise
                problem = error
            one = issue(
                problem.severity, problem.code, problem.sentence, detail=problem.detail,
                diagnostics=problem.diagnostics, base=call.base,
            )  # fmt: skip
            return Answer(bundle(call, name, [], one), problem.status)

        return told

    return made


def _said(error: NeedsAClinician) -> str:
    script = " ".join(error.script)
    return f"What the clinic says to such a caller: {script}" if script else ""
