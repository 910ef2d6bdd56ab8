"""Slots: what the book offers at this moment, and taken time without a word of whose it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from frontdesk.book.queries.find import Wish, open_times
from frontdesk.clinic.choices import Audience
from frontdesk.clinic.models import SlotClass, VisitType
from tests.gateway.fhir.machine import keep_morning
from tests.gateway.fhir.support import Machine, machine
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


def free(ehr: Machine, cast: Universe, **more: str | list[str]) -> list[str]:
    """The starts of free follow-ups of Dr. Calden, of the first three days unless told otherwise."""
    schedule = f"{cast.dr_carol.pk}-{cast.main.pk}"
    query = {
        "schedule": schedule,
        "service-type": "follow-up",
        "status": "free",
        "_count": "1000",
        "start": "lt2026-03-06",
        **more,
    }
    return [one["start"] for one in ehr.form("Slot", **query).matches]


def test_free_slots_are_what_the_book_offers(ehr: Machine, universe: Universe) -> None:
    universe.book(at(11))
    wish = Wish(
        universe.follow_up, [universe.main], [universe.dr_carol.pk], earliest=NOW, until=date(2026, 3, 5)
    )
    offered = [f"{one.start:%Y-%m-%dT%H:%M:%SZ}" for one in open_times(wish, now=NOW)]
    assert free(ehr, universe) == offered
    assert "2026-03-03T16:00:00Z" not in offered and len(offered) > 60


@pytest.mark.parametrize(
    ("start", "first", "last"),
    [
        (["ge2026-03-04", "lt2026-03-05"], "2026-03-04T13:00:00Z", "2026-03-04T21:30:00Z"),
        (["2026-03-04"], "2026-03-04T13:00:00Z", "2026-03-04T21:30:00Z"),
        (["ge2026-03-04T15:00:00Z", "le2026-03-04T16:00:00Z"], "2026-03-04T15:00:00Z", "2026-03-04T16:00:00Z"),
        (["gt2026-03-04T10:00:00-05:00", "lt2026-03-04T11:00:00-05:00"], "2026-03-04T15:15:00Z", "2026-03-04T15:45:00Z"),
        (["ap2026-03-05T15:00:00Z"], "2026-03-05T13:00:00Z", "2026-03-05T19:45:00Z"),
        (["sa2026-03-04", "eb2026-03-06"], "2026-03-05T13:00:00Z", "2026-03-05T21:30:00Z"),
        (["ge2026-03-04", "lt2026-03-06", "ne2026-03-04"], "2026-03-05T13:00:00Z", "2026-03-05T21:30:00Z"),
    ],
)  # fmt: skip
def test_when(start: list[str], first: str, last: str, ehr: Machine, universe: Universe) -> None:
    found = free(ehr, universe, start=start)
    assert (found[0], found[-1]) == (first, last)


@pytest.mark.parametrize(
    "start", ["lt2026-03-03", "2020", "ge2099", "ge9999-12-31", "lt0001-01-02", "ge2026-03-14"]
)
def test_there_is_nothing_in_the_past_or_beyond_the_book(
    start: str, ehr: Machine, universe: Universe
) -> None:
    assert free(ehr, universe, start=start) == []


def test_taken_time_says_nothing_of_whose_it_is(ehr: Machine, universe: Universe) -> None:
    universe.book(at(11))
    universe.hold(at(11, 30), request=universe.ready(universe.dora))
    schedule = f"{universe.dr_carol.pk}-{universe.main.pk}"
    found = ehr.get("Slot", schedule=schedule, status="busy").matches
    # Two visits side by side are one stretch: how many there are is nobody's business.
    assert [(one["start"], one["end"]) for one in found] == [("2026-03-03T16:00:00Z", "2026-03-03T17:00:00Z")]
    assert set(found[0]) == {"resourceType", "id", "schedule", "status", "start", "end"}
    assert ehr.get(f"Slot/{found[0]['id']}").body == found[0]
    both = ehr.form("Slot", schedule=schedule, start="2026-03-03", **{"service-type": "follow-up"}).matches
    assert [one["status"] for one in both if "T15:30" <= one["start"][10:] <= "T17:00:00Z"] == [
        "free", "busy", "free",
    ]  # fmt: skip
    unnamed = ehr.get("Slot", status="busy")
    assert unnamed.ids == [] and "named" in unnamed.remarks


def test_a_slot_keeps_its_id_and_is_asked_of_the_book_again(ehr: Machine, universe: Universe) -> None:
    schedule = f"{universe.dr_carol.pk}-{universe.main.pk}"
    pk = f"{schedule}-{universe.follow_up.pk}-20260303T1600Z"
    listed = ehr.form("Slot", schedule=schedule, **{"service-type": "follow-up"}).matches
    assert ehr.get(f"Slot/{pk}").body == next(one for one in listed if one["id"] == pk)
    universe.book(at(11))
    assert ehr.get(f"Slot/{pk}").body["status"] == "busy"
    assert (
        ehr.get("Slot", _id=f"{pk},{schedule}-{universe.follow_up.pk}-20260303T1800Z,zzz").body["total"] == 2
    )
    for nothing in ("20260303T0300Z", "20260304T9900Z", "20260303T1600Z-30", "99999999T0000Z"):
        assert ehr.get(f"Slot/{schedule}-{universe.follow_up.pk}-{nothing}").status == 404
    assert ehr.get(f"Slot/{schedule}-{universe.skin_check.pk}-20260303T1800Z").status == 404


def test_an_expired_hold_is_free_again(ehr: Machine, universe: Universe) -> None:
    held = universe.hold(at(11))
    assert "2026-03-03T16:00:00Z" not in free(ehr, universe)
    type(held).objects.update(expires_at=NOW - timedelta(seconds=1))
    assert "2026-03-03T16:00:00Z" in free(ehr, universe)
    assert ehr.get("Slot", schedule=f"{universe.dr_carol.pk}-{universe.main.pk}", status="busy").ids == []


def test_whose_time_and_for_what(ehr: Machine, universe: Universe) -> None:
    main, lena = universe.main.pk, universe.dr_lena.pk
    day = "start=2026-03-05&status=free&_count=1000"
    assert {
        one["schedule"]["reference"] for one in ehr.get(f"Slot?service-type=skin-check&{day}").matches
    } == {f"Schedule/{lena}-{main}"}
    whole = ehr.get(f"Slot?schedule={universe.dr_carol.pk}-{main}&{day}")
    assert {one["serviceType"][0]["text"] for one in whole.matches} == {
        "Follow-up",
        "Same-day visit",
        "Phone visit",
    }
    assert whole.body["total"] == len(whole.ids)
    by_actor = ehr.get(f"Slot?schedule.actor=Practitioner/{universe.dr_carol.pk}&{day}")
    assert by_actor.ids == whole.ids
    two = ehr.get(f"Slot?schedule={universe.dr_carol.pk}-{main},Schedule/{universe.dr_yusuf.pk}-{main}&{day}")
    assert len(two.ids) == 2 * len(whole.ids)
    for nobody in (f"schedule={lena}-{universe.harbor.pk}", "schedule=zzz", "schedule=1-2-3", "specialty=zzz",
                   "service-type=http://snomed.info/sct|follow-up", "schedule.actor=Patient/1"):  # fmt: skip
        assert ehr.get(f"Slot?{nobody}&{day}").ids == [], nobody
    included = ehr.get(f"Slot?service-type=skin-check&{day}&_include=Slot:schedule").included
    assert [one["id"] for one in included] == [f"{lena}-{main}"]


def test_sensitive_time_is_offered_to_those_who_may_see_it(ehr: Machine, universe: Universe) -> None:
    VisitType.objects.filter(pk=universe.skin_check.pk).update(sensitive=True)
    pk = f"{universe.dr_lena.pk}-{universe.main.pk}-{universe.skin_check.pk}-20260305T1800Z"
    assert ehr.get("Slot?service-type=skin-check").ids == []
    assert ehr.get(f"Slot/{pk}").status == 404
    trusted = machine(universe, sees_sensitive=True)
    assert pk in trusted.get("Slot?service-type=skin-check&_count=1000").ids
    assert trusted.get(f"Slot/{pk}").status == 200


def test_time_that_is_kept_is_offered_only_where_every_patient_may_have_it(
    ehr: Machine, universe: Universe
) -> None:
    morning = [f"2026-03-04T{hour}:00:00Z" for hour in (13, 14)]
    kept = SlotClass.objects.create(code="first", name="First visits", audience=Audience.NEW)
    keep_morning(universe, kept)
    assert not set(morning) & set(free(ehr, universe, start="2026-03-04"))
    kept.visit_types.add(universe.follow_up)
    pk = f"{universe.dr_carol.pk}-{universe.main.pk}-{universe.follow_up.pk}-20260304T1300Z"
    # For new patients only: whoever books it for another would be refused.
    assert not set(morning) & set(free(ehr, universe, start="2026-03-04"))
    assert ehr.get(f"Slot/{pk}").body["status"] == "busy"
    kept.audience = Audience.ANYBODY
    kept.save()
    assert set(morning) <= set(free(ehr, universe, start="2026-03-04"))
    assert ehr.get(f"Slot/{pk}").body["status"] == "free"


def test_pages_follow_on_one_another(ehr: Machine, universe: Universe) -> None:
    whose = ",".join(f"{one.pk}-{universe.main.pk}" for one in (universe.dr_carol, universe.dr_yusuf))
    day = f"/fhir/Slot?schedule={whose}&service-type=follow-up&start=2026-03-05&status=free"
    whole, path, seen = ehr.get(f"{day}&_count=1000").ids, f"{day}&_count=7", []
    while path:
        page = ehr.get(path)
        assert page.body["total"] == len(whole)
        seen += page.ids
        path = page.next or ""
        if len(seen) == 14:
            universe.book(at(8, day=TOMORROW + timedelta(days=1)))  # before the place that was reached
    assert seen == whole


def test_nobodys_time_in_particular_is_not_counted_to_the_end(ehr: Machine) -> None:
    """Where there is more than a page, that is all that is said: the rest of the book is not looked through for it."""
    some = ehr.get("Slot?service-type=follow-up&_count=5")
    assert len(some.ids) == 5 and "total" not in some.body and some.next is not None
    assert len(ehr.get(some.next).ids) == 5


def test_as_many_queries_whatever_the_length(
    ehr: Machine, universe: Universe, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    free(ehr, universe)
    with django_assert_max_num_queries(14):
        assert len(free(ehr, universe)) > 60
