"""The chains of the demo's visits are what the book would have found when each was booked."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment, AppointmentStatus, ChainLink, Claim
from frontdesk.book.ports import Ask, Link, Verdict
from frontdesk.book.queries.chain import chain
from frontdesk.config.demo.hours import midnight
from frontdesk.config.demo.load import load_demo
from frontdesk.config.demo.sizes import SIZES
from frontdesk.daybook.facts import System

TODAY = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 13, 30, tzinfo=UTC)
PRESENT = midnight(TODAY, "America/New_York")
NOT_BUILT = {Link.REFERRAL.value, Link.AUTHORIZATION.value, Link.COVERAGE.value}


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        load_demo(
            size=SIZES["small"], seed=1, today=TODAY, by=System("demo loader"), now=NOW, stream=io.StringIO()
        )
        yield
        transaction.set_rollback(True)


def test_every_visit_ahead_that_stands_has_every_link_once() -> None:
    ahead = Appointment.objects.filter(start__gte=PRESENT).exclude(status=AppointmentStatus.CANCELLED)
    links = ChainLink.objects.filter(appointment__in=ahead)
    assert ahead.count() > 500
    assert links.count() == ahead.count() * len(Link)
    assert not ChainLink.objects.filter(appointment__status=AppointmentStatus.CANCELLED).exists()


def test_most_pass_some_warn_and_links_of_rooms_not_built_are_not_checked() -> None:
    found = Counter(ChainLink.objects.values_list("verdict", flat=True))
    assert found[Verdict.PASS] > 0.6 * found.total()
    assert found[Verdict.WARN] > 50
    assert 3 <= found[Verdict.WAIVED] < 0.02 * found.total()
    unchecked = ChainLink.objects.filter(verdict=Verdict.NOT_CHECKED)
    assert set(unchecked.values_list("link", flat=True)) == NOT_BUILT
    assert not ChainLink.objects.filter(link__in=NOT_BUILT, verdict=Verdict.PASS).exists()


def test_nothing_fails_but_what_was_planted() -> None:
    failed = ChainLink.objects.filter(verdict=Verdict.FAIL)
    assert {(one.link, one.code) for one in failed} == {(Link.PROVIDER.value, "WRONG_PROVIDER")}
    assert failed.count() == 1


def test_a_waiver_has_a_reason_and_somebody_who_may() -> None:
    waived = ChainLink.objects.filter(verdict=Verdict.WAIVED).select_related("waived_by", "appointment")
    for link in waived:
        assert link.waived_because and link.waived_by and link.waived_by.may(Permission.WAIVE_CHECKS)
        assert link.waived_at and link.appointment.booked_at < link.waived_at <= NOW


def test_the_book_itself_finds_the_same() -> None:
    """Over a sample: link by link, but for what was waived by hand afterwards."""
    rows = Appointment.objects.filter(start__gte=PRESENT, gathering=None, status=AppointmentStatus.BOOKED)
    with_all = rows.select_related(
        "patient", "visit_type", "provider", "site", "room", "interpreter", "booked_by"
    )
    for visit in with_all.order_by("pk")[::40]:
        stored = {one.link: one for one in visit.chain.all()}
        for found in chain(_ask(visit)):
            one = stored[found.link]
            assert (one.sentence, one.code) == (found.sentence, found.code)
            assert one.verdict == (Verdict.WAIVED if one.waived_because else found.verdict)


def _ask(visit: Appointment) -> Ask:
    assert visit.booked_by
    return Ask(
        request_id=None,
        patient=visit.patient,
        visit_type=visit.visit_type,
        by=visit.booked_by,
        now=visit.booked_at,
        provider=visit.provider,
        site=visit.site,
        start=visit.start,
        end=visit.end,
        room=visit.room,
        interpreter=visit.interpreter,
        resources=list(Claim.objects.filter(appointment=visit).values_list("resource", flat=True)),
        modality=visit.modality,
    )
