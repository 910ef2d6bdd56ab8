"""A row becomes a visit, or a list of reasons; it never becomes a traceback."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.book.actions.history import ReportedVisit
from frontdesk.gateway.imports.convert import Converter, Reasons
from frontdesk.gateway.imports.map import ImportMap, read_map
from frontdesk.kit.errors import BadValue
from frontdesk.people.actions.imported import ImportedPatient
from tests.gateway.imports.exports import GOOD, HEADER, plan, row

CLINIC = Path(__file__).parents[3] / "examples" / "import" / "clinic-export.toml"


@pytest.fixture(scope="module")
def simple(tmp_path_factory: pytest.TempPathFactory) -> ImportMap:
    return plan(tmp_path_factory.mktemp("map"))


def converted(simple: ImportMap, **changes: str) -> ReportedVisit | Reasons:
    return Converter(simple, HEADER).convert(list(row(**changes).values()))


def test_a_good_row(simple: ImportMap) -> None:
    assert converted(simple) == ReportedVisit(
        external_id="1",
        patient=ImportedPatient("71", sex="F"),
        booked_at=datetime(2016, 4, 29, 21, 38, 8, tzinfo=UTC),
        day=date(2016, 5, 2),
        lead_days=3,
        came=True,
        reminded=False,
        age=62,
        details={"area": "Jardim"},
    )


def test_lead_is_counted_on_the_clinics_own_calendar(simple: ImportMap) -> None:
    late = converted(simple, Booked="2016-05-01T23:30:00Z", Day="2016-05-02")
    assert isinstance(late, ReportedVisit)
    assert (late.lead_days, late.booked_at) == (1, datetime(2016, 5, 2, 2, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"Patient": "9377952927E-5"}, ("Patient is not a whole number",)),
        ({"Patient": "93779.5"}, ("Patient is not a whole number",)),
        ({"Patient": ""}, ("Patient is empty",)),
        ({"Visit": "1 2"}, ("Visit is not a whole number",)),
        ({"Visit": "٣"}, ("Visit is not a whole number",)),
        ({"Visit": "1" * 81}, ("Visit is not a whole number",)),
        ({"Age": "-1"}, ("Age is below 0",)),
        ({"Age": "121"}, ("Age is above 120",)),
        ({"Age": "62.0"}, ("Age is not a whole number",)),
        ({"Age": "9" * 5000}, ("Age is not a whole number",)),
        ({"Day": "2016-04-28"}, ("Day lies before Booked",)),
        ({"Day": "2016-02-31"}, ("Day is not a date as the map writes it",)),
        ({"Day": "0001-01-01"}, ("Day lies outside the years 1900 to 2100",)),
        ({"Day": "9999-12-31"}, ("Day lies outside the years 1900 to 2100",)),
        ({"Day": ""}, ("Day is empty",)),
        ({"Booked": "soon"}, ("Booked is not a date as the map writes it",)),
        ({"Missed": "Cancelled"}, ("Missed holds a word that the map does not know",)),
        ({"Text": ""}, ("Text holds a word that the map does not know",)),
        ({"Sex": "f\x00"}, ("Sex holds a word that the map does not know",)),
        ({"Area": "x" * 201}, ("Area is longer than 200 characters",)),
        ({"Area": "\x00\x01"}, ("Area holds no letter that can be kept",)),
        ({"Patient": "1E5", "Age": "-3"}, ("Patient is not a whole number", "Age is below 0")),
    ],
)
def test_every_reason_is_given(simple: ImportMap, changes: dict[str, str], reasons: tuple[str, ...]) -> None:
    assert converted(simple, **changes) == reasons


@pytest.mark.parametrize(
    ("changes", "attribute", "value"),
    [
        ({"Age": ""}, "age", None),
        ({"Age": "+7"}, "age", 7),
        ({"Age": "120"}, "age", 120),
        ({"Missed": " YES "}, "came", False),
        ({"Text": "1"}, "reminded", True),
        ({"Area": ""}, "details", {}),
        ({"Area": " São\tJoão\n"}, "details", {"area": "São João"}),
        ({"Day": "2016-04-29"}, "lead_days", 0),
    ],
)
def test_cells_that_can_be_read(
    simple: ImportMap, changes: dict[str, str], attribute: str, value: object
) -> None:
    assert getattr(converted(simple, **changes), attribute) == value


@pytest.mark.parametrize(("fields", "says"), [([], "fewer"), (["x"] * 8, "fewer"), (["x"] * 10, "more")])
def test_a_row_of_another_length(simple: ImportMap, fields: list[str], says: str) -> None:
    assert Converter(simple, HEADER).convert(fields) == (f"the row has {says} fields than the header",)


def test_ids_that_are_texts_may_hold_no_control_characters(tmp_path: Path) -> None:
    texts = plan(tmp_path, ('visit_id = "whole number"', 'visit_id = "text"'))
    assert converted(texts, Visit="V\x007") == ("Visit holds characters that are no text",)
    assert isinstance(converted(texts, Visit="V-7 ä"), ReportedVisit)


def test_the_age_follows_from_the_birth_date() -> None:
    header = ["Visit no.", "Chart", "Surname", "First name", "Born", "Sex", "Booked on", "Seen on", "Status",
              "Reminder", "Clinic"]  # fmt: skip
    fields = [
        "V-1",
        "H-1",
        "Okafor",
        "Adaeze",
        "12.03.1961",
        "f",
        "03.03.2025 09:12",
        "11.03.2025",
        "Seen",
        "text",
        "",
    ]
    convert = Converter(read_map(CLINIC), header).convert
    visit = convert(fields)
    assert isinstance(visit, ReportedVisit)
    assert visit.age == 63
    assert visit.patient == ImportedPatient("H-1", "Adaeze", "Okafor", date(1961, 3, 12), "F")
    assert convert([*fields[:4], "12.03.2025", *fields[5:]]) == ("Born lies after Seen on",)
    assert convert([*fields[:4], "12.03.1901", *fields[5:]]) == ("the age from Born is above 120",)
    unknown = convert([*fields[:4], "", *fields[5:]])
    assert isinstance(unknown, ReportedVisit)
    assert unknown.age is None


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (
            ["Visit", "Patient"],
            'lacks the columns that the map names: "Age", "Area", "Booked", "Day", "Missed", "Sex", "Text".',
        ),
        ([*HEADER, "Age"], 'a column twice that the map names: "Age".'),
        (["x"], "lacks the columns"),
    ],
)
def test_a_header_that_does_not_fit_the_map(simple: ImportMap, header: list[str], says: str) -> None:
    with pytest.raises(BadValue, match=re.escape(says)):
        Converter(simple, header)


def test_more_columns_and_another_order_do_no_harm(simple: ImportMap) -> None:
    fields = {"Remark": "x", **dict(reversed(GOOD.items()))}
    assert Converter(simple, [f" {name} " for name in fields]).convert(list(fields.values())) == converted(
        simple
    )


numbers = st.integers().map(str) | st.floats().map(str)
times = st.datetimes().map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}") | st.dates().map(str)
cells = st.one_of(st.text(), numbers, times, st.sampled_from(["Yes", "no", "F", "0", "1", "2016-05-02"]))


@given(st.lists(cells, min_size=8, max_size=10))
def test_no_row_ever_raises(simple: ImportMap, fields: list[str]) -> None:
    check(Converter(simple, HEADER).convert(fields))


@given(st.dictionaries(st.sampled_from(HEADER), cells, min_size=1, max_size=3))
def test_no_cell_ever_raises(simple: ImportMap, changes: dict[str, str]) -> None:
    check(converted(simple, **changes))


def check(result: ReportedVisit | Reasons) -> None:
    """Either reasons, or a visit that the database will take."""
    if not isinstance(result, ReportedVisit):
        assert result
        assert all(result)
        return
    assert result.lead_days >= 0
    assert result.age is None or 0 <= result.age <= 120
    assert result.booked_at.tzinfo is UTC
    texts = [result.external_id, result.patient.value, *result.details.values()]
    assert all(text and "\x00" not in text and text.encode() for text in texts)
