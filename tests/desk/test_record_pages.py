"""The pages of the record: figures with their rows, who has read what, the words, and what the machine does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_type_hints

import pytest
from django.template import Context, Template
from procrastinate.contrib.django import app

from frontdesk.accounts.models import User
from frontdesk.book.actions import appointments, cancels, holds, moves
from frontdesk.book.jobs_audit import audit_visits
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.desk.pages.glossary import search, terms
from frontdesk.desk.pages.machine import AUTOMATIC
from frontdesk.outreach.models import Message
from frontdesk.triage.actions import handoffs, lanes, requests
from frontdesk.triage.models import Acknowledgement
from frontdesk.work.models import Queue, Task
from tests.desk.support import Answer, Desk, read, said
from tests.factories.protocol import FEVER
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db

# What only a person does: nothing books, moves, directs, lowers or closes without one.
BY_A_PERSON = (
    holds.place, appointments.book, moves.move, cancels.cancel, cancels.miss, handoffs.accept, handoffs.direct,
    lanes.lower_lane, lanes.raise_lane, requests.close,
)  # fmt: skip


class TestReport:
    def test_without_a_request_every_card_says_so(self, desk: Desk) -> None:
        text = said(desk.get(desk.universe.dan, "desk:triage-report"))
        for words in (
            "No request was opened",
            "No request was closed",
            "Nothing is open",
            "The screener raised nothing",
        ):
            assert words in text

    def test_a_figure_leads_to_its_rows_and_they_to_the_story(self, desk: Desk) -> None:
        cast = desk.universe
        request = cast.ready(said=FEVER)
        page = desk.get(cast.dan, "desk:triage-report", period="7")
        url = next(one for one in read(page).links if "figure=raised" in one)
        rows = desk.browser(cast.dan).get(url)
        assert f"/requests/{request.pk}/story/" in read(rows).links
        assert "Raised by the screener" in said(rows)
        assert cast.ben.family not in rows.content.decode().partition("<main")[2], "numbers, not names"

    def test_an_administrator_sees_rows_and_no_way_to_a_patient(self, desk: Desk) -> None:
        cast = desk.universe
        request = cast.ready(said=FEVER)
        rows = desk.get(cast.erin, "desk:triage-rows", figure="raised")
        assert str(request.pk) in said(rows)
        assert not [one for one in read(rows).links if "/story/" in one]

    @pytest.mark.parametrize("query", [{"period": "x"}, {"site": "nowhere"}, {"figure": "zzz", "page": "-4"}])
    def test_what_makes_no_sense_asks_for_nothing(self, desk: Desk, query: dict[str, str]) -> None:
        for door in ("desk:triage-report", "desk:triage-rows"):
            assert desk.get(desk.universe.dan, door, **query).status_code == 200


class TestWhoHasRead:
    def test_names_and_shares_by_site(self, desk: Desk) -> None:
        cast = desk.universe
        Acknowledgement.objects.create(protocol=cast.protocol, user=cast.alice, at=NOW)
        text = said(desk.get(cast.dan, "desk:acknowledgements"))
        for words in (
            str(cast.protocol),
            "1 of 5 have read it",
            "Main Street: 1 of 3, 33 %",
            cast.bob.name,
            "Not yet",
        ):
            assert words in text, words


class TestGlossary:
    def test_every_word_is_told_in_both_languages(self) -> None:
        assert len(terms()) >= 40
        for one in terms().values():
            assert all((one.en, one.es, one.says_en, one.says_es)), one.key
            assert one.says_en.endswith(".") and one.says_es.endswith("."), one.key

    def test_it_is_found_by_either_language_without_accents(self) -> None:
        assert [one.key for group in search("interprete") for one in group.terms] == ["interpreter"]
        assert "red_flag" in [one.key for group in search("SENAL") for one in group.terms]
        assert search("zzz") == []

    def test_it_is_searched_without_script(self, desk: Desk) -> None:
        answer = desk.get(desk.universe.alice, "desk:glossary", q="hold")
        assert "Reserva temporal" in said(answer)
        assert "HIPAA" not in said(answer)
        nothing = desk.get(desk.universe.alice, "desk:glossary", q="qqqq")
        assert "No word like that" in said(nothing)

    def test_a_label_leads_to_its_word(self) -> None:
        html = Template('{% load glossary %}{% term "handoff" "Handoffs" %}').render(Context())
        assert 'href="/glossary/#handoff"' in html
        assert ">Handoffs</a>" in html

    def test_every_word_that_a_template_names_is_there(self) -> None:
        folder = Path(__file__).parents[2] / "frontdesk" / "desk" / "templates"
        named = {
            name
            for page in folder.rglob("*.html")
            for name in re.findall(r'{% term "([^"]+)"', page.read_text("utf-8"))
        }
        assert named
        assert named <= set(terms())


class TestMachine:
    def test_the_page_lists_every_automatic_action(self, desk: Desk) -> None:
        text = said(desk.get(desk.universe.erin, "desk:settings-machine"))
        assert all(one.name in text for one in AUTOMATIC)

    def test_the_last_time_is_read_from_the_daybook(self, desk: Desk) -> None:
        cast = desk.universe
        cast.ready(said=FEVER)
        assert "3 Mar 2026, 10:00 As screener" in said(desk.get(cast.alice, "desk:settings-machine"))

    def test_every_job_is_on_the_list(self) -> None:
        ours = {name for name in app.tasks if not name.startswith(("procrastinate.", "builtin"))}
        listed = {name for one in AUTOMATIC for name in one.jobs}
        assert ours == listed

    def test_every_actor_that_is_not_a_person_is_on_the_list(self) -> None:
        source = Path(__file__).parents[2] / "frontdesk"
        named = {
            name
            for file in source.rglob("*.py")
            for name in re.findall(r'System\("([^"]+)"\)', file.read_text("utf-8"))
        }
        listed = {name for one in AUTOMATIC for name in one.actors}
        assert named == listed

    @pytest.mark.parametrize("act", BY_A_PERSON, ids=lambda act: act.__qualname__)
    def test_what_only_a_person_does_takes_only_a_person(self, act: object) -> None:
        assert get_type_hints(act)["by"] is User

    def test_a_machine_that_tries_all_the_same_changes_nothing(self, universe: Universe) -> None:
        request = universe.ready(said=FEVER)
        handoff, hold = request.handoffs.get(), universe.hold(at(11), request=universe.ready(universe.dora))
        visit = universe.book(at(14), request=universe.ready(universe.chen))
        before = Entry.objects.count()
        machine: User = System("screener")  # type: ignore[assignment]
        tries = (
            lambda: appointments.book(hold=hold, by=machine, now=NOW),
            lambda: holds.place(
                wanted=universe.wanted(at(15)),
                patient=universe.dora,
                request_id=None,
                key="m",
                by=machine,
                now=NOW,
            ),
            lambda: cancels.cancel(
                visit=visit, why="other", note="", version=1, key="m", by=machine, now=NOW
            ),
            lambda: handoffs.accept(handoff=handoff, by=machine, now=NOW),
            lambda: handoffs.accept(handoff=handoff, by=machine, now=NOW, other="911"),
            lambda: lanes.lower_lane(request=request, to="routine", reason="x", by=machine, now=NOW),
            lambda: requests.close(request=request, outcome="answered", by=machine, now=NOW),
        )
        for one in tries:
            with pytest.raises((AttributeError, TypeError, ValueError)):
                one()
        assert Entry.objects.count() == before
        request.refresh_from_db()
        assert (request.lane, request.is_open) == ("urgent", True)


class TestSwitches:
    def switch(self, desk: Desk, key: str, on: str, because: str = "A trial week") -> Answer:
        return desk.post(desk.universe.dan, "desk:settings-machine-switch", key, on=on, because=because)

    def test_switched_off_a_message_becomes_a_task_and_on_again_it_leaves(self, desk: Desk) -> None:
        cast = desk.universe
        assert self.switch(desk, "messages", "no").status_code == 302
        visit = cast.book(at(11), request=cast.ready(cast.ben))
        assert not Message.objects.exists()
        task = Task.objects.open().get(queue=Queue.CONTACT)
        assert task.about_ref == visit.pk
        desk.later(minutes=1)
        self.switch(desk, "messages", "yes", "The trial is over")
        cast.book(at(14), request=cast.ready(cast.chen))
        assert Message.objects.count() == 1

    def test_switched_off_the_job_does_nothing(self, desk: Desk) -> None:
        self.switch(desk, "audits", "no")
        before = Entry.objects.count()
        audit_visits(int(NOW.timestamp()))
        assert Entry.objects.count() == before
        desk.later(minutes=1)
        self.switch(desk, "audits", "yes")
        audit_visits(int(NOW.timestamp()))
        assert Entry.objects.filter(kind="AuditRun").count() == 1

    def test_the_page_says_who_switched_it_and_why(self, desk: Desk) -> None:
        self.switch(desk, "overdue", "no", "Staff meeting week")
        text = said(desk.get(desk.universe.alice, "desk:settings-machine"))
        assert f"by {desk.universe.dan.name}: Staff meeting week" in text
        assert "Switched off" in text
        assert "Switch it" not in text, "a scheduler may not"

    def test_the_same_again_is_not_written_twice(self, desk: Desk) -> None:
        for _ in range(2):
            self.switch(desk, "overdue", "no")
        assert Entry.objects.filter(kind="MachineSwitched").count() == 1

    @pytest.mark.parametrize(
        ("key", "on", "because"),
        [("overdue", "no", ""), ("screening", "no", "x"), ("overdue", "perhaps", "x")],
    )
    def test_what_is_not_right_changes_nothing(self, desk: Desk, key: str, on: str, because: str) -> None:
        assert self.switch(desk, key, on, because).status_code == 422
        assert not Entry.objects.filter(kind="MachineSwitched").exists()
