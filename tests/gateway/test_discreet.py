"""A sensitive visit at the edges: whatever leaves the house says clinic, day and time, and nothing of what it is.

Every text that goes out is made here for one visit of a sensitive type, and held against every word that would tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import cast as as_type

import pytest
from icalendar import Calendar
from procrastinate import JobContext

from frontdesk.book.actions import cancels, moves
from frontdesk.book.actions.moves import Move
from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Provider, Specialty, VisitType
from frontdesk.gateway.publish.ids import slot_id
from frontdesk.outreach import jobs
from frontdesk.outreach.engine.render import ALLOWED
from frontdesk.outreach.library import read_library
from frontdesk.outreach.models import Message
from frontdesk.partners.actions import feeds
from frontdesk.people.models import Patient
from tests.desk.support import Desk
from tests.factories.mail_server import mail_server
from tests.gateway.publish.reading import everything, get, manifest
from tests.universe import LAST_OPEN, NOW, Universe, at

pytestmark = pytest.mark.django_db

NAME, NAME_ES, CODE = "Alcohol counseling", "Consejería sobre el alcohol", "alcohol-counseling"
SPECIALTY, PROVIDER, TITLE = "Behavioral health", "Dr. Carol Calden", "Psychiatrist"
WOULD_TELL = (
    NAME, NAME_ES, CODE, SPECIALTY, PROVIDER, TITLE, "Alcohol", "Behavioral", "Calden", "Carol", "counsel", "Consejer",
    "salud mental", "psychiatr", "Exam 1",
)  # fmt: skip
NO_LONGER = timedelta(minutes=1)


@pytest.fixture
def clinic(universe: Universe, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Follow-ups are a sensitive visit of behavioral health, with words that would tell at every place."""
    VisitType.objects.filter(pk=universe.follow_up.pk).update(
        name=NAME,
        name_es=NAME_ES,
        code=CODE,
        sensitive=True,
        public=True,
        prep_text=NAME,
        prep_text_es=NAME_ES,
    )
    Specialty.objects.filter(pk=universe.follow_up.specialty_id).update(name=SPECIALTY)
    universe.carol.title = TITLE
    universe.carol.save()
    universe.follow_up.refresh_from_db()
    return Desk(universe, monkeypatch)


def _told(cast: Universe, patient: Patient) -> list[Message]:
    """Booked, moved, cancelled, and standing again: every message that a visit can cause."""
    visit = cast.book(at(11, day=LAST_OPEN), request=cast.ready(patient))
    interpreter = cast.marisol if patient.needs_interpreter else None
    there = cast.wanted(at(14, day=LAST_OPEN), interpreter=interpreter)
    visit = moves.move(
        visit=visit,
        to=there,
        move=Move("patient-asked"),
        version=visit.version,
        key="m",
        by=cast.alice,
        now=NOW,
    )
    visit = cancels.cancel(
        visit=visit, why="provider-away", note="", version=visit.version, key="c", by=cast.alice, now=NOW
    )
    cancels.undo(visit=visit, version=visit.version, by=cast.alice, now=NOW + NO_LONGER)
    return list(Message.objects.filter(patient=patient).order_by("pk"))


def _tells(text: str) -> Iterator[str]:
    return (one for one in WOULD_TELL if one.casefold() in text.casefold())


@pytest.mark.parametrize("who", ["ben", "ana"])
def test_every_message_and_its_calendar_entry_as_they_are_sent(
    clinic: Desk, who: str, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = clinic.universe
    messages = _told(cast, getattr(cast, who))
    assert [one.template.key for one in messages] == [
        "visit_booked", "visit_moved", "visit_cancelled", "visit_restored",
    ]  # fmt: skip
    with mail_server() as (server, answers):
        monkeypatch.setattr("frontdesk.gateway.mail.carrier.settings.EMAIL", server)
        jobs._carrier.cache_clear()
        for message in messages:
            jobs.send_message(as_type(JobContext, None), message.pk)
    jobs._carrier.cache_clear()
    assert len(answers.taken) == len(messages)
    for mail in answers.taken:
        words = mail.get_body(preferencelist=("plain",))
        (entry,) = mail.iter_attachments()
        assert words is not None and entry.get_content_type() == "text/calendar"
        for text in (str(mail["Subject"]), str(words.get_content()), entry.get_content(), mail.as_string()):
            assert not [*_tells(text)]
        assert "Main Street" in str(words.get_content())
        (event,) = Calendar.from_ical(entry.get_content()).walk("VEVENT")
        assert event["SUMMARY"] == ("Ocupado" if who == "ana" else "Busy")


def test_no_message_of_the_library_could_name_it() -> None:
    """The names that a message may hold are those of the patient, the place and the time."""
    assert {"given_name", "clinic", "day", "time", "arrive", "address", "phone", "how"} == ALLOWED
    assert {one["content_level"] for one in read_library()} == {"minimal"}


def test_calendars(clinic: Desk) -> None:
    cast = clinic.universe
    visit = cast.book(at(11), request=cast.ready(cast.ben))
    own = feeds.share_provider(provider=cast.dr_yusuf, by=cast.dan, now=NOW)
    Appointment.objects.filter(pk=visit.pk).update(provider=Provider.objects.get(pk=cast.dr_yusuf.pk))
    link = feeds.share_visit(visit=visit, by=cast.alice, now=NOW)
    for secret in (own.secret, link.secret):
        content = get(f"/calendar/{secret}.ics").content.decode()
        assert "BEGIN:VEVENT" in content and "SUMMARY;LANGUAGE=en:Busy" in content
        assert not [*_tells(content)]


def test_publications_and_the_page_of_a_time(clinic: Desk) -> None:
    cast = clinic.universe
    VisitType.objects.filter(pk=cast.skin_check.pk).update(public=True)
    whole = b"".join(get(one["url"]).content for one in manifest()["output"]).decode()
    assert everything("Slot")
    assert not [*_tells(whole)]
    page = get(f"/open/{slot_id(cast.follow_up.pk, cast.main.pk, at(13, day=LAST_OPEN))}/")
    assert page.status_code == 404
    assert not [*_tells(page.content.decode())]
