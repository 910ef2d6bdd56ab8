"""`frontdesk prepare`: the rights, the static files, the demo, and what it says when it cannot."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test import override_settings

from frontdesk.clinic.models import Site
from frontdesk.config.demo.accounts import demo_logins
from frontdesk.config.management.commands.prepare import migrate_if_needed, owner_connection
from frontdesk.config.rights import grant_to
from frontdesk.config.static_files import collect_if_newer
from frontdesk.daybook.models import Entry

ROOT = Path(__file__).parents[2]
ROLE = "frontdesk_app_being_prepared"
DAYBOOK = {
    "daybook_entry": {"SELECT", "INSERT"},
    "daybook_entrysubject": {"SELECT", "INSERT"},
    "daybook_look": {"SELECT", "INSERT"},
    "daybook_link": {"SELECT"},
}
EVERYWHERE_ELSE = {"SELECT", "INSERT", "UPDATE", "DELETE"}
PRIVILEGES = EVERYWHERE_ELSE | {"TRUNCATE", "REFERENCES", "TRIGGER"}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MIGRATION_DATABASE_URL", "FRONTDESK_APP_ROLE", "FRONTDESK_STATIC"):
        monkeypatch.delenv(name, raising=False)


def prepare(*options: str) -> list[str]:
    said = io.StringIO()
    call_command("prepare", *options, stdout=said)
    return said.getvalue().splitlines()


@pytest.fixture
def role(db: None) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        cursor.execute(f"GRANT {ROLE} TO CURRENT_USER")
    return ROLE


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        yield
        transaction.set_rollback(True)


def rights_of(role: str) -> dict[str, set[str]]:
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                "SELECT right_name FROM unnest(%s::text[]) AS right_name WHERE has_table_privilege(%s, %s, right_name)",
                [sorted(PRIVILEGES), role, table],
            )
            found[table] = {name for (name,) in cursor.fetchall()}
    return found


def test_the_application_may_write_rows_and_only_append_to_the_daybook(role: str) -> None:
    grant_to(role, connection)
    rights = rights_of(role)
    assert len(rights) > 40
    assert rights == {table: DAYBOOK.get(table, EVERYWHERE_ELSE) for table in rights}


def test_granting_twice_changes_nothing_and_takes_back_what_is_too_much(role: str) -> None:
    grant_to(role, connection)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT ALL ON daybook_entry, daybook_link TO {role}")
    grant_to(role, connection)
    assert {table: rights_of(role)[table] for table in DAYBOOK} == DAYBOOK


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE daybook_entry SET reason = ''",
        "DELETE FROM daybook_look",
        "TRUNCATE daybook_entry CASCADE",
        "INSERT INTO daybook_link VALUES (1, 1, '', '')",
        "ALTER TABLE book_claim DROP CONSTRAINT book_claim_once",
        "DROP TABLE clinic_site",
    ],
)
def test_the_application_is_refused_what_would_change_the_record(role: str, statement: str) -> None:
    grant_to(role, connection)
    with pytest.raises(DatabaseError), acting_as(role), connection.cursor() as cursor:
        cursor.execute(statement)


def test_tables_that_come_later_are_the_applications_too(role: str) -> None:
    grant_to(role, connection)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE made_later (id bigint)")
    assert rights_of(role)["made_later"] == EVERYWHERE_ELSE


def test_a_record_can_be_started_with_these_rights(role: str) -> None:
    grant_to(role, connection)
    with acting_as(role), connection.cursor() as cursor:
        cursor.execute("SELECT nextval('people_mrn')")
        Site.objects.create(code="a", name="A", address="", phone="", time_zone="America/New_York")
        assert Site.objects.exists()


def test_a_role_that_does_not_exist_is_named(db: None) -> None:
    with pytest.raises(CommandError, match="no role “ghost”"):
        grant_to("ghost", connection)


def test_the_owner_itself_needs_no_grant(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
    before = rights_of(owner)
    grant_to(owner, connection)
    assert rights_of(owner) == before


def test_with_everything_done_it_says_nothing(db: None) -> None:
    assert prepare() == []
    assert not Site.objects.exists()


def test_all_migrations_were_run_so_there_is_nothing_to_migrate(db: None) -> None:
    assert migrate_if_needed(connection) is False


def test_an_empty_database_gets_the_demo_once(db: None) -> None:
    first = prepare("--demo-size", "small")
    assert first[-8].startswith("Loaded the demo “small”")
    assert first[-7:] == demo_logins()
    assert prepare("--demo-size", "small") == demo_logins()
    assert Entry.objects.filter(kind="DemoLoaded").count() == 1


def test_a_clinic_of_ones_own_gets_no_demo_and_no_log_ins(db: None) -> None:
    Site.objects.create(code="a", name="A", address="", phone="", time_zone="America/New_York")
    assert prepare("--demo-size", "clinic") == []
    assert Site.objects.count() == 1


def test_the_owners_address_is_used_and_forgotten_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    used = connection.settings_dict
    host = f"?host={used['HOST']}" if used["HOST"] else ""
    monkeypatch.setenv("MIGRATION_DATABASE_URL", f"postgresql://{used['USER']}@/{used['NAME']}{host}")
    with owner_connection() as owner:
        assert owner.alias == "owner"
        assert owner.settings_dict["NAME"] == used["NAME"]
    assert "owner" not in connections


def test_an_owners_address_that_cannot_be_read_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRATION_DATABASE_URL", "mysql://root:hunter2@db/x")
    with pytest.raises(CommandError) as refused, owner_connection():
        pass
    assert "MIGRATION_DATABASE_URL must begin with postgresql://" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_static_files_are_collected_only_when_one_changed(tmp_path: Path) -> None:
    sources, root = tmp_path / "sources", tmp_path / "static"
    sources.mkdir()
    (sources / "a.css").write_text("a { color: red }")
    with override_settings(STATIC_ROOT=root, STATICFILES_DIRS=[sources]):
        assert collect_if_newer()
        assert (root / "a.css").read_text() == "a { color: red }"
        assert not collect_if_newer()
        (sources / "a.css").write_text("a { color: blue }")
        assert collect_if_newer()
        assert (root / "a.css").read_text() == "a { color: blue }"
        (sources / "b.css").write_text("")
        assert collect_if_newer()


def test_a_folder_for_static_files_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with override_settings(STATIC_ROOT=tmp_path / "file" / "static"), pytest.raises(CommandError) as refused:
        collect_if_newer()
    assert str(refused.value).startswith("Cannot keep data in ")


@pytest.mark.parametrize("command", [["prepare"], ["demo", "--if-empty"]])
def test_a_database_that_is_not_there_is_one_sentence(command: list[str]) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": "postgresql://somebody:hunter2@127.0.0.1:1/nowhere",
        "FRONTDESK_SECRET_KEY": "for tests",
    }
    done = subprocess.run(
        [sys.executable, "-m", "frontdesk", *command],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr.strip().endswith(
        "The database cannot be reached: check that it runs and that DATABASE_URL names it rightly."
    )
    assert len(done.stderr.strip().splitlines()) == 1
    assert "hunter2" not in done.stderr
