"""Who listens: asked inside every booking, so it must cost next to nothing where nobody does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from psycopg import Cursor

from frontdesk.partners.engine.filters import Facets, Filter, fits
from frontdesk.partners.engine.scopes import allows
from frontdesk.partners.models import Topic

# One prepared statement over a table of a few rows. From the first handshake until the end everything is noted, also
# while a subscription is stopped, so that nothing is missing when its client comes back.
_LISTENING = """
    SELECT sub.id, sub.topic, sub.filters, client.scopes, client.sees_sensitive,
        ARRAY(SELECT site_id FROM partners_client_sites WHERE client_id = client.id)
    FROM partners_subscription AS sub JOIN partners_client AS client ON client.id = sub.client_id
    WHERE sub.state <> 'off' AND sub.last_sent IS NOT NULL AND client.ended_at IS NULL
"""
READS = {Topic.VISITS: "Appointment", Topic.FREED: "Slot"}
"""What a client must be allowed to read to be told of a topic."""


@dataclass(frozen=True)
class Listener:
    """A subscription that is to be told, with what its client may see."""

    pk: int
    topic: str
    filters: Sequence[Filter]
    scopes: frozenset[str]
    sees_sensitive: bool
    sites: frozenset[int]

    @cached_property
    def may_hear(self) -> bool:
        """Do the scopes that the client holds today let it read what its topic is about?"""
        return allows(self.scopes, READS[Topic(self.topic)], "r")

    def sees(self, site: int, *, sensitive: bool = False) -> bool:
        """May the client see something at the site?"""
        return site in self.sites and (self.sees_sensitive or not sensitive)

    def asked_for(self, facets: Facets) -> bool:
        """Do its filters fit?"""
        return fits(self.filters, facets)


def listeners() -> list[Listener]:
    """Everybody who is to be told of something."""
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        rows = cursor.execute(_LISTENING, binary=True, prepare=True).fetchall()
    found = [
        Listener(pk, topic, filters, frozenset(scopes), sees, frozenset(sites))
        for pk, topic, filters, scopes, sees, sites in rows
    ]
    return [one for one in found if one.may_hear]
