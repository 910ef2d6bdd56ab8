"""Is this a setting that the clinic could work with? What a draft proposes, read and checked.

Each reader takes a proposal as JSON keeps it and answers it in the one shape of queries/settings.py, or raises
BadValue with one sentence and the field that it is about.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import time
from typing import Any

from frontdesk.accounts.permissions import DESK_ROLES
from frontdesk.clinic.choices import Audience, Modality, Moves, ResourceKind, RoomType
from frontdesk.clinic.engine import guide as engine
from frontdesk.clinic.models import DraftKind, Guide, Provider, SlotClass, Specialty, VisitType
from frontdesk.clinic.queries.settings import CHECKS, segment_order
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import one_line

LONGEST, MOST_SEGMENTS, MOST_LENGTHS, MOST_HINTS = 480, 12, 60, 12
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def checked(kind: str, subject: int | None, proposal: Mapping[str, Any]) -> dict[str, Any]:
    """The proposal in its one shape. Raises BadValue. `subject` is the row that changes, None for a new one."""
    return _READERS[DraftKind(kind)](proposal, subject)


def _visit_type(raw: Mapping[str, Any], subject: int | None) -> dict[str, Any]:
    minutes = _fives(raw, "minutes", least=5)
    row = {
        **_code_and_names(raw, VisitType, subject, code=40, name=80),
        "name_es": _text(raw, "name_es", 80, least=1),
        "specialty": _one_of(raw, "specialty", Specialty.objects.values_list("code", flat=True)),
        "minutes": minutes,
        "modality": _one_of(raw, "modality", Modality.values),
        "room_type": _one_of(raw, "room_type", ["", *RoomType.values]),
        "audience": _one_of(raw, "audience", Audience.values),
        "places": _number(raw, "places", least=1, most=100),
        **{name: bool(raw.get(name)) for name in ("same_day", "kept_only", "sensitive", "public", "active")},
        **{
            name: _fives(raw, name) for name in ("arrive_before", "buffer_before", "buffer_after", "turnover")
        },
        "lead_least": _number(raw, "lead_least", most=60 * 24 * 365),
        "lead_most": _number(raw, "lead_most", most=730) if raw.get("lead_most") is not None else None,
        "prep_hours": _number(raw, "prep_hours", most=24 * 30),
        **{name: _text(raw, name, 300) for name in ("prep_text", "prep_text_es")},
        **_moving(raw),
        "needs_checks": _several(raw, "needs_checks", CHECKS),
        "code_hints": _hints(raw),
        "segments": _segments(raw, minutes),
        "lengths": _lengths(raw),
    }
    _fits_together(row)
    return row


def _fits_together(row: Mapping[str, Any]) -> None:
    """What single fields cannot say of a visit type."""
    if row["modality"] == Modality.IN_PERSON and not row["segments"] and not row["room_type"]:
        raise BadValue("A visit in person needs a room: choose its type.", field="room_type")
    most = row["lead_most"]
    if most is not None and row["lead_least"] > most * 24 * 60 + 24 * 60:
        raise BadValue("It could never be booked: “at least” is longer than “at most”.", field="lead_most")
    if row["prep_text"] and not row["prep_text_es"]:
        raise BadValue("Write the preparation in Spanish too: patients get it.", field="prep_text_es")
    if row["modality"] in row["converts_to"]:
        raise BadValue("A visit cannot become what it is: leave its own modality out.", field="converts_to")
    if row["public"]:
        _check_public(row)


def _check_public(row: Mapping[str, Any]) -> None:
    """Only time that anybody may ask for is published."""
    if row["sensitive"]:
        raise BadValue("A sensitive visit type cannot be published.", field="public")
    if row["kept_only"]:
        raise BadValue("It is booked only in kept time, and kept time is never published.", field="public")
    if row["places"] > 1:
        raise BadValue(
            "A group visit is booked place by place, so its time is not published.", field="public"
        )


def _slot_class(raw: Mapping[str, Any], subject: int | None) -> dict[str, Any]:
    days, at = raw.get("release_days"), str(raw.get("release_at") or "")
    if (days is None) != (not at):
        raise BadValue("Say both: how many days before, and at what time.", field="release_at")
    return {
        **_code_and_names(raw, SlotClass, subject, code=30, name=60),
        "visit_types": _several(raw, "visit_types", VisitType.objects.values_list("code", flat=True)),
        "audience": _one_of(raw, "audience", Audience.values),
        "modalities": _several(raw, "modalities", Modality.values),
        "by_direction": bool(raw.get("by_direction")),
        "release_days": None if days is None else _number(raw, "release_days", most=365),
        "release_at": _time(at),
        "released_by": _one_of(raw, "released_by", DESK_ROLES),
        "active": bool(raw.get("active")),
    }


def _grid(raw: Mapping[str, Any], subject: int | None) -> dict[str, Any]:
    types = {one.code: one for one in VisitType.objects.filter(code__in=list(raw))}
    if subject is not None or not raw or set(types) != set(raw):
        raise BadValue("The grid names a visit type that there is not.", field="grid")
    rows = {code: _moving(raw[code], field=f"{code}-") for code in sorted(raw)}
    for code, row in rows.items():
        if types[code].modality in row["converts_to"]:
            raise BadValue(
                f"{types[code].name} cannot become what it is: leave its own modality out.",
                field=f"{code}-converts_to",
            )
    return rows


def _moving(raw: Mapping[str, Any], *, field: str = "") -> dict[str, Any]:
    moves = _one_of(raw, "moves", Moves.values)
    because = _text(raw, "moves_because", 200)
    if moves != Moves.FREELY and not because:
        raise BadValue("Say why it is not moved freely.", field=f"{field}moves_because")
    return {
        "moves": moves,
        "moves_because": because,
        "converts_to": _several(raw, "converts_to", Modality.values),
    }


def _guide(raw: Mapping[str, Any], subject: int | None) -> dict[str, Any]:
    specialty = _one_of(raw, "specialty", Specialty.objects.values_list("code", flat=True))
    standing = Guide.objects.filter(specialty__code=specialty).first()
    if (standing.pk if standing else None) != subject:
        raise BadValue("This specialty has another guide.", field="specialty")
    types = VisitType.objects.filter(specialty__code=specialty, active=True).values_list("code", flat=True)
    try:
        content = engine.read(raw.get("content"), visit_types=set(types))
    except engine.BadGuide as bad:
        raise BadValue(bad.sentence, field="content") from bad
    return {"specialty": specialty, "content": engine.as_json(content)}


def _code_and_names(
    raw: Mapping[str, Any], model: type[VisitType] | type[SlotClass], subject: int | None, *, code: int, name: int
) -> dict[str, Any]:  # fmt: skip
    """The code is given once and kept: guides, directions and histories name it."""
    wanted = _text(raw, "code", code, least=1)
    standing = model._default_manager.filter(pk=subject).first() if subject is not None else None
    if standing is not None and wanted != standing.code:
        raise BadValue("The code cannot be changed: other settings name it.", field="code")
    if not _CODE.fullmatch(wanted):
        raise BadValue("A code is small letters, digits and single dashes: knee-check.", field="code")
    if standing is None and model._default_manager.filter(code=wanted).exists():
        raise BadValue("This code is taken.", field="code")
    return {"code": wanted, "name": _text(raw, "name", name, least=1)}


def _segments(raw: Mapping[str, Any], minutes: int) -> list[dict[str, Any]]:
    rows = _rows(raw, "segments", MOST_SEGMENTS)
    specialties = {"", *Specialty.objects.values_list("code", flat=True)}
    segments = sorted((_segment(one, specialties) for one in rows), key=segment_order)
    leading = [one for one in segments if one["leads"]]
    if segments and len(leading) != 1:
        raise BadValue(
            "One segment, and one only, is led by whom the patient comes to see.", field="segments"
        )
    if any(one["offset"] + one["minutes"] > minutes for one in segments):
        raise BadValue(f"A segment ends after the visit, which takes {minutes} minutes.", field="segments")
    return segments


def _segment(raw: Mapping[str, Any], specialties: Collection[str]) -> dict[str, Any]:
    kind, leads = _one_of(raw, "kind", ResourceKind.values, "segments"), bool(raw.get("leads"))
    room, machine = _one_of(raw, "room_type", ["", *RoomType.values], "segments"), ""
    specialty = _one_of(raw, "specialty", specialties, "segments")
    if kind == ResourceKind.EQUIPMENT:
        machine = _text(raw, "equipment_type", 40)
    if leads and kind != ResourceKind.PROVIDER:
        raise BadValue("Only a provider can be whom the patient comes to see.", field="segments")
    if kind == ResourceKind.ROOM and not room:
        raise BadValue("Say which type of room the segment takes.", field="segments")
    if kind == ResourceKind.EQUIPMENT and not machine:
        raise BadValue("Say which machine the segment takes.", field="segments")
    if kind == ResourceKind.PROVIDER and not leads and not specialty:
        raise BadValue("Say of which specialty the other provider is.", field="segments")
    return {
        "kind": kind,
        "leads": leads,
        "specialty": specialty if kind == ResourceKind.PROVIDER and not leads else "",
        "room_type": room if kind == ResourceKind.ROOM else "",
        "equipment_type": machine,
        "offset": _fives(raw, "offset", field="segments"),
        "minutes": _fives(raw, "minutes", least=5, field="segments"),
    }


def _lengths(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = _rows(raw, "lengths", MOST_LENGTHS)
    wanted = [
        {
            "provider": _number(one, "provider", most=2**62, field="lengths"),
            "minutes": _fives(one, "minutes", least=5, field="lengths"),
        }
        for one in rows
    ]
    providers = [one["provider"] for one in wanted]
    if len(set(providers)) < len(providers):
        raise BadValue("A provider has one length only.", field="lengths")
    if Provider.objects.filter(pk__in=providers).count() < len(providers):
        raise BadValue("There is no such provider.", field="lengths")
    return sorted(wanted, key=lambda one: one["provider"])


def _hints(raw: Mapping[str, Any]) -> list[list[str]]:
    rows = raw.get("code_hints") or []
    if not isinstance(rows, list) or len(rows) > MOST_HINTS:
        raise BadValue(f"At most {MOST_HINTS} codes.", field="code_hints")
    hints = [[one_line(str(part), limit=200) for part in one] for one in rows if isinstance(one, list)]
    if len(hints) < len(rows) or any(len(one) != 3 or not all(one) for one in hints):
        raise BadValue("Each code is a system, a code and your own words for it.", field="code_hints")
    return hints


def _rows(raw: Mapping[str, Any], name: str, most: int) -> Sequence[Mapping[str, Any]]:
    rows = raw.get(name) or []
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise BadValue("This is not a list of rows.", field=name)
    if len(rows) > most:
        raise BadValue(f"At most {most} rows.", field=name)
    return rows


def _text(raw: Mapping[str, Any], name: str, most: int, *, least: int = 0) -> str:
    text = one_line(str(raw.get(name) or ""), limit=most + 1)
    if len(text) > most:
        raise BadValue(f"At most {most} characters.", field=name)
    if len(text) < least:
        raise BadValue("This must be filled in.", field=name)
    return text


def _number(raw: Mapping[str, Any], name: str, *, most: int, least: int = 0, field: str = "") -> int:
    value = raw.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadValue(f"A whole number from {least} to {most:,}.", field=field or name)
    return value


def _fives(raw: Mapping[str, Any], name: str, *, least: int = 0, field: str = "") -> int:
    value = _number(raw, name, most=LONGEST, least=least, field=field)
    if value % 5:
        raise BadValue("Minutes in steps of five: the book counts in fives.", field=field or name)
    return value


def _one_of(raw: Mapping[str, Any], name: str, known: Collection[str], field: str = "") -> str:
    value = str(raw.get(name) or "")
    if value not in known:
        raise BadValue("Choose one of those that are listed.", field=field or name)
    return value


def _several(raw: Mapping[str, Any], name: str, known: Collection[str]) -> list[str]:
    values = raw.get(name) or []
    if not isinstance(values, list) or not set(map(str, values)) <= set(known):
        raise BadValue("Choose among those that are listed.", field=name)
    return sorted(set(map(str, values)))


def _time(text: str) -> str:
    if not text:
        return ""
    try:
        return time.fromisoformat(text).strftime("%H:%M")
    except ValueError:
        raise BadValue("A time of day, such as 12:00.", field="release_at") from None


_READERS = {
    DraftKind.VISIT_TYPE: _visit_type,
    DraftKind.SLOT_CLASS: _slot_class,
    DraftKind.GRID: _grid,
    DraftKind.GUIDE: _guide,
}
