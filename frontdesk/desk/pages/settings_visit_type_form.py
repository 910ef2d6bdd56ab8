"""The form of one visit type: its fields, its segments, its lengths and its codes, read into a proposal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from frontdesk.clinic.choices import Audience, Modality, Moves, ResourceKind, RoomType
from frontdesk.clinic.models import Provider, Specialty
from frontdesk.clinic.proposals import LONGEST, MOST_HINTS, MOST_LENGTHS, MOST_SEGMENTS
from frontdesk.clinic.queries.settings import CHECKS
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import DraftForm, Line, Number, OneOf, SettingsForm, Several, Tick

SPARE = 2  # empty rows after those that are filled
ANY_ROOM = [("", "No room"), *RoomType.choices]
GROUPS = (
    ("What it is", ("code", "name", "name_es", "specialty", "modality", "room_type", "audience", "places")),
    ("How long", ("minutes", "arrive_before", "buffer_before", "buffer_after", "turnover")),
    ("When it may be booked", ("lead_least", "lead_most", "same_day", "kept_only", "active")),
    ("How it moves", ("moves", "moves_because", "converts_to")),
    ("What others see of it", ("sensitive", "public")),
    ("Preparation and checks", ("prep_hours", "prep_text", "prep_text_es", "needs_checks")),
)


class VisitTypeForm(DraftForm):
    code = Line("Code", most=40, help_text="Small letters, digits and dashes. Given once, never changed.")
    name = Line("Name", most=80)
    name_es = Line("Name in Spanish", most=80)
    specialty = OneOf("Specialty", ())
    modality = OneOf("Modality", Modality.choices)
    room_type = OneOf("Room", ANY_ROOM, required=False, help_text="Where it has no segments.")
    audience = OneOf("For whom", Audience.choices)
    places = Number("Places", least=1, most=100, help_text="More than one makes it a group visit.")
    minutes = Number("Length, minutes", least=5, most=LONGEST)
    arrive_before = Number("Arrive early, minutes", most=LONGEST)
    buffer_before = Number(
        "Wished for free before, minutes", most=LONGEST, help_text="A wish: it never refuses."
    )
    buffer_after = Number("Wished for free after, minutes", most=LONGEST)
    turnover = Number("To make the room ready again, minutes", most=LONGEST)
    lead_least = Number("At least this long ahead, minutes", most=525_600, help_text="1440 is one day.")
    lead_most = Number(
        "At most this long ahead, days", most=730, required=False, help_text="Empty: no limit."
    )
    same_day = Tick("For urgent, same-day care")
    kept_only = Tick("Booked only in time that is kept for it")
    active = Tick("In use")
    sensitive = Tick("Sensitive: messages, calendars and other systems do not say what it is")
    public = Tick("Publish its open time: anybody may see it and ask for a time")
    moves = OneOf("Moves", Moves.choices)
    moves_because = Line("Why it moves so", most=200, required=False)
    converts_to = Several("May become", Modality.choices)
    prep_hours = Number("Time the patient needs to prepare, hours", most=720)
    prep_text = Line("What the patient does", most=300, required=False)
    prep_text_es = Line("The same in Spanish", most=300, required=False)
    needs_checks = Several("Must be in order before it is booked", list(CHECKS.items()))

    def __init__(self, data: QueryDict | None = None, *, standing: Mapping[str, Any], **more: Any) -> None:
        """`standing` is the visit type as it is, in the shape of a proposal; {} for a new one."""
        super().__init__(data, initial={**NEW, **standing}, **more)
        specialties = Specialty.objects.values_list("code", "name")
        offer(self, "specialty", list(specialties))
        if standing:
            self.fields["code"].disabled = True
            self.fields["code"].help_text = "Other settings name it, so it stays."
        whole = {**NEW, **standing}
        self.segments = _row_forms(SegmentForm, "segment", data, whole["segments"], MOST_SEGMENTS)
        self.lengths = _row_forms(
            LengthForm,
            "length",
            data,
            whole["lengths"],
            MOST_LENGTHS,
            providers=_providers(whole["specialty"]),
        )
        hints = [dict(zip(HINT, one, strict=True)) for one in whole["code_hints"]]
        self.hints = _row_forms(HintForm, "hint", data, hints, MOST_HINTS)

    @property
    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        return ((title, [self[name] for name in names]) for title, names in GROUPS)

    def is_valid(self) -> bool:
        rows = [*self.segments, *self.lengths, *self.hints]
        is_whole, wrong = super().is_valid(), [one for one in rows if not one.is_valid()]
        if wrong:
            self.add_error(None, "A segment, a length or a code below is marked: it is not filled in well.")
        return is_whole and not wrong

    def proposal(self) -> dict[str, Any]:
        """What the valid form proposes, whole."""
        fields = {
            name: value for name, value in self.cleaned_data.items() if name not in ("because", "holds_from")
        }
        return {
            **fields,
            "segments": [one.cleaned_data for one in self.segments if one.is_filled],
            "lengths": [
                {"provider": int(one.cleaned_data["provider"]), "minutes": one.cleaned_data["length"]}
                for one in self.lengths
                if one.is_filled
            ],
            "code_hints": [[one.cleaned_data[name] for name in HINT] for one in self.hints if one.is_filled],
        }


class RowForm(SettingsForm):
    """One row of a list. A row whose first field is empty is no row."""

    key = ""

    def __init__(self, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        for field in self.fields.values():
            field.required = False

    @property
    def is_filled(self) -> bool:
        return bool(self.cleaned_data.get(self.key))

    def clean(self) -> dict[str, Any]:
        """A row that is begun is written to its end."""
        read = super().clean() or {}
        for name in self.must:
            if read.get(self.key) and read.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, "Fill this in, or empty the row.")
        return read

    must: Sequence[str] = ()


class SegmentForm(RowForm):
    key, must = "kind", ("offset", "minutes")
    kind = OneOf("Takes", [("", "Nothing"), *ResourceKind.choices])
    leads = Tick("Whom the patient comes to see")
    specialty = OneOf("Specialty", ())
    room_type = OneOf("Type of room", [("", "None"), *RoomType.choices])
    equipment_type = Line("Machine", most=40)
    offset = Number("From minute", most=LONGEST)
    minutes = Number("For minutes", most=LONGEST, least=5)

    def __init__(self, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        choices = [("", "Any"), *Specialty.objects.values_list("code", "name")]
        offer(self, "specialty", choices)


class LengthForm(RowForm):
    key, must = "provider", ("length",)
    provider = OneOf("Provider", ())
    length = Number("Minutes", most=LONGEST, least=5)

    def __init__(
        self, data: QueryDict | None = None, *, providers: Sequence[tuple[str, str]], **more: Any
    ) -> None:
        initial = more.get("initial") or {}
        more["initial"] = {"provider": initial.get("provider"), "length": initial.get("minutes")}
        super().__init__(data, **more)
        offer(self, "provider", [("", "Nobody"), *providers])


HINT = ("system", "code", "words")


class HintForm(RowForm):
    key, must = "system", ("code", "words")
    system = Line("System", most=40)
    code = Line("Code", most=40)
    words = Line("Your own words for it", most=200)


NEW: dict[str, Any] = {
    "specialty": "", "minutes": 20, "arrive_before": 15, "buffer_before": 0, "buffer_after": 0, "turnover": 0, "places": 1,
    "lead_least": 0, "prep_hours": 0, "active": True, "segments": [], "lengths": [], "code_hints": [],
}  # fmt: skip


def _row_forms(
    kind: type[RowForm], name: str, data: QueryDict | None, rows: Sequence[Mapping[str, Any]], most: int, **more: Any
) -> list[Any]:  # fmt: skip
    """The rows that are filled and a few spare ones; all that the sender has sent, up to `most`."""
    count = min(most, len(rows) + SPARE)
    if data is not None:
        count = max([count, *(n + 1 for n in range(most) if f"{name}-{n}-{kind.key}" in data)])
    return [
        kind(data, prefix=f"{name}-{n}", initial=dict(rows[n]) if n < len(rows) else {}, **more)
        for n in range(count)
    ]


def _providers(specialty: str) -> list[tuple[str, str]]:
    found = Provider.objects.filter(active=True, specialty__code=specialty).order_by("family", "name", "pk")
    return [(str(pk), name) for pk, name in found.values_list("pk", "name")]
