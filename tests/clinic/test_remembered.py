"""What is remembered of settings is never older than the settings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.clinic.actions import machine
from frontdesk.clinic.models import Provider, Room, Segment, Site, Specialty, VisitType
from frontdesk.clinic.queries.changes import marks, read_once
from frontdesk.clinic.queries.machine import is_on
from frontdesk.clinic.queries.remembered import row, visit_types
from frontdesk.clinic.switches import Switch
from frontdesk.outreach.actions.messages import Tells, _template
from frontdesk.outreach.models import MessageTemplate
from frontdesk.triage.models import Protocol
from frontdesk.triage.models.in_force import in_force
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db


def test_a_row_is_as_it_is_now(universe: Universe) -> None:
    assert row(Site, universe.main.pk).name == "Main Street"
    Site.objects.filter(pk=universe.main.pk).update(name="High Street")
    assert row(Site, universe.main.pk).name == "High Street"
    assert row(Room, universe.exam_1.pk).site.name == "High Street"


def test_what_a_row_refers_to_is_as_it_is_now(universe: Universe) -> None:
    assert row(Provider, universe.dr_carol.pk).specialty.name == "Primary care"
    Specialty.objects.filter(code="primary").update(name="Family medicine")
    assert row(Provider, universe.dr_carol.pk).specialty.name == "Family medicine"
    assert {one.specialty.name for one in visit_types()} == {"Family medicine", "Dermatology"}


def test_a_visit_type_comes_with_its_segments(universe: Universe) -> None:
    kind = universe.follow_up
    assert not row(VisitType, kind.pk).segments.all()
    Segment.objects.create(visit_type=kind, kind="provider", offset=0, minutes=30, leads=True)
    assert len(row(VisitType, kind.pk).segments.all()) == 1


def test_each_caller_has_a_copy_of_its_own(universe: Universe) -> None:
    row(Site, universe.main.pk).name = "Changed by somebody"
    assert row(Site, universe.main.pk).name == "Main Street"


def test_a_row_that_is_gone_is_gone(universe: Universe) -> None:
    assert row(Room, universe.exam_2.pk)
    universe.exam_2.delete()
    with pytest.raises(Room.DoesNotExist):
        row(Room, universe.exam_2.pk)


def test_a_switch_is_as_it_was_last_turned(universe: Universe) -> None:
    for on in (False, True, False):
        machine.switch(key=Switch.MESSAGES, on=on, because="Trying it", by=universe.dan, now=NOW)
        assert is_on(Switch.MESSAGES) is on


def test_a_protocol_that_is_ended_is_not_read_any_more(universe: Universe) -> None:
    assert in_force(now=NOW) is not None
    ended = {"ended_at": NOW, "ended_by": universe.carol}
    Protocol.objects.filter(pk=universe.protocol.pk).update(**ended)
    assert in_force(now=NOW) is None
    assert in_force(now=NOW - timedelta(minutes=1)) is not None


def test_a_text_holds_from_the_moment_that_was_said(universe: Universe) -> None:
    old = _template(Tells.BOOKED, "en", NOW)
    assert old is not None
    later = NOW + timedelta(hours=1)
    new = MessageTemplate(
        **{field.attname: getattr(old, field.attname) for field in old._meta.concrete_fields}
    )
    new.pk, new.version, new.in_force_from = None, old.version + 1, later
    new.save()
    assert _template(Tells.BOOKED, "en", NOW) == old
    assert _template(Tells.BOOKED, "en", later) == new


def test_inside_one_action_the_marks_are_read_once(universe: Universe) -> None:
    with read_once():
        before = marks()
        Site.objects.filter(pk=universe.main.pk).update(name="High Street")
        with read_once():
            assert marks() == before
        assert marks() == before
    assert marks() != before
