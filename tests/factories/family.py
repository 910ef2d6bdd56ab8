"""A therapist, a laboratory and a group at Main Street, with days open far enough ahead for a course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from frontdesk.book.actions.days import open_days
from frontdesk.clinic.choices import RoomType
from frontdesk.clinic.models import Provider, Room, VisitType
from tests.factories import clinic
from tests.universe import NOW, OPENER, TODAY, Universe

UNTIL = TODAY + timedelta(days=88)


@dataclass
class Therapy:
    """What plans and gatherings are tried with."""

    therapist: Provider
    other_therapist: Provider
    nurse: Provider
    gym: Room
    second_gym: Room
    lab_room: Room
    session: VisitType
    group: VisitType
    lab: VisitType


def therapy(cast: Universe, *, until: date = UNTIL) -> Therapy:
    """Two therapists with two therapy rooms, a laboratory nurse with one, and everything open until `until`."""
    therapy_, lab = clinic.specialty("therapy", "Physical therapy"), clinic.specialty("lab", "Laboratory")
    made = Therapy(
        therapist=clinic.provider("Tess Moran, PT", at=cast.main, in_=therapy_),
        other_therapist=clinic.provider("Ugo Bassi, PT", at=cast.main, in_=therapy_),
        nurse=clinic.provider("Lab nurse Finn", at=cast.main, in_=lab),
        gym=clinic.room("Therapy 1", at=cast.main, kind=RoomType.THERAPY),
        second_gym=clinic.room("Therapy 2", at=cast.main, kind=RoomType.THERAPY),
        lab_room=clinic.room("Lab 1", at=cast.main, kind=RoomType.PROCEDURE),
        session=clinic.visit_type(
            "therapy", "Therapy session", in_=therapy_, minutes=45, room_type=RoomType.THERAPY
        ),
        group=clinic.visit_type(
            "back-group", "Back group", in_=therapy_, minutes=60, room_type=RoomType.THERAPY
        ),
        lab=clinic.visit_type(
            "fasting-lab", "Fasting lab", in_=lab, minutes=15, room_type=RoomType.PROCEDURE
        ),
    )
    VisitType.objects.filter(pk=made.group.pk).update(places=5)
    made.group.refresh_from_db()
    new = [made.therapist, made.other_therapist, made.nurse, made.gym, made.second_gym, made.lab_room]
    for resource in new:
        clinic.sessions(resource, at=cast.main)
    old = [cast.dr_carol, cast.dr_yusuf, cast.exam_1, cast.exam_2, cast.marisol]
    open_days(resources=[*new, *old], first=TODAY, last=until, by=OPENER, now=NOW)
    return made
