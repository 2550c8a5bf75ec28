"""A disk that is really full or read-only: pages open, clicks are told why, and all goes on when it is well again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import world
from click.testing import CliRunner
from flask import Flask
from people import Browser, sign_in
from world import World

from shared.store.office import Store
from shared.web.app import create_app
from shared.web.cli import main
from shared.web.commands import backup
from shared.web.public import pages as public
from shared.web.server import data_folder
from shared.web.server.first_run import prepare
from shared.web.settings import Settings

PAGES = (
    "/", "/uji/", "/uji/kiosk", "/uji/display", "/uji/display/board.json", "/uji/counter/sign-in", "/uji/counter/1",
    "/uji/counter/setup", "/uji/counter/supervisor", "/uji/counter/reports",
)  # fmt: skip


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small disk of its own."""
    monkeypatch.setattr(public, "LEAST_FREE_BYTES", 100_000)
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("no right to mount a disk here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def small(disk: Path, sqlite_template: Path, open_store: Callable[[str], Store]) -> World:
    shutil.copy(sqlite_template, disk / "loket.db")
    return world.office(open_store(f"sqlite:///{disk / 'loket.db'}"))


def fill(folder: Path) -> None:
    free = os.statvfs(folder)
    with (folder / "filling").open("wb", buffering=0) as filling:
        for _ in range(free.f_bavail):
            filling.write(bytes(free.f_bsize))


def mount_again(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", folder], check=True)


def opened(browser: Browser) -> dict[str, int]:
    return {path: status for path in PAGES if (status := browser.get(path).status_code) not in (200, 302)}


def take(app: Flask, nonce: str, language: str = "id") -> tuple[int, str]:
    said = {"service": "layanan-1", "nonce": nonce, "language": language}
    headers = {"Accept": "application/json"}
    answer = app.test_client().post(f"/uji/kiosk/tickets?lang={language}", json=said, headers=headers)
    return answer.status_code, answer.json["error"]["message"] if answer.status_code > 201 and answer.json else ""


def test_a_full_disk_is_told_and_all_goes_on_when_there_is_room(small: World, disk: Path) -> None:
    app = create_app(Settings(data=disk), small.store, lambda: small.now, async_mode="threading")
    browser = sign_in(app, "admin")
    browser.post("/uji/counter/1/open")
    assert take(app, "nonce-0001") == (201, "")

    fill(disk)
    while (refused := take(app, f"nonce-{uuid4()}"))[0] == 201:
        pass  # what room is left in the log

    assert refused == (507, "Disk penuh. Hapus berkas yang tidak perlu, lalu ulangi. ")
    assert take(app, "nonce-0002", "en") == (
        507,
        "The disk is full. Delete files that are not needed, then try again. ",
    )
    assert opened(browser) == {}
    assert browser.get("/healthz").status_code == 503
    assert browser.get("/uji/counter/register").status_code == 507, "who looks at personal data is written down"
    click = browser.post("/uji/counter/1/next")
    assert (click.status_code, "Disk penuh" in click.text) == (507, True)

    (disk / "filling").unlink()
    assert take(app, "nonce-0300") == (201, "")


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_start_on_such_a_disk_comes_up_to_be_read(
    small: World, disk: Path, open_store: Callable[[str], Store], how: str
) -> None:
    settings = Settings(data=disk)
    settings.secret_key()
    small.take()
    small.store.close()
    if how == "full":
        fill(disk)
    else:
        mount_again(disk, "ro")

    data_folder.take_alone(settings)
    passwords = prepare(settings, small.now)
    store = open_store(settings.database())
    app = create_app(settings, store, lambda: small.now, async_mode="threading")

    assert passwords == []
    client = app.test_client()
    statuses = {path: client.get(path, headers={"Accept": "text/html"}).status_code for path in PAGES[:6]}
    assert set(statuses.values()) == {200}, statuses
    assert client.get("/healthz").status_code == 503
    if how == "read-only":
        mount_again(disk, "rw")
        assert client.get("/healthz").status_code in (200, 503)
        assert client.get("/healthz").json == {"status": "ok", "offices": 1, "version": app.config["VERSION"]}


def test_a_stick_that_is_full_or_read_only_is_told_and_hinders_no_other(
    here: World, disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick, good = disk / "loket-cadangan", tmp_path / "lain/loket-cadangan"
    stick.mkdir()
    good.mkdir(parents=True)
    monkeypatch.setattr(backup, "MEDIA", (tmp_path,))
    monkeypatch.setenv("LOKET_DATA", str(tmp_path))

    def copied() -> tuple[int, str]:
        said = CliRunner().invoke(main, ["backup", "--stick", "--keep", "14", "--verify"])
        return said.exit_code, said.output

    fill(disk)
    full = copied()
    assert (full[0], f"{stick}: Disk penuh" in full[1], "1 kantor" in full[1]) == (1, True, True)
    assert (list(stick.iterdir()), len(list(good.iterdir()))) == ([], 1)

    (disk / "filling").unlink()
    mount_again(disk, "ro")
    refused = copied()
    assert (refused[0], f"{stick}: " in refused[1]) == (1, True)

    mount_again(disk, "rw")
    old = [f"loket-2020010{day}-000000.db" for day in (1, 2, 3)]
    for name in old:
        (stick / name).write_bytes(bytes(1_700_000))
        os.utime(stick / name, (0, 0))
    assert copied()[0] == 0
    left = sorted(each.name for each in stick.iterdir())
    assert (left[:2], len(left)) == (old[1:], 3)
