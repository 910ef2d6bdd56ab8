"""Random books: sessions of every kind, blocks, slot classes, and visits that actions have booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import islice
from random import Random

from frontdesk.book.actions import appointments, holds
from frontdesk.book.actions.days import open_days
from frontdesk.book.actions.wanted import wanted_from
from frontdesk.book.engine.reasons import PartOfDay
from frontdesk.book.models import ResourceDay, Session
from frontdesk.book.queries.find import Option, open_times
from frontdesk.book.queries.wish import Wish
from frontdesk.clinic.choices import Audience, BlockKind, InterpreterMode, Modality, ResourceKind, RoomType
from frontdesk.clinic.models import Equipment, Interpreter, Provider, Segment, VisitLength, VisitType
from frontdesk.kit.errors import Refused
from frontdesk.people.models import Patient
from tests.factories import clinic
from tests.factories.time import slot_class
from tests.universe import LAST_OPEN, NOW, OPENER, TODAY, Universe, at

NAMES = ["Ada", "Bo", "Cleo", "Dov", "Eli", "Fay"]


def random_book(cast: Universe, seed: int) -> list[VisitType]:
    """Change the clinic at random, open its days anew, book some visits. Answers the visit types that there are."""
    dice = Random(seed)
    if seed % 3:
        Provider.objects.filter(pk=cast.dr_carol.pk).update(languages=["en", "es", "zh"])
    types = _types(cast, dice)
    _sessions(cast, dice, types)
    ResourceDay.objects.all().delete()
    resources = [cast.dr_carol, cast.dr_yusuf, cast.dr_lena, cast.exam_1, cast.exam_2, cast.harbor_room]
    more = [*Interpreter.objects.all(), *Equipment.objects.all()]
    open_days(resources=[*resources, *more], first=TODAY, last=LAST_OPEN, by=OPENER, now=NOW)
    _visits(cast, dice, types)
    return types


def random_wish(cast: Universe, types: list[VisitType], seed: int) -> Wish:
    dice = Random(seed)
    sites = dice.choice([[cast.main], [cast.harbor], [cast.main, cast.harbor], [cast.harbor, cast.main]])
    everybody = [cast.dr_carol.pk, cast.dr_yusuf.pk, cast.dr_lena.pk]
    kind = dice.choice(types)
    return Wish(
        visit_type=kind,
        sites=sites,
        providers=dice.sample(everybody, dice.randint(1, 3)),
        earliest=at(dice.randint(0, 23), dice.choice([0, 7, 30]), day=_day(dice)),
        until=_day(dice, 4, 12),
        language=dice.choice(["es", "zh"]) if dice.random() < 0.2 else "es",
        interpreter=dice.random() < 0.4,
        part_of_day=dice.choice(list(PartOfDay)),
        weekdays=frozenset(dice.sample(range(7), dice.randint(3, 7))),
        hours=dice.choice([None, None, (9, 15), (13, 17)]),
        busy=[(start, start + timedelta(minutes=45)) for start in [at(dice.randint(8, 16), day=_day(dice))]],
        new_patient=dice.choice([None, True, False]),
        directed=dice.random() < 0.5,
        modality=dice.choice(["", Modality.VIDEO]),
        room=dice.choice([None, None, None, cast.exam_2.pk]),
        always=dice.random() < 0.1,
    )


def _day(dice: Random, low: int = 0, high: int = 9) -> date:
    return TODAY + timedelta(days=dice.randint(low, high))


def _types(cast: Universe, dice: Random) -> list[VisitType]:
    line = clinic.interpreter("Language line", at=cast.main, languages=["es"])
    Interpreter.objects.filter(pk=line.pk).update(mode=InterpreterMode.LINE)
    clinic.sessions(line, at=cast.main)
    scan = Equipment.objects.create(
        kind=ResourceKind.EQUIPMENT, name="Ultrasound 1", site=cast.main, equipment_type="ultrasound"
    )
    clinic.sessions(scan, at=cast.main, starts=time(9), ends=time(14))
    scanned = clinic.visit_type("scan", "Scan", in_=cast.dr_carol.specialty, minutes=30)
    parts: list[dict[str, object]] = [
        {"kind": ResourceKind.PROVIDER, "leads": True, "offset": 10, "minutes": 20},
        {"kind": ResourceKind.ROOM, "room_type": RoomType.EXAM, "offset": 0, "minutes": 30},
        {"kind": ResourceKind.EQUIPMENT, "equipment_type": "ultrasound", "offset": 10, "minutes": 10},
    ]
    if dice.random() < 0.5:
        second = {"kind": ResourceKind.PROVIDER, "specialty": cast.dr_carol.specialty, "offset": 0}
        parts.append({**second, "minutes": dice.choice([10, 25])})
    for part in parts:
        Segment.objects.create(visit_type=scanned, **part)
    VisitLength.objects.create(visit_type=cast.follow_up, provider=cast.dr_yusuf, minutes=40)
    VisitType.objects.filter(pk=cast.same_day.pk).update(lead_least=dice.choice([0, 90]), lead_most=5)
    VisitType.objects.filter(pk=cast.follow_up.pk).update(converts_to=[Modality.VIDEO], prep_hours=0)
    kept_only = dice.random() < 0.5
    VisitType.objects.filter(pk=cast.phone_call.pk).update(kept_only=kept_only)
    every = [cast.follow_up, cast.same_day, cast.skin_check, cast.phone_call, scanned]
    return list(VisitType.objects.filter(pk__in=[one.pk for one in every]).order_by("pk"))


def _sessions(cast: Universe, dice: Random, types: list[VisitType]) -> None:
    day, keep = {one.code: one for one in types}, Session.objects.filter
    urgent = slot_class("urgent", "Same-day urgent", day["same-day"], release_days=0, release_at=time(13))
    calls = slot_class("calls", "Phone calls", day["phone-call"], audience=dice.choice(list(Audience)))
    directed = slot_class("directed", "Directed", day["follow-up"], by_direction=True)
    classes = [urgent, calls, directed, None]
    for provider in (cast.dr_carol, cast.dr_yusuf):
        keep(resource=provider, weekday=dice.randint(0, 4)).delete()
        for weekday in dice.sample(range(5), 3):
            keep(resource=provider, weekday=weekday).update(ends=time(12), align=dice.choice([None, 20, 30]))
            Session.objects.create(
                resource=provider, site=dice.choice([cast.main, cast.harbor]), weekday=weekday, starts=time(13),
                ends=time(16, 30), valid_from=date(2026, 1, 1), slot_class=dice.choice(classes),
                capacity=dice.choice([None, None, 2]), align=dice.choice([None, None, 10]),
            )  # fmt: skip
        release_days, release_at = dice.choice([(None, None), (0, time(9)), (1, time(12))])
        Session.objects.create(
            resource=provider, site=cast.main, weekday=dice.randint(0, 4), starts=time(10), ends=time(11),
            valid_from=date(2026, 1, 1), block=BlockKind.MEETING, release_days=release_days,
            release_at=release_at,
        )  # fmt: skip


def _visits(cast: Universe, dice: Random, types: list[VisitType]) -> None:
    """A dozen visits, each at a time that was offered for it."""
    for number in range(12):
        patient = cast.newcomer(NAMES[number % 6], f"Quist{number}", born=date(1960 + number, 1, 2))
        wish = replace(
            random_wish(cast, types, dice.randint(0, 10**6)),
            interpreter=False,
            busy=(),
            room=None,
            always=False,
        )
        offered = list(islice(open_times(replace(wish, directed=False, new_patient=True), now=NOW), 30))
        if not offered:
            continue
        book(cast, patient, dice.choice(offered), wish)


def book(cast: Universe, patient: Patient, option: Option, wish: Wish) -> None:
    """Hold and book an option for a patient of a new request."""
    request = cast.ready(patient)
    try:
        hold = holds.place(
            wanted=wanted_from(option, wish.visit_type),
            patient=patient, request_id=request.pk, key=f"book-{request.pk}", by=cast.alice, now=NOW,
        )  # fmt: skip
    except Refused:  # a visit of another specialty's provider: the random wish asked for one
        return
    appointments.book(hold=hold, by=cast.alice, now=NOW)
