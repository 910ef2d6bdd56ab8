"""Settings change by drafts: proposed by one, approved by another, in force from a day on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection

from frontdesk.clinic.actions import drafts
from frontdesk.clinic.actions.draft_parts import DraftSettled, Overtaken
from frontdesk.clinic.choices import Moves
from frontdesk.clinic.jobs import apply_drafts
from frontdesk.clinic.models import Draft, Guide, SlotClass, VisitType
from frontdesk.clinic.queries.settings import (
    Standing,
    as_it_is,
    clinic_day,
    is_overtaken,
    open_drafts,
    standing,
    words_for_values,
)
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from tests.factories.settings import (
    drafted,
    guide,
    guide_content,
    proposal_of,
    put_in_force,
    slot_class_proposal,
)
from tests.universe import NOW, TODAY, ZONE, Universe

pytestmark = pytest.mark.django_db
CLERK = System("settings clerk")
LATER = TODAY + timedelta(days=7)
PROVIDER = {"kind": "provider", "leads": True, "offset": 10, "minutes": 20}
NURSE_ROOM = {"kind": "room", "leads": False, "room_type": "exam", "offset": 0, "minutes": 30}


def test_a_draft_changes_nothing_until_somebody_else_has_approved_it(universe: Universe) -> None:
    made = drafted(universe, "visit_type", universe.follow_up.pk, proposal_of(universe.follow_up, minutes=40))
    universe.follow_up.refresh_from_db()
    assert (universe.follow_up.minutes, standing(made)) == (30, Standing.WAITING)
    drafts.approve(draft=made, by=universe.carol, now=NOW)
    universe.follow_up.refresh_from_db()
    made.refresh_from_db()
    assert (universe.follow_up.minutes, standing(made)) == (40, Standing.APPLIED)


def test_the_daybook_tells_who_drafted_who_approved_and_what_changed(universe: Universe) -> None:
    made = put_in_force(
        universe, "visit_type", universe.follow_up.pk, proposal_of(universe.follow_up, minutes=40)
    )
    told = list(Entry.objects.filter(subjects__kind="draft", subjects__ref=made.pk).order_by("pk"))
    assert [one.kind for one in told] == ["SettingDrafted", "SettingApproved", "SettingApplied"]
    assert [one.actor for one in told] == [universe.dan, universe.carol, universe.carol]
    applied = told[2]
    assert (applied.facts["was"]["minutes"], applied.facts["holds"]["minutes"]) == (30, 40)
    assert (applied.caused_by, applied.approved_by) == (told[1], universe.carol)
    assert applied.reason == "It takes longer than we thought."
    assert applied.subjects.filter(kind="visit_type", ref=universe.follow_up.pk).exists()


def test_nobody_approves_their_own(universe: Universe) -> None:
    made = drafted(universe, "slot_class", None, slot_class_proposal())
    with pytest.raises(Refused, match="Somebody else must approve") as refused:
        drafts.approve(draft=made, by=universe.dan, now=NOW)
    assert refused.value.code == "OWN_DRAFT"
    assert not SlotClass.objects.exists()


def test_who_may_not_draft_or_approve(universe: Universe) -> None:
    made = drafted(universe, "slot_class", None, slot_class_proposal())
    for act in (drafts.approve, drafts.withdraw):
        with pytest.raises(NotAllowed):
            act(draft=made, by=universe.bob, now=NOW)
    with pytest.raises(NotAllowed):
        drafts.draft(
            kind="slot_class", subject=None, proposal=slot_class_proposal(code="x"), because="x", holds_from=TODAY,
            by=universe.alice, now=NOW,
        )  # fmt: skip


def test_what_has_changed_since_is_not_approved(universe: Universe) -> None:
    row = universe.follow_up
    slow, fast = (drafted(universe, "visit_type", row.pk, proposal_of(row, minutes=one)) for one in (40, 20))
    drafts.approve(draft=slow, by=universe.carol, now=NOW)
    with pytest.raises(Overtaken) as refused:
        drafts.approve(draft=fast, by=universe.carol, now=NOW)
    assert refused.value.code == "DRAFT_OVERTAKEN"
    fast.refresh_from_db()
    assert (standing(fast), is_overtaken(fast)) == (Standing.STALE, True)


def test_a_grid_draft_is_overtaken_by_a_visit_type_draft(universe: Universe) -> None:
    row = universe.follow_up
    never = {"moves": "never", "moves_because": "They wait months for it.", "converts_to": []}
    grid = drafted(universe, "grid", None, {"follow-up": never})
    put_in_force(universe, "visit_type", row.pk, proposal_of(row, converts_to=["video"]))
    with pytest.raises(Overtaken):
        drafts.approve(draft=grid, by=universe.carol, now=NOW)


def test_one_change_of_a_row_waits_for_its_day_at_a_time(universe: Universe) -> None:
    row = universe.follow_up
    first, second = (
        drafted(universe, "visit_type", row.pk, proposal_of(row, minutes=one), holds_from=LATER)
        for one in (40, 20)
    )
    drafts.approve(draft=first, by=universe.carol, now=NOW)
    with pytest.raises(Refused) as refused:
        drafts.approve(draft=second, by=universe.carol, now=NOW)
    assert refused.value.code == "ONE_AT_A_TIME"


def test_an_approved_draft_holds_from_its_day(universe: Universe) -> None:
    row = universe.follow_up
    made = drafted(universe, "visit_type", row.pk, proposal_of(row, minutes=40), holds_from=LATER)
    made = drafts.approve(draft=made, by=universe.carol, now=NOW)
    assert standing(made) == Standing.APPROVED
    midnight = datetime.combine(LATER, time(), ZONE)
    assert drafts.apply_due(by=CLERK, now=midnight - timedelta(seconds=1)) == 0
    assert drafts.apply_due(by=CLERK, now=midnight) == 1
    assert drafts.apply_due(by=CLERK, now=midnight) == 0
    row.refresh_from_db()
    assert row.minutes == 40
    entry = Entry.objects.get(kind="SettingApplied")
    assert (entry.actor_name, entry.approved_by) == ("settings clerk", universe.carol)


def test_the_job_applies_what_is_due(universe: Universe, monkeypatch: pytest.MonkeyPatch) -> None:
    made = drafted(universe, "slot_class", None, slot_class_proposal(), holds_from=LATER)
    drafts.approve(draft=made, by=universe.carol, now=NOW)
    monkeypatch.setattr("frontdesk.clinic.jobs.now", lambda: NOW + timedelta(days=8))
    apply_drafts(timestamp=0)
    assert SlotClass.objects.get().code == "same-day"


def test_what_was_overtaken_after_approval_is_left_for_a_person(universe: Universe) -> None:
    row = universe.follow_up
    made = drafted(universe, "visit_type", row.pk, proposal_of(row, minutes=40), holds_from=LATER)
    drafts.approve(draft=made, by=universe.carol, now=NOW)
    VisitType.objects.filter(pk=row.pk).update(name="Review")
    assert drafts.apply_due(by=CLERK, now=NOW + timedelta(days=8)) == 0
    assert (
        drafts.withdraw(draft=made, by=universe.carol, now=NOW, because="Too late").withdrawn_by
        == universe.carol
    )


def test_what_no_longer_fits_after_approval_is_left_for_a_person(universe: Universe) -> None:
    made = drafted(universe, "slot_class", None, slot_class_proposal(), holds_from=LATER)
    drafts.approve(draft=made, by=universe.carol, now=NOW)
    universe.same_day.delete()
    assert drafts.apply_due(by=CLERK, now=NOW + timedelta(days=8)) == 0


def test_a_settled_draft_is_settled(universe: Universe) -> None:
    made = put_in_force(universe, "slot_class", None, slot_class_proposal())
    for act in (drafts.approve, drafts.withdraw):
        with pytest.raises(DraftSettled):
            act(draft=made, by=universe.carol, now=NOW)
    other = drafts.withdraw(
        draft=drafted(universe, "slot_class", None, slot_class_proposal(code="b")), by=universe.dan, now=NOW
    )
    assert standing(other) == Standing.WITHDRAWN
    with pytest.raises(DraftSettled):
        drafts.approve(draft=other, by=universe.carol, now=NOW)
    third = drafted(universe, "slot_class", None, slot_class_proposal(code="c"), holds_from=LATER)
    drafts.approve(draft=third, by=universe.carol, now=NOW)
    with pytest.raises(DraftSettled, match="approved already"):
        drafts.approve(draft=third, by=universe.erin, now=NOW)
    assert [one.pk for one in open_drafts(kind="slot_class")] == [third.pk]


def test_a_draft_that_changes_nothing_is_refused(universe: Universe) -> None:
    with pytest.raises(Refused) as refused:
        drafted(universe, "visit_type", universe.follow_up.pk, proposal_of(universe.follow_up))
    assert refused.value.code == "NO_CHANGE"
    assert not Draft.objects.exists()


def test_a_row_that_is_gone_is_refused(universe: Universe) -> None:
    proposal = proposal_of(universe.follow_up, minutes=40, code="brand-new")
    with pytest.raises(Refused) as refused:
        drafted(universe, "visit_type", 10**9, proposal)
    assert refused.value.code == "GONE"


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY + timedelta(days=731), date.max])
def test_a_day_that_makes_no_sense_is_refused(day: date, universe: Universe) -> None:
    with pytest.raises(BadValue) as refused:
        drafted(universe, "slot_class", None, slot_class_proposal(), holds_from=day)
    assert refused.value.field == "holds_from"


@pytest.mark.parametrize("because", ["", "  ", "x" * 301])
def test_a_draft_says_why(because: str, universe: Universe) -> None:
    with pytest.raises(BadValue) as refused:
        drafts.draft(
            kind="slot_class", subject=None, proposal=slot_class_proposal(), because=because, holds_from=TODAY,
            by=universe.dan, now=NOW,
        )  # fmt: skip
    assert refused.value.field == "because"


def test_a_new_visit_type_with_all_its_parts(universe: Universe) -> None:
    proposal = proposal_of(universe.follow_up)
    proposal |= {
        "code": "scan", "name": "Scan", "name_es": "Ecografía", "lead_most": 60, "prep_text": "Nothing to eat.",
        "prep_text_es": "No coma nada.", "needs_checks": ["referral"], "code_hints": [["CPT", "76700", "Belly scan"]],
        "moves": "approved", "moves_because": "The machine is shared.",
        "segments": [NURSE_ROOM, PROVIDER, {"kind": "equipment", "equipment_type": "ultrasound", "offset": 10,
                     "minutes": 20}, {"kind": "provider", "specialty": "skin", "offset": 0, "minutes": 10}],
        "lengths": [{"provider": universe.dr_carol.pk, "minutes": 45}],
    }  # fmt: skip
    made = put_in_force(universe, "visit_type", None, proposal)
    scan = VisitType.objects.get(code="scan")
    assert made.subject == scan.pk
    found = scan.segments.order_by("offset", "minutes", "kind")
    assert [(one.kind, one.offset, one.minutes, one.leads) for one in found] == [
        ("provider", 0, 10, False),
        ("room", 0, 30, False),
        ("equipment", 10, 20, False),
        ("provider", 10, 20, True),
    ]
    assert scan.lengths.get().minutes == 45
    assert as_it_is("visit_type", scan.pk) == made.proposal
    put_in_force(universe, "visit_type", scan.pk, proposal_of(scan, segments=[], lengths=[]))
    assert not scan.segments.exists() and not scan.lengths.exists()


def test_a_slot_class_with_its_visit_types(universe: Universe) -> None:
    made = put_in_force(universe, "slot_class", None, slot_class_proposal(modalities=["video", "in_person"]))
    one = SlotClass.objects.get()
    assert [each.code for each in one.visit_types.all()] == ["same-day"]
    assert (one.release_days, one.release_at, one.modalities) == (1, time(12), ["in_person", "video"])
    by_hand = slot_class_proposal(release_days=None, release_at="", visit_types=[])
    put_in_force(universe, "slot_class", made.subject, by_hand)
    one.refresh_from_db()
    assert (one.release_days, one.release_at, one.visit_types.count()) == (None, None, 0)


def test_a_grid_draft_keeps_only_the_rows_that_change(universe: Universe) -> None:
    never = {"moves": "never", "moves_because": "They wait months for it.", "converts_to": ["video"]}
    same = {"moves": "freely", "moves_because": "", "converts_to": []}
    made = put_in_force(universe, "grid", None, {"follow-up": never, "same-day": same})
    assert list(made.proposal) == ["follow-up"]
    universe.follow_up.refresh_from_db()
    assert (universe.follow_up.moves, universe.follow_up.converts_to) == (Moves.NEVER, ["video"])
    assert made.title == "Protection grid, 1 visit type"


def test_a_guide_counts_its_versions(universe: Universe) -> None:
    one = guide(universe)
    assert one.version == 1
    content = guide_content()
    content["rules"][0]["because"] = "Seen today."
    put_in_force(universe, "guide", one.pk, {"specialty": "primary", "content": content})
    one.refresh_from_db()
    assert (one.version, one.content["rules"][0]["because"]) == (2, "Seen today.")
    assert Guide.objects.count() == 1


BAD_VISIT_TYPES: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": ""}, "name"),
    "a long name": ({"name": "x" * 81}, "name"),
    "a length between fives": ({"minutes": 32}, "minutes"),
    "a length that is no number": ({"minutes": "30"}, "minutes"),
    "another code": ({"code": "other"}, "code"),
    "no such specialty": ({"specialty": "magic"}, "specialty"),
    "no room in person": ({"room_type": ""}, "room_type"),
    "never bookable": ({"lead_least": 60 * 24 * 9, "lead_most": 3}, "lead_most"),
    "preparation in English only": ({"prep_text": "Nothing to eat."}, "prep_text_es"),
    "becomes what it is": ({"converts_to": ["in_person"]}, "converts_to"),
    "never moves without a reason": ({"moves": "never"}, "moves_because"),
    "an unknown check": ({"needs_checks": ["stars"]}, "needs_checks"),
    "a code without words": ({"code_hints": [["CPT", "99213", ""]]}, "code_hints"),
    "hints that are no list": ({"code_hints": "CPT"}, "code_hints"),
    "a segment beyond the visit": ({"segments": [{**PROVIDER, "minutes": 25}]}, "segments"),
    "nobody leads": ({"segments": [NURSE_ROOM]}, "segments"),
    "two lead": ({"segments": [PROVIDER, {**PROVIDER, "offset": 0}]}, "segments"),
    "a room leads": ({"segments": [{**NURSE_ROOM, "leads": True}]}, "segments"),
    "a room of no type": ({"segments": [PROVIDER, {**NURSE_ROOM, "room_type": ""}]}, "segments"),
    "a machine of no type": (
        {"segments": [PROVIDER, {"kind": "equipment", "offset": 0, "minutes": 5}]}, "segments",
    ),
    "another provider of no specialty": ({"segments": [PROVIDER, {**PROVIDER, "leads": False}]}, "segments"),
    "too many segments": ({"segments": [PROVIDER] * 13}, "segments"),
    "segments that are no rows": ({"segments": ["x"]}, "segments"),
    "published and sensitive": ({"public": True, "sensitive": True}, "public"),
    "published and only in kept time": ({"public": True, "kept_only": True}, "public"),
    "a published group": ({"public": True, "places": 8}, "public"),
    "no such provider": ({"lengths": [{"provider": 10**9, "minutes": 20}]}, "lengths"),
}  # fmt: skip


@pytest.mark.parametrize("setting", ["public", "sensitive"])
def test_what_others_see_of_a_visit_type_is_drafted_and_approved(setting: str, universe: Universe) -> None:
    one = universe.follow_up
    put_in_force(universe, "visit_type", one.pk, proposal_of(one, **{setting: True}))
    one.refresh_from_db()
    assert (one.public, one.sensitive) == (setting == "public", setting == "sensitive")


@pytest.mark.parametrize("name", BAD_VISIT_TYPES)
def test_a_visit_type_that_cannot_work_is_refused(name: str, universe: Universe) -> None:
    changes, field = BAD_VISIT_TYPES[name]
    with pytest.raises(BadValue) as refused:
        drafted(universe, "visit_type", universe.follow_up.pk, proposal_of(universe.follow_up, **changes))
    assert refused.value.field == field
    assert refused.value.sentence.endswith(".") or "such as" in refused.value.sentence


def test_one_provider_has_one_length(universe: Universe) -> None:
    twice = [{"provider": universe.dr_carol.pk, "minutes": one} for one in (20, 40)]
    with pytest.raises(BadValue, match="one length only"):
        drafted(universe, "visit_type", universe.follow_up.pk, proposal_of(universe.follow_up, lengths=twice))


def test_a_code_names_one_thing(universe: Universe) -> None:
    for code in ("follow-up", "Follow up", "-x", "x" * 41):
        with pytest.raises(BadValue) as refused:
            drafted(universe, "visit_type", None, proposal_of(universe.follow_up, code=code))
        assert refused.value.field == "code"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"release_days": None}, "release_at"),
        ({"release_at": ""}, "release_at"),
        ({"release_at": "25:00"}, "release_at"),
        ({"release_days": 999}, "release_days"),
        ({"visit_types": ["spa"]}, "visit_types"),
        ({"modalities": ["pigeon"]}, "modalities"),
        ({"released_by": "patient"}, "released_by"),
        ({"audience": ""}, "audience"),
    ],
)
def test_a_slot_class_that_cannot_work_is_refused(
    changes: dict[str, Any], field: str, universe: Universe
) -> None:
    with pytest.raises(BadValue) as refused:
        drafted(universe, "slot_class", None, slot_class_proposal(**changes))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("proposal", "field"),
    [
        ({}, "grid"),
        ({"spa": {"moves": "freely"}}, "grid"),
        ({"follow-up": {"moves": "never"}}, "follow-up-moves_because"),
        ({"follow-up": {"moves": "freely", "converts_to": ["in_person"]}}, "follow-up-converts_to"),
    ],
)
def test_a_grid_that_cannot_work_is_refused(proposal: dict[str, Any], field: str, universe: Universe) -> None:
    with pytest.raises(BadValue) as refused:
        drafted(universe, "grid", None, proposal)
    assert refused.value.field == field


def test_a_guide_that_cannot_work_is_refused(universe: Universe) -> None:
    content = guide_content()
    content["rules"][0]["visit_type"] = "skin-check"  # of another specialty
    with pytest.raises(BadValue, match="no such visit type"):
        drafted(universe, "guide", None, {"specialty": "primary", "content": content})
    guide(universe)
    with pytest.raises(BadValue, match="another guide"):
        drafted(universe, "guide", None, {"specialty": "primary", "content": guide_content()})


def test_the_clinics_day_is_that_of_its_first_site(universe: Universe) -> None:
    assert clinic_day(datetime(2026, 3, 4, 4, 59, tzinfo=ZONE)) == date(2026, 3, 4)
    assert clinic_day(NOW.replace(hour=23, minute=59)) == TODAY


def test_values_have_words(universe: Universe) -> None:
    words = words_for_values()
    assert words["provider"][str(universe.dr_carol.pk)] == "Dr. Carol Calden"
    assert words["visit_type"]["follow-up"] == "Follow-up"


def test_two_who_approve_at_once_wait_for_each_other(universe: Universe) -> None:
    """Approving takes one lock of the whole settings, so that the second reads what the first has changed."""
    made = drafted(universe, "slot_class", None, slot_class_proposal())
    drafts.approve(draft=made, by=universe.carol, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone()[0] >= 1
