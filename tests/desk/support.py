"""What tests of the doors share: a clinic at a moment that stands still, log-ins, and a reader of pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment, Hold
from frontdesk.triage.actions import handoffs, requests
from frontdesk.triage.models import Handoff, Request
from frontdesk.work.models import Task
from tests.desk.counter_scene import CounterScene, counter_scene
from tests.desk.feed_scene import FeedScene, feed_scene
from tests.desk.plan_scene import PlanScene, plan_scene
from tests.desk.protocol_scene import ProtocolScene, protocol_scene
from tests.desk.settings_scene import SettingsScene, settings_scene
from tests.desk.system_scene import connected
from tests.desk.time_scene import TimeScene, time_scene
from tests.desk.watch_scene import WatchScene, watch_scene
from tests.desk.work_scene import WorkScene, work_scene
from tests.factories.partners import Registered
from tests.factories.protocol import FEVER, VOMITING
from tests.universe import LAST_OPEN, NOW, ZONE, Universe, at

BACKEND = "django.contrib.auth.backends.ModelBackend"

# Where the time is looked up: by our own clock, and for the end of a session.
STILL = ("frontdesk.kit.clock", *(f"django.contrib.sessions.backends.{one}" for one in ("base", "db")))

# What the test client answers with; django-stubs keeps its own class for it out of reach.
Answer = Any


class Desk:
    """The universe seen through its doors. Time stands at NOW until `later` moves it, for sessions too."""

    def __init__(self, universe: Universe, patch: pytest.MonkeyPatch) -> None:
        self.universe, self.moment = universe, NOW
        self._clients: dict[int | None, Client] = {}
        still = SimpleNamespace(now=lambda: self.moment)
        for module in STILL:
            patch.setattr(f"{module}.timezone", still)

    def later(self, **by: float) -> None:
        """Move the clock: `later(minutes=11)`."""
        self.moment += timedelta(**by)

    def log_in(self, user: User) -> Client:
        """A new browser in which `user` has just logged in."""
        client = Client(raise_request_exception=False)
        client.force_login(user, backend=BACKEND)
        return client

    def browser(self, user: User | None) -> Client:
        """The one browser of this person, logged in; without a person, of nobody."""
        key = user.pk if user else None
        if key not in self._clients:
            self._clients[key] = self.log_in(user) if user else Client(raise_request_exception=False)
        return self._clients[key]

    def get(self, user: User | None, name: str, /, *args: int | str, **query: Any) -> Answer:
        return self.browser(user).get(reverse(name, args=args), query)

    def post(self, user: User | None, name: str, /, *args: int | str, **data: Any) -> Answer:
        return self.browser(user).post(reverse(name, args=args), data)

    def type(self, user: User, request: Request, field: str, value: str) -> Answer:
        """One field saved as it is typed, as the page's script does."""
        url = reverse("desk:request-field", args=[request.pk])
        return self.browser(user).post(url, {field: value}, headers={"X-Autosave": "1"})

    def open(self, user: User) -> Request:
        """A new request, opened by the door."""
        answer = self.post(user, "desk:request-new")
        assert answer.status_code == 302
        return Request.objects.get(pk=int(answer["Location"].strip("/").split("/")[-1]))


@dataclass
class Form:
    """A form as it stands on a page. `fields` is what a browser would send if nothing were typed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """Reads a page: its forms, its links, its words, and every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._form: Form | None = None
        self._list = ""  # the name of the select that is open
        self._area = ""  # the name of the textarea that is open
        self.feed(html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        here = {name: value or "" for name, value in attrs}
        self.tags.append((tag, here))
        if tag == "a" and "href" in here:
            self.links.append(here["href"])
        if tag == "form":
            self._form = Form(here.get("action", ""), here.get("method", "get"))
            self.forms.append(self._form)
        if self._form is not None:
            self._field(tag, here, self._form)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._list = ""
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"
        if self._form is not None and self._area:
            self._form.fields[self._area] += data

    def form(self, action: str, *, holds: str = "") -> Form:
        """The first form that sends to `action` and has a field named `holds`."""
        return next(one for one in self.forms_to(action) if not holds or holds in one.fields)

    def forms_to(self, action: str) -> Iterator[Form]:
        return (one for one in self.forms if one.action == action)

    def _field(self, tag: str, here: dict[str, str], form: Form) -> None:
        name, kind = here.get("name", ""), here.get("type", "")
        if tag == "textarea":
            self._area = name
            form.fields[name] = ""
        elif tag == "select":
            self._list = name
        elif tag == "option" and self._list and ("selected" in here or self._list not in form.fields):
            form.fields[self._list] = here.get("value", "")
        elif tag == "input" and name and (kind not in ("radio", "checkbox") or "checked" in here):
            form.fields[name] = here.get("value", "")


def read(answer: Answer) -> Page:
    """The page that was answered."""
    return Page(answer.content.decode())


def said(answer: Answer) -> str:
    """What somebody reads on the page that was answered, on one line."""
    return read(answer).text


_PRINT = "md5(coalesce(string_agg(t::text, '' ORDER BY t::text), ''))"


_seen: dict[str, tuple[object, str]] = {}
"""For each table what it had been through, and its fingerprint then: one that nothing was done to is not read again."""


def rows() -> dict[str, str]:
    """A fingerprint of every table of ours: equal before and after means that nothing was written."""
    tables = sorted(model._meta.db_table for model in apps.get_models() if _is_ours(model))
    been_through = _been_through()
    touched = [one for one in tables if one not in _seen or _seen[one][0] != been_through[one]]
    parts = (
        f"SELECT '{one}', count(*) || ' ' || {_PRINT} FROM {one} t"  # noqa: S608  our own tables' names
        for one in touched
    )
    if touched:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts))
            _seen.update({table: (been_through[table], row) for table, row in cursor.fetchall()})
    return {table: _seen[table][1] for table in tables}


