"""What may be chosen in a field of a form, where it is only known when the form is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Set the choices of the field `name`: pairs of value and words, or of a heading and its pairs.

    A form knows its fields as fields of any kind, so that this one has choices is looked at here. Raises TypeError.
    """
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} has no choices")
    field.choices = choices
