"""The calendar: providers or rooms, a day or a week, one visit in the drawer, and the news from other desks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from frontdesk.book.models import Appointment, Block, Claim, Session
from frontdesk.book.models.appointment import AppointmentStatus
from frontdesk.book.queries.news import latest, news
from frontdesk.clinic.models import Closure
from frontdesk.daybook.models import Look
from tests.factories import clinic
from tests.factories.daybook import link_now
from tests.factories.time import slot_class
from tests.universe import NOW, Universe, at

MONDAY = date(2026, 3, 9)


# ---- the page ----


@pytest.fixture(autouse=True)
def _present(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten o'clock on the universe's Tuesday."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def page(client: Client) -> Callable[..., str]:
    """The calendar as somebody sees it, with these words in the address."""

    def get(user: User, /, **asked: str | int) -> str:
        client.force_login(user)
        response = client.get("/calendar/", asked)
        assert response.status_code == 200
        return response.content.decode()

    return get


Page = Callable[..., str]


def heads(html: str) -> list[str]:
    return re.findall(r"<h2>([^<]+)<", html)


def test_the_columns_are_the_providers_with_sessions_at_the_site(universe: Universe, page: Page) -> None:
    tuesday = page(universe.alice)
    assert heads(tuesday) == ["Dr. Carol Calden", "Dr. Yusuf Demir", "Dr. Lena Fischer"]
    assert "Tuesday 3 March" in tuesday
    assert heads(page(universe.alice, day="2026-03-04")) == ["Dr. Carol Calden", "Dr. Yusuf Demir"]


def test_somebody_sees_their_own_sites_and_a_manager_all(universe: Universe, page: Page) -> None:
    universe.book(at(11))
    assert "Okafor" in page(universe.bob)
    charlie = page(universe.charlie, site="main")
    assert heads(charlie) == ["Dr. Lena Fischer"]
    assert "Okafor" not in charlie
    both = page(universe.dan, site="all")
    assert heads(both) == ["Dr. Carol Calden", "Dr. Yusuf Demir", "Dr. Lena Fischer", "Dr. Lena Fischer"]
    assert both.count("Okafor") == 1


def test_a_specialty_narrows_the_columns(universe: Universe, page: Page) -> None:
    assert heads(page(universe.alice, specialty="skin")) == ["Dr. Lena Fischer"]


def test_a_hold_is_seen_and_says_nothing_of_its_patient(universe: Universe, page: Page) -> None:
    universe.hold(at(11))
    html = page(universe.bob)
    assert "Held until 10:10" in html
    assert "Okafor" not in html


def test_a_provider_is_not_free_while_at_another_site(universe: Universe, page: Page) -> None:
    wanted = universe.wanted(at(11), provider=universe.dr_lena, visit_type=universe.skin_check)
    universe.hold(at(11), wanted=wanted)
    assert "At another site" in page(universe.charlie)


def test_a_cancelled_visit_leaves_its_time_free(universe: Universe, page: Page) -> None:
    booked = universe.book(at(11))
    cancelled = {"status": AppointmentStatus.CANCELLED, "cancelled_at": NOW, "cancelled_by": universe.alice}
    Appointment.objects.filter(pk=booked.pk).update(**cancelled)
    Claim.objects.filter(appointment=booked).update(released_at=NOW)
    html = page(universe.bob)
    assert "Okafor" not in html
    assert html.count("Free 7 h") == 3


def test_nothing_can_be_booked_from_the_calendar(universe: Universe, page: Page) -> None:
    universe.book(at(11))
    main = page(universe.alice).partition("<main")[2]
    links = re.findall(r'<li class="([a-z]+)[^>]*><a href="([^"]+)"', main)
    assert [kind for kind, _ in links] == ["visit"]
    assert 'method="post"' not in main
    assert "a visit is booked from a request" in main


@pytest.mark.parametrize(
    "asked",
    [
        {"day": "nonsense"},
        {"day": "2026-02-31"},
        {"day": "0001-01-01"},
        {"day": "9999-12-31"},
        {"day": "\x00"},
        {"day": "2026-03-03" * 1000},
        {"site": "nowhere"},
        {"site": "\x00'\""},
        {"specialty": "<script>"},
        {"page": "-7"},
        {"page": "9" * 4000},
        {"visit": "abc"},
        {"visit": "-1"},
        {"visit": "9" * 30},
        {"visit": "٣"},
        {"visit": "0"},
    ],
)
def test_a_bad_address_falls_back_to_today(universe: Universe, page: Page, asked: dict[str, str]) -> None:
    html = page(universe.alice, **asked)
    assert "Tuesday 3 March" in html
    assert heads(html) == ["Dr. Carol Calden", "Dr. Yusuf Demir", "Dr. Lena Fischer"]
    assert "<script>" not in html


def test_a_day_without_sessions_names_the_next_that_has_some(universe: Universe, page: Page) -> None:
    html = page(universe.alice, day="2026-03-07")
    assert "No sessions on this day" in html
    assert "Nobody works at Main Street on Saturday 7 March." in html
    assert "Show Monday 9 March" in html
    assert "day=2026-03-09" in html


def test_names_are_escaped(universe: Universe, page: Page) -> None:
    odd = universe.newcomer("<b>Al</b>", 'O\'Neil & "Sons"')
    booked = universe.book(at(11), request=universe.ready(odd))
    html = page(universe.alice, visit=booked.pk)
    assert "<b>Al</b>" not in html
    assert html.count("O&#x27;Neil &amp; &quot;Sons&quot;, &lt;b&gt;Al&lt;/b&gt;") == 2


def test_forty_columns_fill_a_page(universe: Universe, page: Page) -> None:
    for number in range(39):
        clinic.sessions(
            clinic.provider(f"Dr. Nr{number:02}", at=universe.main, in_=universe.dr_carol.specialty),
            at=universe.main,
        )
    assert len(heads(page(universe.alice))) == 40
    assert len(heads(page(universe.alice, page=2))) == 2


def test_more_providers_need_no_more_queries(
    universe: Universe, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def crowd(first: int, count: int) -> None:
        patients = [universe.newcomer("Nova", f"Patient{first}-{number}") for number in range(4)]
        for number in range(first, first + count):
            provider = clinic.provider(
                f"Dr. Nr{number:02}", at=universe.main, in_=universe.dr_carol.specialty
            )
            clinic.sessions(provider, at=universe.main)
            Block.objects.create(
                resource=provider, kind="meeting", start=at(12, day=MONDAY), end=at(13, day=MONDAY),
                recorded_at=NOW, recorded_by=universe.dan,
            )  # fmt: skip
            Appointment.objects.bulk_create(
                Appointment(
                    patient=patient, visit_type=universe.follow_up, site=universe.main, provider=provider,
                    start=at(8, day=MONDAY) + timedelta(minutes=30 * (4 * number + place)),
                    end=at(8, day=MONDAY) + timedelta(minutes=30 * (4 * number + place) + 30),
                    booked_at=NOW, status=AppointmentStatus.DONE,
                )
                for place, patient in enumerate(patients)
            )  # fmt: skip

    client.force_login(universe.dan)
    for asked in ({"day": MONDAY.isoformat()}, {"day": MONDAY.isoformat(), "by": "rooms"}):
        crowd(0 if "by" not in asked else 40, 1)
        with CaptureQueriesContext(connection) as few:
            client.get("/calendar/", {"site": "all", **asked})
        crowd(1 if "by" not in asked else 41, 20)
        with django_assert_num_queries(len(few)):
            html = client.get("/calendar/", {"site": "all", **asked}).content.decode()
        assert len(few) < 30
        if "by" not in asked:
            assert len(heads(html)) == 24
            assert html.count('<li class="visit') > 20
            assert html.count("Meeting") == 20  # one is taken by visits


# ---- what the columns show ----


def test_rooms_may_be_the_columns(universe: Universe, page: Page) -> None:
    universe.book(at(11))
    html = page(universe.bob, by="rooms")
    assert heads(html) == ["Exam 1", "Exam 2"]
    assert html.count("Okafor") == 1
    assert "Exam room" in html


def test_a_week_shows_one_provider_day_by_day(universe: Universe, page: Page) -> None:
    universe.book(at(11))
    universe.book(at(9, day=date(2026, 3, 6)), request=universe.ready(universe.dora))
    html = page(universe.bob, view="week", who=universe.dr_carol.pk)
    assert heads(html) == ["Mon 2 Mar", "Tue 3 Mar", "Wed 4 Mar", "Thu 5 Mar", "Fri 6 Mar"]
    assert "2 – 8 March" in html
    assert "Okafor" in html and "Nilsson" in html
    room = page(universe.bob, view="week", by="rooms", who=universe.exam_2.pk)
    assert "Okafor" not in room


def test_a_block_a_closure_and_kept_time_say_what_they_are(universe: Universe, page: Page) -> None:
    Block.objects.create(
        resource=universe.dr_yusuf, kind="vacation", start=at(0), end=at(23, 55), recorded_at=NOW,
        recorded_by=universe.dan,
    )  # fmt: skip
    kept = slot_class("urgent", "Same-day urgent", universe.same_day, by_direction=True)
    later = slot_class("noon", "After discharge", universe.same_day, release_days=0, release_at=time(12))
    for starts, what in ((9, kept), (13, later)):
        Session.objects.create(
            resource=universe.dr_carol, site=universe.main, weekday=1, starts=time(starts), ends=time(starts + 2),
            valid_from=date(2026, 1, 1), slot_class=what,
        )  # fmt: skip
    html = page(universe.alice)
    assert "Vacation" in html
    assert re.search(r"Same-day urgent</b><span>opens by clinician’s direction</span>", html)
    assert re.search(r"After discharge</b><span>releases 12:00</span>", html)
    Closure.objects.create(
        site=universe.main, day=NOW.date(), name="Snow", closed_at=NOW, closed_by=universe.dan
    )
    html = page(universe.alice)
    assert html.count("Closed: Snow") == 3
    assert "Free " not in html.partition('class="day')[2].partition("legend")[0]


def test_a_nurse_sees_her_part_of_a_visit(universe: Universe, page: Page) -> None:
    booked = universe.book(at(11))
    Claim.objects.create(resource=universe.dr_yusuf, appointment=booked, start=at(10, 50), end=at(11))
    html = page(universe.bob)
    assert html.count("Okafor") == 2


# ---- another desk ----


def test_the_grid_alone_is_what_the_page_shows(universe: Universe, client: Client) -> None:
    universe.book(at(11))
    client.force_login(universe.alice)
    html = client.get("/calendar/grid/", {"day": "2026-03-03"}).content.decode()
    assert html.lstrip().startswith('<div class="day')
    assert "Okafor" in html and "<html" not in html


def test_news_are_told_once_and_to_the_sites_they_are_about(
    universe: Universe, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    link_now()
    client.force_login(universe.alice)
    before = client.get("/calendar/news/", {"since": latest()}).json()
    assert before["changed"] is False
    universe.hold(at(11))
    link_now()
    told = client.get("/calendar/news/", {"since": before["since"]}).json()
    assert told["changed"] is True
    assert client.get("/calendar/news/", {"since": told["since"]}).json() == {**told, "changed": False}
    with django_assert_num_queries(1):
        assert news(before["since"], [universe.harbor.pk])[1] is False


def test_what_the_calendar_does_not_show_is_no_news(universe: Universe) -> None:
    link_now()
    since = latest()
    universe.ready(universe.dora)
    link_now()
    seen, changed = news(since, [universe.main.pk])
    assert seen > since
    assert not changed


# ---- who may ----


def test_an_administrator_sees_no_calendar(universe: Universe, client: Client) -> None:
    for user in (universe.erin, universe.pat):
        client.force_login(user)
        assert client.get("/calendar/").status_code == 403


def test_nobody_is_sent_to_the_log_in(client: Client, db: None) -> None:
    assert client.get("/calendar/").status_code == 302


def test_without_see_reason_neither_grid_nor_drawer_name_the_visit_type(
    universe: Universe, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked = universe.book(at(11))
    assert page(universe.alice, visit=booked.pk).count("Follow-up") == 2
    fewer = ROLE_PERMISSIONS[Role.SCHEDULER] - {Permission.SEE_REASON}
    monkeypatch.setitem(ROLE_PERMISSIONS, Role.SCHEDULER, fewer)
    html = page(universe.alice, visit=booked.pk)
    assert "Follow-up" not in html
    assert html.count("Okafor, Benjamin") == 2


# ---- the drawer ----


def test_the_drawer_tells_the_visit_and_the_look_is_written_down(universe: Universe, page: Page) -> None:
    booked = universe.book(at(11), request=universe.ready(universe.ana))
    html = page(universe.alice, visit=booked.pk)
    drawer = html.partition('id="drawer"')[2].partition("</aside>")[0]
    for fact in (
        "Follow-up, 30 min", "Lucero, Ana", "11:00–11:30", "Tue 3 Mar 2026", "Dr. Carol Calden", "Exam 1, Main Street",
        "Marisol Vega", "14 Mar 1979, age 46", "Spanish", "(212) 555-0101", "Alice Alden", "ana@mail.example",
        "E-mail: waiting to be sent",
    ):  # fmt: skip
        assert fact in drawer
    assert 'aria-current="true"' in html
    (look,) = Look.objects.all()
    assert (look.user, look.kind, look.ref, look.where) == (
        universe.alice,
        "patient",
        universe.ana.pk,
        "calendar",
    )


def test_a_visit_alone_leads_to_its_own_day_and_site(universe: Universe, page: Page) -> None:
    booked = universe.book(at(11, day=MONDAY))
    html = page(universe.dan, visit=booked.pk)
    assert "Monday 9 March" in html
    assert heads(html)[:2] == ["Dr. Carol Calden", "Dr. Yusuf Demir"]


def test_the_drawer_alone_answers_htmx_and_closes_with_an_empty_place(
    universe: Universe, client: Client
) -> None:
    booked = universe.book(at(11))
    client.force_login(universe.alice)
    opened = client.get("/calendar/", {"visit": booked.pk}, headers={"HX-Request": "true"}).content.decode()
    assert opened.startswith("<aside")
    assert "<html" not in opened
    closed = client.get("/calendar/", headers={"HX-Request": "true"}).content.decode()
    assert closed.strip() == '<div id="drawer" hidden></div>'


def test_a_visit_of_another_site_stays_shut_and_no_look_is_written(universe: Universe, page: Page) -> None:
    booked = universe.book(at(11))
    assert "Okafor" not in page(universe.charlie, visit=booked.pk)
    assert not Look.objects.exists()