def _been_through() -> dict[str, object]:
    """Of each table: the transaction, and how many rows it has written, changed and deleted in it, taken back or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, now()::text, pg_backend_pid(), n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables"
        )
        return {table: tuple(counts) for table, *counts in cursor.fetchall()}


def written(before: dict[str, str]) -> set[str]:
    """The tables that have changed since `rows()` answered `before`."""
    return {table for table, row in rows().items() if row != before[table]}


def _is_ours(model: type[Model]) -> bool:
    return model.__module__.startswith("frontdesk.")


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is taken back, so that the next one finds everything as it was."""
    before = dict(_seen)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    _seen.clear()
    _seen.update(before)


@dataclass(frozen=True)
class Scene:
    """One of each thing at Main Street that an address can name; `offer` is a time offered for `routine`."""

    routine: Request
    blank: Request
    offer: str
    hold: Hold
    urgent: Request
    offered: Handoff
    accepted: Handoff
    task: Task
    letter: str
    settings: SettingsScene
    visit: Appointment
    time: TimeScene
    plans: PlanScene
    watch: WatchScene
    counter: CounterScene
    work: WorkScene
    protocols: ProtocolScene
    system: Registered
    feeds: FeedScene


def scene(desk: Desk, mailbox: Path, patch: pytest.MonkeyPatch) -> Scene:
    """Alice has four calls: Ben's, with a time held; Dora's, before the nurse; Wei's, which Bob has accepted; and
    one of somebody who has no record yet."""
    cast = desk.universe
    routine = cast.ready(cast.ben)
    hold = cast.hold(at(11), request=routine)
    urgent = cast.ready(cast.dora, said=FEVER)
    taken = cast.ready(cast.chen, said=VOMITING)
    offered, handoff = urgent.handoffs.get(), taken.handoffs.get()
    task = Task.objects.get(about_kind="handoff", about_ref=offered.pk)
    accepted = handoffs.accept(handoff=handoff, by=cast.bob, now=NOW)
    blank = cast.request()
    for name, value in (("said_name", "Nora Quist"), ("said_birth_date", "05/06/1971")):
        blank = requests.save_field(request=blank, field=name, value=value, by=cast.alice, now=NOW)
    patch.setattr(settings, "MAILBOX_DIR", str(mailbox))
    offer = offers(desk.get(cast.alice, "desk:find", routine.pk, visit_type="follow-up"))[0].fields["option"]
    letter, kept = put_letter(mailbox), settings_scene(cast)
    visit = cast.book(at(15, day=LAST_OPEN), request=cast.ready(cast.ana))
    times, planned = time_scene(cast), plan_scene(cast, routine)
    return Scene(
        routine, blank, offer, hold, urgent, offered, accepted, task, letter, kept, visit, times, planned,
        watch_scene(cast), counter_scene(cast), work_scene(cast), protocol_scene(cast), connected(cast),
        feed_scene(cast, visit),
    )  # fmt: skip


def offers(answer: Answer) -> list[Form]:
    """The forms that hold a time, in the order in which the times are offered."""
    return [one for one in read(answer).forms if one.action.endswith("/hold/")]


def put_letter(mailbox: Path, *, name: str = "1772550000-abcd", content: bytes | None = None) -> str:
    """A letter in the local mailbox, as the mail server keeps it. Answers its name."""
    folder = mailbox / "new"
    folder.mkdir(parents=True, exist_ok=True)
    plain = (
        b"To: ben@mail.example\r\nSubject: Your visit\r\nContent-Language: en\r\n\r\nSee you on Tuesday.\r\n"
    )
    (folder / f"{name}.eml").write_bytes(plain if content is None else content)
    return name


def local(moment: datetime) -> str:
    """The time of day of a moment at Main Street, as pages write it."""
    return f"{moment.astimezone(ZONE):%H:%M}"
