"""Loket as a service: systemd itself reads the files, and the copies of the nights do not fill the disk."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from server import Server
from world import World

from shared.domain.errors import Refusal
from shared.store.copies import CopyFailed
from shared.web import backups
from shared.web.cli import main
from shared.web.commands import backup, install
from shared.web.commands.install import SETTINGS_FILE, units
from shared.web.server import data_folder, systemd
from shared.web.settings import Settings


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    checker = shutil.which("systemd-analyze")
    if checker is None:
        pytest.skip("no systemd-analyze on this machine")
    files = units(Path(sys.prefix), tmp_path / "cadangan kantor")
    for path, text in files.items():
        if path.parent.name == "system":
            (tmp_path / path.name).write_text(text.replace("User=loket", f"User={os.geteuid()}"))

    said = subprocess.run(
        [checker, "verify", "--man=no", "--recursive-errors=no", *map(str, tmp_path.glob("loket*"))],
        capture_output=True,
        text=True,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )

    wrong = [line for line in said.stderr.splitlines() if str(tmp_path) in line or "loket" in line.casefold()]
    assert wrong == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root installs")
def test_an_office_keeps_its_settings_when_it_installs_again(tmp_path: Path) -> None:
    settings = tmp_path / SETTINGS_FILE.relative_to("/")
    first = CliRunner().invoke(main, ["install", "--root", str(tmp_path)])
    settings.write_text("LOKET_PORT=9000\n")

    again = CliRunner().invoke(main, ["install", "--root", str(tmp_path)])

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert settings.read_text() == "LOKET_PORT=9000\n"
    server = (tmp_path / "etc/systemd/system/loket.service").read_text()
    assert f'ExecStart="{sys.prefix}/bin/loket" run' in server
    assert "ProtectSystem=strict" in server


def test_what_was_tried_before_moves_into_the_service_and_nothing_is_overwritten(here: World, tmp_path: Path) -> None:
    tried, service = tmp_path / "data", tmp_path / "lib/loket"
    (tried / "media").mkdir(parents=True)
    (tried / "media/logo.png").write_bytes(b"x")
    (tried / "loket.db").write_bytes(b"kantor")
    service.mkdir(parents=True)

    moved = install.move_in(tried, service)
    (tried / "media").mkdir(parents=True)
    (tried / "loket.db").write_bytes(b"lain")
    again = install.move_in(tried, service)

    assert (moved, again) == (True, False)
    assert (service / "loket.db").read_bytes() == b"kantor"
    assert (service / "media/logo.png").is_file()
    assert (tried / "loket.db").read_bytes() == b"lain", "what is not taken stays where it is"
    assert [each.name for each in service.parent.iterdir()] == ["loket"]


def test_data_that_a_server_works_on_are_not_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/loket.db").touch()
    monkeypatch.setattr(data_folder, "LOCK_WAIT_S", 0)

    with open(tmp_path / "data/server.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Refusal, match="second_server"):
            install.move_in(tmp_path / "data", tmp_path / "lib")

    assert (tmp_path / "data/loket.db").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_makes_in_a_services_folder_belongs_to_the_service(
    here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody, elsewhere = 65534, tmp_path / "elsewhere"
    folder = tmp_path / "data"
    folder.mkdir()
    elsewhere.touch()
    (folder / "link").symlink_to(elsewhere)
    os.link(elsewhere, folder / "second-name")
    os.chown(folder, somebody, somebody)
    monkeypatch.setenv("LOKET_DATA", str(folder))

    said = CliRunner().invoke(main, ["tls", "--name", "loket.local"])

    assert said.exit_code == 0, said.output
    made = [each for each in folder.rglob("*") if each.name not in ("second-name",)]
    assert {each.lstat().st_uid for each in made} == {somebody}
    assert (folder / "tls/server.key") in made
    assert elsewhere.stat().st_uid == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root installs")
def test_the_command_of_the_service_has_its_data_and_its_settings(tmp_path: Path) -> None:
    settings, shown = tmp_path / "loket.env", tmp_path / "program"
    url = "postgresql://loket:a$b c@db/loket"
    settings.write_text(f'# so\nLOKET_PORT=9000\nLOKET_DATABASE_URL="{url}"\nPATH=/nowhere\n')
    shown.write_text("#!/bin/sh\nenv\n")
    command = tmp_path / "loket"
    command.write_text(install._COMMAND.format(loket=shown, data="/var/lib/loket", settings=settings))
    for each in (shown, command):
        each.chmod(0o755)

    said = subprocess.run([command], capture_output=True, text=True, env={"PATH": os.environ["PATH"]}).stdout

    found = sorted(line for line in said.splitlines() if line.startswith(("LOKET_", "PATH=")))
    assert found == [
        "LOKET_DATA=/var/lib/loket",
        f"LOKET_DATABASE_URL={url}",
        "LOKET_PORT=9000",
        f"PATH={os.environ['PATH']}",
    ]


def test_of_the_copies_in_a_folder_the_newest_stay_and_nothing_else_goes(
    here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cadangan"
    folder.mkdir()
    for name in ("loket-20200101-000000.db", "loket-20200102-000000.db", "surat.txt", "loket-penting.db"):
        (folder / name).write_text("lama")
    here.take()
    monkeypatch.setenv("LOKET_DATA", str(tmp_path))

    said = CliRunner().invoke(main, ["backup", str(folder), "--keep", "2"])

    assert said.exit_code == 0, said.output
    names = sorted(path.name for path in folder.iterdir())
    assert names[0] == "loket-20200102-000000.db"
    assert names[2:] == ["loket-penting.db", "surat.txt"]
    assert len(names) == 4


def test_the_copy_just_made_stays_although_the_clock_was_set_back(
    here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"loket-2999010{day}-000000.db" for day in (1, 2, 3)]
    for name in names:
        (tmp_path / name).touch()
    settings = Settings(data=tmp_path)

    made = [backups.make_into(settings, tmp_path, keep)[0] for keep in (9, 2)]

    assert made[1].is_file()
    assert [name for name in names if (tmp_path / name).exists()] == names[2:]


def test_a_folder_for_copies_is_made_when_it_is_missing_but_not_in_place_of_a_missing_stick(
    here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOKET_DATA", str(tmp_path))
    folder, stick = tmp_path / "cadangan", tmp_path / "stik/cadangan"

    said = [CliRunner().invoke(main, ["backup", str(each), "--keep", "2"]) for each in (folder, stick)]

    assert said[0].exit_code == 0, said[0].output
    assert [path.suffix for path in folder.iterdir()] == [".db"]
    assert said[1].exit_code != 0
    assert not stick.parent.exists()


def test_a_copy_is_put_back_on_trial_and_a_broken_one_is_told(
    here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOKET_DATA", str(tmp_path))
    file = tmp_path / "copy.db"

    said = CliRunner().invoke(main, ["backup", str(file), "--verify"])
    assert said.exit_code == 0, said.output
    assert "1 kantor" in said.output
    file.write_bytes(file.read_bytes()[:50_000])
    with pytest.raises(Refusal):
        backups.verify(Settings(data=tmp_path), file)
    known_at = backups.last_at(Settings(data=tmp_path))
    monkeypatch.setattr(backups, "back_up", lambda _url, copy, _tell: copy.write_bytes(file.read_bytes()))
    with pytest.raises(CopyFailed):
        backups.make(Settings(data=tmp_path), tmp_path / "next.db", is_verified=True)
    assert backups.last_at(Settings(data=tmp_path)) == known_at
    assert not (tmp_path / "next.db").exists()

    assert not list(tmp_path.glob(".verify-*"))


def test_a_stick_that_appears_gets_a_copy_once_a_day(
    here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = tmp_path / "media"
    stick, other = media / "petugas/STIK/loket-cadangan", media / "FOTO/liburan"
    stick.mkdir(parents=True)
    other.mkdir(parents=True)
    monkeypatch.setattr(backup, "MEDIA", (media, tmp_path / "nowhere"))
    monkeypatch.setenv("LOKET_DATA", str(tmp_path))

    for _ in range(2):
        said = CliRunner().invoke(main, ["backup", "--stick", "--keep", "14", "--verify"])
        assert said.exit_code == 0, said.output

    [copy] = stick.iterdir()
    assert list(other.iterdir()) == []
    for at in (0, 4_000_000_000):  # long ago, and by a clock that was far ahead
        os.utime(copy, (at, at))
        assert backups.sticks([media], datetime.now(UTC)) == [stick]


def test_systemd_hears_that_the_server_is_up_and_turns(serve: Callable[..., Server], tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(90)

        serve(NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="60000000")

        heard = ""
        while "\nWATCHDOG=1\n" not in heard:
            heard += line.recv(1000).decode() + "\n"
    assert heard.index(f"WATCHDOG_USEC={systemd.STARTING_S}000000") < heard.index("READY=1\nWATCHDOG=1")
