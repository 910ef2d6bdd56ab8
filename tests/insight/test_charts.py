"""Where bars and labels stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.insight.charts import FOOT, LEFT, PLOT, RIGHT, TOP, WIDTH, Group, Value, bar_chart

percents = st.none() | st.floats(min_value=0, max_value=100)
groups = st.lists(
    st.builds(Group, st.text(max_size=9), st.lists(percents, min_size=1, max_size=3).map(
        lambda found: tuple(Value(percent, "said") for percent in found)
    )),
    max_size=9,
)  # fmt: skip


def one(*percents: float | None) -> Group:
    return Group("a", tuple(Value(percent, f"{percent}") for percent in percents))


def test_a_bar_is_as_high_as_its_value() -> None:
    chart = bar_chart([one(40), one(10), one(0)])
    assert [(rect.height, rect.y + rect.height) for rect in chart.rects] == [
        (PLOT, FOOT),
        (PLOT / 4, FOOT),
        (0, FOOT),
    ]
    assert [label.text for label in chart.labels if "val" in label.classes] == ["40.0", "10.0", "0.0"]


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, ["0 %", "1 %"]),
        (0.4, ["0 %", "1 %"]),
        (4.7, ["0 %", "1 %", "2 %", "3 %", "4 %", "5 %"]),
        (9, ["0 %", "2 %", "4 %", "6 %", "8 %", "10 %"]),
        (34.2, ["0 %", "10 %", "20 %", "30 %", "40 %"]),
        (40, ["0 %", "10 %", "20 %", "30 %", "40 %"]),
        (100, ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]),
    ],
)
def test_the_axis_ends_at_the_least_round_number_above_all(highest: float, ticks: list[str]) -> None:
    chart = bar_chart([one(highest)])
    assert [label.text for label in chart.labels if label.classes == "lbl r"] == ticks
    assert chart.lines[0].classes == "axis"
    assert {line.classes for line in chart.lines[1:]} == {"gridline"}


def test_a_pair_stands_side_by_side_about_the_middle_of_its_group() -> None:
    left, right = bar_chart([one(30, 20)]).rects
    assert (left.classes, right.classes) == ("bar", "bar two")
    assert left.x + left.width <= right.x
    assert (left.x + right.x + right.width) / 2 == pytest.approx(LEFT + (WIDTH - LEFT - RIGHT) / 2, abs=2)


def test_no_visit_is_not_nought_per_cent() -> None:
    chart = bar_chart([one(None, 0)])
    assert len(chart.rects) == 1
    assert [label.text for label in chart.labels][-2:] == ["none", "0.0"]


def test_a_reference_is_drawn_where_it_belongs_also_above_all_bars() -> None:
    chart = bar_chart([one(10)], reference=20.0, reference_label="all 20.0 %")
    (line,) = [line for line in chart.lines if line.classes == "ref"]
    assert line.y == TOP
    assert "all 20.0 %" in [label.text for label in chart.labels]


def test_room_is_made_for_a_second_line_only_if_there_is_one() -> None:
    without = bar_chart([one(10)]).height
    assert bar_chart([Group("a", (Value(10, ""),), "n = 5")]).height > without


def test_nothing_to_draw_is_an_empty_chart() -> None:
    assert bar_chart([]).rects == ()


@given(groups, percents)
def test_everything_stands_inside_the_picture(groups: list[Group], reference: float | None) -> None:
    chart = bar_chart(groups, reference=reference)
    for rect in chart.rects:
        assert rect.x >= LEFT
        assert rect.x + rect.width <= WIDTH - RIGHT + 0.1
        assert TOP <= rect.y <= rect.y + rect.height <= FOOT + 0.1
    for label in chart.labels:
        assert 0 <= label.x <= WIDTH
        assert 0 <= label.y <= chart.height
    for earlier, later in zip(chart.rects, chart.rects[1:], strict=False):
        assert earlier.x + earlier.width <= later.x + 0.2
