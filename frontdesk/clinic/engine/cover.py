"""When nobody is there: the gaps that stretches of time leave in a day. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

Stretch = tuple[datetime, datetime]


def gaps(stretches: Iterable[Stretch], within: Stretch) -> Sequence[Stretch]:
    """The parts of `within` that no stretch covers, in order. All are half-open: [start, end), aware instants."""
    found, reached = [], within[0]
    for start, end in sorted(stretches):
        if start >= within[1]:
            break
        if start > reached:
            found.append((reached, start))
        reached = max(reached, end)
    if reached < within[1]:
        found.append((reached, within[1]))
    return found
