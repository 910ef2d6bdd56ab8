"""Group visits and case conferences: their time, their places, and what happens to both."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from frontdesk.book.actions import blocks, cancels, gatherings, places
from frontdesk.book.actions.cancels import TooLate
from frontdesk.book.actions.days import remake_days
from frontdesk.book.actions.gatherings import ConferenceWanted, GroupWanted
from frontdesk.book.actions.moves import Ended
from frontdesk.book.actions.places import GroupFull
from frontdesk.book.actions.taking import KeptTime, PatientBusy, TimePast
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.actions.wanted import DoesNotFit
from frontdesk.book.models import Appointment, Claim, Gathering, Session
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.gatherings import (
    coming,
    common_times,
    group_times,
    hit_by,
    places_left,
    places_of,
    visible_gathering,
)
from frontdesk.book.rules import BookingGate
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.outreach.models import Message
from frontdesk.people.models import Patient
from frontdesk.triage.actions import lanes
from tests.factories.family import Therapy, therapy
from tests.factories.time import slot_class
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
START = at(14, day=TODAY + DAY)


@pytest.fixture
def gym(universe: Universe) -> Therapy:
    return therapy(universe)


def group(
    cast: Universe, gym: Therapy, start: datetime = START, *, key: str = "", places: int = 0
) -> Gathering:
    wanted = GroupWanted(gym.group, cast.main, gym.therapist, start, gym.gym, places=places)
    return gatherings.plan_group(wanted=wanted, key=key, by=cast.alice, now=NOW)


def take(cast: Universe, group: Gathering, patient: Patient, *, key: str = "") -> Appointment:
    request = cast.ready(patient)
    return places.take_place(
        gathering=group, patient=patient, request_id=request.pk, key=key, by=cast.alice, now=NOW
    )


def test_a_group_visit_takes_its_provider_and_room(universe: Universe, gym: Therapy) -> None:
    made = group(universe, gym, key="once")
    assert (made.title, made.places, made.end - made.start) == ("Back group", 5, timedelta(hours=1))
    claims = Claim.objects.live().filter(gathering=made)
    assert {one.resource_id for one in claims} == {gym.therapist.pk, gym.gym.pk}
    assert group(universe, gym, key="once") == made
    with pytest.raises(TimeTaken):
        group(universe, gym, START + timedelta(minutes=30))
    fact = Entry.objects.about("gathering", made.pk).get().facts
    assert (fact["gathering_kind"], fact["places"]) == ("group", 5)
    assert differences(now=NOW) == []


def test_what_is_no_group_is_refused(universe: Universe, gym: Therapy) -> None:
    def refused(error: type[Refused], **changes: object) -> None:
        given = {"visit_type": gym.group, "site": universe.main, "provider": gym.therapist, "start": START}
        wanted = GroupWanted(**{**given, "room": gym.gym, **changes})  # type: ignore[arg-type]
        with pytest.raises(error):
            gatherings.plan_group(wanted=wanted, key="", by=universe.alice, now=NOW)

    refused(BadValue, visit_type=universe.follow_up)
    refused(BadValue, places=1)
    refused(BadValue, places=61)
    refused(DoesNotFit, provider=universe.dr_carol)
    refused(DoesNotFit, room=universe.exam_1)
    refused(DoesNotFit, room=None)
    refused(TimePast, start=NOW - timedelta(hours=1))
    refused(TimeTaken, start=at(6, day=TODAY + DAY))
    with pytest.raises(NotAllowed):
        wanted = GroupWanted(gym.group, universe.main, gym.therapist, START, gym.gym)
        gatherings.plan_group(wanted=wanted, key="", by=universe.carol, now=NOW)
    assert not Gathering.objects.exists()


def test_places_are_given_from_the_smallest_and_never_more_than_there_are(
    universe: Universe, gym: Therapy
) -> None:
    made = group(universe, gym, places=2)
    first = take(universe, made, universe.ben, key="k")
    assert (first.place, first.start, first.room, first.visit_type) == (1, START, gym.gym, gym.group)
    assert not Claim.objects.filter(appointment=first).exists()
    assert take(universe, made, universe.ben, key="k") == first
    with pytest.raises(PatientBusy, match="a place in this group already"):
        take(universe, made, universe.ben)
    assert take(universe, made, universe.chen).place == 2
    with pytest.raises(GroupFull, match="All 2 places"):
        take(universe, made, universe.dora)
    assert places_left(made) == 0
    assert [one.patient for one in places_of(made)] == [universe.ben, universe.chen]
    cancels.cancel(visit=first, why="patient-ill", note="", version=1, key="", by=universe.alice, now=NOW)
    assert take(universe, made, universe.dora).place == 1
    assert Claim.objects.live().count() == 2 and differences(now=NOW) == []
    assert Message.objects.filter(about_ref=first.pk, about_kind="appointment").exists()


def test_a_place_that_was_given_back_is_not_restored(universe: Universe, gym: Therapy) -> None:
    visit = take(universe, group(universe, gym), universe.ben)
    cancels.cancel(visit=visit, why="patient-ill", note="", version=1, key="", by=universe.alice, now=NOW)
    with pytest.raises(TooLate):
        cancels.undo(visit=visit, version=2, by=universe.alice, now=NOW)


def test_the_gate_and_the_patients_other_visits_hold(universe: Universe, gym: Therapy) -> None:
    made = group(universe, gym)
    universe.book(START + timedelta(minutes=30), request=universe.ready(universe.ben))
    with pytest.raises(PatientBusy, match="14:30"):
        take(universe, made, universe.ben)
    request = universe.ready(universe.dora)
    lanes.raise_lane(request=request, to="emergency", reason="Worse", by=universe.alice, now=NOW)
    with pytest.raises(BookingGate):
        places.take_place(
            gathering=made, patient=universe.dora, request_id=request.pk, key="", by=universe.alice, now=NOW
        )
    ready = universe.ready(universe.chen)
    with pytest.raises(Ended):
        places.take_place(
            gathering=made, patient=universe.chen, request_id=ready.pk, key="", by=universe.alice,
            now=START + timedelta(minutes=1),
        )  # fmt: skip


def test_a_place_moves_to_another_group(universe: Universe, gym: Therapy) -> None:
    made, other = group(universe, gym), group(universe, gym, START + DAY, places=2)
    visit = take(universe, made, universe.ben)

    def move(version: int, to: Gathering, key: str = "") -> Appointment:
        return places.move_place(
            visit=visit,
            to=to,
            why="patient-asked",
            note="",
            version=version,
            key=key,
            by=universe.alice,
            now=NOW,
        )

    with pytest.raises(Refused, match="another group"):
        move(1, made)
    with pytest.raises(Refused, match="after you opened it"):
        move(7, other)
    moved = move(1, other, "m")
    assert (moved.gathering, moved.place, moved.start, moved.version) == (other, 1, START + DAY, 2)
    assert move(1, other, "m") == moved
    assert places_left(made) == 5
    fact = Entry.objects.about("appointment", visit.pk).get(kind="AppointmentMoved").facts
    assert (fact["why"], fact["whose"]) == ("patient-asked", "patient")
    take(universe, other, universe.chen)
    visit = take(universe, made, universe.dora)
    with pytest.raises(GroupFull):
        move(1, other)


def test_cancelling_a_group_cancels_its_places_and_tells(universe: Universe, gym: Therapy) -> None:
    made = group(universe, gym)
    visits = [take(universe, made, one) for one in (universe.ben, universe.dora)]
    sent = Message.objects.count()

    def cancel(why: str, key: str = "") -> Gathering:
        return gatherings.cancel_gathering(
            gathering=made, why=why, note="Heating", key=key, by=universe.alice, now=NOW
        )

    with pytest.raises(BadValue, match="clinic"):
        cancel("patient-asked")
    done = cancel("room-or-machine", "c")
    assert (done.cancelled_because, cancel("room-or-machine", "c")) == (
        "Room or machine out of order. Heating", made,
    )  # fmt: skip
    for visit in visits:
        visit.refresh_from_db()
        assert (visit.status, visit.ended_whose) == ("cancelled", "organization")
    assert Message.objects.count() > sent
    assert not Claim.objects.live().exists() and differences(now=NOW) == []
    with pytest.raises(Ended):
        cancel("room-or-machine")
    with pytest.raises(Ended):
        take(universe, made, universe.chen)
    assert coming(universe.alice, now=NOW) == []


def test_groups_to_come_with_their_places(universe: Universe, gym: Therapy) -> None:
    later, sooner = group(universe, gym, START + DAY), group(universe, gym)
    take(universe, sooner, universe.ben)
    rows = coming(universe.alice, now=NOW, kind="group")
    assert rows == [sooner, later]
    assert [row.taken for row in rows] == [1, 0]  # type: ignore[attr-defined]
    assert coming(universe.charlie, now=NOW) == []
    assert visible_gathering(sooner.pk, universe.charlie) is None
    assert visible_gathering(sooner.pk, universe.alice) == sooner


def test_group_times_can_be_planned(universe: Universe, gym: Therapy) -> None:
    found = group_times(
        visit_type=gym.group, provider=gym.therapist, site=universe.main, first=TODAY, last=LAST_OPEN,
        at=time(16), now=NOW,
    )  # fmt: skip
    assert len(found) == 6
    assert {one.start.astimezone(universe.main.zone).time() for one in found} == {time(16)}
    for one in found:
        group(universe, gym, one.start)


# Case conferences


def conference(cast: Universe, start: datetime, *, key: str = "", **more: object) -> Gathering:
    given = {
        "title": "Tumor board", "site": cast.main, "provider": cast.dr_carol, "required": [cast.dr_yusuf],
        "start": start, "minutes": 45, "room": cast.exam_1, "patient": cast.ana, **more,
    }  # fmt: skip
    wanted = ConferenceWanted(**given)  # type: ignore[arg-type]
    return gatherings.plan_conference(wanted=wanted, key=key, by=cast.alice, now=NOW)


def times(cast: Universe, gym: Therapy, **more: object) -> list[datetime]:
    given = {
        "providers": [cast.dr_carol, cast.dr_yusuf, gym.therapist], "minutes": 60, "site": cast.main,
        "room_type": "exam", "first": TODAY, "last": TODAY + 14 * DAY, "at": time(12), "now": NOW, **more,
    }  # fmt: skip
    return [one.start for one in common_times(**given)]  # type: ignore[arg-type]


def test_a_conference_takes_everybody_who_must_be_there(universe: Universe, gym: Therapy) -> None:
    made = conference(
        universe, START, required=[universe.dr_yusuf, gym.therapist, universe.dr_carol], key="k"
    )
    assert made.end - made.start == timedelta(minutes=45)
    assert (
        set(made.required.all()) == {universe.dr_yusuf.provider_ptr_id and universe.dr_yusuf, gym.therapist}
        if False
        else set(made.required.all()) == {universe.dr_yusuf, gym.therapist}
    )
    assert Claim.objects.live().filter(gathering=made).count() == 4
    assert conference(universe, START, key="k") == made
    with pytest.raises(TimeTaken):
        universe.hold(START, wanted=universe.wanted(START, provider=universe.dr_yusuf, room=universe.exam_2))
    with pytest.raises(Refused, match="no places"):
        take(universe, made, universe.ben)
    gatherings.cancel_gathering(
        gathering=made, why="provider-away", note="", key="", by=universe.alice, now=NOW
    )
    assert not Claim.objects.live().exists() and differences(now=NOW) == []


def test_a_conference_that_is_not_well_said_is_refused(universe: Universe, gym: Therapy) -> None:
    wrong: tuple[dict[str, Any], ...] = (
        {"title": " "}, {"required": []}, {"required": [universe.dr_carol]}, {"minutes": 7}, {"minutes": 0},
    )  # fmt: skip
    for changes in wrong:
        with pytest.raises(BadValue):
            conference(universe, START, **changes)
    with pytest.raises(DoesNotFit):
        conference(universe, START, room=universe.harbor_room)
    universe.book(
        START, request=universe.ready(universe.ben), wanted=universe.wanted(START, provider=universe.dr_yusuf)
    )
    with pytest.raises(TimeTaken):
        conference(universe, START, room=None)


def test_common_times_are_free_for_all_and_can_be_planned(universe: Universe, gym: Therapy) -> None:
    noon = at(12, day=TODAY + DAY)
    universe.book(
        noon, request=universe.ready(universe.ben), wanted=universe.wanted(noon, provider=universe.dr_yusuf)
    )
    found = times(universe, gym)
    assert found[0] == at(12) and len(found) == 6
    assert found[1] in (noon - timedelta(hours=1), noon + timedelta(minutes=30))
    for start in found:
        conference(universe, start, minutes=60, required=[universe.dr_yusuf, gym.therapist])
    assert times(universe, gym, room_type="therapy", last=TODAY)[0] != at(12)
    assert times(universe, gym, room_type="imaging") == []


def test_somebody_at_another_site_joins_from_there(universe: Universe) -> None:
    found = common_times(
        providers=[universe.dr_carol, universe.dr_lena], minutes=30, site=universe.main, room_type="exam",
        first=TODAY + DAY, last=TODAY + DAY, at=None, now=NOW,
    )  # fmt: skip
    assert found and found[0].room in (universe.exam_1.pk, universe.exam_2.pk)
    made = conference(universe, found[0].start, required=[universe.dr_lena], minutes=30)
    assert Claim.objects.live().filter(gathering=made, resource=universe.dr_lena).exists()


def test_an_absence_shows_the_gatherings_it_hits(universe: Universe, gym: Therapy) -> None:
    made = conference(universe, START, required=[universe.dr_yusuf])
    block = blocks.block(
        resource=universe.dr_yusuf, kind="vacation", start=START - timedelta(hours=2),
        end=START + timedelta(hours=2), because="Ill", by=universe.dan, now=NOW,
    )  # fmt: skip
    assert hit_by(block.block) == [made]


def test_time_kept_for_patients_is_not_a_conferences(universe: Universe, gym: Therapy) -> None:

    kept = slot_class("urgent", "Urgent", universe.same_day)
    Session.objects.filter(resource=universe.dr_carol).update(slot_class=kept)
    remake_days(resources=[universe.dr_carol.pk], first=TODAY, last=LAST_OPEN)
    with pytest.raises(KeptTime, match="Urgent"):
        conference(universe, START)
    assert times(universe, gym, last=LAST_OPEN) == []
