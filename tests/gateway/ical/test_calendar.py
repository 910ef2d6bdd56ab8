"""What a calendar program reads: by the library that wrote it and by the zones themselves; never what a visit is for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from frontdesk.book.actions import cancels, moves
from frontdesk.book.actions.moves import Move
from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Site, VisitType
from frontdesk.outreach.engine.ics import Event, calendar
from frontdesk.partners.actions import feeds
from tests.desk.support import Answer, Desk
from tests.universe import LAST_OPEN, NOW, Universe, at

pytestmark = pytest.mark.django_db
ZONES = (
    "America/New_York", "America/Los_Angeles", "America/Phoenix", "Europe/Berlin", "Europe/Dublin", "Asia/Kolkata",
    "Australia/Lord_Howe", "America/Sao_Paulo", "UTC",
)  # fmt: skip


@pytest.fixture
def desk(universe: Universe, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(universe, monkeypatch)


def _get(secret: str, **headers: str) -> Answer:
    """Asked by nobody: the address is the key."""
    address = reverse("gateway:feed", args=[secret])
    return Client(raise_request_exception=False).get(address, headers=headers)


def _read(secret: str) -> list[Any]:
    """The events, as a program reads them."""
    answer = _get(secret)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return _parts(answer.content)


def _parts(content: bytes, kind: str = "VEVENT") -> list[Any]:
    return list(Calendar.from_ical(content).walk(kind))


def _provider(universe: Universe) -> str:
    return feeds.share_provider(provider=universe.dr_carol, by=universe.carol, now=NOW).secret


def _visit(universe: Universe, visit: Appointment) -> str:
    return feeds.share_visit(visit=visit, by=universe.alice, now=NOW).secret


class TestOneVisit:
    def test_when_and_where_and_nothing_else(self, desk: Desk) -> None:
        (event,) = _read(_visit(desk.universe, desk.universe.book(at(11))))
        assert event["DTSTART"].dt == at(11)
        assert event["DTSTART"].params["TZID"] == "America/New_York"
        assert event["DTEND"].dt == at(11, 30)
        assert event["SUMMARY"] == "Visit at Main Street"
        assert event["LOCATION"] == "Main Street, 1 Main Street Street, New York, NY"
        assert event["DESCRIPTION"] == "To change or cancel, call (212) 555-0100."
        assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CONFIRMED", 1, "OPAQUE")

    def test_in_the_patients_language(self, desk: Desk) -> None:
        cast = desk.universe
        (event,) = _read(_visit(cast, cast.book(at(11), request=cast.ready(cast.ana))))
        assert event["SUMMARY"] == "Visita en Main Street"
        assert event["SUMMARY"].params["LANGUAGE"] == "es"

    def test_a_move_keeps_its_name_and_counts_up(self, desk: Desk) -> None:
        cast = desk.universe
        visit = cast.book(at(11))
        secret = _visit(cast, visit)
        (before,) = _read(secret)
        moved = moves.move(
            visit=visit, to=cast.wanted(at(14)), move=Move("patient-asked"), version=visit.version, key="m",
            by=cast.alice, now=NOW + timedelta(minutes=5),
        )  # fmt: skip
        (after,) = _read(secret)
        assert after["UID"] == before["UID"]
        assert after["SEQUENCE"] == moved.version > before["SEQUENCE"]
        assert after["DTSTART"].dt == at(14)
        assert after["LAST-MODIFIED"].dt == NOW + timedelta(minutes=5) > before["LAST-MODIFIED"].dt

    def test_cancelled_it_stays_as_cancelled(self, desk: Desk) -> None:
        cast = desk.universe
        visit = cast.book(at(11, day=LAST_OPEN))
        secret = _visit(cast, visit)
        _cancel(cast, visit)
        desk.later(days=60)
        (event,) = _read(secret)
        assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CANCELLED", 2, "TRANSPARENT")

    def test_by_telephone_there_is_no_address(self, desk: Desk) -> None:
        cast = desk.universe
        Appointment.objects.filter(pk=(visit := cast.book(at(11))).pk).update(modality="phone")
        (event,) = _read(_visit(cast, visit))
        assert event["LOCATION"] == "By telephone"


class TestAProvider:
    def test_their_visits_without_who_or_what(self, desk: Desk) -> None:
        cast = desk.universe
        cast.book(at(11), request=cast.ready(cast.ben))
        cast.book(at(9, day=LAST_OPEN), request=cast.ready(cast.dora))
        other = cast.wanted(at(13), provider=cast.dr_yusuf, room=cast.exam_2)
        cast.book(at(13), request=cast.ready(cast.chen), wanted=other)
        answer = _get(_provider(cast))
        events = _parts(answer.content)
        assert [one["DTSTART"].dt for one in events] == [at(11), at(9, day=LAST_OPEN)]
        assert {str(one["SUMMARY"]) for one in events} == {"Visit"}
        for word in ("Okafor", "Benjamin", "Nilsson", "Follow-up", "Primary", "Exam"):
            assert word not in answer.content.decode()

    def test_what_is_cancelled_stays_for_thirty_days(self, desk: Desk) -> None:
        cast = desk.universe
        visit = cast.book(at(11, day=LAST_OPEN))
        secret = _provider(cast)
        _cancel(cast, visit)
        assert [one["STATUS"] for one in _read(secret)] == ["CANCELLED"]
        desk.later(days=29)
        assert [one["STATUS"] for one in _read(secret)] == ["CANCELLED"]
        desk.later(days=2)
        assert _read(secret) == []

    def test_an_empty_calendar_is_a_calendar(self, desk: Desk) -> None:
        content = _get(_provider(desk.universe)).content
        found = Calendar.from_ical(content)
        assert [str(one["TZID"]) for one in found.walk("VTIMEZONE")] == ["America/New_York"]
        assert found["X-WR-CALNAME"] == "Visits of Dr. Carol Calden"

    def test_two_zones(self, desk: Desk) -> None:
        cast = desk.universe
        cast.book(at(11))
        Site.objects.filter(pk=cast.main.pk).update(time_zone="Europe/Berlin")
        (event,) = _parts(_get(_provider(cast)).content)
        assert event["DTSTART"].dt == at(11)


class TestSensitive:
    def test_it_is_busy_and_nothing_more(self, desk: Desk) -> None:
        cast = desk.universe
        VisitType.objects.filter(pk=cast.follow_up.pk).update(sensitive=True)
        visit = cast.book(at(11), request=cast.ready(cast.ben))
        for secret in (_provider(cast), _visit(cast, visit)):
            (event,) = _read(secret)
            assert (event["SUMMARY"], event["CLASS"]) == ("Busy", "PRIVATE")
            assert "LOCATION" not in event and "DESCRIPTION" not in event
            assert event["DTSTART"].dt == at(11)

    def test_in_spanish(self, desk: Desk) -> None:
        cast = desk.universe
        VisitType.objects.filter(pk=cast.follow_up.pk).update(sensitive=True)
        (event,) = _read(_visit(cast, cast.book(at(11), request=cast.ready(cast.ana))))
        assert event["SUMMARY"] == "Ocupado"


class TestTheAddress:
    def test_not_there_and_taken_back_are_the_same(self, desk: Desk, django_assert_num_queries: Any) -> None:
        shared = feeds.share_provider(provider=desk.universe.dr_carol, by=desk.universe.carol, now=NOW)
        feeds.revoke(feed=shared.feed, by=desk.universe.carol, now=NOW)
        answers = []
        for secret in (shared.secret, "never-was", "a" * 3000):
            with django_assert_num_queries(1):
                answers.append(_get(secret))
        assert {one.status_code for one in answers} == {404}
        assert len({one.content for one in answers}) == 1
        assert len({tuple(sorted(one.items())) for one in answers}) == 1

    def test_what_has_not_changed_is_not_sent_again(self, desk: Desk) -> None:
        cast = desk.universe
        secret = _provider(cast)
        cast.book(at(11))
        first = _get(secret)
        desk.later(minutes=20)
        again = _get(secret, **{"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        cast.book(at(14), request=cast.ready(cast.dora))
        assert _get(secret, **{"If-None-Match": first["ETag"]}).status_code == 200

    def test_nobody_in_between_keeps_it(self, desk: Desk) -> None:
        answer = _get(_provider(desk.universe))
        assert "private" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in answer.headers

    def test_a_wrong_method(self, desk: Desk) -> None:
        address = reverse("gateway:feed", args=[_provider(desk.universe)])
        assert desk.browser(None).post(address).status_code == 405


@pytest.mark.parametrize("zone", ZONES)
def test_the_clock_of_every_zone(zone: str) -> None:
    """The rules of the zone that stand in the calendar itself say the same as the zone, on both sides of each change."""
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    moments = [start + timedelta(days=days, hours=days % 24) for days in range(0, 700, 3)]
    events = [_event(number, moment, zone) for number, moment in enumerate(moments)]
    content = calendar(events, name="Test", zone=zone)
    (rules,) = _parts(content, "VTIMEZONE")
    own = rules.to_tz(lookup_tzid=False)
    local = ZoneInfo(zone)
    for moment in moments:
        wall = moment.astimezone(local).replace(tzinfo=None)
        assert own.utcoffset(wall) == moment.astimezone(local).utcoffset()
    for event, moment in zip(_parts(content), moments, strict=True):
        assert event["DTSTART"].dt == moment


@pytest.mark.parametrize(
    ("zone", "day", "offsets"),
    [
        ("America/New_York", date(2026, 3, 8), (-5, -4)),
        ("America/New_York", date(2026, 11, 1), (-4, -5)),
        ("Europe/Berlin", date(2026, 3, 29), (1, 2)),
    ],
)
def test_the_day_on_which_the_clock_changes(zone: str, day: date, offsets: tuple[int, int]) -> None:
    """A visit an hour before and one three hours after: each says its own offset."""
    local = ZoneInfo(zone)
    early, late = (datetime(day.year, day.month, day.day, hour, 30, tzinfo=local) for hour in (0, 4))
    content = calendar([_event(1, early, zone), _event(2, late, zone)], name="Test", zone=zone)
    own = _parts(content, "VTIMEZONE")[0].to_tz(lookup_tzid=False)
    hours = tuple(own.utcoffset(one.replace(tzinfo=None)) / timedelta(hours=1) for one in (early, late))
    assert hours == offsets


def test_text_that_a_calendar_would_read_as_its_own() -> None:
    hostile = "Busy; a, b\\n\r\nATTENDEE:mailto:x@y.example\nEND:VEVENT"
    one = Event(
        uid="1@x",
        start=NOW,
        end=NOW + timedelta(hours=1),
        zone="UTC",
        summary=hostile,
        sequence=1,
        changed=NOW,
    )
    (event,) = _parts(calendar([one], name=hostile, zone="UTC"))
    assert "ATTENDEE" not in event
    assert str(event["SUMMARY"]).startswith("Busy; a, b\\n")


def _event(number: int, start: datetime, zone: str) -> Event:
    return Event(
        uid=f"{number:04}@x", start=start, end=start + timedelta(minutes=30), zone=zone, summary="Visit", sequence=1,
        changed=NOW,
    )  # fmt: skip


def _cancel(cast: Universe, visit: Appointment) -> None:
    cancels.cancel(
        visit=visit, why="patient-asked", note="", version=visit.version, key="c", by=cast.alice, now=NOW
    )
