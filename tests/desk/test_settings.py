"""The settings' screens: read by everybody at a desk, changed by drafts, each refusal a sentence beside its field."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from frontdesk.accounts.permissions import Role
from frontdesk.clinic.models import (
    Department,
    Draft,
    Duty,
    KnowledgeCard,
    Organization,
    Segment,
    SlotClass,
    VisitType,
)
from frontdesk.desk.pages.settings_index import KEPT, SETTINGS
from frontdesk.desk.pages.settings_visit_types import minutes_in_words, timeline
from tests.desk import settings_scene as forms
from tests.desk.support import Desk, Scene, read, said, scene
from tests.factories import staff
from tests.factories.settings import drafted, proposal_of, put_in_force, slot_class
from tests.universe import NOW, TODAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def things(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return scene(desk, tmp_path, monkeypatch)


def test_the_index_links_to_every_page_and_shows_what_waits(desk: Desk, things: Scene) -> None:
    page = read(desk.get(desk.universe.dan, "desk:settings"))
    assert {reverse(name) for *_, name in SETTINGS} <= set(page.links)
    page = read(desk.get(desk.universe.alice, "desk:settings"))
    assert {reverse(name) for *_, name in SETTINGS} - set(page.links) == {reverse(name) for name in KEPT}
    assert "waits for approval: Visit type: Follow-up , by Dan Dlden" in page.text


def test_who_may_only_read_sees_no_way_to_change(desk: Desk, things: Scene) -> None:
    cast = desk.universe
    for name, args in (("visit-types", ()), ("visit-type", (cast.follow_up.pk,)), ("slot-classes", ()), ("grid", ()),
                       ("guide", (cast.follow_up.specialty.pk,)), ("cards", ()), ("duty", ()),
                       ("organization", ())):  # fmt: skip
        seen = {who: read(desk.get(who, f"desk:settings-{name}", *args)) for who in (cast.bob, cast.dan)}
        changes = {
            who: [one for one in [*page.links, *(form.action for form in page.forms if form.method == "post")]
                  if "/settings/" in one and any(word in one for word in ("/edit/", "/new/", "/add/", "/name/"))]
            for who, page in seen.items()
        }  # fmt: skip
        assert not changes[cast.bob], name
        assert changes[cast.dan], name


def test_a_visit_type_is_changed_by_two_people(desk: Desk) -> None:
    cast = desk.universe
    row = cast.follow_up
    answer = desk.post(cast.dan, "desk:settings-visit-type-edit", row.pk, **forms.visit_type_form(row))
    draft = Draft.objects.get()
    assert answer["Location"] == reverse("desk:settings-draft", args=[draft.pk])
    own = said(desk.get(cast.dan, "desk:settings-draft", draft.pk))
    assert "Length 30 min 40 min" in own
    assert "somebody else must approve it" in own
    assert "Approve it" not in own
    desk.post(cast.dan, "desk:settings-draft-approve", draft.pk)
    row.refresh_from_db()
    assert row.minutes == 30
    assert "Approve it" in said(desk.get(cast.carol, "desk:settings-draft", draft.pk))
    desk.post(cast.carol, "desk:settings-draft-approve", draft.pk)
    row.refresh_from_db()
    assert row.minutes == 40
    assert "In force" in said(desk.get(cast.alice, "desk:settings-drafts"))


def test_a_form_that_is_wrong_keeps_what_was_typed(desk: Desk) -> None:
    cast = desk.universe
    wrong = forms.visit_type_form(cast.follow_up, minutes="33", name="Review", moves="never", because="")
    wrong |= {"segment-0-kind": "room", "segment-0-offset": "5"}
    answer = desk.post(cast.dan, "desk:settings-visit-type-edit", cast.follow_up.pk, **wrong)
    assert answer.status_code == 422
    page = read(answer)
    assert "This must be filled in." in page.text
    assert "Fill this in, or empty the row." in page.text
    kept = page.form("", holds="minutes").fields
    assert (kept["minutes"], kept["name"], kept["moves"]) == ("33", "Review", "never")
    assert (kept["segment-0-kind"], kept["segment-0-offset"]) == ("room", "5")
    assert not Draft.objects.exists()


def test_a_row_that_is_wrong_is_told_above_the_form_too(desk: Desk) -> None:
    cast = desk.universe
    wrong = forms.visit_type_form(cast.follow_up) | {"hint-0-system": "CPT", "hint-0-code": "99213"}
    answer = desk.post(cast.dan, "desk:settings-visit-type-edit", cast.follow_up.pk, **wrong)
    assert answer.status_code == 422
    assert "A segment, a length or a code below is marked" in said(answer)
    assert not Draft.objects.exists()


def test_what_the_rules_refuse_stands_beside_its_field(desk: Desk) -> None:
    cast = desk.universe
    wrong = forms.visit_type_form(cast.follow_up, minutes="33")
    page = read(desk.post(cast.dan, "desk:settings-visit-type-edit", cast.follow_up.pk, **wrong))
    assert "Minutes in steps of five" in page.text
    assert ("p", {"class": "err", "id": "f-minutes_error"}) in page.tags
    same = forms.visit_type_form(cast.follow_up, minutes="30")
    page = read(desk.post(cast.dan, "desk:settings-visit-type-edit", cast.follow_up.pk, **same))
    assert "Nothing is different from what holds now." in page.text


def test_the_form_as_it_stands_changes_only_what_is_typed(desk: Desk) -> None:
    """Segments, lengths and codes come back as the page shows them."""
    cast = desk.universe
    row = {"kind": "room", "leads": False, "room_type": "exam", "offset": 0, "minutes": 30}
    lead = {"kind": "provider", "leads": True, "offset": 10, "minutes": 20}
    whole = proposal_of(cast.follow_up, segments=[row, lead], code_hints=[["CPT", "99213", "Follow-up"]],
                        lengths=[{"provider": cast.dr_carol.pk, "minutes": 45}])  # fmt: skip
    put_in_force(cast, "visit_type", cast.follow_up.pk, whole)
    page = read(desk.get(cast.dan, "desk:settings-visit-type-edit", cast.follow_up.pk))
    fields = page.form("", holds="minutes").fields | {"minutes": "35", "because": "Slower"}
    fields |= {"active": "on", "segment-1-leads": "on"}  # what a browser sends for a box that is ticked
    desk.post(cast.dan, "desk:settings-visit-type-edit", cast.follow_up.pk, **fields)
    made = Draft.objects.get(applied_at=None)
    assert {name for name, value in made.proposal.items() if value != made.was[name]} == {"minutes"}
    text = said(desk.get(cast.alice, "desk:settings-visit-type", cast.follow_up.pk))
    assert "99213 Follow-up" in text and "Dr. Carol Calden 45 min" in text


def test_a_new_visit_type_and_a_new_slot_class(desk: Desk) -> None:
    cast = desk.universe
    new = forms.visit_type_form(cast.follow_up, code="well-child", name="Well child")
    desk.post(cast.dan, "desk:settings-visit-type-new", **new)
    desk.post(cast.dan, "desk:settings-slot-class-new", **forms.slot_class_form())
    for draft in Draft.objects.all():
        desk.post(cast.erin, "desk:settings-draft-approve", draft.pk)
    assert VisitType.objects.get(code="well-child").name == "Well child"
    assert SlotClass.objects.get().name == "Video"
    assert "12:00 the day before" in said(desk.get(cast.alice, "desk:settings-slot-classes"))


def test_the_list_of_visit_types_by_specialty(desk: Desk) -> None:
    VisitType.objects.filter(code="skin-check").update(active=False)
    alice = desk.universe.alice
    assert "Skin check" not in said(desk.get(alice, "desk:settings-visit-types"))
    shown = said(desk.get(alice, "desk:settings-visit-types", specialty="skin", show="all"))
    assert "Skin check" in shown and "Follow-up" not in shown
    assert "No visit types here" in said(desk.get(alice, "desk:settings-visit-types", specialty="none"))


def test_the_time_of_a_visit_is_drawn_and_said(desk: Desk) -> None:
    cast = desk.universe
    drawn = timeline(cast.follow_up)
    assert drawn.says == "The provider, minute 0 to 30; Exam room, minute 0 to 30"
    Segment.objects.create(
        visit_type=cast.follow_up, kind="equipment", equipment_type="scale", offset=5, minutes=10
    )
    (bar,) = timeline(cast.follow_up).bars
    assert (bar.words, bar.minutes) == ("Scale", "minute 5 to 15")
    whole = drawn.bars[0]
    assert bar.width == pytest.approx(whole.width / 3, abs=0.2)


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, ""), (45, "45 min"), (120, "2 h"), (1440, "1 day"), (2880, "2 days")]
)
def test_minutes_in_words(minutes: int, words: str) -> None:
    assert minutes_in_words(minutes) == words


def test_the_grid_is_one_page_and_one_draft(desk: Desk) -> None:
    cast = desk.universe
    slot_class("urgent", "Same-day urgent", cast.same_day, by_direction=True)
    text = said(desk.get(cast.alice, "desk:settings-grid"))
    assert "Same-day urgent by a clinician’s direction" in text and "12:00 the day before" in text
    desk.post(cast.dan, "desk:settings-grid-edit", **forms.grid_form(cast))
    draft = Draft.objects.get()
    assert list(draft.proposal) == ["skin-check"]
    assert "Skin check Moves Freely Never" in said(desk.get(cast.carol, "desk:settings-draft", draft.pk))
    wrong = desk.post(
        cast.dan, "desk:settings-grid-edit", **forms.grid_form(cast, **{"skin-check-moves_because": ""})
    )
    assert wrong.status_code == 422
    assert "Say why it is not moved freely." in said(wrong)


def test_a_draft_says_how_many_visits_it_is_about(desk: Desk) -> None:
    cast = desk.universe
    cast.book(at(14))
    draft = drafted(cast, "visit_type", cast.follow_up.pk, proposal_of(cast.follow_up, minutes=40))
    assert "1 visit is booked that this is about" in said(
        desk.get(cast.carol, "desk:settings-draft", draft.pk)
    )
    other = drafted(cast, "visit_type", cast.skin_check.pk, proposal_of(cast.skin_check, minutes=40))
    assert "No visit that is booked is touched." in said(
        desk.get(cast.carol, "desk:settings-draft", other.pk)
    )


def test_a_draft_that_was_overtaken_says_so(desk: Desk, things: Scene) -> None:
    VisitType.objects.filter(code="follow-up").update(name="Review")
    draft = things.settings.draft
    page = read(desk.get(desk.universe.carol, "desk:settings-draft", draft.pk))
    assert "has been changed since" in page.text and "Approve it" not in page.text
    answer = desk.post(desk.universe.carol, "desk:settings-draft-withdraw", draft.pk, because="Too late")
    assert "Withdrawn. Nothing has changed." in said(
        desk.browser(desk.universe.carol).get(answer["Location"])
    )


def test_a_guide_is_tried_out_question_by_question(desk: Desk, things: Scene) -> None:
    alice, family = desk.universe.alice, desk.universe.follow_up.specialty.pk
    first = said(desk.get(alice, "desk:settings-guide", family))
    assert "Every way of answering leads somewhere." in first
    assert "Hace falta" not in first
    assert "Hace falta" in said(desk.get(alice, "desk:settings-guide", family, worse="no"))
    done = said(desk.get(alice, "desk:settings-guide", family, worse="yes"))
    assert "Same-day visit, 20 min. What is new or worse is seen today. Rule 1" in done
    asked = said(desk.get(alice, "desk:settings-guide", family, worse="no", touch="unsure"))
    assert "A clinician decides. A nurse decides who must be examined." in asked
    skin = desk.universe.skin_check.specialty.pk
    assert "No guide yet" in said(desk.get(alice, "desk:settings-guide", skin))


def test_a_guide_that_was_spoilt_in_the_database_shows_as_none(desk: Desk, things: Scene) -> None:
    things.settings.guide.content = {"questions": 3}
    things.settings.guide.save()
    family = desk.universe.follow_up.specialty.pk
    assert desk.get(desk.universe.alice, "desk:settings-guide", family).status_code == 200
    assert desk.get(desk.universe.alice, "desk:settings-guides").status_code == 200


def test_cards_are_found_by_title_body_payer_and_visit_type(desk: Desk, things: Scene) -> None:
    alice = desk.universe.alice
    for words in ("referrals", "northwind SKIN", "needed", "hmo"):
        assert "Northwind HMO: referrals" in said(desk.get(alice, "desk:settings-cards", q=words)), words
    assert "No card fits" in said(desk.get(alice, "desk:settings-cards", q="northwind cardiology"))
    assert "No card fits" in said(desk.get(alice, "desk:settings-cards", show="overdue"))
    desk.later(days=91)
    desk.browser(alice).logout()
    desk.browser(alice).force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert "Read again: was due" in said(desk.get(alice, "desk:settings-cards", show="overdue"))


def test_a_card_is_written_edited_and_retired(desk: Desk) -> None:
    dan = desk.universe.dan
    desk.post(dan, "desk:settings-card-new", **forms.card_form(payers="Northwind HMO\nSunrise"))
    card = KnowledgeCard.objects.get()
    assert card.payers == ["Northwind HMO", "Sunrise"]
    fields = read(desk.get(dan, "desk:settings-card-edit", card.pk)).form("", holds="title").fields
    desk.post(dan, "desk:settings-card-edit", card.pk, **{**fields, "title": "Where to park"})
    card.refresh_from_db()
    assert (card.title, card.body) == ("Where to park", "Behind the house.")
    wrong = desk.post(dan, "desk:settings-card-edit", card.pk, **forms.card_form(review_on=TODAY.isoformat()))
    assert wrong.status_code == 422 and "A day to come" in said(wrong)
    desk.post(dan, "desk:settings-card-retire", card.pk)
    assert "No cards yet" in said(desk.get(dan, "desk:settings-cards"))
    assert desk.get(dan, "desk:settings-card-edit", card.pk).status_code == 404
    again = desk.browser(dan).post(reverse("desk:settings-card-retire", args=[card.pk]), follow=True)
    assert "This card was retired." in said(again)


def test_the_roster_shows_a_week_with_its_gaps(desk: Desk, things: Scene) -> None:
    cast = desk.universe
    text = said(desk.get(cast.alice, "desk:settings-duty", site="main"))
    assert "Duty roster, 2 Mar to 8 Mar 2026" in text
    assert "08:00–17:00 Bob Blden, RN" in text and "17:00–24:00 Nobody" in text
    later = said(desk.get(cast.alice, "desk:settings-duty", week="2026-03-18"))
    assert "16 Mar to 22 Mar 2026" in later and "08:00–17:00" not in later
    stray = staff.user("stray", Role.SCHEDULER)
    assert "You have no site yet" in said(desk.get(stray, "desk:settings-duty"))


def test_a_duty_is_added_in_the_sites_own_time_and_ended(desk: Desk) -> None:
    cast = desk.universe
    answer = desk.post(cast.dan, "desk:settings-duty-add", **forms.duty_form(cast))
    assert answer["Location"].endswith("?site=main&week=2026-03-02")
    duty = Duty.objects.get()
    assert (duty.starts, duty.ends, duty.user) == (at(8), at(17), cast.carol)
    twice = desk.post(cast.dan, "desk:settings-duty-add", **forms.duty_form(cast))
    assert twice.status_code == 422 and "answers this already" in said(twice)
    assert read(twice).form(reverse("desk:settings-duty-add")).fields["target"] == "provider"
    desk.post(cast.dan, "desk:settings-duty-end", duty.pk, site="main", week="2026-03-02")
    duty.refresh_from_db()
    assert duty.ends == NOW
    desk.later(minutes=1)
    answer = desk.browser(cast.dan).post(reverse("desk:settings-duty-end", args=[duty.pk]), follow=True)
    assert "This duty is over already." in said(answer)


def test_the_organization_is_a_tree_that_is_built_here(desk: Desk) -> None:
    cast = desk.universe
    desk.post(cast.dan, "desk:settings-organization-name", organization="Harbor Health")
    desk.post(cast.dan, "desk:settings-department-new", cast.main.pk, name="Family Medicine")
    place = Department.objects.get()
    desk.post(cast.dan, "desk:settings-assign", cast.main.pk, resource=cast.exam_1.pk, department=place.pk)
    text = said(desk.get(cast.alice, "desk:settings-organization", site="main"))
    assert Organization.objects.get().name == "Harbor Health"
    assert "Family Medicine 1 resource Rooms: Exam 1" in text
    assert "Without a department" in text
    wrong = desk.post(cast.dan, "desk:settings-department-new", cast.main.pk, name="family medicine")
    assert wrong.status_code == 422 and "has a department of this name already" in said(wrong)
    strange = desk.post(
        cast.dan, "desk:settings-assign", cast.harbor.pk, resource=cast.exam_1.pk, department=""
    )
    assert strange.status_code == 422


def test_the_day_of_a_draft_is_checked(desk: Desk) -> None:
    cast = desk.universe
    past = (TODAY - timedelta(days=1)).isoformat()
    form = forms.visit_type_form(cast.follow_up, holds_from=past)
    assert "A day from today to two years ahead." in said(
        desk.post(cast.dan, "desk:settings-visit-type-edit", cast.follow_up.pk, **form)
    )
