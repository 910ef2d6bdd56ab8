"""Who works where: the providers of some specialties at some sites, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from frontdesk.kit import rows

_WORKPLACES = """
    SELECT resource.id, place.site_id, provider.specialty_id
    FROM clinic_provider AS provider JOIN clinic_resource AS resource ON resource.id = provider.resource_ptr_id
    CROSS JOIN LATERAL (
        SELECT resource.site_id UNION SELECT site_id FROM book_session WHERE resource_id = resource.id
    ) AS place
    WHERE resource.active AND provider.specialty_id = ANY(%s::bigint[]) AND place.site_id = ANY(%s::bigint[])
    AND (%s OR resource.id = ANY(%s::bigint[]))
    ORDER BY 1, 2
"""


class Workplace(NamedTuple):
    """Ids of a provider, a site at which they are at home or have sessions, and their specialty."""

    provider: int
    site: int
    specialty: int


def workplaces(
    *, specialties: Iterable[int], sites: Iterable[int], providers: Iterable[int] | None = None
) -> list[Workplace]:
    """Where active providers of the specialties work, of these sites; of these providers only, where they are named."""
    among = rows.ids(providers or ())
    found = rows.run(_WORKPLACES, [rows.ids(specialties), rows.ids(sites), providers is None, among])
    return [Workplace(*one) for one in found]
