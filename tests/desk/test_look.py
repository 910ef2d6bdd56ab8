"""The look of the desk: icons, clocks, and what the content policy asks of every template."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.template import Context, Template

from frontdesk.desk.templatetags.look import apart, icon, mmss

DESK = Path(__file__).parents[2] / "frontdesk" / "desk"
TEMPLATES = sorted((DESK / "templates").rglob("*.html"))
STYLES = sorted((DESK / "static").rglob("*.css"))
SCRIPTS = sorted((DESK / "static").rglob("*.js"))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "00:00"),
        (59.9, "00:59"),
        (192, "03:12"),
        (3599, "59:59"),
        (3600, "1 h 00"),
        (3900, "1 h 05"),
        (86399, "23 h 59"),
        (180000, "2 d 2 h"),
        (-74, "01:14"),
        (None, ""),
    ],
)
def test_a_clock_says_its_time(seconds: float | None, words: str) -> None:
    assert mmss(seconds) == words


def test_a_clock_that_no_script_has_moved_yet_says_the_time_between() -> None:
    now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert (apart(now + timedelta(minutes=5), now), apart(now, now + timedelta(seconds=61))) == (
        "05:00",
        "01:01",
    )


def test_an_icon_is_decoration_and_its_name_is_escaped() -> None:
    shown = icon("warn", "warn")
    assert 'class="i warn" aria-hidden="true"' in shown
    assert shown.endswith('icons.svg#warn"/></svg>')
    assert "<script" not in icon("<script>")


def test_every_icon_that_a_template_names_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', text_of(DESK / "static" / "desk" / "icons.svg")))
    named = {name for page in TEMPLATES for name in re.findall(r'{% icon "([^"]+)"', text_of(page))}
    assert named
    assert named <= drawn


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda page: page.name)
def test_no_template_needs_what_the_content_policy_forbids(page: Path) -> None:
    text = text_of(page)
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("page", ["400.html", "500.html"])
def test_the_last_error_pages_need_no_context(page: str) -> None:
    source = text_of(DESK / "templates" / page)
    assert "<h1>" in Template(source).render(Context())


@pytest.mark.parametrize("path", STYLES + SCRIPTS, ids=lambda path: path.name)
def test_style_and_script_files_stay_readable_and_load_nothing_from_elsewhere(path: Path) -> None:
    text = text_of(path)
    assert len(text.splitlines()) < 400
    assert not re.search(r"https?://|@import|eval\(|new Function", text)
