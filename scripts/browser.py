"""Where the Chromium is that the browser tests drive."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)


def installed() -> Path | None:
    """The machine's own Chromium or Chrome; `LUMINA_TEST_BROWSER` names another. None where there is none.

    A snap's launcher does not count: it cannot see the temporary folders that tests use.
    """
    if given := os.environ.get("LUMINA_TEST_BROWSER"):
        return Path(given)
    found = (Path(path) for name in NAMES if (path := shutil.which(name)))
    whole = (path for path in found if not str(path.resolve()).startswith(("/snap/", "/usr/bin/snap")))
    return next(whole, None) or next((path for path in APPLICATIONS if path.exists()), None)


def playwrights_own() -> Path | None:
    """The Chromium that `playwright install chromium` has put here; None where it has not."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def find() -> Path | None:
    """The Chromium to drive; None where there is none."""
    return installed() or playwrights_own()
