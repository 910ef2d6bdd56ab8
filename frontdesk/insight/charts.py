"""Where the bars of a chart stand. Values in, rectangles and labels out; colours and type are the style sheet's."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH = 640
PLOT = 200  # the height of 0 to the top of the axis
LEFT, RIGHT, TOP = 44, 8, 22  # what the plot leaves free for labels
FOOT = TOP + PLOT  # where the bars stand
GROUP_SHARE = 0.72  # of a group's width, taken by its bars
WIDEST = 64.0


@dataclass(frozen=True)
class Value:
    """One bar: `percent` is 0 to 100, or None for "no such visit"; `says` is its tooltip, in full words."""

    percent: float | None
    says: str


@dataclass(frozen=True)
class Group:
    """Bars that stand together over one label; `under` is a second, quieter line."""

    label: str
    values: tuple[Value, ...]
    under: str = ""


@dataclass(frozen=True)
class Line:
    """A horizontal line over the whole plot, at height `y`."""

    y: float
    x1: float
    x2: float
    classes: str


@dataclass(frozen=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    classes: str
    says: str


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    classes: str


@dataclass(frozen=True)
class Chart:
    """What a template draws, in the units of its `viewBox`."""

    width: int
    height: int
    lines: tuple[Line, ...]
    rects: tuple[Rect, ...]
    labels: tuple[Label, ...]


def bar_chart(groups: Sequence[Group], *, reference: float | None = None, reference_label: str = "") -> Chart:
    """Vertical bars of percentages with an axis from 0, in groups of equal width.

    The second and third bar of a group get the classes "two" and "three". `reference` is drawn as a dashed line.
    """
    top = _top([*(value.percent or 0 for group in groups for value in group.values), reference or 0])
    lines, labels = [], []
    for tick in _ticks(top):
        y = _y(tick, top)
        lines.append(Line(y, LEFT, WIDTH - RIGHT, "gridline" if tick else "axis"))
        labels.append(Label(LEFT - 6, y + 4, f"{tick} %", "lbl r"))
    if reference is not None:
        y = _y(reference, top)
        lines.append(Line(y, LEFT, WIDTH - RIGHT, "ref"))
        labels.append(Label(LEFT + 4, round(y - 5, 1), reference_label, "lbl"))
    rects: list[Rect] = []
    height = FOOT + (40 if any(group.under for group in groups) else 24)
    for number, group in enumerate(groups):
        more_rects, more_labels = _group(group, number, len(groups), top)
        rects += more_rects
        labels += more_labels
    return Chart(WIDTH, height, tuple(lines), tuple(rects), tuple(labels))


def _group(group: Group, number: int, of: int, top: int) -> tuple[list[Rect], list[Label]]:
    room = (WIDTH - LEFT - RIGHT) / of
    middle = LEFT + room * (number + 0.5)
    labels = [Label(round(middle, 1), FOOT + 17, group.label, "ttl m")]
    if group.under:
        labels.append(Label(round(middle, 1), FOOT + 33, group.under, "lbl m"))
    rects = []
    for x, width, value, classes in _bars(group.values, middle, room * GROUP_SHARE):
        y = _y(value.percent or 0, top)
        text = "none" if value.percent is None else f"{value.percent:.1f}"
        labels.append(
            Label(
                round(x + width / 2, 1), round(y - 5, 1), text, "lbl m" if value.percent is None else "val m"
            )
        )
        if value.percent is not None:
            rects.append(Rect(x, y, width, round(FOOT - y, 1), classes, value.says))
    return rects, labels


def _bars(values: Sequence[Value], middle: float, room: float) -> Iterator[tuple[float, float, Value, str]]:
    """Each bar's left edge and width, side by side about the middle of the group."""
    width = min(room / len(values), WIDEST)
    left = middle - width * len(values) / 2
    for number, value in enumerate(values):
        classes = ("bar", "bar two", "bar three")[number]
        yield round(left + number * width, 1), round(width - (2 if len(values) > 1 else 0), 1), value, classes


def _y(percent: float, top: int) -> float:
    return round(FOOT - PLOT * percent / top, 1)


def _step(top: float) -> int:
    return next(step for step in (1, 2, 5, 10, 20) if top <= step * 5)


def _top(percents: Sequence[float]) -> int:
    """The top of the axis: the least round number that no bar rises above."""
    highest = max(1.0, *percents) if percents else 1.0
    step = _step(highest)
    return step * math.ceil(highest / step)


def _ticks(top: int) -> range:
    return range(0, top + 1, _step(top))
