"""A time of day as it is typed into a form."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from frontdesk.clinic.models import Site
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import one_line

_SHAPE = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?", re.ASCII)


def read_time(text: str, *, day: date, site: Site, field: str) -> datetime:
    """The local time at the site on `day`, from "10:25". Raises BadValue about `field`."""
    found = _SHAPE.fullmatch(one_line(text, limit=20))
    if found is None:
        raise BadValue("Give the time as hours and minutes, such as 10:25.", field=field)
    return datetime.combine(day, time(int(found[1]), int(found[2])), site.zone)
