"""`loket install`: the server as a hardened systemd service, a backup each night, and the command `loket` for both."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from shared.domain.errors import Refusal
from shared.web.console import say
from shared.web.server.data_folder import take_alone
from shared.web.settings import read_settings

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
        place.chmod({SETTINGS_FILE.name: 0o640, COMMAND.name: 0o755}.get(place.name, 0o644))
        click.echo(say("console.written", path=place))
    if root == Path("/"):
        _enable(Path(sys.prefix), backups)


SETTINGS_FILE = Path("/etc/loket.env")
COMMAND = Path("/usr/local/bin/loket")
DATA = Path("/var/lib/loket")


def units(program: Path, backups: Path) -> dict[Path, str]:
    """Path -> text of every file. `program`: the virtual environment in which Loket is installed."""
    loket = program / "bin/loket"
    systemd = Path("/etc/systemd/system")
    return {
        SETTINGS_FILE: _SETTINGS,
        COMMAND: _COMMAND.format(loket=loket, data=DATA, settings=SETTINGS_FILE),
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

_COMMAND = """\
#!/bin/sh
# "loket" for the service: with its data and its settings. Written by "loket install".
if [ "$(id -u)" != 0 ]; then exec sudo "$0" "$@"; fi
export LOKET_DATA="{data}"
while IFS= read -r line; do
    value=${{line#*=}} value=${{value#\\"}} value=${{value%\\"}}
    case $line in LOKET_*=*) export "${{line%%=*}}=$value" ;; esac
done <"{settings}"
exec "{loket}" "$@"
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
CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER
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


def move_in(tried: Path, data: Path) -> bool:
    """What was set up before with `./loket` becomes the service's: the folder `tried` moves to `data`, whole or not at
    all; False when there is nothing to move, or `data` is in use. Raises `NotSound` while a server works in `tried`.
    """
    if not (tried / "loket.db").exists() or (data.is_dir() and any(data.iterdir())):
        return False
    take_alone(read_settings({"LOKET_DATA": str(tried)}))
    arriving = data.with_name(f".{data.name}.arriving")
    shutil.rmtree(arriving, ignore_errors=True)
    shutil.copytree(tried, arriving, symlinks=True)
    os.sync()
    arriving.replace(data)
    shutil.rmtree(tried)
    return True


def _enable(program: Path, backups: Path) -> None:
    _run("useradd", "--system", "--home-dir", "/var/lib/loket", "--shell", "/usr/sbin/nologin", USER, may_exist=True)
    _run("install", "-d", "-o", USER, "-m", "0700", str(backups))
    try:
        asked = [str(program / "bin/loket"), "--version"]
        subprocess.run(asked, user=USER, group=USER, extra_groups=[], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise InstallFailed("install_unreadable", program=program.parent, user=USER) from None
    _compile(program)
    if shutil.which("systemctl") is None or not Path("/run/systemd/system").is_dir():
        raise InstallFailed("install_no_systemd")  # an image that is made here begins with the files and the user
    _run("systemctl", "daemon-reload")
    _run("systemctl", "stop", "loket.service")
    if move_in(tried := program.parent / "data", DATA):
        click.echo(say("console.moved_in", tried=tried, data=DATA))
    DATA.mkdir(mode=0o700, exist_ok=True)
    _run("chown", "-hR", f"{USER}:", str(DATA))
    click.echo(_run(str(COMMAND), "office", "first"), nl=False)
    _run("systemctl", "enable", "--now", "loket.service", "loket-backup.timer", "loket-stick.timer")
    click.echo(say("console.installed"))


def _compile(program: Path) -> None:
    """Once, here: the service may not write beside the program, and would compile it anew at every start."""
    others = r"/(\.venv|node_modules)/"
    _run(str(program / "bin/python"), "-m", "compileall", "-q", "-x", others, str(program.parent))


def _run(*words: str, may_exist: bool = False) -> str:
    """What it printed. Raises `InstallFailed`."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    already_there = 9  # of useradd
    if done.returncode and not (may_exist and done.returncode == already_there):
        raise InstallFailed("install_step", step=" ".join(words), said=done.stderr.strip())
    return done.stdout
