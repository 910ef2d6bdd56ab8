"""Small exports of another system, written by the tests themselves."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from frontdesk.gateway.imports.map import ImportMap, read_map

HEADER = ["Visit", "Patient", "Booked", "Day", "Missed", "Text", "Age", "Sex", "Area"]
MAP = """
source = "elsewhere"
zone = "America/Sao_Paulo"

[columns]
visit_id = "Visit"
patient_id = "Patient"
booked = "Booked"
day = "Day"
outcome = "Missed"
reminded = "Text"
age = "Age"
sex = "Sex"

[formats]
booked = "%Y-%m-%dT%H:%M:%SZ"
day = "%Y-%m-%d"

[words]
came = ["No"]
absent = ["Yes"]
reminded = ["1"]
not_reminded = ["0"]
female = ["F"]
male = ["M"]

[rules]
visit_id = "whole number"
patient_id = "whole number"

[details]
area = "Area"
"""
GOOD = {
    "Visit": "1",
    "Patient": "71",
    "Booked": "2016-04-29T18:38:08Z",
    "Day": "2016-05-02",
    "Missed": "No",
    "Text": "0",
    "Age": "62",
    "Sex": "F",
    "Area": "Jardim",
}


def row(**changes: str) -> dict[str, str]:
    """A row that can come in, with some cells changed."""
    return {**GOOD, **changes}


def many(count: int) -> list[dict[str, str]]:
    """Rows that can all come in, two visits a patient, none the double of another."""
    return [
        row(Visit=str(number), Patient=str(number // 2), Age=str(number % 100), Text=str(number % 2))
        for number in range(1, count + 1)
    ]


def write(path: Path, rows: Iterable[Mapping[str, str]], header: list[str] = HEADER, **style: Any) -> Path:
    """A CSV file; gzip if its name says so."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding=style.pop("encoding", "utf-8"), newline="") as file:
        writer = csv.DictWriter(file, header, **style)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_map(path: Path, *changes: tuple[str, str]) -> Path:
    """The map of these exports, with some of its text replaced."""
    text = MAP
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


def plan(folder: Path, *changes: tuple[str, str]) -> ImportMap:
    return read_map(write_map(folder / "map.toml", *changes))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
