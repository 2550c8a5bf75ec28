"""The browser of the tests: Chromium without windows, which needs a third less of the CPU, or else the whole one."""

from __future__ import annotations

import shutil

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
