"""What find-a-time offers: with whom, where, in which words; and that whatever is offered can be booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import signing
from django.http import QueryDict
from django.urls import reverse

from frontdesk.book.actions import appointments, holds
from frontdesk.book.models import Appointment, Hold
from frontdesk.book.queries.find import open_times
from frontdesk.book.queries.wish import Wish
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import Provider, VisitLength, VisitType
from frontdesk.desk.pages.find_page import SIGNED, FindPage, option_from
from frontdesk.people.models import Patient
from frontdesk.triage.models import Request
from tests.book.test_overbook import signed as signed_rule
from tests.desk.support import Answer, Desk, Form, offers, read, said, undone
from tests.factories.books import NAMES, book, random_book
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db


def page_for(cast: Universe, request: Request, query: str) -> FindPage:
    return FindPage(request, user=cast.dan, now=NOW, asked=QueryDict(query))


def look(desk: Desk, request: Request, **asked: Any) -> Answer:
    return desk.get(desk.universe.alice, "desk:find", request.pk, **{"visit_type": "follow-up", **asked})


def send(desk: Desk, form: Form, who: Any = None, **other: str) -> Answer:
    return desk.browser(who or desk.universe.alice).post(form.action, {**form.fields, **other}, follow=True)


def visited(cast: Universe, provider: Provider) -> None:
    """Ben saw this provider a month ago."""
    Appointment.objects.create(
        patient=cast.ben, visit_type=cast.follow_up, site=cast.main, provider=provider, status="done",
        start=NOW - timedelta(days=30), end=NOW - timedelta(days=30, minutes=-30), booked_at=NOW - timedelta(days=40),
        booked_how="demo",
    )  # fmt: skip


def random_query(dice: Random, types: list[VisitType], cast: Universe) -> str:
    pairs = [("visit_type", dice.choice(types).code), ("part", dice.choice(["", "", "morning", "afternoon"]))]
    pairs.append(("with", dice.choice(["", "", "own", "team", str(cast.dr_yusuf.pk)])))
    pairs.append(("where", dice.choice(["", "main", "harbor", "video"])))
    pairs.append(("from", (TODAY + timedelta(days=dice.randint(0, 6))).isoformat()))
    pairs += [("after", dice.choice(["", "10"])), ("interpreter", dice.choice(["", "", "none"]))]
    return urlencode(pairs + [("day", str(day)) for day in range(5) if dice.random() < 0.7])


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_offered_can_be_booked(universe: Universe, seed: int) -> None:
    types = random_book(universe, 300 + seed)
    dice, tried = Random(seed), 0
    for patient in (universe.ben, universe.ana):
        request = universe.ready(patient)
        some = Wish(
            universe.follow_up,
            [universe.main],
            [universe.dr_carol.pk],
            at(8),
            LAST_OPEN,
            "es",
            patient.needs_interpreter,
        )
        book(
            universe,
            patient,
            dice.choice(list(islice(open_times(replace(some, new_patient=True), now=NOW), 40))),
            some,
        )
        for _ in range(5):
            query = random_query(dice, types, universe)
            page = page_for(universe, request, query)
            shown = [*page.offers[::3], *page.near[:2]]
            for one in shown:
                tried += 1
                with undone():
                    wanted = option_from(signing.loads(one.signed, salt=SIGNED), request)
                    hold = holds.place(
                        wanted=wanted, patient=patient, request_id=request.pk, key=f"k{tried}", by=universe.dan,
                        now=NOW,
                    )  # fmt: skip
                    waivers = {"Interpreter": "The daughter interprets."} if "none" in query else {}
                    appointments.book(hold=hold, by=universe.dan, now=NOW, waivers=waivers)
    assert tried > 5


def test_a_visit_of_the_patient_closes_the_time_around_it_at_another_site(universe: Universe) -> None:
    universe.book(at(14), request=universe.ready(universe.ben))
    query = f"visit_type=skin-check&from={TODAY}&after=12"
    page = page_for(universe, universe.ready(universe.ben), query)
    assert page.wish is not None
    assert list(page.wish.busy) == [(at(13, 30), at(15))]
    alone = page_for(universe, universe.ready(universe.ben), f"{query}&where=main")
    assert alone.wish is not None and list(alone.wish.busy) == [(at(14), at(14, 30))]


class TestWithAndWhere:
    @pytest.fixture(autouse=True)
    def _facts(self, universe: Universe) -> None:
        visited(universe, universe.dr_yusuf)
        Provider.objects.filter(pk=universe.dr_carol.pk).update(sex="F", languages=["en", "es"])
        Provider.objects.filter(pk=universe.dr_yusuf.pk).update(sex="M")

    @pytest.mark.parametrize(
        ("chosen", "who"),
        [
            ("own", {"Dr. Yusuf Demir"}),
            ("team", {"Dr. Yusuf Demir", "Dr. Carol Calden"}),
            ("sex:F", {"Dr. Carol Calden"}),
            ("sex:M", {"Dr. Yusuf Demir"}),
            ("speaks:es", {"Dr. Carol Calden"}),
            ("", {"Dr. Yusuf Demir", "Dr. Carol Calden"}),
        ],
    )
    def test_with_whom(self, universe: Universe, chosen: str, who: set[str]) -> None:
        page = page_for(
            universe,
            universe.ready(),
            urlencode({"visit_type": "follow-up", "with": chosen, "where": "main"}),
        )
        assert {one.provider for one in page.offers} == who
        assert not page.errors

    def test_somebody_who_is_not_in_the_list_is_told_and_everybody_is_offered(self, desk: Desk) -> None:
        page = look(desk, desk.universe.ready(), **{"with": "sex:X"})
        assert "Choose somebody from the list for this visit type." in said(page)
        assert offers(page)

    def test_a_visit_that_may_be_by_video_needs_no_room(self, desk: Desk) -> None:
        cast = desk.universe
        VisitType.objects.filter(pk=cast.follow_up.pk).update(converts_to=[Modality.VIDEO])
        page = look(desk, cast.ready(), where="video")
        words = said(page)
        assert "Video, Main Street" in words
        assert "By video, which is not the usual way for it" in words
        send(desk, offers(page)[0])
        hold = Hold.objects.get()
        assert (hold.modality, hold.room) == ("video", None)

    def test_a_room_that_is_named(self, desk: Desk) -> None:
        cast = desk.universe
        page = look(desk, cast.ready(), room=str(cast.exam_2.pk))
        send(desk, offers(page)[0])
        assert Hold.objects.get().room == cast.exam_2

    def test_the_words_tell_own_provider_and_an_unusual_length(self, desk: Desk) -> None:
        cast = desk.universe
        VisitLength.objects.create(visit_type=cast.follow_up, provider=cast.dr_yusuf, minutes=45)
        words = said(look(desk, cast.ready(), **{"with": "own"}))
        assert "The patient’s own provider" in words
        assert "45 min with this provider; 30 are usual" in words
        assert "45 min, arrive" in words


class TestHolding:
    def test_what_was_asked_is_kept_through_hold_and_let_go(self, desk: Desk) -> None:
        request = desk.universe.ready()
        page = look(desk, request, part="afternoon", after="13", day="3")
        held = send(desk, offers(page)[0])
        assert held.redirect_chain[-1][0] == f"{reverse('desk:find', args=[request.pk])}?" + urlencode(
            [("visit_type", "follow-up"), ("part", "afternoon"), ("after", "13"), ("day", "3")]
        )
        let_go = read(held).form(reverse("desk:let-go", args=[Hold.objects.get().pk]))
        assert "part=afternoon" in send(desk, let_go).redirect_chain[-1][0]

    def test_the_first_available_is_held_with_one_key(self, desk: Desk) -> None:
        request = desk.universe.ready()
        page = look(desk, request)
        form = read(page).form(reverse("desk:hold-first", args=[request.pk]))
        for _ in range(2):
            assert "Held for you until" in said(send(desk, form))
        assert Hold.objects.get().start == at(10)

    def test_first_available_where_nothing_is_free(self, desk: Desk) -> None:
        request = desk.universe.ready()
        answer = desk.post(
            desk.universe.alice, "desk:hold-first", request.pk, asked="visit_type=follow-up&from=2026-05-30"
        )
        assert answer.status_code == 302
        assert not Hold.objects.exists()
        assert "Nothing that fits is free any more." in said(look(desk, request))

    def test_the_chain_is_shown_before_it_is_booked(self, desk: Desk) -> None:
        held = send(desk, offers(look(desk, desk.universe.ready()))[0])
        words = said(held)
        assert "Not checked." in words and "Warning." in words
        assert "tell Dr." in words


class TestWhoSpeaksTheLanguage:
    """Ana needs a Spanish interpreter; Dr. Carol speaks Spanish."""

    @pytest.fixture(autouse=True)
    def _speaks(self, universe: Universe) -> None:
        Provider.objects.filter(pk=universe.dr_carol.pk).update(languages=["en", "es"])

    def test_she_is_offered_without_one_and_booked(self, desk: Desk) -> None:
        cast = desk.universe
        page = look(desk, cast.ready(cast.ana), **{"with": str(cast.dr_carol.pk)})
        assert "Speaks Spanish, no interpreter needed" in said(page)
        assert "interpreter in person" not in said(page)
        held = send(desk, offers(page)[0])
        assert "Dr. Carol Calden speaks Spanish: none needed." in said(held)
        send(desk, read(held).form(reverse("desk:book", args=[Hold.objects.get().pk])))
        assert Appointment.objects.get().interpreter is None

    @pytest.mark.parametrize(
        ("asked", "carol", "yusuf"),
        [("", False, True), ("always", True, True), ("none", False, False)],
    )
    def test_what_is_chosen_decides(self, universe: Universe, asked: str, carol: bool, yusuf: bool) -> None:
        page = page_for(universe, universe.ready(universe.ana), f"visit_type=follow-up&interpreter={asked}")
        assert not page.errors
        helped = {(one.option.provider, one.option.interpreter is not None) for one in page.offers}
        assert helped == {(universe.dr_carol.pk, carol), (universe.dr_yusuf.pk, yusuf)}

    def test_with_as_before_is_for_whoever_wants_one(self, universe: Universe) -> None:
        Patient.objects.filter(pk=universe.ana.pk).update(needs_interpreter=False)
        request = universe.ready(Patient.objects.get(pk=universe.ana.pk))
        found = {}
        for asked in ("", "with", "always"):
            page = page_for(universe, request, f"visit_type=follow-up&interpreter={asked}")
            assert not page.errors
            found[asked] = {one.option.provider for one in page.offers if one.option.interpreter}
        both = {universe.dr_carol.pk, universe.dr_yusuf.pk}
        assert found == {"": set(), "with": {universe.dr_yusuf.pk}, "always": both}

    def test_whoever_was_late_is_told_times_that_fit_as_asked(self, desk: Desk) -> None:
        cast = desk.universe
        page = look(desk, cast.ready(cast.ana), **{"with": str(cast.dr_carol.pk)})
        first = offers(page)[0]
        send(desk, offers(look(desk, cast.ready(cast.ben), **{"with": str(cast.dr_carol.pk)}))[0])
        assert "Nearest free: " in said(send(desk, first))


class TestALinkThatFails:
    @pytest.fixture
    def held(self, desk: Desk) -> Hold:
        """Ana's visit is held without the interpreter she needs."""
        page = look(desk, desk.universe.ready(desk.universe.ana), interpreter="none")
        assert "No Spanish interpreter is held: one must be arranged" in said(page)
        send(desk, offers(page)[0])
        return Hold.objects.get()

    def test_somebody_who_may_not_waive_is_told_who_may(self, desk: Desk, held: Hold) -> None:
        page = desk.get(desk.universe.alice, "desk:find", held.asked_for or 0)
        assert "A triage nurse, provider or clinic manager may waive it with a reason." in said(page)
        assert not list(read(page).forms_to(reverse("desk:book", args=[held.pk])))

    def test_a_refusal_names_the_link_and_keeps_the_hold(self, desk: Desk, held: Hold) -> None:
        answer = desk.post(desk.universe.alice, "desk:book", held.pk)
        assert (answer.status_code, answer["X-Refused"]) == (409, "NO_INTERPRETER")
        assert "Not booked. Interpreter: Spanish is needed, and no interpreter is arranged." in said(answer)
        held.refresh_from_db()
        assert held.ended_at is None

    def test_a_reason_waives_it_for_those_who_may(self, desk: Desk, held: Hold) -> None:
        bob = desk.universe.bob
        form = read(desk.get(bob, "desk:find", held.asked_for or 0)).form(
            reverse("desk:book", args=[held.pk])
        )
        short = desk.browser(bob).post(form.action, {**form.fields, "waive-INTERPRETER": "x"})
        assert short.status_code == 422
        assert read(short).form(form.action).fields["waive-INTERPRETER"] == "x"
        send(desk, form, bob, **{"waive-INTERPRETER": "The daughter interprets."})
        visit = Appointment.objects.get()
        assert visit.chain.get(link="Interpreter").waived_because == "The daughter interprets."

    def test_a_scheduler_waives_nothing_by_a_form_of_her_own(self, desk: Desk, held: Hold) -> None:
        answer = desk.post(desk.universe.alice, "desk:book", held.pk, **{"waive-INTERPRETER": "I say so"})
        assert answer.status_code == 403
        assert not Appointment.objects.exists()


