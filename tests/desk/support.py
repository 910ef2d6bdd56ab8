"""What tests of the doors share: a clinic at a moment that stands still, log-ins, and a reader of pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.triage.models import Request
from tests.universe import NOW, Universe

BACKEND = "django.contrib.auth.backends.ModelBackend"

# What the test client answers with; django-stubs keeps its own class for it out of reach.
Answer = Any


class Desk:
    """The universe seen through its doors. Time stands at NOW until `later` moves it, for sessions too."""

    def __init__(self, universe: Universe, patch: pytest.MonkeyPatch) -> None:
        self.universe, self.moment = universe, NOW
        self._clients: dict[int | None, Client] = {}
        patch.setattr("django.utils.timezone.now", lambda: self.moment)

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

    def get(self, user: User | None, name: str, *args: int | str, **query: Any) -> Answer:
        return self.browser(user).get(reverse(name, args=args), query)

    def post(self, user: User | None, name: str, *args: int | str, **data: Any) -> Answer:
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


@dataclass
class Page(HTMLParser):
    """Reads a page: its forms, its links, its words, and every tag with its attributes."""

    html: str
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._form: Form | None = None
        self._list = ""  # the name of the select that is open
        self._area = ""  # the name of the textarea that is open
        self.feed(self.html)
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


def local(moment: datetime) -> str:
    """The time of day of a moment at Main Street, as pages write it."""
    return f"{moment.astimezone(NOW.tzinfo):%H:%M}"
