"""Several protocols read beside one another: each may add a rule or raise the lane, none takes anything away."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.triage.engine.lanes import RANK, highest
from frontdesk.triage.engine.screen import Context, Match, Screening, screen
from frontdesk.triage.engine.shapes import Protocol


def screen_together(text: str, *, parts: Sequence[tuple[str, Protocol]], context: Context) -> Screening:
    """Screen a text by every protocol, each named in words; the general one stands first, and there is at least one.

    The lane is the highest that any of them gives, so one more of them never lowers it. Each match says whose it is.
    """
    found = [(name, screen(text, protocol=protocol, context=context)) for name, protocol in parts]
    matches = [replace(match, protocol=name) for name, one in found for match in one.matches]
    return Screening(
        lane=highest(*(one.lane for _, one in found)),
        matches=tuple(sorted(matches, key=_worst_first)),
        reading=next((one.reading for _, one in found if one.reading is not None), None),
    )


def _worst_first(match: Match) -> tuple[int, bool, int]:
    return -RANK[match.lane], match.by_reader, match.start
