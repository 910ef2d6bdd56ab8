"""Who did not come, by how long ahead the visit was booked. Reads only, and gives sums, never a patient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, IntegerField, Max, Min, Q, Value, When

from frontdesk.book.models import PastVisit

LONG_LEAD = 3  # days: for a visit booked nearer than this there is hardly time to send a reminder
# First and last lead of each band, in days, both included; the last band is open.
BANDS: tuple[tuple[int, int | None, str], ...] = (
    (0, 0, "same day"),
    (1, 3, "1–3 days"),
    (4, 7, "4–7 days"),
    (8, 14, "8–14 days"),
    (15, 30, "15–30 days"),
    (31, 60, "31–60 days"),
    (61, None, "over 60 days"),
)


@dataclass(frozen=True)
class Share:
    """`missed` of `of` visits."""

    missed: int = 0
    of: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.missed + other.missed, self.of + other.of)

    @property
    def percent(self) -> float | None:
        """0 to 100; None where there was no visit."""
        return 100 * self.missed / self.of if self.of else None


@dataclass(frozen=True)
class Split:
    """Visits with a reminder beside visits without one."""

    reminded: Share
    others: Share

    @property
    def all(self) -> Share:
        return self.reminded + self.others

    @property
    def points(self) -> float | None:
        """How many percentage points more of the reminded were missed; None where one side is empty."""
        if self.reminded.percent is None or self.others.percent is None:
            return None
        return self.reminded.percent - self.others.percent


@dataclass(frozen=True)
class Band:
    """Visits whose lead lies in one band."""

    label: str
    split: Split


@dataclass(frozen=True)
class ByLead:
    """No-shows of one source. `raw` sums over all leads, `long` over leads of LONG_LEAD days or more, `short` the rest.

    `first_reminded` is the shortest lead, in days, at which anybody was reminded; None if nobody was.
    """

    bands: tuple[Band, ...]
    raw: Split
    short: Split
    long: Split
    first_reminded: int | None

    @property
    def tells_reminders(self) -> bool:
        """Are there visits with a reminder and visits without one? If not, there is nothing to compare."""
        return self.raw.points is not None

    @property
    def raw_misleads(self) -> bool:
        """Does the sum over all leads say the opposite of both its parts (or of the only one that can be compared)?"""
        raw = self.raw.points or 0.0
        parts = [split.points for split in (self.short, self.long) if split.points is not None]
        return bool(parts) and all(raw * points < 0 for points in parts)

    @property
    def others_booked_short(self) -> float | None:
        """Of the visits without a reminder, the percentage that was booked less than LONG_LEAD days ahead."""
        return 100 * self.short.others.of / self.raw.others.of if self.raw.others.of else None


@dataclass(frozen=True)
class Source:
    """A system whose history is here."""

    name: str
    visits: int
    doubles: int
    first_day: date
    last_day: date


@dataclass(frozen=True)
class _Cell:
    band: int
    long: bool
    reminded: bool
    share: Share
    shortest: int


def sources() -> list[Source]:
    """Each source with its extent, the one with the most visits first."""
    rows = PastVisit.objects.values("source").annotate(
        visits=Count("pk"),
        doubles=Count("pk", filter=Q(looks_double=True)),
        first_day=Min("day"),
        last_day=Max("day"),
    )
    return [
        Source(row["source"], row["visits"], row["doubles"], row["first_day"], row["last_day"])
        for row in rows.order_by("-visits", "source")
    ]


def by_lead(source: str) -> ByLead:
    """No-shows of `source` in each band of lead, with and without a reminder: one aggregate in the database."""
    cells = list(_cells(source))
    return ByLead(
        bands=tuple(
            Band(label, _split(cell for cell in cells if cell.band == number))
            for number, (_, _, label) in enumerate(BANDS)
        ),
        raw=_split(cells),
        short=_split(cell for cell in cells if not cell.long),
        long=_split(cell for cell in cells if cell.long),
        first_reminded=min((cell.shortest for cell in cells if cell.reminded), default=None),
    )


def _cells(source: str) -> Iterator[_Cell]:
    bands = [
        When(Q(lead_days__lte=last), then=Value(number))
        for number, (_, last, _) in enumerate(BANDS)
        if last is not None
    ]
    grouped = (
        PastVisit.objects.filter(source=source)
        .annotate(
            band=Case(*bands, default=Value(len(BANDS) - 1), output_field=IntegerField()),
            is_long=Q(lead_days__gte=LONG_LEAD),
        )
        .values("band", "is_long", "reminded")
        .annotate(visits=Count("pk"), missed=Count("pk", filter=Q(came=False)), shortest=Min("lead_days"))
        .order_by()
    )
    for row in grouped:
        share = Share(row["missed"], row["visits"])
        yield _Cell(row["band"], row["is_long"], row["reminded"], share, row["shortest"])


def _split(cells: Iterable[_Cell]) -> Split:
    sides = {True: Share(), False: Share()}
    for cell in cells:
        sides[cell.reminded] += cell.share
    return Split(reminded=sides[True], others=sides[False])
