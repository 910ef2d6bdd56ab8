"""Moving a visit: what it would do is shown first, by the same address that does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from frontdesk.book.models import Appointment, Claim, ResourceDay
from frontdesk.book.queries.derive import fill, load
from frontdesk.clinic.choices import Moves
from frontdesk.clinic.models import VisitType
from frontdesk.daybook.models import Entry
from frontdesk.triage.actions import handoffs
from tests.desk.support import Answer, Desk, Form, read, rows, said, written
from tests.factories import time as slots
from tests.factories.protocol import FEVER
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 9)
FRIDAY = date(2026, 3, 13)
Look = Callable[..., Answer]


@pytest.fixture
def visit(desk: Desk) -> Appointment:
    """Ben's follow-up on Monday at 11:00 with Dr. Carol in exam room 1."""
    return desk.universe.book(at(11, day=MONDAY))


@pytest.fixture
def look(desk: Desk, visit: Appointment) -> Look:
    """What moving it there would do, as Alice sees it."""

    def ask(**place: str) -> Answer:
        return desk.get(desk.universe.alice, "desk:visit-move", visit.pk, **place)

    return ask


def confirm(desk: Desk, answer: Answer, visit: Appointment, **more: str) -> Answer:
    filled = the_form(answer, visit)
    return desk.browser(desk.universe.alice).post(filled.action, {**filled.fields, **more})


def the_form(answer: Answer, visit: Appointment) -> Form:
    return read(answer).form(f"/visits/{visit.pk}/move/", holds="version")


def may_confirm(answer: Answer) -> bool:
    return any("version" in one.fields for one in read(answer).forms)


# ---- the preview ----


def test_what_it_would_do_is_shown_and_nothing_is_written(desk: Desk, look: Look) -> None:
    desk.browser(desk.universe.alice)
    before = rows()
    answer = look(day="2026-03-13", time="14:00")
    text = said(answer)
    for words in (
        "Wait. The patient waits 4 days longer.",
        "Room. Exam 1 is kept.",
        "Left behind. Leaves 9 h free with Dr. Carol Calden, 08:00 to 17:00.",
        "Provider Pass. Dr. Carol Calden is in session then.",
        "Patient told Pass. A message goes out with the change.",
        "Fri 13 Mar, 14:00, Dr. Carol Calden, Exam 1",
    ):
        assert words in text
    assert may_confirm(answer)
    assert written(before) == {"daybook_look"}


def test_first_it_only_asks_where_to(look: Look, visit: Appointment) -> None:
    answer = look()
    assert "What the move would do" not in said(answer)
    asked = read(answer).form(f"/visits/{visit.pk}/move/").fields
    assert (asked["day"], asked["time"], asked["type"]) == ("2026-03-09", "11:00", "follow-up")


def test_for_the_drawer_it_is_a_fragment(desk: Desk, visit: Appointment) -> None:
    desk.browser(desk.universe.alice)
    url = f"/visits/{visit.pk}/move/?day=2026-03-13&time=14:00"
    html = desk.browser(desk.universe.alice).get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html
    assert 'id="drawer"' in html


def test_by_ten_minutes_over_its_own_time(desk: Desk, look: Look, visit: Appointment) -> None:
    answer = look(day="2026-03-09", time="11:10")
    assert "Wait. The same day, later." in said(answer)
    assert confirm(desk, answer, visit, why="provider-late").status_code == 302
    visit.refresh_from_db()
    assert (visit.start, visit.moved) == (at(11, 10, day=MONDAY), 1)


def test_another_room_where_its_own_is_taken(desk: Desk, look: Look, visit: Appointment) -> None:
    cast = desk.universe
    other = cast.wanted(at(14, day=FRIDAY), provider=cast.dr_yusuf)
    cast.book(at(14, day=FRIDAY), request=cast.ready(cast.dora), wanted=other)
    answer = look(day="2026-03-13", time="14:00")
    assert "Room. Exam 2 instead of Exam 1." in said(answer)
    assert confirm(desk, answer, visit, why="patient-asked").status_code == 302
    visit.refresh_from_db()
    assert visit.room == cast.exam_2


def test_a_certain_room_is_taken_at_its_word(desk: Desk, look: Look, visit: Appointment) -> None:
    cast = desk.universe
    other = cast.wanted(at(14, day=FRIDAY), provider=cast.dr_yusuf)
    cast.book(at(14, day=FRIDAY), request=cast.ready(cast.dora), wanted=other)
    answer = look(day="2026-03-13", time="14:00", room=str(cast.exam_1.pk))
    assert "No room, machine or interpreter that this visit needs is free then." in said(answer)


