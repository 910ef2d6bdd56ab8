"""The chain shows whoever changed, removed or slipped in an entry behind the application's back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from frontdesk.book.models import ResourceDay
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import record
from frontdesk.daybook.verify import Verdict, verify
from tests.factories.crowd import crowd
from tests.factories.daybook import a_fact, link_now
from tests.universe import NOW, Universe

CLOCK = System("a clock")


@transaction.atomic
def _write(count: int = 1) -> list[Entry]:
    return [record(a_fact(number), by=CLOCK, now=NOW) for number in range(count)]


@contextmanager
def behind_the_back() -> Iterator[None]:
    """The guards are off, as somebody who owns the tables could have them."""
    tables = ("daybook_entry", "daybook_entrysubject", "daybook_link")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks waiting cannot be altered
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _run(sql: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def entries(db: None) -> list[Entry]:
    """Six entries, all linked."""
    made = _write(6)
    link_now()
    assert verify() == Verdict(entries=6, head=verify().head, faults=())
    return made


def test_an_empty_daybook_is_sound(db: None) -> None:
    assert verify() == Verdict(entries=0, head="", faults=())


@pytest.mark.django_db(transaction=True)
def test_commits_at_the_same_moment_make_one_sound_chain() -> None:
    with crowd(8) as writers:
        for _ in range(10):
            for one in writers.run([partial(_write, 3)] * 8):
                assert isinstance(one, list), repr(one)
    verdict = verify()
    assert (verdict.entries, verdict.faults) == (240, ())


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = 'Somebody else'",
        "at = at + interval '1 minute'",
        "reason = 'Because'",
        "facts = '{}'",
        "rule_version = 'another'",
        "kind = 'Other'",
        "alternatives = '[1]'",
    ],
)
def test_a_changed_entry_is_named(entries: list[Entry], change: str) -> None:
    with behind_the_back():
        _run(f"UPDATE daybook_entry SET {change} WHERE id = %s", entries[2].pk)  # noqa: S608  from the list above
    assert verify().faults == (f"Entry {entries[2].pk}, link 3: the entry was changed.",)


def test_a_changed_subject_is_named(entries: list[Entry]) -> None:
    with behind_the_back():
        _run("UPDATE daybook_entrysubject SET ref = 99 WHERE entry_id = %s", entries[4].pk)
    assert verify().faults == (f"Entry {entries[4].pk}, link 5: the entry was changed.",)


def test_a_deleted_entry_is_named_with_its_link_left_behind(entries: list[Entry]) -> None:
    with behind_the_back():
        # As with the foreign keys switched off: the row goes, its link stays.
        _run("ALTER TABLE daybook_link DROP CONSTRAINT " + _foreign_key("daybook_link"))
        _run("DELETE FROM daybook_entrysubject WHERE entry_id = %s", entries[1].pk)
        _run("DELETE FROM daybook_entry WHERE id = %s", entries[1].pk)
    assert verify().faults == (f"Entry {entries[1].pk}, link 2: the entry is gone.",)


def _foreign_key(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass", [table]
        )
        return str((cursor.fetchone() or ("",))[0])


@pytest.mark.parametrize("place", [0, 2, 5])
def test_an_entry_deleted_with_its_link_leaves_a_hole(entries: list[Entry], place: int) -> None:
    head = verify().head
    with behind_the_back():
        _run("DELETE FROM daybook_link WHERE entry_id = %s", entries[place].pk)
        _run("DELETE FROM daybook_entrysubject WHERE entry_id = %s", entries[place].pk)
        _run("DELETE FROM daybook_entry WHERE id = %s", entries[place].pk)
    assert not verify(expected_head=head).sound
    if place < 5:  # without a noted head, cutting off the end shows nothing
        assert not verify().sound


def test_an_entry_slipped_in_has_no_link(entries: list[Entry]) -> None:
    with behind_the_back():
        slipped = Entry.objects.create(kind="Other", facts={}, at=NOW, actor_name="Nobody")
    assert verify().faults == (f"Entry {slipped.pk} has no link: it was slipped in.",)


_RELINK = """
INSERT INTO daybook_link (seq, entry_id, previous, digest)
SELECT last.seq + 1, e.id, last.digest, daybook_digest(last.digest, e)
  FROM daybook_entry e,
       (SELECT coalesce(max(seq), 0) AS seq,
               coalesce((SELECT digest FROM daybook_link ORDER BY seq DESC LIMIT 1), ''::bytea) AS digest
          FROM daybook_link) last
 WHERE e.id = %s
"""


def test_a_chain_that_was_rewritten_whole_lacks_the_noted_head(entries: list[Entry]) -> None:
    noted = verify().head
    with behind_the_back():
        _run("DELETE FROM daybook_link")
        _run("UPDATE daybook_entry SET actor_name = 'Somebody else'")
        _run("DELETE FROM daybook_entrysubject")
        for entry in entries:
            _run(_RELINK, entry.pk)
    assert verify().sound
    assert verify(expected_head=noted).faults == (
        "The digest you noted earlier is not in the chain: it was rewritten.",
    )


def test_an_earlier_head_stays_in_a_chain_that_grew(entries: list[Entry]) -> None:
    noted = verify().head
    _write(2)
    link_now()
    assert verify(expected_head=noted.upper()).sound


def _command(**options: str) -> str:
    said = StringIO()
    call_command("verify", stdout=said, **options)
    return said.getvalue()


def test_the_command_says_that_all_is_well(universe: Universe) -> None:
    link_now()
    verdict = verify()
    said = _command(head=verdict.head)
    assert f"Daybook: {verdict.entries} entries in the chain, sound." in said
    assert f"Head: {verdict.head}" in said
    assert said.endswith("Open days: all agree with sessions and claims.\nAll is well.\n")


def test_the_command_fails_over_a_changed_entry(entries: list[Entry]) -> None:
    with behind_the_back():
        _run("UPDATE daybook_entry SET reason = 'x' WHERE id = %s", entries[0].pk)
    with pytest.raises(CommandError, match=r"Something is wrong: 1 fault found\."):
        _command()


def test_the_command_fails_over_an_unknown_head(entries: list[Entry]) -> None:
    with pytest.raises(CommandError):
        _command(head="ab" * 32)


def test_the_command_counts_what_it_does_not_show(
    universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    from frontdesk.config.management.commands import verify as command

    monkeypatch.setattr(command, "now", lambda: NOW)
    ResourceDay.objects.update(free_bits=bytes(38))
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", stdout=said)
    assert "minutes are closed that nothing claims." in said.getvalue()
    assert "more.\n" in said.getvalue()
