"""Loket as a service: systemd itself reads the files, and the copies of the nights do not fill the disk."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from world import World

from shared.web.cli import main
from shared.web.commands.install import SETTINGS_FILE, units


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
