"""Finds the Chromium that the browser scenarios drive."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def find_chromium() -> str | None:
    """The path of a Chromium: FRONTDESK_CHROMIUM's, one on the PATH, or one that Playwright downloaded; else None."""
    named = os.environ.get("FRONTDESK_CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    return next((path for path in map(shutil.which, NAMES) if path), None) or _downloaded()


def _downloaded() -> str | None:
    """The newest Chromium in Playwright's own folder."""
    folder = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    roots = (
        [Path(folder)] if folder else [Path("~/.cache/ms-playwright"), Path("~/Library/Caches/ms-playwright")]
    )
    places = ["chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"]
    found = [path for root in roots for place in places for path in root.expanduser().glob(place)]
    return str(max(found, key=lambda path: path.stat().st_mtime)) if found else None
