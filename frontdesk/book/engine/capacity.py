"""How many minutes a week a template opens, for whom, on which day. Values in, values out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from frontdesk.book.engine import bits
from frontdesk.book.engine.template import Row

EVERYBODY = ""  # the key of time that is open to every visit


@dataclass(frozen=True)
class Change:
    """Minutes a week before and after, on the average of the cycle's weeks."""

    before: Fraction
    after: Fraction

    @property
    def change(self) -> Fraction:
        return self.after - self.before


@dataclass(frozen=True)
class CapacityChange:
    """What a new version gains and loses: by slot class (EVERYBODY: open to all), by weekday, and in all."""

    by_class: dict[str, Change]
    by_weekday: dict[int, Change]
    total: Change


def minutes(rows: Sequence[Row]) -> dict[tuple[int, str], Fraction]:
    """Minutes a week by (weekday, slot class). Closed time counts for nobody, whenever it is released."""
    weeks = lcm(*(row.cycle for row in rows)) if rows else 1
    found: dict[tuple[int, str], Fraction] = defaultdict(Fraction)
    for week in range(weeks):
        held = [row for row in rows if week % row.cycle == row.week]
        for weekday in range(7):
            for kept_for, mask in masks([row for row in held if row.weekday == weekday]).items():
                found[weekday, kept_for] += Fraction(mask.bit_count() * bits.TICK_MINUTES, weeks)
    return {key: value for key, value in found.items() if value}


def masks(day: Iterable[Row]) -> dict[str, int]:
    """The ticks of one day by slot class; kept time is laid over open time, closed time over both."""
    opened, closed = 0, 0
    kept: dict[str, int] = defaultdict(int)
    for row in day:
        mask = bits.span(_tick(row.starts.hour, row.starts.minute), _ticks(row))
        if row.block:
            closed |= mask
        elif row.slot_class:
            kept[row.slot_class] |= mask
        else:
            opened |= mask
    found = {name: mask & ~closed for name, mask in kept.items()}
    found[EVERYBODY] = opened & ~closed & ~bits.union(kept.values())
    return found


def compare(before: Sequence[Row], after: Sequence[Row]) -> CapacityChange:
    """What `after` opens against `before`."""
    old, new = minutes(before), minutes(after)
    classes = sorted({name for _, name in (*old, *new)})
    return CapacityChange(
        by_class={name: _change(old, new, name=name) for name in classes},
        by_weekday={day: _change(old, new, weekday=day) for day in range(7)},
        total=_change(old, new),
    )


def _change(
    old: dict[tuple[int, str], Fraction],
    new: dict[tuple[int, str], Fraction],
    *,
    name: str | None = None,
    weekday: int | None = None,
) -> Change:
    def total(found: dict[tuple[int, str], Fraction]) -> Fraction:
        return sum(
            (
                value
                for (day, kept_for), value in found.items()
                if name in (None, kept_for) and weekday in (None, day)
            ),
            Fraction(),
        )

    return Change(total(old), total(new))


def _tick(hour: int, minute: int) -> int:
    return (hour * 60 + minute) // bits.TICK_MINUTES


def _ticks(row: Row) -> int:
    return _tick(row.ends.hour, row.ends.minute) - _tick(row.starts.hour, row.starts.minute)
