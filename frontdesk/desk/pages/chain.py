"""The chain of a visit as rows of lights: for a visit that stands, and for a place to which it would move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from frontdesk.book.models import ChainLink
from frontdesk.book.ports import Finding, Link, Verdict

# For each verdict: the shape, the class of its colour, the word.
LOOKS = {
    Verdict.PASS: ("pass", "pass", "Pass."),
    Verdict.WARN: ("warn", "warn", "Warning."),
    Verdict.FAIL: ("fail", "fail", "Fail."),
    Verdict.WAIVED: ("signed", "waived", "Waived."),
    Verdict.NOT_CHECKED: ("unknown", "unknown", "Not checked."),
}
STANDS_IN_THE_WAY = (Verdict.WARN, Verdict.FAIL, Verdict.NOT_CHECKED)
_PLACE = {link.value: place for place, link in enumerate(Link)}


@dataclass(frozen=True)
class Light:
    """One link: `pk` is its row where it can be waived there, else 0; `waivable`: it can be while moving.

    `because` and `who` say why and by whom it was waived.
    """

    link: str
    verdict: str
    sentence: str
    because: str = ""
    who: str = ""
    pk: int = 0
    waivable: bool = False

    @property
    def name(self) -> str:
        """What the field is called in which it is waived."""
        return f"waive-{Link(self.link).name}"

    @property
    def icon(self) -> str:
        return LOOKS[Verdict(self.verdict)][0]

    @property
    def css(self) -> str:
        return LOOKS[Verdict(self.verdict)][1]

    @property
    def word(self) -> str:
        return LOOKS[Verdict(self.verdict)][2]


def kept_lights(rows: Iterable[ChainLink], *, may_waive: bool) -> tuple[Light, ...]:
    """What was found when the visit was booked or last moved, in the order of the links."""
    ordered = sorted(rows, key=lambda row: _PLACE.get(row.link, len(_PLACE)))
    return tuple(
        Light(
            row.link,
            row.verdict,
            row.sentence,
            row.waived_because,
            _waiver(row),
            row.pk if may_waive and row.verdict in STANDS_IN_THE_WAY else 0,
        )
        for row in ordered
    )


def _waiver(row: ChainLink) -> str:
    """Who waived the link, and in which role; empty where nobody did."""
    who = row.waived_by
    return f"{who.name}, {who.get_role_display().lower()}" if who else ""


def found_lights(found: Sequence[Finding], *, may_waive: bool) -> tuple[Light, ...]:
    """What the checks say of a place to which the visit would move."""
    ordered = sorted(found, key=lambda one: _PLACE.get(one.link, len(_PLACE)))
    return tuple(
        Light(
            one.link,
            one.verdict,
            one.sentence,
            waivable=may_waive and one.waivable and one.verdict is Verdict.FAIL,
        )
        for one in ordered
    )


def passed(lights: Sequence[Light]) -> int:
    return sum(light.verdict == Verdict.PASS for light in lights)
