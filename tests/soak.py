"""A television's day in minutes: thousands of calls between slides and films, and what its memory has become of it.

`.venv/bin/python tests/soak.py [calls]` prints the figures; the test beside it runs a short day.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from chromium import CHROMIUM, CHROMIUM_ARGS
from people import People
from PIL import Image
from playwright.sync_api import CDPSession, Page, sync_playwright
from server import Server
from sqlalchemy import select, update

from shared.store.office import Store
from shared.store.tables import Office

CALLS = 5000
MOST_BEHIND = 12
"""Calls that wait for the voice: so many that repeats are dropped, as on a busy day."""
PEOPLE = 40
RECALLS = 9
LOOKS = 9
SAMPLES = 4
LIMIT_S = 300

# Calls sound for a twentieth of a second; what was said is counted and not kept.
SHORT = """
window.said = 0;
document.addEventListener("announce", (event) => {
  window.said += event.detail.phase === "start" && event.detail.round === 1;
});
const head = [
  82, 73, 70, 70, 180, 1, 0, 0, 87, 65, 86, 69, 102, 109, 116, 32, 16, 0, 0, 0, 1, 0,
  1, 0, 64, 31, 0, 0, 64, 31, 0, 0, 1, 0, 8, 0, 100, 97, 116, 97, 144, 1, 0, 0,
];
const sound = new Uint8Array(444).fill(128);
sound.set(head);
const realFetch = window.fetch;
window.fetch = (url, options) => (
  String(url).includes("/display/calls/") ? Promise.resolve(new Response(sound)) : realFetch(url, options)
);
"""
FILM = """() => new Promise((done) => {
  const canvas = document.createElement("canvas");
  canvas.width = 320; canvas.height = 180;
  const context = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(15), { mimeType: "video/webm;codecs=vp8" });
  const pieces = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.onstop = () => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.split(",")[1]);
    reader.readAsDataURL(new Blob(pieces));
  };
  let drawn = 0;
  const timer = setInterval(() => {
    drawn += 1;
    context.fillStyle = drawn % 2 ? "teal" : "navy";
    context.fillRect(0, 0, 320, 180);
  }, 60);
  recorder.start();
  setTimeout(() => { clearInterval(timer); recorder.stop(); }, 900);
})"""


@dataclass(frozen=True)
class Memory:
    """Of the page, after the collector has run."""

    calls: int
    heap_kb: int
    nodes: int
    listeners: int


def fill(server: Server, page: Page, slide_s: int = 1, office: str = "lumajang") -> None:
    """Two pictures and a film in the office's folder, the pages of its standards, a slide every second."""
    folder = server.data / "media" / office
    folder.mkdir(parents=True, exist_ok=True)
    page.goto("about:blank")
    (folder / "film.webm").write_bytes(base64.b64decode(page.evaluate(FILM)))
    for name in ("pagi", "siang"):
        file = io.BytesIO()
        Image.new("RGB", (1280, 720), "teal").save(file, "PNG")
        (folder / f"{name}.png").write_bytes(file.getvalue())
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    with store.read() as connection:
        settings = connection.execute(select(Office.settings).where(Office.slug == office)).scalar_one()
    wanted = {**settings, "slide_s": slide_s, "standard_slides": True}
    columns = {"settings": wanted, "setup_version": Office.setup_version + 1}
    store.write(update(Office).where(Office.slug == office).values(**columns))
    store.close()


def soak(server: Server, page: Page, calls: int, looks: int) -> Iterator[Memory]:
    """The memory after a tenth of the calls, when everything has been shown once, and `looks` times until the end."""
    page.add_init_script(SHORT)
    fill(server, page)
    room = People(server)
    for _ in range(PEOPLE):
        room.take("legalisasi")
    page.goto(f"{server.url}/lumajang/display")
    page.mouse.click(5, 5)
    chromium = page.context.new_cdp_session(page)
    chromium.send("Performance.enable")
    done = 0
    for look in range(looks + 1):
        until = calls // 10 + calls * 9 * look // (10 * looks)
        _call(room, page, done, until)
        done = until
        yield _memory(chromium, page)


def _call(room: People, page: Page, done: int, until: int) -> None:
    """One after the other is called, and called again; who was called gives way to the next."""
    called = room.call_next(1)
    done += 1
    while done < until:
        for _ in range(RECALLS):
            room.act(1, called["id"], "recall")
        _wait(page, f"window.said >= {done + RECALLS - MOST_BEHIND}")
        room.act(1, called["id"], "start")
        room.act(1, called["id"], "finish")
        room.take("legalisasi")
        called = room.call_next(1)
        done += RECALLS + 1
    _wait(page, f"window.said >= {until - MOST_BEHIND}")


def _wait(page: Page, state: str) -> None:
    """Until `state`, an expression of the page, is true."""
    limit = time.monotonic() + LIMIT_S
    while not page.evaluate(state):
        assert time.monotonic() < limit, (state, page.evaluate("window.said"))
        page.wait_for_timeout(20)


def _memory(chromium: CDPSession, page: Page) -> Memory:
    """The smallest of several looks, none of them at a film, which waits while people are called and has many nodes of
    its own: which slide is shown at the moment makes some more or less.
    """
    found = []
    for _ in range(SAMPLES):
        page.wait_for_timeout(700)
        _wait(page, "document.querySelector('video') === null")
        chromium.send("HeapProfiler.collectGarbage")
        facts = {each["name"]: each["value"] for each in chromium.send("Performance.getMetrics")["metrics"]}
        found.append((facts["JSHeapUsedSize"], facts["Nodes"], facts["JSEventListeners"]))
    heap, nodes, listeners = (min(column) for column in zip(*found, strict=True))
    return Memory(page.evaluate("window.said"), round(heap / 1000), int(nodes), int(listeners))


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    server = Server(Path(tempfile.mkdtemp(prefix="loket-soak-")) / "data")
    server.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            for memory in soak(server, page, calls, LOOKS):
                print(json.dumps(asdict(memory)), flush=True)
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
