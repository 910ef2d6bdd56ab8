"""The page that a published link leads to: read, sent, and what becomes of the words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from frontdesk.book.models import Claim
from frontdesk.clinic.models import VisitType
from frontdesk.gateway.publish.ids import read_slot_id, slot_id
from frontdesk.gateway.publish.limit import MOST
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.models import Channel, Request
from frontdesk.work.models import Queue, Task
from tests.desk.support import Answer, Desk, read, said
from tests.factories.protocol import CHECK_UP, FEVER, SELF_HARM
from tests.gateway.publish.conftest import Publishing
from tests.gateway.publish.reading import deep_link, everything
from tests.universe import LAST_OPEN, NOW, Universe, at

pytestmark = pytest.mark.django_db

NO_SLOTS = (
    "x", "1", "1.2", "0.0.20260313T1700Z", "999999999.1.20260313T1700Z", "1.1.20261399T1700Z", "1.1.20260313T1700",
    "\u0661.1.20260313T1700Z", "1.1.20260313T1700Z.x",
)  # fmt: skip
FORM = {"name": "Nora Quist", "birth_date": "05/06/1971", "phone": "212-555-0142", "about": CHECK_UP}


def _slot(cast: Universe, hour: int = 13) -> str:
    return slot_id(cast.follow_up.pk, cast.main.pk, at(hour, day=LAST_OPEN))


def _open(desk: Desk, slot: str, **query: str) -> Answer:
    return desk.get(None, "gateway:open-time", slot, **query)


def _send(desk: Desk, slot: str, /, query: str = "", **typed: str) -> Answer:
    """The form as the page has it, filled in."""
    address = reverse("gateway:open-time", args=[slot]) + query
    page = read(desk.browser(None).get(address))
    form = next(one for one in page.forms if one.method == "post")
    data = {**form.fields, **FORM, **typed}
    return desk.browser(None).post(address.partition("?")[0] + form.action, data)


class TestThePage:
    def test_what_where_when_and_that_it_is_free(self, publishing: Publishing) -> None:
        answer = _open(publishing.desk, _slot(publishing.cast))
        words = said(answer)
        assert answer.status_code == 200
        for text in ("Follow-up", "Friday, March 13, 2026, 1:00 PM (EDT)", "30 minutes. In person", "Main Street",
                     "1 Main Street Street, New York, NY", "(212) 555-0100", "This time is still free.",
                     "It does not book it", "call 911"):  # fmt: skip
            assert text in words
        for name in ("Carol", "Demir", "Exam"):
            assert name not in words

    def test_in_spanish_as_the_address_or_the_browser_asks(self, publishing: Publishing) -> None:
        VisitType.objects.filter(pk=publishing.cast.follow_up.pk).update(name_es="Visita de seguimiento")
        by_address = _open(publishing.desk, _slot(publishing.cast), lang="es")
        address = reverse("gateway:open-time", args=[_slot(publishing.cast)])
        by_browser = Client().get(address, headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"})
        for answer in (by_address, by_browser):
            assert 'lang="es"' in answer.content.decode()
            assert "Visita de seguimiento" in said(answer)
            assert "viernes 13 de marzo de 2026, 1:00 p. m." in said(answer)

    def test_taken(self, publishing: Publishing) -> None:
        cast = publishing.cast
        start = at(13, day=LAST_OPEN)
        cast.book(start, request=cast.ready(cast.ben))
        other = cast.wanted(start, provider=cast.dr_yusuf, room=cast.exam_2)
        cast.book(start, request=cast.ready(cast.dora), wanted=other)
        answer = _open(publishing.desk, _slot(cast))
        assert "This time is no longer free." in said(answer)
        assert "Call (212) 555-0100" in said(answer)
        assert not read(answer).forms

    def test_passed(self, publishing: Publishing) -> None:
        publishing.desk.later(days=11)
        answer = _open(publishing.desk, _slot(publishing.cast))
        assert "This time has passed." in said(answer)
        assert not read(answer).forms

    @pytest.mark.parametrize("slot", NO_SLOTS)
    def test_no_such_time(self, publishing: Publishing, slot: str) -> None:
        assert _open(publishing.desk, slot).status_code == 404
        address = reverse("gateway:open-time", args=[slot])
        assert publishing.desk.browser(None).post(address, FORM).status_code == 404

    @pytest.mark.parametrize("hidden", [{"public": False}, {"sensitive": True}, {"active": False}])
    def test_what_is_not_published_is_as_if_it_were_not_there(
        self, publishing: Publishing, hidden: dict[str, Any]
    ) -> None:
        VisitType.objects.filter(pk=publishing.cast.follow_up.pk).update(**hidden)
        answer = _open(publishing.desk, _slot(publishing.cast))
        assert answer.status_code == 404
        assert "Follow-up" not in said(answer)

    def test_nobody_logs_in_and_only_the_form_has_a_cookie(self, publishing: Publishing) -> None:
        answer = _open(publishing.desk, _slot(publishing.cast))
        assert set(answer.cookies) <= {"csrftoken"}
        assert answer["Cache-Control"] == "no-store"

    def test_a_form_from_elsewhere_is_refused(self, publishing: Publishing) -> None:
        address = reverse("gateway:open-time", args=[_slot(publishing.cast)])
        answer = Client(enforce_csrf_checks=True, raise_request_exception=False).post(address, FORM)
        assert answer.status_code == 403
        assert not Request.objects.filter(channel=Channel.PORTAL).exists()


class TestAsking:
    def test_it_becomes_a_request_and_nothing_is_held(self, publishing: Publishing) -> None:
        claims = Claim.objects.count()
        answer = _send(publishing.desk, _slot(publishing.cast))
        assert answer.status_code == 200
        made = Request.objects.get(channel=Channel.PORTAL)
        assert (made.site, made.said_name, made.said_birth_date, made.callback) == (
            publishing.cast.main, "Nora Quist", "05/06/1971", "212-555-0142",
        )  # fmt: skip
        assert (made.opened_by, made.patient, made.current_lane) == (None, None, Lane.ROUTINE)
        words = made.utterances.get().text
        assert words.startswith(CHECK_UP)
        assert (
            "Asked for on the web page: Follow-up, Fri 13 Mar 2026, 13:00, Main Street. It was free then"
            in words
        )
        assert Claim.objects.count() == claims
        assert Task.objects.get(about_kind="request", about_ref=made.pk).queue == Queue.MESSAGES

    def test_it_says_when_and_how_somebody_answers_and_promises_nothing(self, publishing: Publishing) -> None:
        words = said(_send(publishing.desk, _slot(publishing.cast)))
        assert re.search(
            r"Main Street will call you at \(212\) 555-0142, by Tuesday, March 3, 2026, \d+:\d\d [AP]M at the latest",
            words,
        )
        assert "Nothing is booked yet" in words
        assert "script" not in words.lower()

    def test_where_they_came_from_is_kept_with_it(self, publishing: Publishing) -> None:
        query = "?source=source-abc&booking-referral=34d1a803-cd6c&lang=en"
        _send(publishing.desk, _slot(publishing.cast), query)
        words = Request.objects.get(channel=Channel.PORTAL).utterances.get().text
        assert words.endswith("They came from source-abc, with their number 34d1a803-cd6c.")

    @pytest.mark.parametrize("source", ["<script>alert(1)</script>", "a" * 5000, "x y\n\x00z", "%00", "'--"])
    def test_a_source_is_a_handle_and_bounded(self, publishing: Publishing, source: str) -> None:
        page = _open(publishing.desk, _slot(publishing.cast), source=source, **{"booking-referral": source})
        assert page.status_code == 200
        assert "<script" not in page.content.decode()
        assert len(page.content) < 12_000

    def test_a_double_click_is_one_request(self, publishing: Publishing) -> None:
        key = "ab" * 16
        first, again = (_send(publishing.desk, _slot(publishing.cast), key=key) for _ in range(2))
        assert Request.objects.filter(channel=Channel.PORTAL).count() == 1
        assert said(first) == said(again)

    def test_other_words_in_the_same_form_are_heard_too(self, publishing: Publishing) -> None:
        """Whoever goes back and writes that it has become worse is not told what was said before."""
        key = "ab" * 16
        _send(publishing.desk, _slot(publishing.cast), key=key)
        again = _send(publishing.desk, _slot(publishing.cast), key=key, about=SELF_HARM)
        assert "Call 911 now" in said(again)
        assert Request.objects.filter(channel=Channel.PORTAL).count() == 2

    def test_taken_while_they_typed_it_is_still_taken_in(self, publishing: Publishing) -> None:
        """Nobody's words are lost for a time that somebody else has taken."""
        cast, desk = publishing.cast, publishing.desk
        slot, start = _slot(cast), at(13, day=LAST_OPEN)
        address = reverse("gateway:open-time", args=[slot])
        desk.browser(None).get(address)
        cast.book(start, request=cast.ready(cast.ben))
        cast.book(
            start,
            request=cast.ready(cast.dora),
            wanted=cast.wanted(start, provider=cast.dr_yusuf, room=cast.exam_2),
        )
        answer = desk.browser(None).post(address, FORM)
        assert "Somebody from Main Street will call you" in said(answer)
        assert "no longer free" in Request.objects.get(channel=Channel.PORTAL).utterances.get().text


