"""`python -m bench`: measure, and print the table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bench import screening
from bench.machine import describe
from bench.table import Row, as_markdown, as_text

NAMES = ("find", "book", "race", "door", "page", "screening", "autosave")


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for and print one table; the exit code."""
    options = _parser().parse_args(arguments)
    names = [*options.names, *(options.only or ())] or list(NAMES)
    rows: list[Row] = []
    about = describe()
    if names != ["screening"]:
        about, rows = _with_database(options, names)
    if "screening" in names:
        rows += screening.rows()
    if options.markdown:
        print("\n".join(f"- {line}" for line in about), "", as_markdown(rows), sep="\n")
    else:
        print(*about, "", as_text(rows), sep="\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="script/bench", description="How quick Frontdesk is on this machine."
    )
    parser.add_argument(
        "names", nargs="*", choices=[*NAMES, []], default=[], metavar="what", help="measure these alone: door"
    )
    parser.add_argument(
        "--only", action="append", choices=NAMES, help="measure this alone; may be given again"
    )
    parser.add_argument("--database-url", default="", help="measure on this database; it is written to")
    parser.add_argument(
        "--size", default="clinic", choices=["small", "clinic"], help="the demo that is loaded"
    )
    parser.add_argument(
        "--network", action="store_true", help="load the demo of 1,000 providers, and search it"
    )
    parser.add_argument("--markdown", action="store_true", help="print the table as docs/bench.md has it")
    return parser


def _with_database(options: argparse.Namespace, names: Sequence[str]) -> tuple[list[str], list[Row]]:
    from bench.database import database, version_and_sync
    from frontdesk.up.problems import Problem

    try:
        with database(options.database_url, "network" if options.network else options.size) as url:
            about = describe(version_and_sync(url))
            return about, list(_measured(url, names, network=options.network))
    except Problem as problem:
        print(problem, file=sys.stderr)
        raise SystemExit(problem.code) from None


def _measured(url: str, names: Sequence[str], *, network: bool) -> Iterator[Row]:
    import django

    django.setup()
    from bench import autosave, bookings, door, page, race, searches, typed
    from bench.block import block
    from frontdesk.kit.clock import now

    moment = now()
    here = block(moment.date())
    if "find" in names:
        yield from searches.one_provider(here, moment)
        yield from searches.first_ten(here, moment, "200 providers, 60 days")
        yield from searches.with_history(here, moment)
        if network:
            yield from _network(moment)
    if "book" in names:
        yield from bookings.rows(url, moment)
    if "race" in names:
        yield from race.rows(here, moment)
    if "door" in names:
        yield from door.rows(url, moment)
    if "page" in names:
        yield from page.rows(moment.date())
        yield from typed.rows(moment)
    if "autosave" in names:
        yield from autosave.rows(url, here, moment)


def _network(moment: datetime) -> Iterator[Row]:
    """The searches over the demo of 1,000 providers."""
    from bench import searches

    whole = searches.network(moment)
    part = replace(whole, providers=whole.providers[:200], days=60)
    yield from searches.one_provider(whole, moment)
    yield from searches.first_ten(part, moment, "200 of 1,000 providers, 60 days")
    yield from searches.first_ten(whole, moment, "1,000 providers, 90 days")
    yield from searches.joint(whole, moment)
    yield from searches.never(whole, moment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