class TestPanels:
    def test_why_not_answers_in_words_and_names_the_nearest(self, desk: Desk) -> None:
        cast = desk.universe
        cast.book(at(11), request=cast.ready(cast.dora))
        request = cast.ready()
        page = look(desk, request, why_day="2026-03-03", why_time="11:00", why_with=str(cast.dr_carol.pk))
        words = said(page)
        assert "Why not Tuesday 11:00?" in words
        assert "Tuesday 3 March, 11:00 is refused. One thing stands in the way. Dr. Carol Calden" in words
        assert "Already booked from 11:00 to 11:30." in words
        assert "Nearest that fits: Tue 3 Mar, 11:30" in words

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ({"why_day": "2026-03-03"}, "Which time of the day?"),
            ({"why_day": "x", "why_time": "11:00"}, "Write the day as year, month and day"),
            ({"why_day": "2026-03-03", "why_time": "x"}, "Write the time as hours and minutes"),
            (
                {"why_day": "2026-03-03", "why_time": "11:00", "why_with": "x"},
                "Choose somebody from the list.",
            ),
        ],
    )
    def test_a_question_that_cannot_be_understood(
        self, desk: Desk, asked: dict[str, str], sentence: str
    ) -> None:
        assert sentence in said(look(desk, desk.universe.ready(), **asked))

    def test_what_ruled_the_others_out_is_counted(self, desk: Desk) -> None:
        words = said(look(desk, desk.universe.ready(), part="morning"))
        assert "What ruled the others out" in words
        assert "At another time of the day" in words
        assert "Too soon" in words

    def test_times_that_are_not_quite_as_asked(self, desk: Desk) -> None:
        page = look(desk, desk.universe.ready(), day="5", part="morning")
        words = said(page)
        assert "No time fits" in words and "Not quite as asked" in words
        assert "A Tuesday, which was not asked for" in words
        assert "Held for you until" in said(send(desk, offers(page)[0]))

    def test_extra_visits_inside_a_signed_rule(self, desk: Desk) -> None:
        cast = desk.universe
        rule = signed_rule(cast, cap=2)
        for number in range(14):
            patient = cast.newcomer(NAMES[number % 6], f"Quist{number}", born=date(1960 + number, 2, 3))
            cast.book(at(10) + timedelta(minutes=30 * number), request=cast.ready(patient))
        page = look(
            desk, cast.ready(), **{"with": str(cast.dr_carol.pk), "until": "2026-03-03", "from": "2026-03-03"}
        )
        words = said(page)
        assert "Extra visits that a provider has signed for" in words
        assert "Inside Dr. Carol Calden’s signed rule for extra visits (2 of 2 left on Tue)" in words
        send(desk, offers(page)[0])
        assert Hold.objects.get(ended_at=None).overbooked_by == rule
