"""Sets of answers as boxes: which ways of answering a list of rules leaves over.

A box says for each question which answers it holds; a question that it does not name may be answered in any way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Box = Mapping[str, frozenset[str]]

MOST_PIECES = 5_000


class TooTangled(Exception):
    """What is left falls into more pieces than it is worth looking at."""


def without(whole: Box, taken: Iterable[Box]) -> Sequence[Box]:
    """What `whole` holds and no box of `taken` does, in pieces that do not overlap. `whole` names every question.

    Raises TooTangled beyond MOST_PIECES pieces.
    """
    pieces = [whole] if all(whole.values()) else []
    for box in taken:
        pieces = [left for piece in pieces for left in _minus(piece, box)]
        if len(pieces) > MOST_PIECES:
            raise TooTangled
    return pieces


def first_outside(whole: Box, taken: Iterable[Box]) -> Mapping[str, str] | None:
    """One way of answering that no box of `taken` holds, each question with one answer; None where there is none."""
    left = without(whole, taken)
    return {code: min(answers) for code, answers in left[0].items()} if left else None


def _minus(piece: Box, box: Box) -> Iterable[Box]:
    """`piece` without `box`: for each question, what lies outside of it there and inside of it before."""
    inside = {code: piece[code] & wanted for code, wanted in box.items() if code in piece}
    if not all(inside.values()):
        yield piece
        return
    rest = dict(piece)
    for code, common in inside.items():
        outside = rest[code] - common
        if outside:
            yield {**rest, code: outside}
        rest[code] = common
