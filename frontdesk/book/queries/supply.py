"""Who and what may serve a visit type: everything that a search must know before it reads a day.

It is one query, and remembered for as long as nothing about the clinic changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection
from psycopg import Cursor

from frontdesk.book.engine.segments import Part
from frontdesk.clinic.choices import InterpreterMode
from frontdesk.clinic.models import Site, VisitType
from frontdesk.clinic.queries.changes import Marks, marks

# One statement in place of seven: a search is a few milliseconds, and each question to the database is a half.
_SUPPLY = """
    SELECT 'segment', id, kind, coalesce(specialty_id::text, '') || room_type || equipment_type,
        "offset", minutes, leads, NULL::bigint[]
    FROM clinic_segment WHERE visit_type_id = %(kind)s
  UNION ALL
    SELECT 'length', provider_id, '', '', 0, minutes, false, NULL
    FROM clinic_visitlength WHERE visit_type_id = %(kind)s
  UNION ALL
    SELECT 'class', class.id, '', '', 0, 0, false, NULL
    FROM clinic_slotclass AS class
    JOIN clinic_slotclass_visit_types AS named ON named.slotclass_id = class.id
    WHERE named.visittype_id = %(kind)s AND class.active AND (%(directed)s OR NOT class.by_direction)
    AND class.audience = ANY(%(audiences)s)
    AND (class.modalities = '{}' OR %(by)s = ANY(class.modalities))
  UNION ALL
    SELECT 'room', resource.site_id, 'room', room.room_type, 0, 0, false, array_agg(resource.id)
    FROM clinic_room AS room JOIN clinic_resource AS resource ON resource.id = room.resource_ptr_id
    WHERE resource.active AND resource.site_id = ANY(%(sites)s) AND (room.room_type = %(room_type)s
        OR room.room_type IN (SELECT room_type FROM clinic_segment WHERE visit_type_id = %(kind)s))
    GROUP BY 2, 4
  UNION ALL
    SELECT 'machine', resource.site_id, 'equipment', machine.equipment_type, 0, 0, false, array_agg(resource.id)
    FROM clinic_equipment AS machine JOIN clinic_resource AS resource ON resource.id = machine.resource_ptr_id
    WHERE resource.active AND resource.site_id = ANY(%(sites)s) AND machine.equipment_type IN
        (SELECT equipment_type FROM clinic_segment WHERE visit_type_id = %(kind)s)
    GROUP BY 2, 4
  UNION ALL
    SELECT 'helper', 0, 'interpreter', helper.mode, 0, 0, false, array_agg(resource.id)
    FROM clinic_interpreter AS helper JOIN clinic_resource AS resource ON resource.id = helper.resource_ptr_id
    WHERE %(language)s <> '' AND resource.active AND %(language)s = ANY(helper.languages)
    GROUP BY 4
  UNION ALL
    SELECT 'second', 0, 'provider', provider.specialty_id::text, 0, 0, false, array_agg(resource.id)
    FROM clinic_provider AS provider JOIN clinic_resource AS resource ON resource.id = provider.resource_ptr_id
    WHERE resource.active AND provider.specialty_id IN
        (SELECT specialty_id FROM clinic_segment WHERE visit_type_id = %(kind)s AND NOT leads)
    GROUP BY 4
  UNION ALL
    SELECT 'speaks', 0, '', '', 0, 0, false, array_agg(provider.resource_ptr_id)
    FROM clinic_provider AS provider JOIN clinic_visittype AS type ON type.specialty_id = provider.specialty_id
    WHERE %(language)s <> '' AND type.id = %(kind)s AND %(language)s = ANY(provider.languages)
    HAVING count(*) > 0
