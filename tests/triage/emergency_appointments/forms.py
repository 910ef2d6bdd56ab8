"""Reads the forms of a page as a browser does: what they hold, what they offer, and what sending one would send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Control:
    """One name in a form: what it holds now and, where it offers choices, their words by value."""

    kind: str
    value: str | None = None
    options: dict[str, str] = field(default_factory=dict)

    def choice(self, wanted: str) -> str:
        """The value of the choice with these words, or with this value. Raises NotOffered."""
        for value, words in self.options.items():
            if wanted in (value, words) or (words and words.startswith(wanted)):
                return value
        raise NotOffered(f"“{wanted}” is not among {list(self.options.values())}")


class NotOffered(AssertionError):
    """The page does not have this form, this field or this choice."""


@dataclass
class Form:
    action: str
    method: str
    controls: dict[str, Control] = field(default_factory=dict)

    def filled(self, **typed: str) -> dict[str, str]:
        """What is sent when `typed` is typed or chosen; a choice by its words. Raises NotOffered."""
        sent = {name: one.value for name, one in self.controls.items() if one.value is not None}
        for name, words in typed.items():
            control = self.controls.get(name)
            if control is None:
                raise NotOffered(f"{self.action} has no field “{name}”: {sorted(self.controls)}")
            sent[name] = control.choice(words) if control.options else words
        return sent


class Page(HTMLParser):
    """A page: its forms, its links and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html, self.text = html, ""
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._select: Control | None = None
        self._area: Control | None = None
        self._words_of: tuple[Control, str] | None = None
        self.feed(html)
        self.text = " ".join(self.text.split())

    def form(self, action: str, *, holds: str = "") -> Form:
        """The first form that sends to `action` and holds the field. Raises NotOffered."""
        for one in self.forms_to(action):
            if not holds or holds in one.controls:
                return one
        raise NotOffered(f"no form sends “{holds}” to {action}")

    def forms_to(self, action: str) -> Iterator[Form]:
        return (one for one in self.forms if one.action == action)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        here = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in here:
            self.links.append(here["href"])
        elif tag == "form":
            self._form = Form(here.get("action", ""), here.get("method", "get"))
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(tag, here, self._form)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None
        elif tag in ("option", "label"):
            self._words_of = None

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"
        if self._area is not None:
            self._area.value = (self._area.value or "") + data
        if self._words_of is not None:
            control, value = self._words_of
            control.options[value] = " ".join(f"{control.options[value]} {data}".split())

    def _control(self, tag: str, here: dict[str, str], form: Form) -> None:
        name = here.get("name", "")
        if tag == "option" and self._select is not None:
            self._option(here, self._select)
        elif tag == "select":
            self._select = form.controls.setdefault(name, Control("select"))
        elif tag == "textarea":
            self._area = form.controls.setdefault(name, Control("textarea", ""))
        elif tag == "input" and name:
            self._input(name, here, form)
        elif tag == "button" and name:
            form.controls.setdefault(name, Control("button")).options[here.get("value", "")] = ""

    def _option(self, here: dict[str, str], control: Control) -> None:
        value = here.get("value", "")
        control.options[value] = ""
        self._words_of = (control, value)
        if "selected" in here or control.value is None:
            control.value = value

    def _input(self, name: str, here: dict[str, str], form: Form) -> None:
        kind, value = here.get("type", "text"), here.get("value", "")
        if kind not in ("radio", "checkbox"):
            form.controls[name] = Control(kind, value)
            return
        control = form.controls.setdefault(name, Control(kind))
        control.options[value] = ""
        if "checked" in here:
            control.value = value
        if "disabled" not in here:
            self._words_of = (control, value)
        else:
            del control.options[value]
