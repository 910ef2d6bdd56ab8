"""Reading files as they come: marked, zipped, broken."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from frontdesk.gateway.imports.rows import rows, scan
from frontdesk.kit.errors import BadValue
from tests.gateway.imports.exports import many, plan, write

LATIN = ("[columns]", 'encoding = "latin-1"\n[columns]')


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "without_suffix"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_plain_and_zipped_read_alike(tmp_path: Path, name: str, encoding: str) -> None:
    path = write(tmp_path / name, many(3), encoding=encoding)
    found = scan(path, plan(tmp_path))
    assert (found.header[0], found.rows) == ("Visit", 3)
    assert [(number, fields[0]) for number, fields in rows(path, plan(tmp_path))] == [
        (2, "1"),
        (3, "2"),
        (4, "3"),
    ]


def test_a_zipped_file_is_known_by_its_head_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(b"Visit\n1\n"))
    assert scan(path, plan(tmp_path)).rows == 1


def test_latin_1_only_if_the_map_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Area\nSão João\n".encode("latin-1"))
    with pytest.raises(BadValue, match=r'not UTF-8 text near row .*encoding = "latin-1"'):
        scan(path, plan(tmp_path))
    assert list(rows(path, plan(tmp_path, LATIN))) == [(2, ["São João"])]


def test_empty_lines_are_counted_as_a_spreadsheet_does_and_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Visit,Age\n\n1,2\n\n\n3,4\n")
    assert list(rows(path, plan(tmp_path))) == [(3, ["1", "2"]), (6, ["3", "4"])]
    assert scan(path, plan(tmp_path)).rows == 2


def test_a_rejects_file_is_read_without_its_two_own_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.rejects.csv"
    path.write_text("row_number,reject_reason,Visit,Age\n17,Age is below 0,5,-1\n")
    assert scan(path, plan(tmp_path)).header == ["Visit", "Age"]
    assert list(rows(path, plan(tmp_path))) == [(2, ["5", "-1"])]


def test_the_digest_tells_both_the_file_and_its_map(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", many(1))
    first = scan(path, plan(tmp_path)).digest
    assert scan(path, plan(tmp_path)).digest == first
    assert scan(path, plan(tmp_path, ("elsewhere", "other"))).digest != first


def test_a_separator_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('Visit;Area\n1;"a;b"\n')
    semicolon = plan(tmp_path, ("[columns]", 'delimiter = ";"\n[columns]'))
    assert list(rows(path, semicolon)) == [(2, ["1", "a;b"])]


WHOLE = gzip.compress(
    b"Visit,Age\n" + b"1,2\n" * 5000, mtime=0
)  # the same bytes in every process that collects the tests


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n\n", "is empty"),
        ("a.csv.gz", b"", "not a gzip file"),
        ("a.csv.gz", b"Visit,Age\n1,2\n", "not a gzip file"),
        ("a.csv.gz", WHOLE[:-20], "cut off or damaged"),
        ("a.csv.gz", WHOLE[:40] + b"\x00\x01\x02" + WHOLE[43:], "damaged"),
        ("a.csv.gz", WHOLE[:-8] + b"\x00" * 8, "damaged"),
        ("a.csv", bytes(range(256)) * 40, "not UTF-8"),
        ("a.csv", "Visit,Age\n1,2\n".encode("utf-16"), "not UTF-8"),
        ("a.csv", b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xb4\xe5", "not UTF-8"),
        ("a.csv", b"Visit\n" + b"x" * 140_000 + b"\n", "near row 2: field larger"),
        ("a.csv", b"Visit\n" + b"x," * 600_000 + b"\n", "longer than 1,000,000"),
        ("a.csv", b'Visit,Age\n1,2\n3,"never closed\n5,6\n', "near row 3"),
        ("a.csv", b'Visit\n"a" b\n', "near row 2"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadValue, match=says) as refusal:
        scan(path, plan(tmp_path))
    assert refusal.value.sentence.startswith(name)


@pytest.mark.parametrize("name", ["missing.csv", "folder.csv", "y" * 300])
def test_what_is_no_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(BadValue) as refusal:
        scan(tmp_path / name, plan(tmp_path))
    assert len(refusal.value.sentence) < 200
