"""The demo in the database. It is loaded once for this module and rolled back after it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.book.models import Appointment, Claim, ResourceDay
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.find import Wish, nearest, providers_for
from frontdesk.clinic.models import Duty, Provider, Site, VisitType
from frontdesk.config.demo.accounts import PASSWORD, demo_logins
from frontdesk.config.demo.facts import DemoLoaded
from frontdesk.config.demo.load import NUMBERED, NotEmpty, load_demo
from frontdesk.config.demo.sizes import SIZES
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.outreach.models import MessageTemplate
from frontdesk.people.models import ContactPoint, Patient
from frontdesk.triage.engine.protocol import read_protocol
from frontdesk.triage.models import Handoff, LateArrival, Protocol, Request, WalkIn
from frontdesk.triage.queries.walk_ins import line_at
from frontdesk.work.models import Task

TODAY = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 13, 30, tzinfo=UTC)
LOADER = System("demo loader")


def load(stream: io.StringIO) -> DemoLoaded:
    return load_demo(size=SIZES["small"], seed=1, today=TODAY, by=LOADER, now=NOW, stream=stream)


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[DemoLoaded]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield load(io.StringIO())
        transaction.set_rollback(True)


def test_what_was_counted_is_what_is_there(loaded: DemoLoaded) -> None:
    assert loaded.sites == Site.objects.count() == 1
    assert loaded.providers == Provider.objects.exclude(specialty__code="nursing").count() == 6
    assert loaded.nurses == Provider.objects.filter(specialty__code="nursing").count() == 1
    assert loaded.patients == Patient.objects.filter(created_how="demo").count() == 300
    assert loaded.visits == Appointment.objects.filter(booked_how="demo").count()
    assert loaded.visits_ahead == Appointment.objects.filter(start__gte="2026-10-20T04:00Z").count()
    assert loaded.claims == Claim.objects.live().count()
    assert loaded.open_days == ResourceDay.objects.count()


def test_the_daybook_says_that_it_was_loaded(loaded: DemoLoaded) -> None:
    entry = Entry.objects.get(kind="DemoLoaded")
    assert (entry.kind, entry.actor_name, entry.at) == ("DemoLoaded", "demo loader", NOW)
    assert entry.facts["patients"] == 300
    assert entry.facts["today"] == "2026-10-20"


def test_the_days_ahead_agree_with_sessions_and_claims(loaded: DemoLoaded) -> None:
    assert differences(now=NOW) == []


def test_the_days_behind_agree_too(loaded: DemoLoaded) -> None:
    assert ResourceDay.objects.filter(day__lt=TODAY).count() > 100
    assert differences(now=NOW - timedelta(days=7)) == []


def test_new_rows_get_numbers_that_nobody_has(loaded: DemoLoaded) -> None:
    with connection.cursor() as cursor:
        for table in NUMBERED:
            cursor.execute(f"SELECT max(id) FROM {table}")  # noqa: S608
            (highest,) = cursor.fetchone()
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
            assert cursor.fetchone() == (highest + 1,), table


def test_a_time_is_found_for_every_visit_type_and_for_some_today(loaded: DemoLoaded) -> None:
    site = Site.objects.get()
    today = set()
    for visit_type in VisitType.objects.filter(places=1):
        wish = Wish(
            visit_type=visit_type,
            sites=[site],
            providers=providers_for(visit_type, [site]),
            earliest=NOW,
            until=TODAY + timedelta(days=60),
            directed=True,
        )
        found = nearest(wish, now=NOW)
        assert found or visit_type.same_day, visit_type.code
        today |= {visit_type.code} if found and visit_type.same_day else set()
    assert {"im-same-day", "pd-same-day"} <= today  # a busy day has room for the urgent, where time is kept


def test_everybody_can_log_in_with_the_one_password(loaded: DemoLoaded) -> None:
    users = User.objects.all()
    assert {user.username: user.role for user in users} == {
        "dolores.mbeki": Role.SCHEDULER,
        "tomas.lindqvist": Role.SCHEDULER,
        "ines.okonkwo": Role.NURSE,
        "anneliese.vanderbroeck": Role.PROVIDER,
        "samuel.oyelaran": Role.PROVIDER,
        "priya.venkataraman": Role.MANAGER,
        "admin": Role.ADMINISTRATOR,
    }
    for user in users:
        assert check_password(PASSWORD, user.password)
        assert not identify_hasher(user.password).must_update(user.password)
    assert {provider.user.username for provider in Provider.objects.exclude(user=None) if provider.user} == {
        "anneliese.vanderbroeck",
        "samuel.oyelaran",
    }


def test_the_log_ins_are_printed_as_they_are(loaded: DemoLoaded) -> None:
    lines = demo_logins()
    assert lines[0] == "login: dolores.mbeki frontdesk-demo-1 Scheduler, Harbor Street Clinic"
    assert len(lines) == 7


def test_somebody_answers_every_escalation_now_and_to_the_horizon(loaded: DemoLoaded) -> None:
    for site in Site.objects.all():
        for target in ("nurse", "provider", "crisis"):
            for moment in (NOW - timedelta(days=7), NOW, NOW + timedelta(days=90)):
                ranks = Duty.objects.at(moment).for_target(target, site=site).values_list("rank", flat=True)
                assert list(ranks) == [1, 2]
            sunday = NOW + timedelta(days=5)
            assert Duty.objects.at(sunday).for_target(target, site=site).exists()


def test_every_escalation_has_a_second_step_and_somebody_after_hours(loaded: DemoLoaded) -> None:
    evening = NOW.replace(hour=23)  # seven in the evening there
    for site in Site.objects.all():
        assert Duty.objects.at(NOW).for_target("manager", site=site).exists()
        assert Duty.objects.at(evening).for_target("on_call", site=site).count() == 2
        assert Duty.objects.at(evening + timedelta(days=4)).for_target("on_call", site=site).exists()


def test_the_protocol_and_the_messages_are_in_force(loaded: DemoLoaded) -> None:
    protocol = Protocol.objects.in_force(NOW).get()
    assert read_protocol(protocol.content).rules
    assert protocol.approved_by and protocol.approved_by.role == Role.PROVIDER
    assert {text.language for text in MessageTemplate.objects.in_force(NOW)} == {"en", "es"}


def test_one_address_of_each_kind_is_preferred_and_chosen(loaded: DemoLoaded) -> None:
    preferred = ContactPoint.objects.filter(kind="email", preferred=True)
    assert preferred.exists()
    assert not preferred.filter(allowed=False).exists()


def test_where_there_is_a_clinic_it_refuses_and_changes_nothing(loaded: DemoLoaded) -> None:
    before = Appointment.objects.count()
    with pytest.raises(NotEmpty):
        load(io.StringIO())
    with pytest.raises(CommandError, match="already has a clinic"):
        call_command("demo", size="small")
    assert Appointment.objects.count() == before


def test_if_empty_says_that_there_is_nothing_to_do(loaded: DemoLoaded) -> None:
    said = io.StringIO()
    call_command("demo", "--if-empty", size="small", stdout=said)
    assert said.getvalue() == "This database already has a clinic: nothing to do.\n"
    assert Entry.objects.filter(kind="DemoLoaded").count() == 1


class Closes(io.StringIO):
    """A terminal that goes away while the visits are being written."""

    def write(self, text: str) -> int:
        if text.startswith("Days of visits") and "228/456" in text:
            raise BrokenPipeError
        return super().write(text)


@pytest.mark.django_db
def test_ended_half_way_it_leaves_nothing() -> None:
    with pytest.raises(BrokenPipeError):
        load(Closes())
    for model in (Site, User, Patient, Appointment, Claim, ResourceDay, Duty, Entry):
        assert not model._default_manager.exists()


@pytest.mark.django_db
def test_the_command_says_how_much_there_is_and_who_may_log_in() -> None:
    said, drawn = io.StringIO(), io.StringIO()
    call_command("demo", size="small", today="2026-10-20", seed=7, stdout=said, stderr=drawn)
    first, *logins = said.getvalue().splitlines()
    assert first.startswith("Loaded the demo “small” as of 2026-10-20: 1 site, 6 providers, 300 patients, ")
    assert logins == demo_logins()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--today", "2026-02-31"], "--today must be a day"),
        (["--today", "tomorrow"], "--today must be a day"),
        (["--today", "0001-01-01"], "between the years"),
        (["--today", "9999-12-31"], "between the years"),
        (["--today", "\u202e2026"], "--today must be a day"),
        (["--size", "huge"], "invalid choice"),
        (["--seed", "x" * 10_000], "invalid int value"),
    ],
)
def test_absurd_options_get_a_sentence(options: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("demo", *options)
    assert not Site.objects.exists()


def test_people_wait_at_the_counter_and_the_order_is_a_clinician_s(loaded: DemoLoaded) -> None:
    site = Site.objects.get()
    waiting = line_at(site)
    assert [one.tier for one in waiting] == [3, 5, None]
    assert WalkIn.objects.exclude(left_at=None).get().end == "seen"
    assert all(one.arrived_at < NOW for one in waiting)
    assert not Handoff.objects.filter(accepted_at=None).exists(), (
        "No clock runs in a demo that nobody looks at."
    )


def test_somebody_came_late_and_two_messages_wait(loaded: DemoLoaded) -> None:
    open_one, settled = LateArrival.objects.order_by("-arrived_at")
    assert (open_one.feasible, open_one.approved_at, open_one.settled_at) == (True, None, None)
    assert settled.disposition == "squeezed_in"
    unread = Request.objects.open().filter(taken_by=None)
    assert sorted(unread.values_list("channel", flat=True)) == ["email", "voicemail"]
    assert not Task.objects.open().filter(due_at__lt=NOW).exists(), (
        "Nothing is overdue when it is first opened."
    )
