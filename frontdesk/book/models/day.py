from __future__ import annotations

from django.db import models

from frontdesk.book.engine.bits import from_bytes
from frontdesk.clinic.models import Resource, Site


class ResourceDay(models.Model):
    """The open time of one resource at one site on one local day, as bits of five minutes.

    Derived from sessions and claims, and changed in the transaction that changes a claim; locking
    this row is what keeps two bookings of one resource apart (docs/locking.md). See engine/bits.py.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="days")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    day = models.DateField()
    open_bits = models.BinaryField(max_length=38)
    free_bits = models.BinaryField(max_length=38)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "day", "site"], name="book_resource_day_once")
        ]
        indexes = [models.Index(fields=["day", "site"])]

    def __str__(self) -> str:
        return f"{self.day}"

    @property
    def free(self) -> int:
        return from_bytes(self.free_bits)

    @property
    def open(self) -> int:
        return from_bytes(self.open_bits)
