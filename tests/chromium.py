"""The browser of the tests: Chromium without windows, which needs a third less of the CPU, or else the whole one.

And what axe finds in its pages.
"""

from __future__ import annotations

import shutil
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
WITH_WINDOWS = bool(shutil.which("Xvfb") and shutil.which("chromium"))
"""Whether a kiosk can be tried as it is: a whole browser on a screen."""
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def barriers(page: Page, *, without: str | None = None) -> list[dict[str, Any]]:
    """What axe finds against the accessibility of a page; `without` that rule.

    Without a list of all that is well, which nobody reads here and which costs half the time.
    """
    options = {"resultTypes": ["violations"], "rules": {without: {"enabled": False}} if without else {}}
    return list(Axe().run(page, options=options).response["violations"])
