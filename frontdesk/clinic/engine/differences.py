"""What a draft changes, in words: a line for each thing that is not as it was. Plain Python.

`words` says how values are written: field name to value to words, such as {"modality": {"video": "Video"}}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

Words = Mapping[str, Mapping[str, str]]
NOTHING = "Nothing"

LABELS = {
    "code": "Code", "name": "Name", "name_es": "Name in Spanish", "specialty": "Specialty",
    "minutes": "Length", "arrive_before": "Arrive early", "modality": "Modality", "room_type": "Room",
    "same_day": "For urgent, same-day care", "audience": "For whom", "places": "Places",
    "kept_only": "Booked only in time kept for it", "lead_least": "Booked ahead, at least",
    "lead_most": "Booked ahead, at most", "prep_hours": "Time to prepare", "prep_text": "Preparation",
    "prep_text_es": "Preparation in Spanish", "buffer_before": "Free time wished for before",
    "buffer_after": "Free time wished for after", "turnover": "To make the room ready again", "moves": "Moves",
    "moves_because": "Why it moves so", "converts_to": "May become", "needs_checks": "Must be in order",
    "code_hints": "Codes", "sensitive": "Sensitive: others see only that the time is busy",
    "public": "Open time is published", "active": "In use", "segments": "Segments", "lengths": "Length by provider",
    "visit_types": "Kept for", "modalities": "By", "by_direction": "Opens by a clinician’s direction only",
    "release_days": "Released, days before", "release_at": "Released at", "released_by": "Released by hand by",
}  # fmt: skip
UNITS = {
    "minutes": "min", "arrive_before": "min", "buffer_before": "min", "buffer_after": "min", "turnover": "min",
    "lead_least": "min", "lead_most": "days", "prep_hours": "h",
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One thing that changes. `about` names the visit type, question or rule where a draft changes several."""

    label: str
    was: str
    becomes: str
    about: str = ""


def differences(
    kind: str, was: Mapping[str, Any], proposal: Mapping[str, Any], *, words: Words
) -> Sequence[Difference]:
    """Every line in which `proposal` is not as it `was`, in the order of the form. `was` is {} for something new."""
    if kind == "guide":
        return [*_guide(was.get("content", {}), proposal.get("content", {}), words)]
    if kind == "grid":
        return [
            line
            for code, row in proposal.items()
            for line in _fields(was.get(code, {}), row, words, about=_named(code, "visit_type", words))
        ]
    return [*_fields(was, proposal, words)]


def _fields(
    was: Mapping[str, Any], proposal: Mapping[str, Any], words: Words, about: str = ""
) -> Iterator[Difference]:
    for name, label in LABELS.items():
        if name not in proposal or was.get(name) == proposal[name]:
            continue
        before = in_words(name, was[name], words) if name in was else NOTHING
        after = in_words(name, proposal[name], words)
        if before != after:
            yield Difference(label, before, after, about)


def in_words(name: str, value: Any, words: Words) -> str:
    """One value as somebody reads it; "Nothing" where it is empty."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value in (None, "", []):
        return NOTHING
    if isinstance(value, list):
        return "; ".join(_one_of(name, one, words) for one in value)
    return f"{_named(str(value), name, words)} {UNITS.get(name, '')}".strip()


def _one_of(name: str, one: Any, words: Words) -> str:
    if name == "segments":
        return segment_in_words(one, words)
    if name == "lengths":
        return f"{_named(str(one['provider']), 'provider', words)} {one['minutes']} min"
    if name == "code_hints":
        return " ".join(str(part) for part in one)
    return _named(str(one), "visit_type" if name == "visit_types" else name, words)


def segment_in_words(one: Mapping[str, Any], words: Words) -> str:
    """ "0–15 min: Provider, who leads"."""
    what = [_named(one["kind"], "kind", words)]
    what += [_named(one[name], name, words) for name in ("specialty", "room_type") if one.get(name)]
    if one.get("equipment_type"):
        what.append(one["equipment_type"])
    if one.get("leads"):
        what.append("whom the patient comes to see")
    return f"{one['offset']}–{one['offset'] + one['minutes']} min: {', '.join(what)}"


def _named(value: str, name: str, words: Words) -> str:
    return words.get(name, {}).get(value, value)


def _guide(was: Mapping[str, Any], proposal: Mapping[str, Any], words: Words) -> Iterator[Difference]:
    before, after = _questions(was), _questions(proposal)
    for number, code in enumerate(after, start=1):
        if before.get(code) != after[code]:
            yield Difference(f"Question {number}", before.get(code, NOTHING), after[code])
    for code in before:
        if code not in after:
            yield Difference("Question taken out", before[code], NOTHING)
    yield from _order(was, proposal)
    # A rule in the words of today's questions: new words of a question do not make its rules look changed.
    asked = {one["code"]: one for one in [*was.get("questions", []), *proposal.get("questions", [])]}
    yield from _rules([*_rules_in_words(was, asked, words)], [*_rules_in_words(proposal, asked, words)])


def _order(was: Mapping[str, Any], proposal: Mapping[str, Any]) -> Iterator[Difference]:
    """Whether the questions that stay are asked in another order."""
    lists = [content.get("questions", []) for content in (was, proposal)]
    codes = [[one["code"] for one in questions] for questions in lists]
    stay = [[one for one in each if all(one in other for other in codes)] for each in codes]
    if stay[0] != stay[1]:
        named = {one["code"]: one["words"] for one in lists[1]}
        old, new = ("; ".join(named[code] for code in order) for order in stay)
        yield Difference("Order of the questions", old, new)


def _questions(content: Mapping[str, Any]) -> dict[str, str]:
    return {
        one["code"]: f"{_both(one)} {' / '.join(_both(each) for each in one['answers'])}"
        for one in content.get("questions", [])
    }


def _both(one: Mapping[str, Any]) -> str:
    return f"{one['words']} ({one['words_es']})" if one.get("words_es") else one["words"]


def _rules_in_words(
    content: Mapping[str, Any], asked: Mapping[str, Mapping[str, Any]], words: Words
) -> Iterator[str]:
    for one in content.get("rules", []):
        needs = "; ".join(_need(asked.get(code), code, wanted) for code, wanted in one["needs"].items())
        leads = _named(one["visit_type"], "visit_type", words) if one["visit_type"] else "ask a clinician"
        yield f"{needs or 'Always'} → {leads}. {one['because']}"


def _need(question: Mapping[str, Any] | None, code: str, wanted: Sequence[str]) -> str:
    """ "Must somebody examine you? Yes or No", or the codes where there is no such question."""
    if question is None:
        return f"{code}: {' or '.join(wanted)}"
    said = {one["code"]: one["words"] for one in question["answers"]}
    return f"{question['words']} {' or '.join(said.get(one, one) for one in wanted)}"


def _rules(before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    """The lists beside each other: a rule that is put in does not make all after it look changed."""
    for how, first, last, start, stop in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if how == "equal":
            continue
        for place in range(max(last - first, stop - start)):
            old = before[first + place] if first + place < last else NOTHING
            new = after[start + place] if start + place < stop else NOTHING
            number = start + place + 1 if new != NOTHING else first + place + 1
            yield Difference(f"Rule {number}", old, new)