class TestScreening:
    def test_words_of_an_emergency(self, publishing: Publishing) -> None:
        answer = _send(publishing.desk, _slot(publishing.cast), about=SELF_HARM)
        words, made = said(answer), Request.objects.get(channel=Channel.PORTAL)
        assert made.current_lane is Lane.EMERGENCY
        assert "Call 911 now" in words
        assert "nobody is on the line with you" in words
        assert "call or text 988" in words
        for thanks in ("We have your request", "by Tuesday"):
            assert thanks not in words
        script = publishing.cast.protocol
        assert script and made.handoffs.exists()

    def test_the_clinics_own_script_is_there_at_once(self, publishing: Publishing) -> None:
        publishing.cast.use_starter()
        page = said(
            _send(publishing.desk, _slot(publishing.cast), about="crushing chest pain, I cannot breathe")
        )
        assert "What our staff say when you call (212) 555-0100" in page
        assert "Please have someone call 911 now" in page
        assert "Alert the on-duty clinician" not in page  # what the desk does is not theirs

    @pytest.mark.parametrize(("about", "told"), [(SELF_HARM, "Call 911 now"), (FEVER, "Please call us now")])
    def test_words_in_a_form_that_is_not_filled_in(
        self, publishing: Publishing, about: str, told: str
    ) -> None:
        """Nobody has to find the birth date before the page says whom to call."""
        answer = _send(publishing.desk, _slot(publishing.cast), birth_date="", about=about)
        words = said(answer)
        assert answer.status_code == 422
        for text in (
            told,
            "Stay on the line with me.",
            "Your message has not been sent",
            "Type month, day and year",
        ):
            assert text in words
        assert "has also been given" not in words
        assert next(one for one in read(answer).forms if one.method == "post").fields["about"] == about
        assert not Request.objects.filter(channel=Channel.PORTAL).exists()

    def test_urgent_words(self, publishing: Publishing) -> None:
        words = said(_send(publishing.desk, _slot(publishing.cast), about=FEVER))
        made = Request.objects.get(channel=Channel.PORTAL)
        assert made.current_lane is Lane.URGENT
        assert "Please call us now: (212) 555-0100" in words
        assert "A nurse should hear what you wrote" in words
        assert "We have your request" not in words

    def test_in_spanish(self, publishing: Publishing) -> None:
        publishing.cast.use_starter()
        answer = _send(
            publishing.desk,
            _slot(publishing.cast),
            "?lang=es",
            about="dolor fuerte en el pecho, no puedo respirar",
        )
        words = said(answer)
        assert "Llame ahora al 911" in words
        assert "Por favor, que alguien llame ahora al 911" in words


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("field", "typed", "sentence"),
        [
            ("name", "  ", "Type the patient’s name."),
            ("birth_date", "yesterday", "Type month, day and year, such as 03/14/1979."),
            ("birth_date", "05/06/2071", "Type month, day and year, such as 03/14/1979."),
            ("phone", "12", "Type a phone number of 10 digits."),
            ("about", " \x00 ", "Say in a few words what it is about."),
            ("about", "x" * 2001, "This is too long: 2,000 characters at most."),
        ],
    )
    def test_one_sentence_and_what_was_typed_stays(
        self, publishing: Publishing, field: str, typed: str, sentence: str
    ) -> None:
        answer = _send(publishing.desk, _slot(publishing.cast), **{field: typed})
        assert answer.status_code == 422
        assert said(answer).count(sentence) == 1
        kept = next(one for one in read(answer).forms if one.method == "post").fields
        others = {name: value for name, value in FORM.items() if name != field}
        assert {name: kept[name] for name in others} == others
        assert not Request.objects.filter(channel=Channel.PORTAL).exists()

    def test_in_spanish(self, publishing: Publishing) -> None:
        answer = _send(publishing.desk, _slot(publishing.cast), "?lang=es", phone="")
        assert "Escriba un teléfono de 10 cifras." in said(answer)

    def test_everything_empty(self, publishing: Publishing) -> None:
        empty = dict.fromkeys(FORM, "")
        answer = _send(publishing.desk, _slot(publishing.cast), **empty)
        assert answer.status_code == 422
        assert len(re.findall(r'class="err"', answer.content.decode())) == 4

    def test_too_much_from_one_address(self, publishing: Publishing) -> None:
        desk, slot = publishing.desk, _slot(publishing.cast)
        for number in range(MOST):
            assert _send(desk, slot, name=f"Nora {number}").status_code == 200
        answer = _send(desk, slot, name="One too many")
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 0
        assert "What you typed is still here" in said(answer)
        assert "One too many" in answer.content.decode()
        assert Request.objects.filter(channel=Channel.PORTAL).count() == MOST
        desk.later(minutes=61)
        assert _send(desk, slot).status_code == 200

    def test_behind_a_proxy_each_address_counts_for_itself(self, publishing: Publishing) -> None:
        desk, slot = publishing.desk, _slot(publishing.cast)
        address = reverse("gateway:open-time", args=[slot])
        with override_settings(HTTPS=True):
            sent = [
                desk.browser(None).post(
                    address, FORM, headers={"X-Forwarded-For": f"made.up, 192.0.2.{number % 2}"}
                )
                for number in range(MOST + 2)
            ]
        assert {one.status_code for one in sent} == {200}


def test_every_published_slot_has_its_page(publishing: Publishing) -> None:
    for slot in everything("Slot")[::40]:
        answer = publishing.desk.browser(None).get(deep_link(slot))
        assert "This time is still free." in said(answer)


def test_ids_read_back(publishing: Publishing) -> None:
    made = slot_id(7, 12, NOW)
    assert made == "7.12.20260303T1500Z"
    found = read_slot_id(made)
    assert found is not None
    assert (found.visit_type, found.site, found.start) == (7, 12, NOW)
    assert found.start.utcoffset() == timedelta(0)
