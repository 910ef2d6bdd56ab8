"""What a report looks at: some sites and a span of local days. And shares of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from frontdesk.clinic.models import Site
from frontdesk.kit.clock import day_span, local_day


@dataclass(frozen=True)
class Scope:
    """Local days first..last, both included, at `sites`; days are those of the first site's zone."""

    sites: Sequence[Site]
    first: date
    last: date

    @property
    def start(self) -> datetime:
        return day_span(self.first, self.sites[0].time_zone)[0]

    @property
    def end(self) -> datetime:
        return day_span(self.last, self.sites[0].time_zone)[1]

    @property
    def parameters(self) -> dict[str, Any]:
        return {"sites": [one.pk for one in self.sites], "start": self.start, "end": self.end}

    @property
    def names(self) -> dict[int, str]:
        return {one.pk: one.name for one in self.sites}


@dataclass(frozen=True)
class Part:
    """`count` of `of`."""

    count: int
    of: int

    @property
    def percent(self) -> float | None:
        """0 to 100; None where there was nothing to divide by."""
        return 100 * self.count / self.of if self.of else None


def last_days(sites: Sequence[Site], days: int, *, now: datetime) -> Scope:
    """The last `days` local days, today included. There must be a site."""
    today = local_day(now, sites[0].time_zone)
    return Scope(sites, today - timedelta(days=days - 1), today)


def rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What the database answers. `sql` is one of ours; whatever was typed stands in `parameters`."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
