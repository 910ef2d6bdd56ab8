"""What axe finds on a page, and whether a narrow window must be scrolled sideways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

NARROW = (320, 375)  # px; 320 is also a window of 1280 at four times the size
HEIGHT = 800
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
OPTIONS = {
    "runOnly": {"type": "tag", "values": WCAG},
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2, and off unless asked for
    "resultTypes": ["violations"],
}
SPILLS = """() => {
    const wide = document.documentElement.clientWidth;
    const spills = element => element.getBoundingClientRect().right > wide + 1
        && !element.closest(".over, .day, .vh, .strip, .rail, .tabs");
    return document.documentElement.scrollWidth <= wide ? [] :
        Array.from(document.querySelectorAll("body *")).filter(spills).slice(0, 4)
            .map(element => element.outerHTML.slice(0, 90));
}"""

# The foot of a request stays in view over whatever is there; what it half covers is not small, it is scrolled up.
FOOT_AT_ITS_PLACE = """there => document.querySelectorAll("footer.close").forEach(
    foot => there ? foot.style.setProperty("position", "static") : foot.style.removeProperty("position"))"""


def faults(page: Page) -> Iterator[str]:
    """Each violation of WCAG 2.2 AA as axe names it, and each narrow width at which the page is wider than it."""
    page.evaluate(FOOT_AT_ITS_PLACE, True)
    for violation in Axe().run(page, options=OPTIONS).response["violations"]:
        yield f"{violation['id']}: {violation['help']}: {_where(violation)}"
    page.evaluate(FOOT_AT_ITS_PLACE, False)
    before = page.viewport_size
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if spilling := page.evaluate(SPILLS):
            yield f"wider than {width} px: {spilling}"
    if before is not None:
        page.set_viewport_size(before)


def _where(violation: dict[str, Any]) -> list[str]:
    return [node["html"][:160] for node in violation["nodes"][:3]]
