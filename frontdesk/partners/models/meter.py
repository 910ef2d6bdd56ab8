from __future__ import annotations

from django.db import models


class Meter(models.Model):
    """How much of what is counted by the minute was used: requests of a client, failed tries at the token door.

    Unlogged: after a crash of the database it is empty, which costs nobody anything.
    """

    key = models.CharField(max_length=80, primary_key=True)
    minute = models.DateTimeField(db_index=True)
    used = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key
