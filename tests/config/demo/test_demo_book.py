"""The whole book of the demo, in the database: what is there, and that it agrees with the product's own audits."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from frontdesk.book.models import Appointment, Block, Claim, Gathering, OverbookRule, Plan, Session, Template
from frontdesk.book.queries import audit, template_audit
from frontdesk.book.queries.affected import hit_now
from frontdesk.book.queries.check_days import differences
from frontdesk.clinic.engine import guide as engine
from frontdesk.clinic.models import (
    Closure,
    Department,
    Draft,
    Guide,
    KnowledgeCard,
    Organization,
    Provider,
    Resource,
    Room,
    Site,
    SlotClass,
    VisitType,
)
from frontdesk.clinic.proposals import checked
from frontdesk.clinic.queries.settings import as_it_is
from frontdesk.config.demo.load import load_demo
from frontdesk.config.demo.sizes import SIZES
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.people.models import RiskFlag
from frontdesk.work.models import Task

TODAY = date(2026, 11, 18)  # a Wednesday: Thanksgiving is the Thursday of next week
NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def _loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        load_demo(
            size=SIZES["small"], seed=3, today=TODAY, by=System("demo loader"), now=NOW, stream=io.StringIO()
        )
        yield
        transaction.set_rollback(True)


def test_the_days_are_what_sessions_blocks_closures_and_claims_make_them() -> None:
    assert differences(now=NOW) == []


def test_the_audit_finds_what_was_planted_and_what_absences_hit_and_nothing_else() -> None:
    found = audit.audit(now=NOW)
    assert {code: n for code, n in found.counts.items() if code != "OUTSIDE_OPEN"} == {
        "WRONG_LENGTH": 1,
        "WRONG_SPECIALTY": 1,
        "ROOM_WRONG_KIND": 1,
    }
    hit = {visit.pk for block in Block.objects.all() for visit in hit_now(block)}
    assert hit
    assert {one.about[1] for one in found.mismatches if one.code == "OUTSIDE_OPEN"} <= hit


def test_the_audit_of_templates_knows_of_the_holidays_only() -> None:
    found = template_audit.audit(sites=list(Site.objects.all()), now=NOW)
    assert {one.kind for one in found} == {"closed"}
    assert all("no visit still stands" in one.sentence for one in found)


def test_each_visit_type_could_be_proposed_as_it_stands() -> None:
    for kind in VisitType.objects.all():
        standing = as_it_is("visit_type", kind.pk)
        assert checked("visit_type", kind.pk, standing) == standing
    for slot_class in SlotClass.objects.all():
        standing = as_it_is("slot_class", slot_class.pk)
        assert checked("slot_class", slot_class.pk, standing) == standing


def test_the_protection_grid_says_what_never_moves_and_why() -> None:
    assert set(VisitType.objects.filter(moves="never").values_list("code", flat=True)) == {
        "or-post-op",
        "or-pre-op",
    }
    assert VisitType.objects.filter(moves="approved").count() > 4
    assert VisitType.objects.filter(converts_to__contains=["video", "phone"]).exists()
    assert VisitType.objects.get(code="fm-same-day").lead_most == 0
    assert VisitType.objects.get(code="fm-new").lead_most == 365
    lab = VisitType.objects.get(code="ns-lab")
    assert lab.prep_hours == 8
    assert lab.prep_text_es


def test_segments_lengths_and_groups_are_there() -> None:
    physical = VisitType.objects.get(code="fm-physical")
    assert [(one.kind, one.leads, one.offset, one.minutes) for one in physical.segments.all()] == [
        ("provider", False, 0, 10),
        ("room", False, 0, 40),
        ("provider", True, 10, 30),
    ]
    assert Provider.objects.filter(lengths__isnull=False).distinct().count() >= 3
    assert VisitType.objects.get(code="fm-diabetes-group").places == 8


def test_time_is_kept_closed_limited_and_aligned_in_the_weeks() -> None:
    assert Session.objects.exclude(slot_class=None).values("slot_class").distinct().count() == 6
    assert set(Session.objects.exclude(block="").values_list("block", flat=True)) == {"meeting", "admin"}
    assert Session.objects.filter(capacity=2, slot_class__code="new-patients").exists()
    assert Session.objects.filter(align=30, slot_class__code="procedures").exists()
    assert Session.objects.filter(cycle=2).count() == 1
    urgent = SlotClass.objects.get(code="same-day-urgent")
    assert urgent.by_direction
    assert (urgent.release_days, f"{urgent.release_at}") == (0, "11:00:00")


def test_absences_were_recorded_by_the_desk_and_their_visits_are_work() -> None:
    assert set(Block.objects.values_list("kind", flat=True)) == {"vacation", "on_call", "out_of_order"}
    for block in Block.objects.all():
        assert Entry.objects.filter(kind="TimeBlocked", facts__block_id=block.pk).exists()
        hit = {visit.pk for visit in hit_now(block)}
        assert bool(hit) == (block.kind != "on_call")
        assert hit <= set(Task.objects.filter(about_kind="appointment").values_list("about_ref", flat=True))


def test_the_site_closes_on_holidays_and_nobody_is_booked_on_them() -> None:
    site = Site.objects.get()
    assert site.subdivision == "NY"
    ahead = Closure.objects.filter(site=site, day__gte=TODAY)
    assert ahead.get(day=date(2026, 11, 26)).name == "Thanksgiving Day"
    assert ahead.filter(holiday=True).count() >= 6
    for closure in ahead:
        assert not Appointment.objects.on(closure.day, site=site).exists()


def test_rules_drafts_guides_and_cards_are_there() -> None:
    assert OverbookRule.objects.filter(signed_at__isnull=False).count() == 2
    assert Template.objects.get().approved_at is None
    draft = Draft.objects.get()
    assert (draft.kind, draft.approved_at) == ("visit_type", None)
    for guide in Guide.objects.select_related("specialty"):
        codes = set(guide.specialty.visit_types.values_list("code", flat=True))
        assert engine.read(guide.content, visit_types=codes).rules
    assert Guide.objects.count() == 2  # cardiology is for larger clinics
    assert KnowledgeCard.objects.count() == 10
    assert KnowledgeCard.objects.filter(review_on__lt=TODAY).count() >= 3


def test_who_belongs_where() -> None:
    assert Organization.objects.get().name
    assert Department.objects.count() == 4
    assert not Resource.objects.filter(department=None).exclude(kind="interpreter").exists()
    assert Room.objects.filter(isolation=True).count() == 1
    assert RiskFlag.objects.filter(code="infection-precautions", ended_at=None).exists()


def test_visits_that_belong_together() -> None:
    series = Plan.objects.get(kind="series")
    assert series.visits.count() == series.visits_wanted == 6
    assert len(set(series.visits.values_list("patient", flat=True))) == 1
    lab, seen = Plan.objects.get(kind="linked").visits.order_by("plan_place")
    assert (lab.visit_type.code, seen.visit_type.code) == ("ns-lab", "im-follow-up")
    assert lab.end < seen.start
    family = Plan.objects.get(kind="family")
    assert len(set(family.visits.values_list("patient", flat=True))) == 2
    assert len(set(family.visits.values_list("patient__family", flat=True))) == 1


def test_groups_have_places_left_and_a_conference_takes_everybody() -> None:
    groups = Gathering.objects.filter(kind="group")
    assert groups.count() == 2
    for group in groups:
        assert 0 < group.visits.count() < group.places
        assert not Claim.objects.filter(appointment__gathering=group).exists()
        assert Claim.objects.filter(gathering=group).count() == 2
    conference = Gathering.objects.get(kind="conference")
    assert conference.required.count() == 3
    assert Claim.objects.filter(gathering=conference).count() == 3
    assert conference.start > NOW + timedelta(days=1)
