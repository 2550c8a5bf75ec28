"""A television of 2020: Chromium 69 (QtWebEngine 5.12) draws the display and receives a call."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext
from server import Server
from soak import fill
from test_live import Clicks

LIMIT_S = 300

# Loads the page of argv[1], prints what it shows whenever that changes, and ends when the number of argv[2] is there.
TELEVISION = """
import json, sys
from PyQt5.QtCore import QTimer, QUrl
from PyQt5.QtWebEngineWidgets import QWebEngineView
from PyQt5.QtWidgets import QApplication

application = QApplication(["television", "--no-sandbox"])
view = QWebEngineView()
view.resize(1920, 1080)
seen = []
SHOWN = '''
(function () {
  function text(mark) { var place = document.querySelector(mark); return place ? place.textContent.trim() : null; }
  var picture = document.querySelector("[data-media] img"), film = document.querySelector("[data-media] video");
  return JSON.stringify({engine: navigator.userAgent, picture: Boolean(picture && picture.naturalWidth),
                         film: Boolean(film && film.videoWidth && film.currentTime), number: text("[data-call-number]"),
                         counter: text("[data-call-counter]"), waiting: text("[data-waiting]"),
                         slide: text("[data-media] h2"), mode: document.body.dataset.mode});
})()
'''

def told(shown):
    if shown and shown not in seen:
        seen.append(shown)
        print(shown, flush=True)

timer = QTimer()
timer.timeout.connect(lambda: view.page().runJavaScript(SHOWN, told))
view.loadFinished.connect(lambda _: timer.start(100))
view.load(QUrl(sys.argv[1]))
view.show()
sys.stdin.close()
QTimer.singleShot(int(sys.argv[2]) * 1000, application.quit)
application.exec_()
"""


def television(url: str, folder: Path) -> subprocess.Popen[str]:
    """The engine in a process of its own, because it wants the main thread; it prints one JSON line for each change."""
    own = {
        "QT_QPA_PLATFORM": "offscreen",
        "QTWEBENGINE_DISABLE_SANDBOX": "1",
        "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --no-zygote --disable-gpu",
        "XDG_RUNTIME_DIR": str(folder),
    }
    return subprocess.Popen(
        [sys.executable, "-c", TELEVISION, url, str(LIMIT_S)],
        env={**os.environ, **own},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_a_television_of_2020_draws_the_display_with_its_slides_and_receives_a_call(
    serve: Callable[..., Server], context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    server = serve()
    clicks = Clicks(server)
    if platform.machine() != "x86_64":
        return  # nobody builds this engine for other machines
    clicks.take()
    fill(server, context().new_page())
    screen = television(f"{server.url}/lumajang/display", tmp_path)
    try:
        assert screen.stdout is not None
        seen: set[str] = set()
        shown: dict[str, Any] = {"waiting": None}
        while "1" not in (shown["waiting"] or "") or len(seen) < 3:
            shown = json.loads(screen.stdout.readline())
            if shown["mode"] == "media":
                seen |= {name for name in ("slide", "picture", "film") if shown[name]}
        assert "Chrome/69." in shown["engine"]

        called = clicks.next()

        for line in screen.stdout:
            shown = json.loads(line)
            if shown["number"] == called["number"]:
                break
        assert shown["number"] == called["number"]
        assert "1" in shown["counter"]
        while shown["mode"] != "calls":  # a call wins over the slides
            shown = json.loads(screen.stdout.readline())
    finally:
        screen.kill()
        screen.wait()
