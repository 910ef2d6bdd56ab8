"""What the forms of settings share: fields that read strictly, and refusals put where they belong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import clean, one_line

Made = TypeVar("Made")
Choices = Iterable[tuple[str, str]]
PLEASE_FILL = "This must be filled in."


class Number(forms.IntegerField):
    """A whole number in plain digits; None where nothing was typed."""

    default_error_messages = {"invalid": "A whole number.", "required": PLEASE_FILL}

    def __init__(self, label: str, *, most: int, least: int = 0, **more: Any) -> None:
        super().__init__(label=label, min_value=least, max_value=most, **more)

    def to_python(self, value: Any) -> int | None:
        text = str(value).strip() if value not in self.empty_values else ""
        if text and not (text.isascii() and text.isdigit() and len(text) < 20):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(text)


class Line(forms.CharField):
    """Text on one line, without control characters."""

    default_error_messages = {"required": PLEASE_FILL}

    def __init__(self, label: str, *, most: int, **more: Any) -> None:
        super().__init__(label=label, max_length=most, **more)

    def to_python(self, value: Any) -> str:
        return one_line(str(super().to_python(value) or ""), limit=100_000)


class Text(forms.CharField):
    """Text of several lines."""

    default_error_messages = {"required": PLEASE_FILL}

    def __init__(self, label: str, *, most: int, rows: int = 3, **more: Any) -> None:
        super().__init__(label=label, max_length=most, widget=forms.Textarea({"rows": rows}), **more)

    def to_python(self, value: Any) -> str:
        return clean(str(super().to_python(value) or ""), limit=100_000)


class OneOf(forms.ChoiceField):
    default_error_messages = {
        "invalid_choice": "Choose one of those that are listed.",
        "required": PLEASE_FILL,
    }

    def __init__(self, label: str, choices: Choices, **more: Any) -> None:
        super().__init__(label=label, choices=choices, **more)


class Several(forms.MultipleChoiceField):
    """Boxes to tick."""

    default_error_messages = {"invalid_choice": "Choose among those that are listed."}

    def __init__(self, label: str, choices: Choices, **more: Any) -> None:
        widget = forms.CheckboxSelectMultiple()
        super().__init__(label=label, choices=choices, required=False, widget=widget, **more)


class Tick(forms.BooleanField):
    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label=label, required=False, **more)


class Day(forms.DateField):
    default_error_messages = {"invalid": "A day, such as 2026-03-14.", "required": PLEASE_FILL}

    def __init__(self, label: str, **more: Any) -> None:
        widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        super().__init__(label=label, widget=widget, input_formats=["%Y-%m-%d"], **more)


class TimeOfDay(forms.TimeField):
    default_error_messages = {"invalid": "A time of day, such as 12:00.", "required": PLEASE_FILL}

    def __init__(self, label: str, **more: Any) -> None:
        widget = forms.TimeInput({"type": "time"}, format="%H:%M")
        super().__init__(label=label, widget=widget, input_formats=["%H:%M", "%H:%M:%S"], **more)


class SettingsForm(forms.Form):
    """A form whose page shows every refusal beside its field."""

    use_required_attribute = False

    def __init__(self, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **{"auto_id": "f-%s", **more})

    @property
    def status(self) -> int:
        """With which status a page shows it: 422 where something must be typed anew."""
        return 422 if self.is_bound and self.errors else 200


class DraftForm(SettingsForm):
    """A form that makes a draft: it ends with why, and from when."""

    because = Line("Why", most=300, help_text="Whoever approves the draft reads this.")
    holds_from = Day("Holds from", help_text="From this day on, once somebody else has approved it.")

    def __init__(self, data: QueryDict | None = None, *, today: date, **more: Any) -> None:
        more["initial"] = {"holds_from": today, **(more.get("initial") or {})}
        super().__init__(data, **more)
        self.order_fields([*(one for one in self.fields if one not in _LAST), *_LAST])

    @property
    def last(self) -> list[forms.BoundField]:
        return [self[name] for name in _LAST]


_LAST = ("because", "holds_from")


def attempt(form: forms.Form, act: Callable[[], Made]) -> Made | None:
    """Do what the valid form asks. A refusal is put into the form, and None answered."""
    try:
        return act()
    except NotAllowed:
        raise
    except BadValue as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
    return None
