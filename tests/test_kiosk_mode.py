"""`loket kiosk-mode` with a real browser: the page is up whatever happened before."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from chromium import CHROMIUM, WITH_WINDOWS
from click.testing import CliRunner

from shared.web.cli import main
from shared.web.commands.kiosk_mode import FLAGS, desktop_entry, script, unit

BROWSER = "/usr/bin/chromium" if WITH_WINDOWS else CHROMIUM
UP_S = 90
"""A busy machine is no fault; alone it takes two seconds."""


class Page:
    """A page that counts how often it was drawn, and says how large its window was."""

    def __init__(self) -> None:
        self.sizes: list[str] = []
        self.queries: list[str] = []
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/drawn/"):
                    page.sizes.append(self.path.removeprefix("/drawn/"))
                else:
                    page.queries.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(
                    b"<!doctype html><script>"
                    b"setInterval(() => fetch('/drawn/' + innerWidth + 'x' + innerHeight), 500)</script>"
                )

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def up(self, holds: Callable[[], bool] = lambda: True) -> None:
        """Waits until the page is drawn anew."""
        self.sizes.clear()
        end = time.monotonic() + UP_S
        while not self.sizes or not holds():
            assert time.monotonic() < end, f"the page did not come up; {self.sizes[-3:]}"
            time.sleep(0.1)


@pytest.fixture
def page() -> Iterator[Page]:
    made = Page()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a kiosk: a screen of 1366 by 768 without window manager, where the machine has one."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "chromium").symlink_to(BROWSER)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    if not WITH_WINDOWS:
        yield environment
        return
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with open(reading) as said:
            number = said.readline().strip()
        yield {**environment, "DISPLAY": f":{number}"}
        server.terminate()


@contextlib.contextmanager
def started(path: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The script in a process group of its own, as root in a container needs it."""
    command = ["sh", str(path), "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
    process = subprocess.Popen(
        command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def browsers(profile: Path) -> list[int]:
    """Process ids of browsers, not of their helpers, that use this profile."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (place / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if f"--user-data-dir={profile}" in words and not any(word.startswith("--type=") for word in words):
                found.append(int(place.name))
    return found


def test_the_page_comes_up_after_a_kill_and_on_a_machine_with_another_name(
    page: Page, screen: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", screen["PATH"])
    profile = tmp_path / "kiosk of this office"
    start = tmp_path / "start.sh"
    start.write_text(script(f"{page.url}/kiosk?a=$HOME&b=50%25&c='x'", profile))

    with started(start, screen) as first:
        page.up(lambda: not WITH_WINDOWS or page.sizes[-1] in ("1366x768", "1365x767"))
        assert page.queries[0] == "/kiosk?a=$HOME&b=50%25&c=%27x%27"
        for browser in browsers(profile):
            os.kill(browser, signal.SIGKILL)
        page.sizes.clear()
        page.up()  # started again by the script
        os.kill(first.pid, signal.SIGKILL)  # and the script without its browser
    (profile / "SingletonLock").unlink(missing_ok=True)
    (profile / "SingletonLock").symlink_to("another-machine-4711")
    with started(start, screen):
        page.up()
        if WITH_WINDOWS and shutil.which("xset"):
            end = time.monotonic() + UP_S
            while "timeout:  0" not in subprocess.run(["xset", "q"], env=screen, capture_output=True, text=True).stdout:
                assert time.monotonic() < end, "the screen would go dark"
                time.sleep(0.5)
    assert "another-machine" not in os.fspath(
        (profile / "SingletonLock").readlink() if (profile / "SingletonLock").is_symlink() else ""
    )


def test_the_second_start_waits_until_the_first_has_ended(
    page: Page, screen: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", screen["PATH"])
    profile, start = tmp_path / "profile", tmp_path / "start.sh"
    start.write_text(script(page.url, profile))

    with started(start, screen) as first:
        page.up()  # before the second is started: of two at once either may be the first
        with started(start, screen):
            page.up()
            assert page.queries.count("/") == 1
            os.kill(first.pid, signal.SIGKILL)
            end = time.monotonic() + UP_S
            while page.queries.count("/") == 1:
                assert time.monotonic() < end, "the second never took over"
                time.sleep(0.1)
            page.up()


def unreachable(profile: Path) -> None:
    profile.parent.write_text("a file where the folder should be, as nobody can write into a card that broke")


def locked_by_a_folder(profile: Path) -> None:
    profile.with_name("profile.lock").mkdir(parents=True)
    (profile / "SingletonLock" / "deep").mkdir(parents=True)


@pytest.mark.parametrize("spoil", [unreachable, locked_by_a_folder])
def test_a_folder_that_is_of_no_use_keeps_no_browser_from_starting(
    spoil: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "chromium").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{told}.new; mv {told}.new {told}; sleep 60\n')
    (tools / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    profile, start = tmp_path / "card" / "profile", tmp_path / "start.sh"
    spoil(profile)
    start.write_text(script("http://10.0.0.1/uji/kiosk", profile))
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ""}

    with started(start, environment):
        end = time.monotonic() + UP_S
        while not told.exists():
            assert time.monotonic() < end, "no browser was started"
            time.sleep(0.05)

    (folder,) = [Path(word[16:]) for word in told.read_text().splitlines() if word.startswith("--user-data-dir=")]
    assert os.access(folder, os.W_OK)
    assert not (folder / "SingletonLock").exists()


def test_only_flags_that_a_browser_knows_are_set() -> None:
    assert {"--kiosk", "--noerrdialogs", "--hide-crash-restore-bubble", "--no-first-run"} <= set(FLAGS)
    assert {"--overscroll-history-navigation=0", "--disable-pinch"} <= set(FLAGS)
    assert "--autoplay-policy=no-user-gesture-required" in FLAGS
    assert "--disable-translate" not in FLAGS


def test_the_script_is_started_by_any_desktop_and_from_any_folder() -> None:
    start = Path('/home/a b$c%d"e/start.sh')

    assert 'ExecStart=/bin/sh "/home/a b$$c%%d\\"e/start.sh"' in unit(start)
    assert 'Exec=/bin/sh "/home/a b\\\\$c%%d\\\\"e/start.sh"' in desktop_entry(start)


def test_install_writes_the_script_and_what_starts_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")  # no systemctl

    said = CliRunner().invoke(main, ["kiosk-mode", "http://10.0.0.1:8000/uji/kiosk", "--install"])

    assert said.exit_code == 0, said.output
    start = tmp_path / ".local/share/loket-kiosk/start.sh"
    assert os.access(start, os.X_OK)
    assert shlex.quote("http://10.0.0.1:8000/uji/kiosk") in start.read_text()
    for place in (".config/autostart/loket-kiosk.desktop", ".config/systemd/user/loket-kiosk.service"):
        assert str(start) in (tmp_path / place).read_text()


def test_an_address_without_its_beginning_is_refused() -> None:
    said = CliRunner().invoke(main, ["kiosk-mode", "192.168.1.10/uji/kiosk"])

    assert said.exit_code == 2
    assert "alamat lengkap" in said.output
