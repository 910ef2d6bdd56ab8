"""The form of the protection grid: every visit type's row at once, one draft."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict

from frontdesk.clinic.choices import Modality, Moves
from frontdesk.clinic.queries.grid import GridRow
from frontdesk.desk.pages.settings_forms import DraftForm, Line, OneOf, Several

_PARTS = ("moves", "moves_because", "converts_to")


class FormRow(NamedTuple):
    row: GridRow
    moves: forms.BoundField
    because: forms.BoundField
    converts: forms.BoundField


class GridForm(DraftForm):
    """Three fields for each visit type, named by its code: `fm-new-moves`."""

    def __init__(self, data: QueryDict | None = None, *, rows: Sequence[GridRow], **more: Any) -> None:
        self.rows = rows
        standing: dict[str, Any] = {}
        for one in rows:
            standing |= {f"{one.code}-moves": one.moves, f"{one.code}-moves_because": one.moves_because,
                         f"{one.code}-converts_to": [each.value for each in one.converts_to]}  # fmt: skip
        super().__init__(data, initial=standing, **more)
        for one in rows:
            others = [(value, words) for value, words in Modality.choices if value != one.modality]
            self.fields[f"{one.code}-moves"] = OneOf(f"{one.name}: moves", Moves.choices)
            self.fields[f"{one.code}-moves_because"] = Line(f"{one.name}: why", most=200, required=False)
            self.fields[f"{one.code}-converts_to"] = Several(f"{one.name}: may become", others)

    def lines(self) -> Iterator[FormRow]:
        return (FormRow(one, *(self[f"{one.code}-{part}"] for part in _PARTS)) for one in self.rows)

    def proposal(self) -> dict[str, Any]:
        """Every row as the valid form has it; the action keeps those that differ."""
        return {
            one.code: {part: self.cleaned_data[f"{one.code}-{part}"] for part in _PARTS} for one in self.rows
        }
