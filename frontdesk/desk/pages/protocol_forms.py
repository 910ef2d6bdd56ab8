"""The forms around a protocol: its scope, a file, the handing in, the approval, and what is tried."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from frontdesk.clinic.models import Site, Specialty
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import Day, Line, Number, OneOf, SettingsForm, Text, Tick, TimeOfDay
from frontdesk.triage.engine.screen import Context
from frontdesk.triage.models import Hours, Kind
from frontdesk.triage.models.scope import Scope

FIRST_YEAR, LAST_YEAR = 2000, 2100
LARGEST = 2_000_000  # bytes of a file
ANY = ("", "Any")


class ScopeForm(SettingsForm):
    """For whom and when a scoped protocol is read."""

    site = OneOf("Site", (), required=False)
    specialty = OneOf("Specialty", (), required=False)
    age_from = Number("From age", most=130, required=False, help_text="Whole years. An unknown age fits.")
    age_under = Number("Under age", most=130, required=False)
    hours = OneOf("Hours", list(Hours.choices), required=False)

    def __init__(self, data: QueryDict | None, *, scope: Scope | None = None) -> None:
        known = scope or Scope()
        super().__init__(
            data,
            initial={
                "site": known.site.code if known.site else "", "specialty": known.specialty.code if known.specialty else "",
                "age_from": known.age_from, "age_under": known.age_under, "hours": known.hours,
            },
        )  # fmt: skip
        offer(self, "site", [ANY, *Site.objects.values_list("code", "name")])
        offer(self, "specialty", [ANY, *Specialty.objects.values_list("code", "name")])

    def scope(self) -> Scope:
        """What the valid form says."""
        read = self.cleaned_data
        return Scope(
            site=Site.objects.filter(code=read["site"]).first() if read["site"] else None,
            specialty=Specialty.objects.filter(code=read["specialty"]).first() if read["specialty"] else None,
            age_from=read["age_from"], age_under=read["age_under"], hours=read["hours"],
        )  # fmt: skip


class NewForm(ScopeForm):
    """A scoped protocol that is to be written."""

    name = Line("Name", most=80, help_text="Such as “Children, after hours”.")
    field_order = ("name",)


class ProtocolFile(SettingsForm):
    """A protocol in a file, as it is downloaded."""

    file = forms.FileField(
        label="A protocol from a file", allow_empty_file=True, help_text="TOML, as it is downloaded here.",
        error_messages={"required": "Choose a file first.", "invalid": "Choose a file first."},
        widget=forms.FileInput({"accept": ".toml"}),
    )  # fmt: skip

    def __init__(
        self, data: QueryDict | None = None, files: MultiValueDict[str, UploadedFile[Any]] | None = None
    ) -> None:
        super().__init__(data, files=files)

    def clean_file(self) -> str:
        """What the file holds, as text."""
        found = self.cleaned_data["file"]
        if found.size > LARGEST:
            raise ValidationError("This file is too large to be a protocol.")
        try:
            return str(found.read().decode("utf-8"))
        except UnicodeDecodeError as bad:
            raise ValidationError("This file is not text: a protocol is written in UTF-8.") from bad


class HandInForm(SettingsForm):
    because = Line("Why", most=300, help_text="Whoever approves it reads this; it is kept with the version.")


class ApproveForm(SettingsForm):
    """From when it holds. Empty: from the moment of the approval."""

    day = Day("Holds from", required=False, help_text="Empty: at once.")
    time = TimeOfDay("At", required=False, help_text="Empty: when that day begins.")

    def begins(self, zone: ZoneInfo, now: datetime) -> datetime | None:
        """The moment that the valid form names, in the clinic's zone; None for at once."""
        read = self.cleaned_data
        if read["day"] is None or (read["day"] == now.astimezone(zone).date() and not read["time"]):
            return None
        at = read["time"] or datetime.min.time()
        return datetime.combine(read["day"], at, zone)

    def clean(self) -> dict[str, Any]:
        read = super().clean() or {}
        if read.get("time") and not read.get("day") and "day" not in self.errors:
            self.add_error("day", "Name the day too.")
        return read


class TryForm(SettingsForm):
    """A sentence, and what is known beside it. Nothing of it is kept."""

    text = Text("What the caller says", most=5000, rows=4)
    age = Number("Age", most=130, required=False)
    days_since_procedure = Number("Days since a procedure", most=3650, required=False)
    flags = Line("Flags on the record", most=200, required=False, help_text="With commas: anticoagulant")
    kind = OneOf("Kind of request", [("", "Not said"), *Kind.choices], required=False)
    pregnant = Tick("Pregnant")

    @property
    def about(self) -> list[forms.BoundField]:
        return [self[name] for name in ("age", "days_since_procedure", "flags", "kind", "pregnant")]

    def context(self) -> Context:
        """What the valid form says is known."""
        read = self.cleaned_data
        flags = frozenset(one.strip() for one in read["flags"].split(",") if one.strip())
        return Context(read["age"], read["pregnant"], read["days_since_procedure"], flags, read["kind"])


class BacktestForm(SettingsForm):
    """Which past requests are read: of the days from `first` to `last`."""

    first = Day("From")
    last = Day("To")

    def clean(self) -> dict[str, Any]:
        read = super().clean() or {}
        if read.get("first") and read.get("last") and read["first"] > read["last"]:
            self.add_error("last", "The last day comes after the first.")
        return read


class AsOfForm(SettingsForm):
    """The day as of which the protocol is shown."""

    as_of = Day("As of")

    def clean_as_of(self) -> date:
        day: date = self.cleaned_data["as_of"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(f"A day between the years {FIRST_YEAR} and {LAST_YEAR}.")
        return day
