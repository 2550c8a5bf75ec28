"""`loket install`: the server as a hardened systemd service, and a backup each night."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from shared.domain.errors import Refusal
from shared.web.console import say

USER = "loket"
GROUPS = ("lp", "dialout")
"""Debian's groups for printers and for serial lines."""
KEPT = 14
"""Nightly backups that stay."""


class InstallFailed(Refusal):
    """Nothing, or not everything, was set up; the sentence says what is in the way."""


@click.command("install")
@click.option("--backups", type=click.Path(path_type=Path), default=Path("/var/backups/loket"), show_default=True)
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), default=Path("/"), help="another root folder")
@click.option("--print", "is_shown", is_flag=True, help="show the files instead of writing them")
def command(backups: Path, root: Path, is_shown: bool) -> None:
    """Memasang Loket sebagai layanan systemd (server, cadangan tiap malam)."""
    files = units(Path(sys.prefix), backups)
    if is_shown:
        for path, text in files.items():
            click.echo(f"# {path}\n{text}")
        return
    if os.geteuid() != 0:
        raise InstallFailed("install_root")
    for path, text in files.items():
        place = root / path.relative_to("/")
        if place == root / SETTINGS_FILE.relative_to("/") and place.exists():
            continue  # what the office set stays
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(0o640 if place.suffix == ".env" else 0o644)
        click.echo(say("console.written", path=place))
    if root == Path("/"):
        _enable(backups)


SETTINGS_FILE = Path("/etc/loket.env")


def units(program: Path, backups: Path) -> dict[Path, str]:
    """Path -> text of every file. `program`: the virtual environment in which Loket is installed."""
    loket = program / "bin/loket"
    systemd = Path("/etc/systemd/system")
    return {
        SETTINGS_FILE: _SETTINGS,
        systemd / "loket.service": _SERVER.format(loket=loket, user=USER, groups=" ".join(GROUPS), hard=_HARD),
        systemd / "loket-backup.service": _BACKUP.format(loket=loket, user=USER, hard=_HARD, folder=backups, kept=KEPT),
        systemd / "loket-backup.timer": _TIMER,
        systemd / "loket-stick.service": _STICK.format(loket=loket, hard=_HARD, kept=KEPT),
        systemd / "loket-stick.timer": _STICK_TIMER,
    }


_SETTINGS = """\
# Settings of the server; "loket --help" and the README name all of them.
LOKET_HOST=0.0.0.0
LOKET_PORT=8000
LOKET_LOG_FOLDER=/var/log/loket
"""

_HARD = """\
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
LockPersonality=yes
CapabilityBoundingSet=
UMask=0077"""

_SERVER = """\
[Unit]
Description=Loket, antrean dan berkas kantor
After=network-online.target
Wants=network-online.target

[Service]
User={user}
SupplementaryGroups={groups}
StateDirectory=loket
StateDirectoryMode=0700
Environment=LOKET_DATA=/var/lib/loket
EnvironmentFile=-/etc/loket.env
LogsDirectory=loket
LogsDirectoryMode=0700
Type=notify
NotifyAccess=all
WatchdogSec=60
TimeoutStartSec=infinity
ExecStart="{loket}" run
Restart=always
RestartSec=2
LimitNOFILE=16384
{hard}

[Install]
WantedBy=multi-user.target
"""

_BACKUP = """\
[Unit]
Description=Loket, cadangan basis data

[Service]
Type=oneshot
User={user}
Environment=LOKET_DATA=/var/lib/loket
EnvironmentFile=-/etc/loket.env
ExecStart="{loket}" backup "{folder}" --keep {kept} --verify
ReadWritePaths=-/var/lib/loket "-{folder}"
{hard}
"""

_STICK = """\
[Unit]
Description=Loket, cadangan ke stik yang dipasang
ConditionPathExistsGlob=|/media/*/loket-cadangan
ConditionPathExistsGlob=|/media/*/*/loket-cadangan
ConditionPathExistsGlob=|/run/media/*/*/loket-cadangan
ConditionPathExistsGlob=|/mnt/*/loket-cadangan

[Service]
Type=oneshot
Environment=LOKET_DATA=/var/lib/loket
EnvironmentFile=-/etc/loket.env
ExecStart="{loket}" backup --stick --keep {kept} --verify
ReadWritePaths=-/var/lib/loket -/media -/run/media -/mnt
{hard}
CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_FOWNER
"""

_STICK_TIMER = """\
[Unit]
Description=Loket, melihat apakah stik cadangan dipasang

[Timer]
OnBootSec=5min
OnUnitActiveSec=10min

[Install]
WantedBy=timers.target
"""

_TIMER = """\
[Unit]
Description=Loket, cadangan tiap malam

[Timer]
OnCalendar=*-*-* 18:30
Persistent=true
RandomizedDelaySec=10min

[Install]
WantedBy=timers.target
"""


def _enable(backups: Path) -> None:
    _run("useradd", "--system", "--home-dir", "/var/lib/loket", "--shell", "/usr/sbin/nologin", USER, may_exist=True)
    _run("install", "-d", "-o", USER, "-m", "0700", str(backups))
    if shutil.which("systemctl") is None or not Path("/run/systemd/system").is_dir():
        raise InstallFailed("install_no_systemd")  # an image that is made here begins with the files and the user
    _run("systemctl", "daemon-reload")
    _run("systemctl", "enable", "--now", "loket.service", "loket-backup.timer", "loket-stick.timer")
    click.echo(say("console.installed"))


def _run(*words: str, may_exist: bool = False) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    already_there = 9  # of useradd
    if done.returncode and not (may_exist and done.returncode == already_there):
        raise InstallFailed("install_step", step=" ".join(words), said=done.stderr.strip())
