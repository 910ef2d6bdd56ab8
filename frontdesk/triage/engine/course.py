"""The course of an escalation: which step of the tree comes next, given who is on duty. Plain Python."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from frontdesk.triage.engine.shapes import TreeStep

OnDuty = tuple[int, int]  # somebody's id, and the rank at which the roster names them


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next: the steps for which nobody is there, then one with the people who are asked.

    `step` is None at the last resort.
    """

    skipped: tuple[TreeStep, ...]
    step: TreeStep | None
    asked: tuple[int, ...] = ()


def next_step(
    steps: Sequence[TreeStep], *, gone_through: int, on_duty: Callable[[str], Sequence[OnDuty]]
) -> Next:
    """Return what follows after `gone_through` steps; `on_duty` answers who has a duty at this moment."""
    skipped: list[TreeStep] = []
    for step in steps[gone_through:]:
        if asked := asked_by(step, on_duty(step.duty)):
            return Next(tuple(skipped), step, asked)
        skipped.append(step)
    return Next(tuple(skipped), None)


def asked_by(step: TreeStep, on_duty: Sequence[OnDuty]) -> tuple[int, ...]:
    """Return whom a step asks, those first who come first on the roster; nobody twice.

    Ranks are counted among those who are there: where the roster names only a second one, rank 1 asks them.
    """
    in_order = sorted(on_duty, key=lambda one: one[1])
    ranks = sorted({rank for _, rank in in_order})
    wanted = set(ranks if not step.rank else ranks[step.rank - 1 : step.rank])
    return tuple(dict.fromkeys(who for who, rank in in_order if rank in wanted))


def gone_through(so_far: Sequence[bool]) -> int:
    """Return how many steps of the tree that holds now have been gone through.

    `so_far` says of each step, oldest first, whether it was one of that tree. Where a site has opened or closed
    meanwhile another tree holds, and it is begun at its first step, so that nobody on duty is skipped.
    """
    return next((count for count, same in enumerate(reversed(so_far)) if not same), len(so_far))
