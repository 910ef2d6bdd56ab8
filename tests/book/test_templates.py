"""Drafting, approving and withdrawing versions of a week, and what a draft would do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from frontdesk.book.actions import blocks, templates
from frontdesk.book.engine.template import Row
from frontdesk.book.models import Appointment, Release, Session, Template
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.templates import draft_of, last_approved, rows_on
from frontdesk.book.queries.what_if import dry_run, what_if
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.work.models import Queue, Task
from tests.factories import clinic
from tests.factories.time import hours, row, slot_class, week
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 9)
THURSDAY = TODAY + timedelta(days=2)


def draft(universe: Universe, rows: list[Row], *, first: date = MONDAY) -> Template:
    return templates.draft(
        resource=universe.dr_carol, site=universe.main, rows=rows, because="Fewer late hours",
        holds_from=first, by=universe.carol, now=NOW,
    )  # fmt: skip


def approve(universe: Universe, template: Template) -> Template:
    return templates.approve(template=template, by=universe.dan, now=NOW)


def carol_on(universe: Universe, day: date) -> list[tuple[str, str]]:
    return hours(universe.dr_carol, day, universe.main)


def visit(universe: Universe, hour: int, *, day: date = MONDAY, minute: int = 0) -> Appointment:
    return universe.book(at(hour, minute, day=day), request=universe.ready(universe.ben))


# ---- the way of a draft ----


def test_a_draft_changes_nothing_until_another_person_approves_it(universe: Universe) -> None:
    made = draft(universe, week("09:00", "15:00"))
    assert (made.number, made.drafted_by, draft_of(universe.dr_carol, universe.main)) == (
        1,
        universe.carol,
        made,
    )
    assert carol_on(universe, MONDAY) == [("08:00", "17:00")]
    with pytest.raises(NotAllowed, match="Somebody else must approve what you drafted"):
        templates.approve(template=made, by=universe.carol, now=NOW)
    approve(universe, made)
    assert carol_on(universe, MONDAY) == [("09:00", "15:00")]
    assert carol_on(universe, MONDAY - timedelta(days=4)) == [("08:00", "17:00")]
    assert last_approved(universe.dr_carol, universe.main) == made
    assert draft_of(universe.dr_carol, universe.main) is None
    assert differences(now=NOW) == []


def test_the_sessions_before_end_on_the_day_before(universe: Universe) -> None:
    old = set(Session.objects.filter(resource=universe.dr_carol).values_list("pk", flat=True))
    approve(universe, draft(universe, week("09:00", "15:00"), first=THURSDAY))
    assert {one.valid_until for one in Session.objects.filter(pk__in=old)} == {THURSDAY - timedelta(days=1)}
    new = Session.objects.filter(resource=universe.dr_carol, valid_until=None)
    assert {(one.valid_from, str(one)) for one in new} == {(THURSDAY, "09:00–15:00")}


def test_a_version_that_never_held_makes_way_for_one_that_comes_before_it(universe: Universe) -> None:
    approve(universe, draft(universe, week("09:00", "15:00"), first=MONDAY))
    later = templates.draft(
        resource=universe.dr_carol, site=universe.main, rows=week("10:00", "12:00"), because="",
        holds_from=THURSDAY, by=universe.carol, now=NOW + timedelta(minutes=1),
    )  # fmt: skip
    approve(universe, later)
    assert carol_on(universe, THURSDAY) == carol_on(universe, MONDAY) == [("10:00", "12:00")]
    assert rows_on(universe.dr_carol, universe.main, MONDAY) == week("10:00", "12:00")
    assert differences(now=NOW) == []


def test_a_week_without_sessions_closes_the_days(universe: Universe) -> None:
    approve(universe, draft(universe, []))
    assert carol_on(universe, MONDAY) == []
    assert carol_on(universe, TODAY) == [("08:00", "17:00")]
    assert differences(now=NOW) == []


def test_every_second_week_is_held_every_second_week(universe: Universe) -> None:
    this = (TODAY - date(2024, 1, 1)).days // 7 % 2
    rows = [row(day, "08:00", "12:00", cycle=2, week=this) for day in range(5)]
    approve(universe, draft(universe, rows, first=TODAY))
    assert carol_on(universe, TODAY) == [("08:00", "12:00")]
    assert carol_on(universe, TODAY + timedelta(days=7)) == []
    assert rows_on(universe.dr_carol, universe.main, TODAY) == rows


def test_what_was_drafted_against_an_older_version_is_refused(universe: Universe) -> None:
    old = draft(universe, week("09:00", "15:00"))
    newer = draft(universe, week("09:00", "16:00"))
    assert newer.number == 2
    templates.approve(template=newer, by=universe.dan, now=NOW + timedelta(minutes=1))
    with pytest.raises(templates.TemplateOld, match="Version 2 was approved after this draft was made"):
        templates.approve(template=old, by=universe.dan, now=NOW + timedelta(minutes=2))
    saved = templates.change_draft(
        template=old, rows=week("09:00", "15:00"), because="", holds_from=MONDAY, by=universe.carol,
        now=NOW + timedelta(minutes=3),
    )  # fmt: skip
    templates.approve(template=saved, by=universe.dan, now=NOW + timedelta(minutes=4))
    assert carol_on(universe, MONDAY) == [("09:00", "15:00")]


def test_whoever_changes_a_draft_is_its_author(universe: Universe) -> None:
    made = draft(universe, week("09:00", "15:00"))
    templates.change_draft(
        template=made,
        rows=week("09:00", "14:00"),
        because="Dan’s wish",
        holds_from=MONDAY,
        by=universe.dan,
        now=NOW,
    )
    with pytest.raises(NotAllowed):
        approve(universe, made)
    templates.approve(template=made, by=universe.carol, now=NOW)


def test_a_draft_is_approved_or_withdrawn_once(universe: Universe) -> None:
    made = draft(universe, week("09:00", "15:00"))
    templates.withdraw(template=made, by=universe.dan, now=NOW)
    attempts: list[Callable[[], Template]] = [
        lambda: approve(universe, made),
        lambda: templates.withdraw(template=made, by=universe.dan, now=NOW),
        lambda: templates.change_draft(
            template=made, rows=[], because="", holds_from=MONDAY, by=universe.carol, now=NOW
        ),
    ]
    for again in attempts:
        with pytest.raises(templates.TemplateGone, match="withdrawn"):
            again()
    other = approve(universe, draft(universe, week("09:00", "15:00")))
    with pytest.raises(templates.TemplateGone, match="approved already"):
        templates.withdraw(template=other, by=universe.dan, now=NOW)


@pytest.mark.parametrize("who", ["alice", "bob", "pat"])
def test_some_roles_draft_nothing(universe: Universe, who: str) -> None:
    made = draft(universe, week("09:00", "15:00"))
    somebody = getattr(universe, who)
    attempts: list[Callable[[], Template]] = [
        lambda: templates.draft(
            resource=universe.dr_carol,
            site=universe.main,
            rows=[],
            because="",
            holds_from=MONDAY,
            by=somebody,
            now=NOW,
        ),
        lambda: templates.approve(template=made, by=somebody, now=NOW),
        lambda: templates.withdraw(template=made, by=somebody, now=NOW),
    ]
    for refused in attempts:
        with pytest.raises(NotAllowed):
            refused()
    assert Template.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "sentence"),
    [
        (TODAY - timedelta(days=1), "from today on"),
        (TODAY + timedelta(days=800), "within the next two years"),
    ],
)
def test_the_day_must_come(universe: Universe, first: date, sentence: str) -> None:
    with pytest.raises(BadValue, match=sentence) as told:
        draft(universe, week(), first=first)
    assert told.value.field == "holds_from"


def test_a_day_that_passed_while_the_draft_waited_is_refused(universe: Universe) -> None:
    made = draft(universe, week("09:00", "15:00"), first=THURSDAY)
    with pytest.raises(BadValue, match="what has passed cannot change"):
        templates.approve(template=made, by=universe.dan, now=NOW + timedelta(days=5))


def test_a_slot_class_that_is_used_no_longer_is_refused(universe: Universe) -> None:
    urgent = slot_class("urgent", "Same-day urgent", universe.same_day)
    made = draft(universe, [row(0, "09:00", "10:00", slot_class="urgent")])
    urgent.active = False
    urgent.save()
    with pytest.raises(BadValue, match="slot class that is not known"):
        approve(universe, made)


def test_all_sites_of_a_resource_lie_in_one_time_zone(universe: Universe) -> None:
    desert = clinic.site("desert", "Desert", zone="America/Phoenix")
    with pytest.raises(BadValue, match="works at Main Street, which is in another time zone"):
        templates.draft(
            resource=universe.dr_carol, site=desert, rows=week(), because="", holds_from=MONDAY,
            by=universe.carol, now=NOW,
        )  # fmt: skip


def test_the_daybook_tells_the_versions(universe: Universe) -> None:
    made = approve(universe, draft(universe, week("08:00", "16:00")))
    templates.withdraw(template=draft(universe, week()), by=universe.dan, now=NOW)
    told = list(Entry.objects.about("resource", universe.dr_carol.pk).filter(kind__startswith="Template"))
    assert [one.kind for one in told] == [
        "TemplateDrafted",
        "TemplateApproved",
        "TemplateDrafted",
        "TemplateWithdrawn",
    ]
    approval = told[1]
    assert (approval.actor, approval.approved_by, approval.reason) == (
        universe.dan,
        universe.dan,
        "Fewer late hours",
    )
    assert approval.facts["template_id"] == made.pk
    assert (
        approval.facts["differences"][0]
        == "changed: Monday to Friday: 08:00–17:00 open, becomes 08:00–16:00 open"
    )


# ---- visits that fall outside ----


def test_visits_that_fall_outside_become_tasks_of_the_desk(universe: Universe) -> None:
    inside, late = (
        visit(universe, 11),
        universe.book(at(16, day=MONDAY), request=universe.ready(universe.dora)),
    )
    made = draft(universe, week("08:00", "16:00"))
    effect = what_if(made, now=NOW)
    assert [(one.visit, one.why) for one in effect.outside] == [(late, "No session then.")]
    assert (effect.booked, effect.already) == (2, [])
    approve(universe, made)
    (task,) = Task.objects.filter(about_kind="appointment", queue=Queue.DESK)
    assert (task.about_ref, task.queue, task.weight, task.patient) == (late.pk, Queue.DESK, 1, universe.dora)
    assert task.title == "Outside the new template of Dr. Carol Calden: move it or let it stand"
    assert NOW < task.due_at < late.start
    assert Entry.objects.get(kind="TemplateApproved").facts["outside"] == [late.pk]
    inside.refresh_from_db()
    late.refresh_from_db()
    assert inside.is_live and late.is_live


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([row(0, "08:00", "17:00"), row(0, "11:00", "12:00", block="meeting")], "Closed: meeting."),
        ([row(0, "08:00", "17:00"), row(0, "11:00", "12:00", slot_class="urgent")], "Kept for Same-day urgent."),
        ([row(0, "08:00", "11:15")], "Partly outside the session."),
        ([row(1, "08:00", "17:00")], "No session then."),
        ([row(0, "08:00", "17:00"), row(0, "11:00", "12:00", slot_class="ours")], ""),
        ([row(0, "08:00", "17:00"), row(0, "11:00", "12:00", block="meeting", release_days=9, release_at=at(8).time())], ""),
    ],
)  # fmt: skip
def test_why_a_visit_falls_outside(universe: Universe, rows: list[Row], why: str) -> None:
    slot_class("urgent", "Same-day urgent", universe.same_day)
    slot_class("ours", "Follow-ups", universe.follow_up)
    visit(universe, 11)
    told = [one.why for one in what_if(draft(universe, rows), now=NOW).outside]
    assert told == ([why] if why else [])


def test_what_does_not_fit_already_is_told_apart(universe: Universe) -> None:
    visit(universe, 11)
    blocks.block(resource=universe.dr_carol, kind="sick", start=at(10, day=MONDAY), end=at(12, day=MONDAY),
                 by=universe.alice, now=NOW)  # fmt: skip
    effect = what_if(draft(universe, week("08:00", "16:00")), now=NOW)
    assert effect.outside == []
    assert [one.why for one in effect.already] == ["Away: sick."]


def test_a_visit_before_the_day_or_at_another_site_is_left_alone(universe: Universe) -> None:
    visit(universe, 16, day=TODAY)
    assert what_if(draft(universe, []), now=NOW).outside == []


def test_a_room_has_a_week_too(universe: Universe) -> None:
    booked = visit(universe, 11)
    made = templates.draft(
        resource=universe.exam_1, site=universe.main, rows=week("12:00", "17:00"), because="", holds_from=MONDAY,
        by=universe.carol, now=NOW,
    )  # fmt: skip
    assert [one.visit for one in what_if(made, now=NOW).outside] == [booked]


def test_what_a_draft_gains_and_loses(universe: Universe) -> None:
    slot_class("urgent", "Same-day urgent", universe.same_day)
    rows = [*week("08:00", "16:00"), row(0, "08:00", "10:00", slot_class="urgent")]
    change = what_if(draft(universe, rows), now=NOW).change
    assert (int(change.total.before), int(change.total.after)) == (5 * 540, 5 * 480)
    assert {name: int(one.change) for name, one in change.by_class.items()} == {"": -420, "urgent": 120}


# ---- as if it had held last week ----


def test_a_week_that_has_passed_as_if_the_draft_had_held(universe: Universe) -> None:
    late = visit(universe, 16, day=THURSDAY)
    visit(universe, 11, day=THURSDAY + timedelta(days=1))
    made = draft(universe, week("08:00", "16:00"))
    found = dry_run(made, monday=TODAY)
    assert found.monday == date(2026, 3, 2)
    assert (found.visits, [one.visit for one in found.outside]) == (2, [late])
    assert (found.open_before, found.open_after, found.taken) == (5 * 540, 5 * 480, 60)


def test_kept_time_of_a_past_week_is_judged_when_each_visit_was_booked(universe: Universe) -> None:
    slot_class("urgent", "Same-day urgent", universe.same_day)
    visit(universe, 11, day=THURSDAY)
    kept = row(3, "11:00", "12:00", slot_class="urgent", release_days=1, release_at=at(8).time())
    early = replace(kept, release_days=3)
    for rows, outside in (([*week(), kept], 1), ([*week(), early], 0)):
        assert len(dry_run(draft(universe, rows), monday=TODAY).outside) == outside


# ---- what was released stays released ----


def test_time_that_was_released_by_hand_stays_open_in_a_new_version(universe: Universe) -> None:
    slot_class("urgent", "Same-day urgent", universe.same_day)
    kept = row(0, "09:00", "10:00", slot_class="urgent")
    approve(universe, draft(universe, [*week(), kept], first=TODAY))
    session = Session.objects.get(slot_class__code="urgent", valid_until=None)
    blocks.release(
        kept=session, day=MONDAY, site=universe.main, because="Quiet day", by=universe.bob, now=NOW
    )
    second = templates.draft(
        resource=universe.dr_carol, site=universe.main, rows=[*week("08:00", "16:00"), kept], because="",
        holds_from=THURSDAY, by=universe.carol, now=NOW + timedelta(minutes=1),
    )  # fmt: skip
    approve(universe, second)
    assert Release.objects.filter(session__template=second, day=MONDAY).count() == 1
    assert differences(now=NOW) == []


def test_days_beyond_what_is_kept_open_are_made_by_the_night(universe: Universe) -> None:
    approve(universe, draft(universe, week("08:00", "16:00"), first=LAST_OPEN + timedelta(days=30)))
    assert carol_on(universe, LAST_OPEN) == [("08:00", "17:00")]
    assert differences(now=NOW) == []


def test_a_refusal_writes_nothing(universe: Universe) -> None:
    before = Entry.objects.count()
    with pytest.raises(Refused):
        draft(universe, [row(0, "12:00", "08:00")])
    assert (Template.objects.count(), Entry.objects.count()) == (0, before)
