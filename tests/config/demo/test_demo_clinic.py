"""The demo `clinic`, with a shorter history, in the database."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from frontdesk.book.models import Appointment, Gathering
from frontdesk.book.queries import audit
from frontdesk.book.queries.check_days import differences
from frontdesk.clinic.models import Duty, Guide, Site
from frontdesk.config.demo.load import load_demo
from frontdesk.config.demo.sizes import SIZES
from frontdesk.daybook.facts import System

TODAY = date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_the_whole_book_of_a_clinic_agrees_with_itself() -> None:
    size = replace(SIZES["clinic"], history_days=31, booked_days=35, horizon_days=40)
    made = load_demo(size=size, seed=5, today=TODAY, by=System("demo loader"), now=NOW, stream=io.StringIO())
    assert made.visits == Appointment.objects.count()
    assert differences(now=NOW) == []
    counts = audit.audit(now=NOW).counts
    assert {code: n for code, n in counts.items() if code != "OUTSIDE_OPEN"} == {
        "WRONG_LENGTH": 1,
        "WRONG_SPECIALTY": 1,
        "ROOM_WRONG_KIND": 1,
    }
    assert {one.visit_type.code for one in Gathering.objects.filter(kind="group") if one.visit_type} == {
        "fm-diabetes-group",
        "og-class",
    }
    assert Guide.objects.count() == 3
    for site in Site.objects.all():
        doctors = Duty.objects.filter(site=site, user__role="provider", user__staff__sites=site)
        assert doctors.exists()
