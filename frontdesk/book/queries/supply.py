"""Who and what may serve a visit type: everything that a search must know before it reads a day, in one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection
from psycopg import Cursor

from frontdesk.book.engine.segments import Part
from frontdesk.clinic.choices import InterpreterMode
from frontdesk.clinic.models import Site, VisitType

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
"""


@dataclass
class Supply:
    """`members` has for each (kind, of) of a part the resources that may take it, in order of preference.

    `lengths` are the minutes of providers who take longer or shorter than usual; `classes` the slot classes whose
    kept time the visit may have; `homes` the site of each room and machine.
    """

    segments: list[Part] = field(default_factory=list)
    lengths: dict[int, int] = field(default_factory=dict)
    classes: set[int] = field(default_factory=set)
    members: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    homes: dict[int, int] = field(default_factory=dict)


def supply(
    visit_type: VisitType,
    sites: Sequence[Site],
    *,
    language: str,
    modality: str,
    directed: bool,
    audiences: Sequence[str],
) -> Supply:
    """What there is for the visit type at the sites. `language` names that of the interpreter; empty for none."""
    connection.ensure_connection()
    values = {
        "kind": visit_type.pk, "sites": [site.pk for site in sites], "room_type": visit_type.room_type,
        "language": language, "by": modality, "directed": directed, "audiences": list(audiences),
    }  # fmt: skip
    found = Supply()
    segments, helpers = [], []
    with Cursor(connection.connection) as cursor:
        cursor.execute(_SUPPLY, values, binary=True)
        for what, pk, kind, of, offset, minutes, leads, members in cursor.fetchall():
            if what == "segment":
                segments.append((not leads, offset, pk, Part(kind, offset, minutes, of, leads)))
            elif what == "length":
                found.lengths[pk] = minutes
            elif what == "class":
                found.classes.add(pk)
            elif what == "helper":
                helpers += [(of != InterpreterMode.PERSON, one) for one in members]
            else:
                found.members[kind, of] += members
                if pk:
                    found.homes |= dict.fromkeys(members, pk)
    found.segments = [part for *_, part in sorted(segments)]
    for pool in found.members.values():
        pool.sort()
    found.members["interpreter", language] = [pk for _, pk in sorted(helpers)]
    return found
