"""One scenario as it is lived: people open pages, fill in the forms that stand there and send them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.people.models import Patient
from frontdesk.triage.models import Handoff, Request
from tests.desk.support import BACKEND, Desk
from tests.triage.emergency_appointments.forms import Page
from tests.triage.emergency_appointments.table import Row
from tests.universe import ZONE, Universe

Answer = Any
NAMES = ("alice", "bob", "carol", "dan", "charlie", "erin")
CALLBACK = "212-555-0142"


class Story(Desk):
    """The scenario of a row. Browsers guard against forged forms, as the product's own do."""

    def __init__(
        self,
        row: Row,
        language: str,
        clinic: Universe,
        callers: dict[str, Patient],
        patch: pytest.MonkeyPatch,
    ) -> None:
        super().__init__(clinic, patch)
        self.row, self.language, self.callers = row, language, callers
        self._number = 0
        self.visit: Appointment | None = None
        self.old_visit: Appointment | None = None

    def day(self, words: str) -> str:
        """A day in words as a date field takes it: “today”, “tomorrow”, “in 3 days”."""
        return self.date(words).isoformat()

    def date(self, words: str) -> date:
        """A day in words: “today”, “tomorrow”, “in 3 days”, “3 days ago”."""
        today = self.moment.astimezone(ZONE).date()
        if (told := re.fullmatch(r"in (\d+) days?|(\d+) days? ago", words)) is not None:
            return today + timedelta(days=int(told[1]) if told[1] else -int(told[2]))
        return today + timedelta(days=["today", "tomorrow"].index(words))

    def go_to(self, moment: datetime) -> None:
        """Hours later everybody has to log in again."""
        self.moment = moment
        self._clients.clear()

    # What hands do

    def log_in(self, user: User) -> Client:
        client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        client.force_login(user, backend=BACKEND)
        return client

    def person(self, name: str) -> User:
        """By first name."""
        assert name.lower() in NAMES, f"the table has nobody called {name}"
        user: User = getattr(self.universe, name.lower())
        return user

    def look(self, name: str, url: str, *, status: int = 200) -> Page:
        """Open a page as somebody."""
        answer = self.browser(self.person(name)).get(url)
        assert answer.status_code == status, f"{name} got {answer.status_code} at {url}"
        return Page(answer.content.decode())

    def send(self, name: str, page: Page, action: str, *, holds: str = "", **typed: str) -> Answer:
        """Fill in the form on the page that sends to `action` and send it. Raises NotOffered."""
        form = page.form(action, holds=holds or next(iter(typed), ""))
        browser, sent = self.browser(self.person(name)), form.filled(**typed)
        return browser.get(action, sent) if form.method == "get" else browser.post(action, sent)

    def forge(self, name: str, url: str, **data: str) -> Answer:
        """Send what no form on a page would send, with a token that is good."""
        browser = self.browser(self.person(name))
        token = Page(browser.get(reverse("desk:today")).content.decode()).form(reverse("logout"))
        return browser.post(url, {**data, "csrfmiddlewaretoken": token.filled()["csrfmiddlewaretoken"]})

    # The request

    @property
    def request(self) -> Request:
        return Request.objects.get(pk=self._number)

    def speak_of(self, number: int) -> None:
        """From now on it is about this request."""
        self._number = number

    @property
    def handoff(self) -> Handoff:
        return self.request.handoffs.latest("pk")

    def url(self, name: str, *args: object) -> str:
        """An address of the request that is spoken of, unless other numbers are given."""
        return reverse(f"desk:{name}", args=args or (self._number,))

    def page(self, name: str = "Alice") -> Page:
        return self.look(name, self.url("request"))

    def type_in(self, name: str, **typed: str) -> None:
        """Fields of the request, as forms of the page hold them. Raises NotOffered; AssertionError if refused."""
        action = self.url("request-field")
        while typed:
            page = self.page(name)
            form = page.form(action, holds=next(iter(typed)))
            here = {field: typed.pop(field) for field in list(typed) if field in form.controls}
            answer = self.browser(self.person(name)).post(action, form.filled(**here))
            assert answer.status_code == 302, f"{here} was not taken"

    def take_the_call(self, words: str) -> None:
        """Alice takes the first minute and stores what is said."""
        row, caller = self.row, self.callers[self.row.caller]
        new = "walk-in-new" if row.comes == "walks in" else "request-new"
        home = self.look("Alice", reverse("desk:walk-ins" if row.comes == "walks in" else "desk:today"))
        answer = self.send("Alice", home, reverse(f"desk:{new}"), holds="csrfmiddlewaretoken")
        self._number = int(answer["Location"].strip("/").split("/")[-1])
        born = f"{caller.birth_date:%m/%d/%Y}" if caller.birth_date else ""
        self.type_in("Alice", said_name=caller.name, said_birth_date=born, callback=CALLBACK, kind=row.kind)
        assert self.request.patient == caller, "two identifiers did not find the record"
        answer = self.send("Alice", self.page(), self.url("request-words"), words=words)
        assert answer.status_code == 302


@dataclass(frozen=True)
class Sentence:
    """What a line of the table means. `pattern` is matched against the whole line."""

    pattern: re.Pattern[str]
    act: Callable[..., None]


SENTENCES: list[Sentence] = []


def sentence(pattern: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """This function is what a line of this form means; its groups are the arguments after the story."""

    def keep(act: Callable[..., None]) -> Callable[..., None]:
        SENTENCES.append(Sentence(re.compile(pattern), act))
        return act

    return keep


def tell(story: Story, line: str) -> None:
    """Do or check what a line of the table says. Raises LookupError for one that means nothing."""
    for one in SENTENCES:
        if (met := one.pattern.fullmatch(line)) is not None:
            one.act(story, *met.groups())
            return
    raise LookupError(f"No sentence means: {line}")
