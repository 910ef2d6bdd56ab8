"""How well are labelled messages screened? Shares by lane, language and kind, as a table in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

CLINICIAN = ("emergency", "urgent")
EMERGENCY = ("emergency",)

Message = Mapping[str, Any]
Judged = Sequence[tuple[Message, str]]


def table(judged: Judged) -> str:
    """One line for all, for each language and each kind: how many reach a clinician, and how many are escalated in vain."""
    head = (
        "| messages | emergencies to a clinician | as emergency | urgent to a clinician | urgent as emergency "
        "| hard negatives escalated | other routine and operational escalated |\n"
        "|---|---:|---:|---:|---:|---:|---:|"
    )
    return "\n".join([head, *(_line(name, some) for name, some in _groups(judged))])


def _groups(judged: Judged) -> Iterable[tuple[str, Judged]]:
    yield "all", judged
    for name, code in (("English", "en"), ("Spanish", "es")):
        yield name, [one for one in judged if one[0]["lang"] == code]
    for kind in sorted({str(message.get("kind", "")) for message, _ in judged}):
        yield kind, [one for one in judged if one[0].get("kind", "") == kind]


def _line(name: str, some: Judged) -> str:
    emergency = [lane for message, lane in some if message["lane"] == "emergency"]
    urgent = [lane for message, lane in some if message["lane"] == "urgent"]
    rest = [(message, lane) for message, lane in some if message["lane"] not in CLINICIAN]
    hard = [lane for message, lane in rest if message.get("hard_negative")]
    plain = [lane for message, lane in rest if not message.get("hard_negative")]
    shares = (
        (emergency, CLINICIAN), (emergency, EMERGENCY), (urgent, CLINICIAN), (urgent, EMERGENCY),
        (hard, CLINICIAN), (plain, CLINICIAN),
    )  # fmt: skip
    return f"| {name} | {' | '.join(_share(lanes, among) for lanes, among in shares)} |"


def _share(lanes: Sequence[str], among: Sequence[str]) -> str:
    if not lanes:
        return ""
    count = sum(lane in among for lane in lanes)
    return f"{100 * count / len(lanes):.1f} % of {len(lanes)}"


def misses(judged: Judged) -> list[tuple[str, str, str]]:
    """(id, label, lane) of each emergency or urgent message that reaches no clinician, and of each false alarm."""
    wrong = []
    for message, lane in judged:
        should = message["lane"] in CLINICIAN
        if should != (lane in CLINICIAN):
            wrong.append((str(message["id"]), str(message["lane"]), lane))
    return wrong
