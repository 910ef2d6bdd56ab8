"""Templates, absences, kept time, closures and discrepancies, through the doors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from frontdesk.book.actions import blocks, templates
from frontdesk.book.engine.template import Row
from frontdesk.book.models import Block, Release, Session, Template
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.templates import rows_in
from frontdesk.clinic.models import Closure
from frontdesk.desk.pages.template_lines import lines_of
from frontdesk.work.models import Task
from tests.desk.support import Desk, read, said
from tests.desk.time_scene import LATER, absence_form, closure_form, release_form, time_scene, week_form
from tests.factories.time import hours, row, slot_class, week
from tests.universe import NOW, TODAY, at

pytestmark = pytest.mark.django_db


def drafted(desk: Desk, rows: list[Row], *, by: str = "carol") -> Template:
    cast = desk.universe
    return templates.draft(
        resource=cast.dr_carol, site=cast.main, rows=rows, because="Fewer late hours", holds_from=LATER,
        by=getattr(cast, by), now=NOW,
    )  # fmt: skip


# ---- the list and the week ----


def test_the_list_shows_each_week_with_its_hours_and_what_waits(desk: Desk) -> None:
    cast = desk.universe
    drafted(desk, week("09:00", "15:00"))
    page = desk.get(cast.dan, "desk:time")
    text = said(page)
    assert "Dr. Carol Calden Provider Main Street 45 h Since 1 Jan 2026 Version 1 waits" in text
    assert "Exam 1 Room" in text
    assert "Dr. Lena" not in said(desk.get(cast.dan, "desk:time", kind="room"))
    assert "Nobody fits" in said(desk.get(cast.dan, "desk:time", q="nobody of this name"))
    assert "Harbor exam" not in said(desk.get(cast.alice, "desk:time"))


def test_a_week_is_drawn_and_told_in_words_with_its_versions(desk: Desk) -> None:
    cast = desk.universe
    slot_class("urgent", "Same-day urgent", cast.same_day)
    first = drafted(desk, [*week("08:00", "16:00"), row(0, "09:00", "10:00", slot_class="urgent")])
    templates.approve(template=first, by=cast.dan, now=NOW)
    drafted(desk, week("08:00", "15:00"), by="dan")
    text = said(desk.get(cast.carol, "desk:time-week", cast.dr_carol.pk))
    for words in (
        "The week of Dr. Carol Calden", "45 h open to visits a week", "From Tuesday 10 March 2026",
        "09:00–10:00 kept for Same-day urgent", "Approved, to come", "Waits for approval", "2 differences",
        "Monday to Friday: 08:00–16:00 open, becomes 08:00–15:00 open",
    ):  # fmt: skip
        assert words in text, words


def test_somebody_who_may_not_draft_is_offered_none(desk: Desk) -> None:
    cast = desk.universe
    url = reverse("desk:time-draft", args=[cast.dr_carol.pk])
    for who, offered in ((cast.alice, False), (cast.dan, True)):
        links = read(desk.get(who, "desk:time-week", cast.dr_carol.pk)).links
        assert any(link.startswith(url) for link in links) == offered


# ---- the editor ----


def test_the_editor_begins_with_the_week_as_it_is(desk: Desk) -> None:
    cast = desk.universe
    page = read(desk.get(cast.dan, "desk:time-draft", cast.dr_carol.pk))
    (form,) = [one for one in page.forms if "line0-starts" in one.fields]
    assert (form.fields["line0-starts"], form.fields["line0-ends"]) == ("08:00", "17:00")
    assert "line1-starts" not in form.fields
    checked = [here for tag, here in page.tags if here.get("name") == "line0-weekdays" and "checked" in here]
    assert len(checked) == 5


def test_a_draft_is_saved_line_by_line(desk: Desk) -> None:
    cast = desk.universe
    slot_class("urgent", "Same-day urgent", cast.same_day)
    form = {**week_form(), "line0-weekdays": ["0", "2"]}
    answer = desk.post(cast.carol, "desk:time-draft", cast.dr_carol.pk, **form)
    made = Template.objects.get()
    assert answer["Location"] == reverse("desk:time-version", args=[made.pk])
    assert [(one.weekday, one.hours, one.slot_class, one.cycle, one.week) for one in rows_in(made)] == [
        (0, "08:00–12:00", "", 1, 0),
        (0, "09:00–10:00", "urgent", 2, 1),
        (2, "08:00–12:00", "", 1, 0),
    ]
    assert len(lines_of(rows_in(made))) == 2


def test_lines_are_added_removed_and_drawn_without_script_and_nothing_is_written(desk: Desk) -> None:
    cast = desk.universe
    slot_class("urgent", "Same-day urgent", cast.same_day)
    more = desk.post(
        cast.carol, "desk:time-draft", cast.dr_carol.pk, **week_form(do="add", because="Half typed")
    )
    assert more.status_code == 200
    (form,) = [one for one in read(more).forms if "line0-starts" in one.fields]
    assert (form.fields["line1-starts"], form.fields["line2-starts"]) == ("09:00", "")
    assert form.fields["because"] == "Half typed"
    fewer = desk.post(cast.carol, "desk:time-draft", cast.dr_carol.pk, **week_form(do="remove-0"))
    (form,) = [one for one in read(fewer).forms if "line1-starts" in one.fields]
    assert "line0-starts" not in form.fields
    drawn = said(desk.post(cast.carol, "desk:time-draft", cast.dr_carol.pk, **week_form(do="look")))
    assert "Monday 08:00–12:00 open" in drawn
    assert "09:00–10:00 kept for Same-day urgent, every 2nd week (B)" in drawn
    assert not Template.objects.exists()


def test_what_follows_the_typing_answers_with_a_fragment_and_writes_nothing(desk: Desk) -> None:
    cast = desk.universe
    slot_class("urgent", "Same-day urgent", cast.same_day)
    cast.book(at(11, day=LATER), request=cast.ready(cast.ben))
    live = {"HX-Request": "true"}
    browser, url = desk.browser(cast.carol), reverse("desk:time-draft", args=[cast.dr_carol.pk])
    drawn = browser.post(url, week_form(do="look"), headers=live).content.decode()
    assert "<html" not in drawn and "Monday 08:00–12:00 open" in drawn
    wrong = browser.post(url, week_form(do="look", **{"line0-ends": "07:00"}), headers=live).content.decode()
    assert "Monday 08:00–07:00 ends before it starts." in wrong
    hit = browser.post(reverse("desk:absences"), absence_form(do="look"), headers=live).content.decode()
    assert "<html" not in hit and "1 visit would be hit" in hit
    assert not Template.objects.exists() and not Block.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"line0-ends": "07:00"}, "Monday 08:00–07:00 ends before it starts."),
        ({"line0-ends": "12:03"}, "does not begin and end on full five minutes"),
        (
            {"line1-use": "open:", "line1-release_days": "", "line1-release_at": ""},
            "are both open hours and overlap",
        ),
        ({"line0-weekdays": ""}, "Choose among those that are listed."),
        ({"line0-starts": "eight"}, "A time of day, such as 12:00."),
        ({"line1-use": "class:golf"}, "Choose one of those that are listed."),
        ({"because": ""}, "This must be filled in."),
        ({"holds_from": "2026-02-02"}, "Choose a day from today on"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    desk: Desk, change: dict[str, str], sentence: str
) -> None:
    cast = desk.universe
    slot_class("urgent", "Same-day urgent", cast.same_day)
    form = week_form(**{"line0-rhythm": "1/0", "line1-rhythm": "1/0", **change})
    answer = desk.post(cast.carol, "desk:time-draft", cast.dr_carol.pk, **form)
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert 'value="09:00"' in answer.content.decode()
    assert not Template.objects.exists()


# ---- what a draft would do ----


def test_a_draft_says_what_it_would_do_and_is_approved_by_another(desk: Desk) -> None:
    cast = desk.universe
    late = cast.book(at(16, day=LATER), request=cast.ready(cast.ben))
    made = drafted(desk, week("08:00", "16:00"))
    text = said(desk.get(cast.dan, "desk:time-version", made.pk))
    for words in (
        "1 of 1 booked visit would fall outside.", "Benjamin Okafor", "No session then.",
        "Changed. Monday to Friday: 08:00–17:00 open, becomes 08:00–16:00 open", "−300 min",
        "As if it had held in the week of 23 February 2026",
    ):  # fmt: skip
        assert words in text, words
    own = said(desk.get(cast.carol, "desk:time-version", made.pk))
    assert "Somebody else must approve what you drafted." in own
    assert desk.post(cast.carol, "desk:time-approve", made.pk).status_code == 403
    assert desk.post(cast.dan, "desk:time-approve", made.pk).status_code == 302
    assert hours(cast.dr_carol, LATER, cast.main) == [("08:00", "16:00")]
    assert Task.objects.filter(about_ref=late.pk, queue="desk").count() == 1
    again = desk.browser(cast.dan).post(reverse("desk:time-approve", args=[made.pk]), follow=True)
    assert "This version has been approved already." in said(again)
    assert differences(now=NOW) == []


def test_somebody_who_sees_no_calendar_sees_the_number_and_no_names(desk: Desk) -> None:
    cast = desk.universe
    cast.book(at(16, day=LATER), request=cast.ready(cast.ben))
    text = said(desk.get(cast.erin, "desk:time-version", drafted(desk, week("08:00", "16:00")).pk))
    assert "1 of 1 booked visit would fall outside." in text
    assert "Your role does not see the visits themselves." in text
    assert "Okafor" not in text


def test_a_draft_is_changed_and_withdrawn(desk: Desk) -> None:
    cast = desk.universe
    slot_class("urgent", "Same-day urgent", cast.same_day)
    made = drafted(desk, week("08:00", "16:00"))
    assert desk.post(cast.dan, "desk:time-edit", made.pk, **week_form()).status_code == 302
    made.refresh_from_db()
    assert (made.number, made.drafted_by, len(made.rows)) == (1, cast.dan, 2)
    desk.post(cast.dan, "desk:time-withdraw", made.pk)
    assert "It never held." in said(desk.get(cast.dan, "desk:time-version", made.pk))
    late = desk.post(cast.dan, "desk:time-edit", made.pk, **week_form())
    assert late.status_code == 422
    assert "This draft was withdrawn." in said(late)


# ---- absences ----


def test_an_absence_is_recorded_on_one_page_and_shows_who_is_affected(desk: Desk) -> None:
    cast = desk.universe
    cast.book(at(11, day=LATER), request=cast.ready(cast.ben))
    look = desk.post(cast.alice, "desk:absences", **absence_form(do="look", who="calden"))
    assert "1 visit would be hit" in said(look) and "Benjamin Okafor" in said(look)
    assert not Block.objects.exists()
    answer = desk.post(cast.alice, "desk:absences", **absence_form(who="calden"))
    made = Block.objects.get()
    assert answer["Location"] == reverse("desk:absence", args=[made.pk])
    assert (made.start, made.end) == (at(0, day=LATER), at(0, day=LATER + timedelta(days=1)))
    text = said(desk.get(cast.alice, "desk:absence", made.pk))
    assert "Dr. Carol Calden: sick" in text and "Still waits: 1" in text and "(212) 555-0102" in text
    assert "1 wait" in said(desk.get(cast.alice, "desk:absences"))


def test_hours_weeks_and_a_slot_class_are_typed_too(desk: Desk) -> None:
    cast = desk.universe
    slot_class("urgent", "Same-day urgent", cast.same_day)
    form = absence_form(
        kind="other", from_time="09:00", to_time="10:30", slot_class="urgent", release_days="1", release_at="12:00",
        released_by="nurse", weekly_until=(LATER + timedelta(days=14)).isoformat(),
    )  # fmt: skip
    assert desk.post(cast.alice, "desk:absences", **form).status_code == 302
    found = list(Block.objects.order_by("start"))
    assert [one.start for one in found] == [at(9, day=LATER + timedelta(days=7 * week)) for week in range(3)]
    assert {(str(one.slot_class), one.release_days, one.released_by) for one in found} == {
        ("Same-day urgent", 1, "nurse")
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"who": "Nobody"}, "Nobody and nothing of your sites has this name."),
        ({"who": "Dr."}, "More than one fits"),
        ({"from_day": "2026-02-31"}, "A day, such as 2026-03-14."),
        ({"from_day": "0001-01-01"}, "Choose a day of this century."),
        ({"to_day": TODAY.isoformat(), "from_day": LATER.isoformat()}, "The end comes before the beginning."),
        ({"release_days": "1"}, "give both"),
        ({"weekly_until": TODAY.isoformat()}, "comes before its first"),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused(desk: Desk, change: dict[str, str], sentence: str) -> None:
    answer = desk.post(desk.universe.alice, "desk:absences", **absence_form(**change))
    assert (answer.status_code, sentence in said(answer)) == (422, True)
    assert 'value="Flu"' in answer.content.decode()
    assert not Block.objects.exists()


def test_an_absence_is_lifted_with_a_reason(desk: Desk) -> None:
    cast = desk.universe
    made = blocks.block(
        resource=cast.dr_carol,
        kind="sick",
        start=at(9, day=LATER),
        end=at(12, day=LATER),
        by=cast.alice,
        now=NOW,
    ).block
    assert desk.post(cast.bob, "desk:absence-lift", made.pk, because="Well again").status_code == 302
    assert "Lifted by Bob Blden, RN" in said(desk.get(cast.bob, "desk:absence", made.pk))
    again = desk.browser(cast.bob).post(reverse("desk:absence-lift", args=[made.pk]), follow=True)
    assert "This block was lifted already." in said(again)
    assert "Nobody is away" in said(desk.get(cast.bob, "desk:absences"))
    assert "Lifted" in said(desk.get(cast.bob, "desk:absences", show="past"))


# ---- kept time ----


def test_kept_time_is_shown_and_released_by_whoever_may(desk: Desk) -> None:
    cast, scene = desk.universe, time_scene(desk.universe)
    day = scene.kept.valid_from.isoformat()
    text = said(desk.get(cast.alice, "desk:kept", day=day))
    assert (
        "Dr. Yusuf Demir 14:00–15:00 Kept for Same-day urgent By hand only Only a nurse or a clinic manager"
        in text
    )
    assert "08:00–10:00" in text
    form = read(desk.get(cast.bob, "desk:kept", day=day)).form(
        reverse("desk:kept-session-release", args=[scene.kept.pk])
    )
    assert (form.fields["day"], form.fields["site"]) == (day, "main")
    assert desk.post(cast.alice, "desk:kept-session-release", scene.kept.pk, **form.fields).status_code == 403
    answer = desk.browser(cast.bob).post(form.action, {**form.fields, "because": "Quiet"}, follow=True)
    assert "Released by Bob Blden, RN: Quiet" in said(answer)
    assert Release.objects.get().session == scene.kept
    again = desk.browser(cast.bob).post(form.action, form.fields, follow=True)
    assert "This time is released already." in said(again)
    wrong = desk.browser(cast.bob).post(form.action, release_form(scene, day="2026-02-31"), follow=True)
    assert "Choose a day, such as 2026-03-14." in said(wrong)


def test_time_that_opens_by_the_clock_says_when(desk: Desk) -> None:
    cast = desk.universe
    Session.objects.filter(resource=cast.dr_yusuf).update(block="meeting", release_days=1, release_at="10:10")
    tomorrow, later = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
    assert "The day before at 10:10" in said(desk.get(cast.alice, "desk:kept", day=later.isoformat()))
    desk.later(minutes=15)
    assert "Open since the day before at 10:10" in said(
        desk.get(cast.alice, "desk:kept", day=tomorrow.isoformat())
    )
    assert "Nothing is kept on this day" in said(desk.get(cast.charlie, "desk:kept"))


# ---- closures and discrepancies ----


def test_holidays_are_ticked_and_a_storm_is_typed(desk: Desk) -> None:
    cast = desk.universe
    page = said(desk.get(cast.dan, "desk:closures", site="main"))
    assert "Mon 25 May Memorial Day" in page and "No day is closed" in page
    url = f"{reverse('desk:closure-close')}?site=main&year=2026"
    browser = desk.browser(cast.dan)
    done = browser.post(
        url, {"do": "holidays", "holiday": ["2026-05-25", "2026-07-03", "2026-05-26"]}, follow=True
    )
    assert "Closed: 25 May, 3 Jul." in said(done) and "Memorial Day, closed" in said(done)
    assert "Tick at least one holiday" in said(browser.post(url, {"do": "holidays"}, follow=True))
    browser.post(url, closure_form())
    assert sorted(Closure.objects.values_list("name", "holiday")) == [
        ("Independence Day (observed)", True), ("Memorial Day", True), ("Storm", False),
    ]  # fmt: skip
    twice = browser.post(url, closure_form(name="Flood"))
    assert (twice.status_code, "is closed on that day already: Storm" in said(twice)) == (422, True)
    storm = Closure.objects.get(name="Storm")
    assert "Main Street is open on Friday 13 March" in said(
        browser.post(reverse("desk:closure-reopen", args=[storm.pk]), follow=True)
    )


def test_whoever_may_not_close_sees_the_days_alone(desk: Desk) -> None:
    page = read(desk.get(desk.universe.alice, "desk:closures"))
    assert not [one for one in page.forms if one.action.startswith(reverse("desk:closure-close"))]


def test_what_does_not_agree_is_listed_with_a_link(desk: Desk) -> None:
    cast = desk.universe
    page = read(desk.get(cast.dan, "desk:discrepancies"))
    assert "At two sites at once" in page.text and "More providers than rooms" in page.text
    assert f"{reverse('desk:time-week', args=[cast.dr_lena.pk])}?site=main" in page.links
    Session.objects.filter(resource=cast.dr_lena, site=cast.main).delete()
    assert "Everything agrees" in said(desk.get(cast.dan, "desk:discrepancies"))
