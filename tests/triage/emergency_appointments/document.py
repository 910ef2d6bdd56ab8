"""docs/emergency_appointments.md, made from the table: `python -m tests.triage.emergency_appointments.document`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.triage.emergency_appointments.table import Row, read

DOCUMENT = Path(__file__).parents[3] / "docs" / "emergency_appointments.md"
HEAD = """# The 28 emergency scenarios

Made from `tests/triage/emergency_appointments/table.toml`; change that file, then run
`python -m tests.triage.emergency_appointments.document`. Each row is lived through the pages of the product by
`tests/triage/emergency_appointments/test_table.py`, with the protocol that Frontdesk ships and its escalation trees: the
forms are read from the pages, filled in and sent. The English words run to the end; the Spanish ones are recognised in
every run and run to the end too with `FRONTDESK_FULL_PROOFS=1`.

Alice is the scheduler, Bob the triage nurse on duty, Carol the doctor, Dan the manager, Charlie a scheduler of another
site. The clinic keeps 14:00 to 15:00 for urgent visits and 15:00 to 16:00 for visits after a discharge.
"""


def text() -> str:
    """The whole document."""
    rows = read()
    return "\n".join([HEAD, *_overview(rows), *(line for row in rows for line in _row(row))]).rstrip() + "\n"


def _overview(rows: list[Row]) -> Iterator[str]:
    waiting = [row for row in rows if row.not_yet]
    yield "## What is not built yet\n"
    yield from (f"- **{row.id}** {row.title}: {row.not_yet}" for row in waiting)
    yield "\n## The rows\n"
    yield "| Row | Situation | Lane | Asked first | Within |"
    yield "| --- | --- | --- | --- | --- |"
    for row in rows:
        asked = row.asked or (f"Queue “{row.queue}”" if row.queue else "Nobody: the desk itself")
        within = f"{row.within_minutes} min" if row.within_minutes else "–"
        yield f"| {row.id} | {row.title} | {row.lane} | {asked} | {within} |"
    yield ""


def _row(row: Row) -> Iterator[str]:
    yield f"## {row.id} {row.title}\n"
    who = row.who if row.who.endswith(".") else f"{row.who}."
    yield f"{who} Kind of request: {row.kind}.\n"
    yield from (f"- {language}: “{words}”" for language, words in row.calls)
    rule = f"rule “{row.rule}”" if row.rule else "no rule is met"
    yield f"- Lane **{row.lane}**, {rule}" + (f"; script “{row.script}”" if row.script else "")
    yield from _asked(row)
    if row.seen_by:
        yield f"- Seen in the queues by {_and(row.seen_by)}"
    if row.hidden_from:
        yield f"- Hidden from {_and(row.hidden_from)}"
    yield f"- Must be written down before it can be closed: {'; '.join(row.before_closing)}"
    yield f"- What may be booked: {row.booked}"
    if row.not_yet:
        yield f"- Not built yet: {row.not_yet}"
    yield "\nWhat happens next:\n"
    yield from (f"{number}. {line}" for number, line in enumerate(row.then, 1))
    if row.ends:
        yield f"{len(row.then) + 1}. It is closed: {row.ends}"
    yield ""


def _asked(row: Row) -> Iterator[str]:
    if row.asked:
        yield f"- Asked to take over: {row.asked}, within {row.within_minutes} min; then the next in line"
    elif row.queue:
        yield f"- Work in the queue “{row.queue}”, due within {row.within_minutes} min"


def _and(names: list[str]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else names[0]


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
