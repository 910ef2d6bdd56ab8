"""A map that is wrong says so in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from frontdesk.gateway.imports.map import read_map
from frontdesk.kit.errors import BadValue
from tests.gateway.imports.exports import plan, write_map

EXAMPLES = Path(__file__).parents[3] / "examples" / "import"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('source = "elsewhere"', "", 'lacks "source" in the map'),
        ('source = "elsewhere"', 'source = "Else where"', "small letters"),
        ('source = "elsewhere"', "source = 7", "small letters"),
        ('source = "elsewhere"', f'source = "{"a" * 61}"', "at most 60"),
        (
            'source = "elsewhere"',
            'source = "elsewhere"\ncolour = "red"',
            '"colour" in the map that is not known',
        ),
        ("America/Sao_Paulo", "America/Nowhere", "time zone"),
        ("America/Sao_Paulo", "../../etc/passwd", "time zone"),
        ('zone = "America/Sao_Paulo"', "zone = 5", "time zone"),
        ("[columns]", 'encoding = "utf-16"\n[columns]', "encoding"),
        ("[columns]", 'encoding = ["utf-8"]\n[columns]', "encoding"),
        ("[columns]", 'delimiter = "ab"\n[columns]', "delimiter"),
        ('visit_id = "Visit"\n', "", 'lacks "visit_id" in [columns]'),
        ('visit_id = "Visit"', "visit_id = 4", "a text for visit_id"),
        ('visit_id = "Visit"', 'visit_id = " "', "a text for visit_id"),
        ('visit_id = "Visit"', 'visit = "Visit"', '"visit" in [columns]'),
        ('day = "%Y-%m-%d"', "", 'lacks "day" in [formats]'),
        ('day = "%Y-%m-%d"', 'day = "%Y-%m"', "for day in [formats]"),
        ('day = "%Y-%m-%d"', 'day = "%y-%m-%d"', "full year for day"),
        ('day = "%Y-%m-%d"', 'day = "%Q"', "for day in [formats]"),
        ('day = "%Y-%m-%d"', 'day = "%"', "for day in [formats]"),
        ('day = "%Y-%m-%d"', 'day = "("', "for day in [formats]"),
        ('came = ["No"]', "", 'lacks "came" in [words]'),
        ('came = ["No"]', 'came = "No"', "a list of texts for came"),
        ('came = ["No"]', "came = [0]", "a list of texts for came"),
        ('came = ["No"]', 'came = ["no", "YES"]', '"yes" two meanings'),
        ('visit_id = "whole number"', 'visit_id = "number"', "visit_id in [rules]"),
        ("[rules]", "[rules]\nage = [0]", "age in [rules]"),
        ("[rules]", "[rules]\nage = [true, 9]", "age in [rules]"),
        ("[rules]", "[rules]\nage = [50, 20]", "between 0 and 150"),
        ("[rules]", "[rules]\nage = [0, 99999999999999]", "between 0 and 150"),
        ("[rules]", '[rules]\ndoubles = "drop"', "doubles in [rules]"),
        ("[rules]", "[rules]\nstrict = true", '"strict" in [rules]'),
        ('area = "Area"', '"The Area" = "Area"', "[details]"),
        ("[details]", "[[details]]", "[details] as a table"),
        ("[details]", "[details", "is not TOML"),
    ],
)
def test_a_fault_is_told_in_one_sentence(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(BadValue) as refusal:
        plan(tmp_path, (old, new))
    assert says in refusal.value.sentence
    assert refusal.value.sentence.startswith("The map map.toml ")
    assert "\n" not in refusal.value.sentence


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe\x00junk", "not a TOML text"),
        (b"x = " + b"[" * 5000, "not a TOML text"),
        (b"#" * 200_000, "longer than"),
        (b"", 'lacks "columns"'),
    ],
)
def test_a_file_that_is_no_map(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "map.toml"
    path.write_bytes(content)
    with pytest.raises(BadValue, match=says):
        read_map(path)


@pytest.mark.parametrize("name", ["missing.toml", "folder", "x" * 300])
def test_a_map_that_is_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadValue) as refusal:
        read_map(tmp_path / name)
    assert len(refusal.value.sentence) < 200


def test_what_may_be_left_out_has_a_default(tmp_path: Path) -> None:
    text = write_map(tmp_path / "whole.toml").read_text()
    (tmp_path / "short.toml").write_text(text[: text.index("[rules]")])
    short = read_map(tmp_path / "short.toml")
    assert (short.encoding, short.delimiter, short.ages, short.mark_doubles) == ("utf-8", ",", (0, 120), True)
    assert not short.whole_numbers
    assert not short.details


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.name)
def test_the_maps_that_we_ship_are_sound(path: Path) -> None:
    assert read_map(path).source


def test_yes_means_that_the_patient_did_not_come() -> None:
    assert read_map(EXAMPLES / "noshow.toml").words["outcome"] == {"no": True, "yes": False}
