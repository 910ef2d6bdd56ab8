from __future__ import annotations

from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import Func


class TsTzRange(Func):
    """`tstzrange(start, end, '[)')` in the database: what an exclusion constraint compares."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()