# ---- why not ----


def _busy_provider(cast: Universe) -> None:
    wanted = cast.wanted(at(14, day=FRIDAY), room=cast.exam_2)
    cast.book(at(14, day=FRIDAY), request=cast.ready(cast.dora), wanted=wanted)


def _busy_patient(cast: Universe) -> None:
    wanted = cast.wanted(at(14, day=FRIDAY), provider=cast.dr_yusuf, room=cast.exam_2)
    cast.book(at(14, day=FRIDAY), request=cast.ready(cast.ben), wanted=wanted)


def _held(cast: Universe) -> None:
    cast.hold(at(14, day=FRIDAY), request=cast.ready(cast.dora))


def _nothing(cast: Universe) -> None:
    return None


@pytest.mark.parametrize(
    ("given", "place", "words"),
    [
        (_busy_provider, {"day": "2026-03-13", "time": "14:00"}, "Dr. Carol Calden has somebody else then."),
        (_held, {"day": "2026-03-13", "time": "14:00"}, "time is held for somebody else then."),
        (
            _busy_patient,
            {"day": "2026-03-13", "time": "14:00"},
            "The patient has another visit at 14:00 then.",
        ),
        (_nothing, {"day": "2026-03-03", "time": "09:00"}, "This time has passed."),
        (_nothing, {"day": "2026-03-14", "time": "09:00"}, "has no open session at Main Street then."),
        (_nothing, {"day": "2026-03-13", "time": "16:45"}, "session does not last that long."),
        (_nothing, {"day": "2026-03-09", "time": "11:00"}, "The visit stands there already."),
        (_nothing, {"day": "2026-03-08", "time": "02:30"}, "Choose a day, and a time as hours and minutes"),
        (_nothing, {"day": "x", "time": "y"}, "Choose a day, and a time as hours and minutes"),
    ],
)
def test_why_not(
    desk: Desk, look: Look, given: Callable[[Universe], None], place: dict[str, str], words: str
) -> None:
    given(desk.universe)
    answer = look(**place)
    assert words in said(answer)
    assert not may_confirm(answer)


def test_beside_a_refusal_stand_the_three_nearest_times(desk: Desk, look: Look) -> None:
    _busy_provider(desk.universe)
    answer = look(day="2026-03-13", time="14:00")
    links = [link for link in read(answer).links if "/move/?" in link]
    times = [parse_qs(urlsplit(link).query)["time"][0] for link in links]
    assert times == ["13:15", "13:30", "14:30", "13:45", "14:00", "14:15"]
    assert "With somebody else: Fri 13 Mar, 13:45, Dr. Yusuf Demir" in said(answer)
    assert may_confirm(desk.browser(desk.universe.alice).get(links[0]))


def test_kept_time_says_for_whom(desk: Desk, look: Look) -> None:
    cast = desk.universe
    kept = slots.slot_class("urgent", "Same-day urgent", cast.same_day, by_direction=True)
    slots_of = cast.dr_carol.sessions.filter(weekday=4)
    slots_of.update(slot_class=kept)
    _reopen(cast)
    text = said(look(day="2026-03-13", time="14:00"))
    assert "This time is kept for: Same-day urgent and opens by a clinician’s direction." in text


def test_a_directed_visit_may_go_where_a_direction_opens_time(desk: Desk, visit: Appointment) -> None:
    cast = desk.universe
    kept = slots.slot_class("urgent", "Urgent", cast.follow_up, by_direction=True)
    cast.dr_carol.sessions.filter(weekday=4).update(slot_class=kept)
    _reopen(cast)
    directed = _directed(cast, until=FRIDAY)
    answer = desk.get(cast.alice, "desk:visit-move", directed.pk, day="2026-03-13", time="14:00")
    assert "Request Pass. Directed by Bob Blden, RN." in said(answer)
    assert confirm(desk, answer, directed, why="patient-asked").status_code == 302
    directed.refresh_from_db()
    assert directed.start == at(14, day=FRIDAY)
    other = desk.get(cast.alice, "desk:visit-move", visit.pk, day="2026-03-13", time="15:00")
    assert "opens by a clinician’s direction" in said(other)
    assert not may_confirm(other)


