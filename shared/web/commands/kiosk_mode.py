"""`loket kiosk-mode`: what starts Chromium full-screen on a kiosk or a display under Debian and Raspberry Pi OS."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import click

FLAGS = (
    "--kiosk",
    "--noerrdialogs",
    "--disable-session-crashed-bubble",
    "--no-first-run",
    "--overscroll-history-navigation=0",
    "--disable-pinch",
    "--autoplay-policy=no-user-gesture-required",
    # no bars, nothing asked, nothing fetched
    "--disable-infobars",
    "--disable-translate",
    "--disable-component-update",
    "--check-for-update-interval=31536000",
    "--password-store=basic",
)
"""Source: the documented flags of Chromium."""
BROWSERS = ("chromium", "chromium-browser")
NAME = "loket-kiosk"


@click.command("kiosk-mode")
@click.argument("url")
@click.option("--autostart", is_flag=True, help="a desktop's autostart file instead of a systemd user unit")
@click.option("--install", is_flag=True, help="write it where it belongs, instead of printing it")
def command(url: str, autostart: bool, install: bool) -> None:
    """Menyalakan layar penuh saat komputer hidup (starts Chromium as a kiosk). URL: .../lumajang/kiosk"""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise click.UsageError("URL lengkap, misalnya http://192.168.1.10:8000/lumajang/kiosk (a whole address)")
    text = desktop_entry(url) if autostart else unit(url)
    if not install:
        click.echo(text, nl=False)
        return
    path = Path.home() / (f".config/autostart/{NAME}.desktop" if autostart else f".config/systemd/user/{NAME}.service")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    click.echo(f"Ditulis (written): {path}")
    if not autostart and shutil.which("systemctl"):
        done = subprocess.run(["systemctl", "--user", "enable", f"{NAME}.service"], capture_output=True, text=True)
        if done.returncode:
            click.echo(f"Aktifkan sendiri (enable it): systemctl --user enable --now {NAME}.service")


def command_line(url: str) -> list[str]:
    """The browser with its flags; a profile of its own, so that nobody's other windows open with it."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), f"/usr/bin/{BROWSERS[0]}")
    return [browser, *FLAGS, f"--user-data-dir={Path.home() / '.local/share' / NAME}", url]


def unit(url: str) -> str:
    """A systemd user unit: the browser comes back by itself, however it ended."""
    line = " ".join(part.replace("%", "%%") for part in command_line(url))
    return f"""[Unit]
Description=Loket, layar penuh
PartOf=graphical-session.target
After=graphical-session.target

[Service]
ExecStart={line}
Restart=always
RestartSec=3

[Install]
WantedBy=graphical-session.target
"""


def desktop_entry(url: str) -> str:
    """For a desktop that starts no user units (LXDE of older Raspberry Pi OS)."""
    loop = f"while true; do {shlex.join(command_line(url))}; sleep 3; done"
    quoted = loop.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`").replace("%", "%%")
    return f"""[Desktop Entry]
Type=Application
Name=Loket
Exec=/bin/sh -c "{quoted}"
X-GNOME-Autostart-enabled=true
"""
