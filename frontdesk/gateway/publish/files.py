"""The files of a publication: a manifest, and NDJSON for places, offers and the open times of each week.

They are made from the book as it stands, and remembered only as long as nothing has happened: whoever asks after that
gets them made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import Any

import orjson
from django.conf import settings
from django.urls import reverse

from frontdesk.book.queries.open_starts import OpenStart
from frontdesk.clinic.models import VisitType
from frontdesk.gateway.publish.ids import slot_id
from frontdesk.gateway.publish.resources import location, schedule, slot
from frontdesk.gateway.publish.wire import JSON, NDJSON, File, digest
from frontdesk.partners.queries.published import Publication, publication, state_of_the_book

HOSTS = 4  # by so many names the same site may be asked for at once
_lock = Lock()
_kept: dict[str, tuple[str, Published]] = {}


@dataclass(frozen=True)
class Published:
    """The files by their names (`locations`, `schedules`, `slots-2026-W10`) and the manifest that lists them."""

    manifest: File
    files: Mapping[str, File]


def published(*, base: str, now: datetime) -> Published:
    """What is published at this moment. `base` is the address of this site, such as https://book.example."""
    days: int = settings.PUBLISH_DAYS
    with _lock:  # of many who ask at once, one makes the files
        state = state_of_the_book(now)
        kept = _kept.get(base)
        if state and kept is not None and kept[0] == f"{days}/{state}":
            return kept[1]
        made = _made(publication(days=days, now=now), base, now)
        if len(_kept) >= HOSTS:
            _kept.clear()
        if state:
            _kept[base] = f"{days}/{state}", made
        return made


def _made(found: Publication, base: str, now: datetime) -> Published:
    files = {
        "locations": _lines(location(site) for site in found.sites),
        "schedules": _lines(
            schedule(kind, site, system=f"{base}/fhir/sid/visit-type") for kind, site in found.offered
        ),
    }
    for week, times in _by_week(found).items():
        files[f"slots-{week}"] = _lines(slot(kind, one, link=_link(base, kind, one)) for kind, one in times)
    states = sorted({site.subdivision for site in found.sites if site.subdivision})
    return Published(_manifest(files, states, base, now), files)


def _by_week(found: Publication) -> dict[str, list[tuple[VisitType, OpenStart]]]:
    """The times by ISO week. A week without any has an empty file: it may have been listed a moment ago."""
    days = range((found.last - found.first).days + 2)  # a site further east may be a day ahead
    weeks: dict[str, list[tuple[VisitType, OpenStart]]] = {
        _week(found.first + timedelta(days=ahead)): [] for ahead in days
    }
    for kind, one in found.times:
        weeks[_week(one.start.astimezone(one.site.zone).date())].append((kind, one))
    return weeks


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _lines(resources: Iterable[dict[str, Any]]) -> File:
    return File(b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in resources), NDJSON)


def _manifest(files: Mapping[str, File], states: Sequence[str], base: str, now: datetime) -> File:
    """Its mark leaves the moment out: the same files are the same publication, whenever they were made."""
    output = [
        {
            "type": _TYPES[name.partition("-")[0]],
            "url": f"{base}{reverse('gateway:published', args=[name])}",
            "extension": {"state": list(states)},
        }
        for name in files
    ]
    content = {
        "transactionTime": now.astimezone(UTC).isoformat(timespec="seconds"),
        "request": f"{base}{reverse('gateway:publication')}",
        "output": output,
        "error": [],
    }
    mark = digest(
        "\n".join([base, *states, *(f"{name} {file.etag}" for name, file in files.items())]).encode()
    )
    return File(orjson.dumps(content), JSON, mark)


_TYPES = {"locations": "Location", "schedules": "Schedule", "slots": "Slot"}


def _link(base: str, kind: VisitType, one: OpenStart) -> str:
    return f"{base}{reverse('gateway:open-time', args=[slot_id(kind.pk, one.site.pk, one.start)])}"