"""


OthersAt = Mapping[int, Mapping[int, Sequence[tuple[int, int]]]]
ANYWHERE = 0  # in the place of a site, for people who work at several
REMEMBERED = 256  # kinds of wishes, in each process


@dataclass(frozen=True)
class Supply:
    """`members` has for each (kind, of) of a part the resources that may take it, in order of preference.

    `lengths` are the minutes of providers who take longer or shorter than usual; `classes` the slot classes whose
    kept time the visit may have; `homes` the site of each room and machine; `speakers` the providers who speak the
    language themselves. It is shared: nobody may change it.
    """

    segments: Sequence[Part] = ()
    lengths: Mapping[int, int] = field(default_factory=dict)
    classes: frozenset[int] = frozenset()
    members: Mapping[tuple[str, str], Sequence[int]] = field(default_factory=dict)
    homes: Mapping[int, int] = field(default_factory=dict)
    speakers: frozenset[int] = frozenset()
    _others: dict[tuple[tuple[str, str], ...], OthersAt] = field(default_factory=dict, compare=False)

    def others_at(self, parts: Sequence[Part]) -> OthersAt:
        """By site and resource, what it may take of the parts that do not lead; see `others_at`."""
        key = tuple((part.kind, part.of) for part in parts)
        if key not in self._others:
            pools = [[], *(self.members.get(one, ()) for one in key[1:])]
            self._others[key] = others_at(pools, self.homes)
        return self._others[key]


def others_at(pools: Sequence[Sequence[int]], homes: Mapping[int, int]) -> OthersAt:
    """By site, or ANYWHERE, and by resource: each (part, rank) that it may take of the parts that do not lead.

    `homes` has the site of each room and machine, so that those of other sites need not be read.
    """
    found: dict[int, dict[int, list[tuple[int, int]]]] = defaultdict(dict)
    for part, members in enumerate(pools[1:], 1):
        for place, resource in enumerate(members):
            found[homes.get(resource, ANYWHERE)].setdefault(resource, []).append((part, place))
    return found


def supply(
    visit_type: VisitType,
    sites: Sequence[Site],
    *,
    language: str,
    modality: str,
    directed: bool,
    audiences: Sequence[str],
) -> Supply:
    """What there is for the visit type at the sites. `language` is that of the patient, "" where nobody needs to know."""
    return _read(
        marks(), visit_type.pk, visit_type.room_type, tuple(site.pk for site in sites), language, modality, directed,
        tuple(audiences),
    )  # fmt: skip


@lru_cache(maxsize=REMEMBERED)
def _read(
    _marks: Marks,
    kind: int,
    room_type: str,
    sites: tuple[int, ...],
    language: str,
    modality: str,
    directed: bool,
    audiences: tuple[str, ...],
) -> Supply:
    values = {
        "kind": kind, "sites": list(sites), "room_type": room_type, "language": language, "by": modality,
        "directed": directed, "audiences": list(audiences),
    }  # fmt: skip
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        return _made(cursor.execute(_SUPPLY, values, binary=True).fetchall(), language)


def _made(rows: Sequence[tuple[str, int, str, str, int, int, bool, list[int]]], language: str) -> Supply:
    lengths: dict[int, int] = {}
    homes: dict[int, int] = {}
    classes: set[int] = set()
    speakers: set[int] = set()
    members: dict[tuple[str, str], list[int]] = defaultdict(list)
    segments, helpers = [], []
    for what, pk, kind, of, offset, minutes, leads, some in rows:
        if what == "segment":
            segments.append((not leads, offset, pk, Part(kind, offset, minutes, of, leads)))
        elif what == "length":
            lengths[pk] = minutes
        elif what == "class":
            classes.add(pk)
        elif what == "speaks":
            speakers.update(some)
        elif what == "helper":
            helpers += [(of != InterpreterMode.PERSON, one) for one in some]
        else:
            members[kind, of] += some
            homes |= dict.fromkeys(some, pk) if pk else {}
    for pool in members.values():
        pool.sort()
    members["interpreter", language] = [pk for _, pk in sorted(helpers)]
    return Supply(
        [part for *_, part in sorted(segments)], lengths, frozenset(classes), dict(members), homes, frozenset(speakers)
    )  # fmt: skip
