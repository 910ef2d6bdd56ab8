"""Running something many times and saying how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WARM_UP = 5
RUNS = 30


@dataclass(frozen=True)
class Timing:
    """Seconds: the middle one, the one that 95 of 100 stay below, and how many were measured."""

    median: float
    p95: float
    runs: int


def timing(seconds: Sequence[float]) -> Timing:
    """The timing of what was measured; there must be something."""
    ordered = sorted(seconds)
    return Timing(ordered[len(ordered) // 2], ordered[int(0.95 * (len(ordered) - 1) + 0.5)], len(ordered))


def measure(task: Callable[[], object], *, runs: int = RUNS, warm_up: int = WARM_UP) -> Timing:
    """Run `task` a few times unmeasured, then `runs` times, each with a clock of its own."""
    for _ in range(warm_up):
        task()
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - begun)
    return timing(seconds)
