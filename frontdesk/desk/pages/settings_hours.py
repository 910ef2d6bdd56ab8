"""When a site answers: the week as it is read, and the form for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from django import forms
from django.http import QueryDict

from frontdesk.clinic.actions.site_hours import Week
from frontdesk.clinic.models import Site, SiteHours
from frontdesk.clinic.queries.hours import USUAL, Span
from frontdesk.desk.pages.settings_forms import SettingsForm, TimeOfDay

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STRETCHES = ("1", "2")


@dataclass(frozen=True)
class HoursPage:
    """`lines` name each weekday and its stretches; `usual`: nothing is written down, and the usual hours count."""

    site: Site
    lines: Sequence[tuple[str, str]]
    usual: bool


def hours_page(site: Site) -> HoursPage:
    """The week of a site in words."""
    week = week_of(site)
    lines = [(name, _in_words((week or USUAL).get(number, ()))) for number, name in enumerate(DAYS)]
    return HoursPage(site, lines, not week)


def week_of(site: Site) -> dict[int, list[Span]]:
    """What is written down of a site's week; {} where nothing is."""
    week: dict[int, list[Span]] = {}
    for row in SiteHours.objects.filter(site=site).order_by("weekday", "opens"):
        week.setdefault(row.weekday, []).append((row.opens, row.closes))
    return week


def _in_words(spans: Sequence[Span]) -> str:
    return ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in spans) or "Closed"


class HoursForm(SettingsForm):
    """Two stretches a weekday; what is left empty is closed. Fields are named opens_0_1, closes_0_1 and so on."""

    def __init__(self, data: QueryDict | None = None, *, site: Site) -> None:
        super().__init__(data)
        week = week_of(site) or {number: list(spans) for number, spans in USUAL.items()}
        for number, name in enumerate(DAYS):
            spans: list[tuple[time | None, time | None]] = [*week.get(number, ()), (None, None), (None, None)]
            for which, (opens, closes) in zip(STRETCHES, spans, strict=False):
                then = "" if which == "1" else " again"
                self.fields[f"opens_{number}_{which}"] = TimeOfDay(
                    f"{name} opens{then}", required=False, initial=opens
                )
                self.fields[f"closes_{number}_{which}"] = TimeOfDay(
                    f"{name} closes{then}", required=False, initial=closes
                )

    @property
    def days(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Each weekday with its four fields."""
        return [
            (name, [self[f"{what}_{number}_{which}"] for which in STRETCHES for what in ("opens", "closes")])
            for number, name in enumerate(DAYS)
        ]

    def clean(self) -> None:
        """Both ends of a stretch, or neither."""
        read = self.cleaned_data
        for number in range(len(DAYS)):
            for which in STRETCHES:
                opens, closes = f"opens_{number}_{which}", f"closes_{number}_{which}"
                if bool(read.get(opens)) != bool(read.get(closes)) and not {opens, closes} & set(self.errors):
                    self.add_error(closes if read.get(opens) else opens, "Give both times, or neither.")

    def week(self) -> Week:
        """What the valid form says."""
        read = self.cleaned_data
        found = {
            number: [
                (read[f"opens_{number}_{which}"], read[f"closes_{number}_{which}"])
                for which in STRETCHES
                if read[f"opens_{number}_{which}"] is not None
            ]
            for number in range(len(DAYS))
        }
        return {number: spans for number, spans in found.items() if spans}