def test_after_the_directed_day_a_scheduler_is_stopped_and_a_nurse_may_waive(desk: Desk) -> None:
    cast = desk.universe
    directed = _directed(cast, until=FRIDAY - timedelta(days=1))
    place = {"day": "2026-03-13", "time": "14:00"}
    answer = desk.get(cast.alice, "desk:visit-move", directed.pk, **place)
    assert "Request: Fail. The clinician directed a visit by Thu 12 Mar." in said(answer)
    assert not may_confirm(answer)
    waivable = the_form(desk.get(cast.bob, "desk:visit-move", directed.pk, **place), directed)
    assert "waive-REQUEST" in waivable.fields
    said_why = {"why": "patient-asked", "waive-REQUEST": "Seen by telephone"}
    answer = desk.browser(cast.bob).post(waivable.action, {**waivable.fields, **said_why})
    assert answer.status_code == 302


def _directed(cast: Universe, *, until: date) -> Appointment:
    """Dora's follow-up on Monday at 9:00, which Bob directed by that day."""
    request = cast.ready(cast.dora, said=FEVER)
    handoff = handoffs.accept(handoff=request.handoffs.get(), by=cast.bob, now=NOW)
    handoffs.direct(
        handoff=handoff, direction="within_days", visit_type=cast.follow_up, visit_by=until, by=cast.bob,
        now=NOW,
    )  # fmt: skip
    return cast.book(at(9, day=MONDAY), request=request)


def _reopen(cast: Universe) -> None:
    """Dr. Carol's Friday anew from her sessions, as approving a template does."""
    sources = load([cast.dr_carol.pk], FRIDAY, FRIDAY)
    for place, made in sources.day(cast.dr_carol.pk, FRIDAY):
        row = ResourceDay.objects.get(resource=place[0], day=place[1], site=place[2])
        fill(row, made)
        row.save()


# ---- doing it ----


def test_it_moves_and_says_so_on_the_calendar(desk: Desk, look: Look, visit: Appointment) -> None:
    answer = look(day="2026-03-13", time="14:00", back="day=2026-03-09&site=main")
    done = confirm(desk, answer, visit, why="patient-asked", note="Works on Mondays")
    assert done.status_code == 302
    assert done["Location"] == f"/calendar/?day=2026-03-13&site=main&visit={visit.pk}"
    visit.refresh_from_db()
    assert (visit.start, visit.version, visit.moved) == (at(14, day=FRIDAY), 2, 1)
    text = said(desk.browser(desk.universe.alice).get(done["Location"]))
    assert "Moved to Friday 13 March, 14:00, Dr. Carol Calden." in text
    assert "Moved once, last 3 Mar 2026, 10:00 by Alice Alden. The patient asked. Works on Mondays" in text
    entry = Entry.objects.get(kind="AppointmentMoved")
    assert entry.alternatives == [{"words": "Mon 9 Mar, 11:00, Dr. Carol Calden, Exam 1"}]


def test_without_a_reason_it_stays_and_the_note_is_kept(desk: Desk, look: Look, visit: Appointment) -> None:
    answer = confirm(desk, look(day="2026-03-13", time="14:00"), visit, note="Works on Mondays")
    assert answer.status_code == 422
    assert "Choose the reason." in said(answer)
    assert the_form(answer, visit).fields["note"].strip() == "Works on Mondays"
    visit.refresh_from_db()
    assert visit.moved == 0


def test_a_place_that_was_taken_meanwhile_is_refused_with_what_is_near(
    desk: Desk, look: Look, visit: Appointment
) -> None:
    answer = look(day="2026-03-13", time="14:00")
    _busy_provider(desk.universe)
    refused = confirm(desk, answer, visit, why="patient-asked")
    assert refused.status_code == 409
    text = said(refused)
    assert "Dr. Carol Calden has somebody else then." in text
    assert "Nearest times that fit" in text
    visit.refresh_from_db()
    assert visit.start == at(11, day=MONDAY)


def test_a_stale_preview_is_told_what_changed(desk: Desk, look: Look, visit: Appointment) -> None:
    cast = desk.universe
    answer = look(day="2026-03-13", time="14:00")
    theirs = desk.get(cast.dan, "desk:visit-move", visit.pk, day="2026-03-12", time="09:00")
    desk.later(minutes=1)
    filled = the_form(theirs, visit)
    desk.browser(cast.dan).post(filled.action, {**filled.fields, "why": "provider-asked"})
    refused = confirm(desk, answer, visit, why="patient-asked")
    assert (refused.status_code, refused["X-Refused"]) == (409, "STALE")
    assert "moved by Dan Dlden at 10:01" in said(refused)
    assert the_form(refused, visit).fields["why"] == "patient-asked"


