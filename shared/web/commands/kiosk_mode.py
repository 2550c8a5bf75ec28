"""`loket kiosk-mode`: what starts Chromium full-screen on a kiosk or a display under Debian and Raspberry Pi OS.

One script does the work. Whatever the desktop is, something starts it: an autostart file, which every desktop reads, or
a systemd user unit where the session has a graphical target; whoever comes second waits until the first has ended.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import click

from shared.web.console import say

FLAGS = (
    "--kiosk",
    "--noerrdialogs",
    "--hide-crash-restore-bubble",
    "--no-first-run",
    "--overscroll-history-navigation=0",
    "--disable-pinch",
    "--autoplay-policy=no-user-gesture-required",
    # no bars, nothing asked, nothing fetched
    "--disable-infobars",
    "--disable-session-crashed-bubble",  # what --hide-crash-restore-bubble was called until 2022
    "--disable-component-update",
    "--check-for-update-interval=31536000",
    "--password-store=basic",
)
"""Source: the documented flags of Chromium."""
BROWSERS = ("chromium", "chromium-browser")
NAME = "loket-kiosk"


@click.command("kiosk-mode")
@click.argument("url")
@click.option("--install", is_flag=True, help="write it where it belongs, instead of printing it")
def command(url: str, install: bool) -> None:
    """Menyalakan layar penuh saat komputer hidup (starts Chromium as a kiosk). URL: .../lumajang/kiosk"""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise click.UsageError(say("console.whole_address"))
    home = Path.home()
    start = home / ".local/share" / NAME / "start.sh"
    files = {
        start: script(url, home / ".local/share" / NAME / "profile"),
        home / f".config/autostart/{NAME}.desktop": desktop_entry(start),
        home / f".config/systemd/user/{NAME}.service": unit(start),
    }
    for path, text in files.items():
        if not install:
            click.echo(f"# {path}\n{text}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        click.echo(say("console.written", path=path))
    if install:
        start.chmod(0o755)
        _enable()


def script(url: str, profile: Path) -> str:
    """Starts the browser whatever happened before, keeps the screen lit, and starts it again however it ended.

    A page that may ask the system to keep the screen lit has to be a trusted one, hence the flag with the address.
    """
    address = urlsplit(url)
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), f"/usr/bin/{BROWSERS[0]}")
    flags = [*FLAGS, f"--unsafely-treat-insecure-origin-as-secure={address.scheme}://{address.netloc}"]
    return _SCRIPT.format(
        profile=shlex.quote(str(profile)), browser=shlex.quote(browser), flags=shlex.join(flags), url=shlex.quote(url)
    )


_SCRIPT = """#!/bin/sh
# Written by "loket kiosk-mode".
profile={profile}
writable() {{
  (: >>"$1") 2>/dev/null
}}

# A card that has turned read-only, or a folder of somebody else: another place, with the pairing where it can be read.
mkdir -p "$profile" 2>/dev/null
if ! writable "$profile/.writable"; then
  spare="${{XDG_RUNTIME_DIR:-/tmp}}/loket-kiosk-$(id -u)"
  mkdir -p -m 700 "$spare/Default" 2>/dev/null
  writable "$spare/.writable" || spare=$(mktemp -d)
  for kept in Cookies Network "Local Storage"; do
    cp -r "$profile/Default/$kept" "$spare/Default/" 2>/dev/null
  done
  profile=$spare
fi
lock="$profile.lock"
writable "$lock" || lock="$profile/.lock"
if writable "$lock"; then
  exec 9>"$lock"
  flock 9
fi

# No blanking and no power saving on X11; the page asks for the same elsewhere.
stay_awake() {{
  if [ -n "$DISPLAY" ] && command -v xset >/dev/null; then
    xset s off s noblank
    xset -dpms
  fi >/dev/null 2>&1
}}

# Without a window manager nobody makes the window as large as the screen.
size() {{
  {{ xrandr --current || xdpyinfo; }} 2>/dev/null |
    sed -nE 's/.*(current|dimensions:) +([0-9]+) ?x ?([0-9]+).*/\\2,\\3/p' |
    head -n 1
}}

# Again and again: an X server without a session forgets it with its last client, and others may set it anew.
while kill -0 $$ 2>/dev/null; do
  stay_awake
  sleep 5
done 9>&- &

while :; do
  # A browser without its script, and the marks of one that was killed or of a machine with another name.
  pkill -KILL -f -- "--user-data-dir=$profile( |\\$)" 2>/dev/null
  rm -rf "$profile/SingletonLock" "$profile/SingletonCookie" "$profile/SingletonSocket"
  area=$(size)
  for _ in 1 2 3 4 5; do  # an X server that has just started may not answer yet
    [ -z "$area" ] && [ -n "$DISPLAY" ] && command -v xrandr >/dev/null || break
    sleep 1
    area=$(size)
  done
  {browser} {flags} \\
    --user-data-dir="$profile" --window-position=0,0 ${{area:+--window-size=$area}} "$@" {url} 9>&-
  sleep 3
done
"""


def unit(start: Path) -> str:
    """A systemd user unit for sessions with a graphical target (GNOME, KDE)."""
    quoted = str(start).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f"""[Unit]
Description=Loket, layar penuh
PartOf=graphical-session.target
After=graphical-session.target

[Service]
ExecStart=/bin/sh "{quoted}"
Restart=always
RestartSec=3

[Install]
WantedBy=graphical-session.target
"""


def desktop_entry(start: Path) -> str:
    """For every desktop, also one that never reaches a graphical target (LXDE, XFCE, labwc of Raspberry Pi OS)."""
    quoted = str(start)
    for sign in '\\"$`':  # as the Desktop Entry Specification quotes an argument, and its string once more
        quoted = quoted.replace(sign, f"\\{sign}")
    quoted = quoted.replace("\\", "\\\\").replace("%", "%%")
    return f"""[Desktop Entry]
Type=Application
Name=Loket
Exec=/bin/sh "{quoted}"
X-GNOME-Autostart-enabled=true
"""


def _enable() -> None:
    if shutil.which("systemctl"):
        subprocess.run(["systemctl", "--user", "enable", f"{NAME}.service"], capture_output=True, check=False)
