"""The command as a person meets it: a report, or one sentence and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError

from frontdesk.book.actions import history
from frontdesk.book.models import PastVisit
from frontdesk.daybook.record import record
from tests.gateway.imports.exports import many, row, write, write_map

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "import"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def call(*arguments: str | Path) -> None:
    call_command("import", "appointments", *map(str, arguments))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int | str | None, str]:
    """The exit code, and the one sentence on standard error below what the progress bar wrote."""
    with pytest.raises(SystemExit) as end:
        call(*arguments)
    *_, sentence = capsys.readouterr().err.strip().splitlines()
    return end.value.code, sentence


def test_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [*many(1500), row(Visit="2000", Age="-1", Day="2016-01-01"), row(Visit="2001"), row(Visit="2002")]
    call(write(tmp_path / "a.csv.gz", rows), "--map", write_map(tmp_path / "map.toml"))
    shown = capsys.readouterr()
    assert shown.out.splitlines()[:-1] == [
        "a.csv.gz as elsewhere",
        "  read             1,503",
        "  accepted         1,502  1 of them look double: kept, and marked",
        "  known                0",
        f"  rejected             1  see {tmp_path / 'a.rejects.csv'}",
        "                1  Age is below 0",
        "                1  Day lies before Booked",
        "  A row may be rejected for more than one reason.",
    ]
    assert shown.out.splitlines()[-1].startswith("  seconds ")
    assert "1,503/1,503" in shown.err


def test_the_example_that_we_ship_does_what_its_map_says(capsys: pytest.CaptureFixture[str]) -> None:
    call(EXAMPLES / "clinic-export.csv", "--map", EXAMPLES / "clinic-export.toml")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[1] for line in lines if line[0] in ("read", "accepted", "known", "rejected")] == [
        "20",
        "13",
        "0",
        "7",
    ]
    assert len([line for line in lines if line[0] == "1"]) == 7


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.csv", None, "There is no file missing.csv."),
        ("a.csv", b"", "a.csv is empty: it has not even a line with the names of its columns."),
        ("a.csv.gz", b"Visit\n1\n", "a.csv.gz is not a gzip file, or a damaged one."),
        ("a.csv", b"Visit,Name\n1,Zed\n", "The file lacks the columns that the map names: "),
        ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "a.csv is not UTF-8 text near row 1"),
        ("a.csv", b"Visit\n" + b"9" * 150_000, "a.csv cannot be read as CSV near row 2: field larger than"),
    ],
)
def test_a_bad_file_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    code, sentence = refused(capsys, tmp_path / name, "--map", write_map(tmp_path / "map.toml"))
    assert code == 2
    assert sentence.startswith(says)
    assert "Zed" not in sentence
    assert not PastVisit.objects.exists()


def test_a_bad_map_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, mapped = write(tmp_path / "a.csv", many(1)), tmp_path / "map.toml"
    assert refused(capsys, file, "--map", mapped) == (2, "There is no map map.toml.")
    write_map(mapped, ("[rules]", "[rules]\nspeed = 9"))
    code, sentence = refused(capsys, file, "--map", mapped)
    assert (code, sentence.partition(";")[0]) == (
        2,
        'The map map.toml has a key "speed" in [rules] that is not known',
    )


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OperationalError("the server closed Zed's connection"), "The database does not answer."),
        (ProgrammingError("Key (name)=(Zed)"), "The database refused a batch (ProgrammingError)."),
    ],
)
def test_a_database_that_fails_half_way_is_told_without_anybodys_data(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    says: str,
) -> None:
    def fails_after_two(*arguments: object, **options: object) -> object:
        if PastVisit.objects.count() > 20:
            raise error
        return record(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(history, "record", fails_after_two)
    file = write(tmp_path / "a.csv", many(50))
    code, sentence = refused(capsys, file, "--map", write_map(tmp_path / "map.toml"), "--batch", "10")
    kept = "20 rows are dealt with and stay so; run the same command again for the rest."
    assert (code, sentence) == (3, f"{says} {kept}")
    assert PastVisit.objects.count() == 20


def test_ctrl_c_keeps_what_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(history, "record", interrupted)
    file = write(tmp_path / "a.csv", many(5))
    assert refused(capsys, file, "--map", write_map(tmp_path / "map.toml")) == (
        130,
        "Stopped. Nothing came in.",
    )
    assert not PastVisit.objects.exists()
    assert not list(tmp_path.glob(".*"))


def test_a_rejects_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "a.csv", many(5))
    code, sentence = refused(
        capsys,
        file,
        "--map",
        write_map(tmp_path / "map.toml"),
        "--rejects",
        tmp_path / "no such folder" / "r.csv",
    )
    assert (code, sentence) == (5, "The rejects file cannot be written: No such file or directory.")
    assert not PastVisit.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "the following arguments are required: KIND"),
        (["appointments", "a.csv", "--map", "m", "--batch", "ten"], "invalid int value: 'ten'"),
        (["appointments", "a.csv", "--map", "m"], "There is no map m."),
    ],
)
def test_from_a_shell(arguments: list[str], says: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "frontdesk", "import", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "FRONTDESK_SECRET_KEY": "for tests"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