def test_a_double_click_moves_once(desk: Desk, look: Look, visit: Appointment) -> None:
    answer = look(day="2026-03-13", time="14:00")
    done = [confirm(desk, answer, visit, why="patient-asked").status_code for _ in range(2)]
    assert done == [302, 302]
    visit.refresh_from_db()
    assert visit.moved == 1


def test_the_wrong_type_becomes_the_right_one_before_the_old_time_is_given_back(
    desk: Desk, look: Look, visit: Appointment
) -> None:
    cast = desk.universe
    wrong = look(day="2026-03-09", time="11:00", type="skin-check")
    assert "Dr. Carol Calden does not see patients for Skin check: choose who does." in said(wrong)
    place = {"day": "2026-03-10", "time": "10:00", "type": "skin-check", "with": str(cast.dr_lena.pk)}
    answer = look(**place)
    text = said(answer)
    assert "Follow-up becomes Skin check, secured before the old time is given back." in text
    assert "Two are changed: tell Dr. Carol Calden and Dr. Lena Fischer." in text
    assert confirm(desk, answer, visit, why="wrong-provider").status_code == 302
    visit.refresh_from_db()
    assert (visit.visit_type, visit.provider) == (cast.skin_check, cast.dr_lena)
    assert set(Claim.objects.live().filter(appointment=visit).values_list("start", flat=True)) == {
        visit.start
    }


# ---- protection ----


def protect(visit: Appointment, moves: Moves = Moves.APPROVED) -> None:
    VisitType.objects.filter(pk=visit.visit_type_id).update(moves=moves, moves_because="After discharge.")
    visit.refresh_from_db()


def test_a_protected_visit_moves_for_the_patient_alone_without_approval(
    desk: Desk, look: Look, visit: Appointment
) -> None:
    protect(visit)
    answer = look(day="2026-03-13", time="14:00")
    text = said(answer)
    assert "After discharge. Unless the patient asks, " in text
    assert "must approve it: they log in and move it themselves." in text
    assert "Bob Blden, RN" in text
    refused = confirm(desk, answer, visit, why="urgent-need", approved_by=str(desk.universe.bob.pk))
    assert (refused.status_code, refused["X-Refused"]) == (409, "NOT_MOVABLE")
    assert confirm(desk, answer, visit, why="patient-asked").status_code == 302


def test_whoever_may_approve_answers_for_the_move(desk: Desk, visit: Appointment) -> None:
    protect(visit)
    bob = desk.universe.bob
    answer = desk.get(bob, "desk:visit-move", visit.pk, day="2026-03-13", time="14:00")
    assert "this move is approved by you, in your name." in said(answer)
    filled = the_form(answer, visit)
    done = desk.browser(bob).post(filled.action, {**filled.fields, "why": "urgent-need"})
    assert done.status_code == 302
    assert Entry.objects.get(kind="AppointmentMoved").approved_by == bob


def test_a_link_that_fails_stops_a_scheduler_and_is_waived_by_a_nurse(
    desk: Desk, look: Look, visit: Appointment
) -> None:
    VisitType.objects.filter(pk=visit.visit_type_id).update(prep_hours=30, prep_text="Fast.")
    place = {"day": "2026-03-04", "time": "14:00"}
    answer = look(**place)
    assert "A check fails, so the visit cannot be moved there." in said(answer)
    assert not may_confirm(answer)
    bob = desk.universe.bob
    theirs = the_form(desk.get(bob, "desk:visit-move", visit.pk, **place), visit)
    sent = {**theirs.fields, "why": "patient-asked", "waive-PREPARATION": "Fasting already"}
    assert desk.browser(bob).post(theirs.action, sent).status_code == 302
    assert visit.chain.get(link="Preparation").waived_because == "Fasting already"


def test_a_visit_that_is_over_cannot_move(desk: Desk, look: Look, visit: Appointment) -> None:
    Appointment.objects.filter(pk=visit.pk).update(
        status="cancelled", cancelled_at=NOW, cancelled_by=desk.universe.alice
    )
    assert "Only a visit that is still to come can be moved." in said(look(day="2026-03-13", time="14:00"))


def test_session_grid_says_when_visits_begin(desk: Desk, look: Look) -> None:
    cast = desk.universe
    cast.dr_carol.sessions.filter(weekday=4).update(align=20, starts=time(8))
    _reopen(cast)
    text = said(look(day="2026-03-13", time="14:05"))
    assert "Visits of Dr. Carol Calden begin at other minutes in this session." in text
