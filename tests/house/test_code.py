"""Rules of the house that no other tool checks. The message says why."""

from __future__ import annotations

import ast
import statistics

import pytest

from tests.house.house import Function, Source, sources

SOURCES = sources()
ACTIONS = [(source, function) for source in sources("*/actions/*.py") for function in source.public()]

# Parts of other actions: called inside a transaction that has its own `by` and records its own fact.
PARTS_OF_ACTIONS = {
    "book/actions/changes.py": "the visit under lock, for the actions that change it",
    "book/actions/expiry.py": "writing holds off, under the locks of whoever needs their time",
    "book/actions/once.py": "the key of an action, kept in its own transaction",
    "book/actions/taking.py": "taking time under locked days, for holds, bookings, moves and plans",
    "book/actions/together.py": "the locks and the time of all visits of a plan, for the actions on plans",
    "book/actions/wanted.py": "what is to be taken, in pieces; it writes nothing",
    "book/actions/time.py": "taking and giving back time, under the locks that holds and bookings share",
    "clinic/actions/draft_parts.py": "the lock and the checks that the actions on drafts share",
    "clinic/actions/settings_rows.py": "writing an approved draft's rows, inside the actions on drafts",
    "triage/actions/escalation.py": "the machine goes through a tree, inside the actions on handoffs and its own jobs",
    "triage/actions/locks.py": "locks a request for the action that calls it",
    "triage/actions/protocol_parts.py": "the lock and the checks that the actions on protocols share",
}
WITHOUT_BY = {
    "book/actions/days.py:remake_days": "part of the action that changed a session, a block or a closure",
    "outreach/actions/messages.py:settle": "the carrier's answer: always the message sender",
    "outreach/actions/messages.py:note_try": "counts a try; not a fact",
    "triage/actions/words.py:screen_again": "always the screener, inside an action",
    "triage/actions/words.py:context_of": "reads",
    "triage/actions/words.py:screen_first": "always the screener, inside an action",
    "triage/actions/words.py:read_first": "reads",
    "triage/actions/lanes.py:raise_by_rule": "always the screener, inside an action",
    "triage/actions/lanes.py:offer_again": "always the screener, inside an action",
    "triage/actions/handoffs.py:show_lane_in_queue": "part of the action that changed the lane",
    "triage/actions/handoffs.py:queue_of": "reads",
    "triage/actions/handoffs.py:accepted_name": "reads",
    "triage/actions/identity.py:said_in": "reads",
    "triage/actions/handoffs.py:keep_restricted": "part of the action that set the lane",
    "triage/actions/handoffs.py:said_so_far": "reads",
    "triage/actions/intake.py:received_before": "reads",
    "work/actions/handing.py:times_moved": "reads",
    "work/actions/queue_rules.py:as_it_stands": "reads",
    "work/actions/tasks.py:locked": "locks a task for the action that calls it",
    "work/actions/tasks.py:request_of": "reads",
    "people/actions/imported.py:find": "reads",
}
POSITIONAL = {
    "triage/actions/words.py:context_of", "triage/actions/handoffs.py:queue_of",
    "triage/actions/handoffs.py:accepted_name", "triage/actions/identity.py:said_in",
    "triage/actions/identity.py:matches",
    "triage/actions/handoffs.py:keep_restricted",
    "triage/actions/intake.py:received_before",
    "work/actions/tasks.py:request_of",
    "work/actions/tasks.py:locked",
    "work/actions/queue_rules.py:as_it_stands",
    "work/actions/handing.py:times_moved",
    "triage/actions/handoffs.py:said_so_far",
}  # fmt: skip

WRITES = {
    "save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "raw", "acreate", "asave", "adelete",
}  # fmt: skip
# A door may keep what came in at it, and what belongs to the web alone.
DOOR_MAY_WRITE = {"ImportRun", "session", "headers", "messages", "self.fields", "context"}
LOOKS_AT_THE_CLOCK = {"now", "today", "utcnow", "localdate", "monotonic"}
DOORS_AND_EDGES = (
    "desk/",
    "gateway/",
    "config/",
    "up/",
    "insight/views",
    "kit/clock.py",
    "kit/progress.py",
    "__main__",
)


def _name(pair: tuple[Source, Function]) -> str:
    return f"{pair[0].name}:{pair[1].name}"


def test_the_exceptions_are_still_there() -> None:
    there = {_name(pair) for pair in ACTIONS}
    assert set(WITHOUT_BY) <= there
    assert there >= POSITIONAL
    assert set(PARTS_OF_ACTIONS) <= {source.name for source in SOURCES}


@pytest.mark.parametrize("pair", ACTIONS, ids=_name)
def test_an_action_names_its_arguments_and_takes_by(pair: tuple[Source, Function]) -> None:
    source, function = pair
    if source.name in PARTS_OF_ACTIONS:
        return
    if _name(pair) not in POSITIONAL:
        assert not function.args.args and not function.args.posonlyargs, (
            "A call must read as a sentence: keyword-only."
        )
    if _name(pair) not in WITHOUT_BY:
        assert "by" in [one.arg for one in function.args.kwonlyargs], "Who acts? An action takes by=."


@pytest.mark.parametrize(
    "source", [*sources("desk/**/*.py"), *sources("gateway/**/*.py")], ids=lambda one: one.name
)
def test_a_door_does_not_write(source: Source) -> None:
    """Every write is an action, so that the fact, the checks and the reactions cannot be forgotten."""
    for call in (node for node in ast.walk(source.tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr in WRITES:
            whole = ast.unparse(call.func)
            on_a_model = ".objects" in whole or call.func.attr in (
                "save",
                "delete",
                "bulk_create",
                "bulk_update",
            )
            allowed = any(word in whole for word in DOOR_MAY_WRITE) or _is_of_gateways_own(source, whole)
            assert allowed or not on_a_model, f"{source.name}:{call.lineno} writes: {whole}. Call an action."


def _is_of_gateways_own(source: Source, whole: str) -> bool:
    """gateway keeps its runs: `run.save()` in its import command."""
    return source.name.startswith("gateway/") and whole.partition(".")[0] in ("run", "self")


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one.name)
def test_below_the_doors_nobody_looks_at_the_clock(source: Source) -> None:
    """`now` is an argument there; only doors, jobs and commands look it up."""
    if source.name.startswith(DOORS_AND_EDGES) or source.path.name == "jobs.py":
        return
    for call in (node for node in ast.walk(source.tree) if isinstance(node, ast.Call)):
        called = ast.unparse(call.func)
        assert called.rpartition(".")[2] not in LOOKS_AT_THE_CLOCK, (
            f"{source.name}:{call.lineno} calls {called}()."
        )


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one.name)
def test_a_file_has_fewer_than_four_hundred_lines(source: Source) -> None:
    assert len(source.text.splitlines()) < 400, "Split it by noun."


def test_functions_are_short() -> None:
    lengths = sorted(_length(function) for source in SOURCES for function in source.functions())
    assert statistics.median(lengths) < 10
    assert lengths[int(len(lengths) * 0.9)] < 35
    assert lengths[-1] < 100


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


@pytest.mark.parametrize("room", sources("*/__init__.py"), ids=lambda one: one.name)
def test_a_room_says_what_it_is_for_and_nothing_else(room: Source) -> None:
    assert ast.get_docstring(room.tree), "What is this room for? Its __init__ says so."
    assert len(room.tree.body) == 1, "A room's __init__ holds a docstring only."
