"""The slots of the day grid. Load with ``{% load grid %}``.

A full day has some five hundred slots. The template language takes 60 microseconds for one, which is most of the
page's time; so this one list is written in Python. Everything a person typed goes through ``escape``.
"""

from collections.abc import Iterator

from django import template
from django.templatetags.static import static
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from frontdesk.desk.pages.day import Column
from frontdesk.desk.pages.day_parts import Slot

register = template.Library()


@register.simple_tag
def slots(column: Column, here: str, chosen: int | None = None) -> SafeString:
    """Return the list items of a column. ``here`` is the page's address, ``chosen`` the visit that stands open."""
    icons, link = escape(static("desk/icons.svg")), escape(f"{here}&visit=")
    items = (_item(slot, icons, link, chosen or 0) for slot in column.slots)
    return mark_safe("\n".join(items))  # noqa: S308 - every part is escaped or a constant


def _item(slot: Slot, icons: str, link: str, chosen: int) -> str:
    if slot.kind == "visit":
        return (
            f'<li class="{slot.classes}" data-slot="v{slot.visit}">{_visit(slot, icons, link, chosen)}</li>'
        )
    inside = _named(slot, icons) if slot.kind in ("prot", "meet") or slot.note else _stretch(slot, icons)
    return f'<li class="{slot.classes}" data-slot="{slot.kind}{slot.row}">{inside}</li>'


def _visit(slot: Slot, icons: str, link: str, chosen: int) -> str:
    note = f"<span>{escape(slot.note)}</span>" if slot.note else ""
    current = ' aria-current="true"' if slot.visit == chosen else ""
    states = "".join(_state(name, word, icons) for name, word in _states(slot))
    name = f"<b><time>{slot.time}</time> {escape(slot.label)}</b>"
    return f'<a href="{link}{slot.visit}"{current}>{name} {note}<span class="st">{states}</span></a>'


def _named(slot: Slot, icons: str) -> str:
    """Kept and blocked time and gatherings: a name, and what is to be known of it."""
    icon = {"prot": _icon("lock", icons), "meet": _icon("patients", icons)}.get(slot.kind, "")
    word = '<span class="vh">Kept for </span>' if slot.kind == "prot" else ""
    note = f"<span>{escape(slot.note)}</span>" if slot.note else ""
    time = f'<span class="vh">{slot.time} </span>'
    return f'<p class="named">{time}<b>{icon}{word}{escape(slot.label)}</b>{note}</p>'


def _states(slot: Slot) -> Iterator[tuple[str, str]]:
    yield from slot.marks
    if slot.state:
        yield slot.state.icon, slot.state.word


def _state(name: str, word: str, icons: str) -> str:
    return f'{_icon(name, icons)}<span class="vh">{word}</span>'


def _stretch(slot: Slot, icons: str) -> str:
    words = escape(slot.label)
    said = f'<span class="vh">{words}</span>' if slot.quiet else words
    return f'<p><span class="vh">{slot.time} </span>{_icon("hold", icons) if slot.kind == "held" else ""}{said}</p>'


def _icon(name: str, icons: str) -> str:
    return f'<svg class="i" aria-hidden="true"><use href="{icons}#{name}"/></svg>'
