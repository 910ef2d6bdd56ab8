from __future__ import annotations

from django.db import models

from frontdesk.book.engine.bits import ALL_HOURS, from_bytes
from frontdesk.book.engine.kept import Kept, unpack
from frontdesk.clinic.models import Resource, Site


class ResourceDay(models.Model):
    """The open time of one resource at one site on one local day, as bits of five minutes.

    Derived from sessions, blocks, closures and claims (queries/derive.py), and changed in the transaction that
    changes one of them; locking this row is what keeps two bookings of one resource apart (docs/locking.md).
    `free_bits` is what no claim has; `kept` which of it is kept, for what and until when (engine/kept.py);
    `start_bits` the ticks at which visits begin, where sessions say so; `longest` the longest free run in ticks
    and `hours` the hours in which anything is free: hints that let a search pass over a day without reading it.
    """

    # The indexes below serve these two as well, and each index of its own would slow every booking.
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="days", db_index=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    open_bits = models.BinaryField(max_length=38)
    free_bits = models.BinaryField(max_length=38)
    kept = models.BinaryField(null=True)
    start_bits = models.BinaryField(max_length=38, null=True)
    longest = models.PositiveSmallIntegerField(default=304, db_default=304)
    hours = models.PositiveIntegerField(default=ALL_HOURS, db_default=ALL_HOURS)
    counted = models.BooleanField(
        default=False, db_default=False, help_text="A session of it has a capacity."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "day", "site"], name="book_resource_day_once")
        ]
        indexes = [
            models.Index(fields=["day", "site"]),
            # The search asks for days, resources, and a free run that is long enough. The day stands first: the days of
            # a thousand resources lie side by side then, and are read in a twentieth of the time.
            models.Index(fields=["day", "resource", "longest"], name="book_resource_day_search"),
        ]

    def __str__(self) -> str:
        return f"{self.day}"

    @property
    def free(self) -> int:
        return from_bytes(self.free_bits)

    @property
    def open(self) -> int:
        return from_bytes(self.open_bits)

    @property
    def kept_for(self) -> list[Kept]:
        return unpack(self.kept)
