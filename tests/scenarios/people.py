"""Somebody at a desk: a browser, a keyboard and no mouse."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Response, expect

from tests.factories.staff import PASSWORD

PATIENCE = 30_000  # ms; the machine may be busy
MOST_TRIES = 5
MOST_TABS = 80
expect.set_options(timeout=PATIENCE)


@dataclass
class Trouble:
    """What a browser complained about: script errors, broken policies, failures of the server, missing files."""

    found: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"script error: {error}"))
        page.on("response", self._response)

    def allow(self, words: str) -> None:
        """A complaint with these words belongs to the scenario."""
        self.allowed.append(words)

    def check(self) -> None:
        """Raises AssertionError with every complaint that was not allowed."""
        left = [one for one in self.found if not any(words in one for words in self.allowed)]
        assert not left, "The browser complained:\n" + "\n".join(left)

    def _console(self, message: ConsoleMessage) -> None:
        # A refusal (403, 409, 422) is an answer like others; failures of the server are caught below.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.found.append(f"console {message.type}: {message.text}")

    def _response(self, response: Response) -> None:
        missing = response.status == 404 and "/static/" in response.url
        if response.status >= 500 or missing:
            self.found.append(f"{response.status} for {response.url}")


class Person:
    """One person at one browser. `count` is what was pressed: a key or a run of typed text counts as one."""

    def __init__(self, context: BrowserContext, address: str, trouble: Trouble) -> None:
        self.context, self.address, self.count = context, address, 0
        context.set_default_timeout(PATIENCE)
        self.page = context.new_page()
        trouble.watch(self.page)

    # What hands do

    def press(self, *keys: str) -> None:
        """Press keys, one after another: "n", "Enter", "Control+Enter"."""
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1

    def reaches(self, selector: str, *keys: str) -> None:
        """Press the keys that lead to a field; again where the page was not listening yet, as anybody would."""
        for _ in range(MOST_TRIES):
            self.press(*keys)
            if self.page.locator(selector).evaluate("one => one === document.activeElement"):
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{' '.join(keys)} did not lead to {selector}.")

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        self.page.keyboard.type(text)
        self.count += 1

    def tab_to(self, selector: str) -> None:
        """Press Tab until the focus is there, as somebody without a mouse must."""
        for _ in range(MOST_TABS):
            self.press("Tab")
            if self.page.evaluate("css => document.activeElement.matches(css)", selector):
                return
        raise AssertionError(f"Tab never reaches {selector}")

    def type_into(self, selector: str, text: str) -> None:
        self.tab_to(selector)
        self.type(text)

    def choose(self, words: str) -> None:
        """In a list that has the focus: type the beginning of the words wanted."""
        self.type(words)
        chosen = "document.activeElement.selectedOptions[0].textContent.trim()"
        got = self.page.evaluate(chosen)
        assert words.lower() in got.lower(), f"typing “{words}” chose “{got}”"

    def opens(self, path: str) -> Response | None:
        """Type an address by hand."""
        return self.page.goto(self.address + path)

    def presses_and_arrives(self, key: str, where: str) -> None:
        """Press a key that opens another page, whose path matches the pattern `where`."""
        with self.page.expect_navigation(url=re.compile(where)):
            self.press(key)

    # What eyes do

    def sees(self, words: str, *, within: str = "body") -> Locator:
        """Wait until the words stand on the page."""
        place = self.page.locator(within)
        expect(place).to_contain_text(words)
        return place

    def does_not_see(self, words: str, *, within: str = "body") -> None:
        expect(self.page.locator(within)).not_to_contain_text(words)

    def finds(self, selector: str) -> Locator:
        """Wait until the element is seen."""
        found = self.page.locator(selector).first
        expect(found).to_be_visible()
        return found

    def finds_none(self, selector: str) -> None:
        expect(self.page.locator(selector)).to_have_count(0)

    def rests_on(self, selector: str) -> None:
        """Wait until the focus is there."""
        expect(self.page.locator(selector).first).to_be_focused()

    def saw_saved(self, name: str) -> None:
        """Wait until the page says that this field is saved."""
        expect(self.page.locator(f"[data-saved-for={name}]")).to_have_attribute("data-state", "saved")

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.address)

    def logs_in(self, username: str, password: str = PASSWORD) -> None:
        """Through the log-in page, by keyboard."""
        self.opens("/log-in/")
        self.rests_on("#id_username")
        self.type(username)
        self.press("Tab")
        self.type(password)
        self.presses_and_arrives("Enter", "/$")
        self.count = 0
