"""A start on a folder that is not what it was, and a server whose disk or database is away."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import world
from flask import Flask
from psycopg.errors import DiskFull
from server import LOKET, Server
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError
from world import World

import kiosk
from shared.domain.actor import Actor
from shared.domain.errors import Refusal
from shared.domain.standards.standard import Role
from shared.engine.people import session
from shared.engine.people.device import issue_token
from shared.engine.setup import devices as setup_devices
from shared.engine.setup import officers as setup_officers
from shared.engine.setup.officers import OfficerForm, RoleRow
from shared.store import office as store_office
from shared.store import writer
from shared.store.disk import database_away, disk_fault
from shared.store.office import Store
from shared.store.writer import LOCK_TIMEOUT_S
from shared.web.app import create_app
from shared.web.public import pages as public
from shared.web.server import data_folder, own_only
from shared.web.settings import Settings

PAGE = {"Accept": "text/html"}


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (folder, *folder.iterdir())}


def test_what_others_may_read_is_taken_from_them(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "loket.db").touch()
    folder.chmod(0o755)
    (folder / "loket.db").chmod(0o644)
    settings = Settings(data=folder)
    assert [path.name for path in own_only.open_to_others(settings)] == ["data", "loket.db"]
    before = os.umask(0o022)

    try:
        own_only.keep_private(settings)
        (folder / "made-later").touch()
    finally:
        os.umask(before)

    assert modes(folder) == {0}
    assert own_only.open_to_others(settings) == []


def test_a_second_server_is_refused_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "LOCK_WAIT_S", 0.1)
    with (tmp_path / "server.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(data_folder.NotSound) as refused:
            data_folder.take_alone(Settings(data=tmp_path))

    assert refused.value.code == "second_server"
    data_folder.take_alone(Settings(data=tmp_path))


@pytest.mark.parametrize("damaged", [b"", b"\0" * 64, b"short", b"\xff\xfe" * 32])
def test_a_damaged_key_is_made_anew(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "secret_key").write_bytes(damaged)

    key = Settings(data=tmp_path).secret_key()

    assert len(key) == 64
    assert Settings(data=tmp_path).secret_key() == key
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize("how", ["gone", "empty", "zeros", "half", "other text"])
def test_a_start_on_a_lost_or_damaged_database_says_the_way_back_and_founds_nothing(
    how: str, founded: Server, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(founded.data, data)
    database = data / "loket.db"
    whole = database.read_bytes()
    for beside in data.glob("loket.db-*"):
        beside.unlink()
    if how == "gone":
        database.unlink()
    else:
        spoiled = {
            "empty": b"",
            "zeros": whole[:20_000] + b"\0" * 40_000 + whole[60_000:],
            "half": whole[: len(whole) // 2],
            "other text": b"not a database at all\n" * 1000,
        }
        database.write_bytes(spoiled[how])
    environment = {**os.environ, "LOKET_DATA": str(data), "LOKET_PORT": str(Server(data).port)}

    done = subprocess.run([LOKET, "run"], env=environment, capture_output=True, text=True, timeout=240, check=False)

    assert done.returncode != 0
    assert "loket restore" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "one-time passwords" not in done.stdout


def test_pages_are_shown_when_their_cache_cannot_be_written(here: World, tmp_path: Path) -> None:
    (tmp_path / "templates").write_text("a file where the folder should be")

    app = create_app(Settings(data=tmp_path), here.store, lambda: here.now, async_mode="threading")

    assert app.test_client().get(f"/{here.slug}/counter/sign-in", headers=PAGE).status_code == 200


def test_health_says_in_words_that_the_disk_is_full(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert app.test_client().get("/healthz").status_code == 200

    monkeypatch.setattr(public, "LEAST_FREE_BYTES", 10**18)
    answer = app.test_client().get("/healthz")

    assert answer.status_code == 503
    assert answer.json is not None
    assert "Disk penuh" in answer.json["problems"][0]


def test_a_database_that_cannot_be_reached_is_a_calm_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_office, "AWAY_S", 0.1)
    store = Store("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    app = create_app(Settings(data=tmp_path), store, async_mode="threading")
    app.extensions["loket_offices"]["lumajang"] = 1  # it was asked for while the database was there
    client = app.test_client()

    page, health = client.get("/", headers=PAGE), client.get("/healthz")
    nowhere = client.get("/lumajang/nowhere", headers=PAGE)
    take = client.post("/lumajang/kiosk/tickets", json={"service": "oss", "nonce": "12345678"})

    assert [answer.status_code for answer in (page, health, take)] == [503] * 3
    assert "Tunggu sebentar" in page.text
    assert (nowhere.status_code, "Kode untuk teknisi: 404" in nowhere.text) == (404, True)
    assert take.json is not None
    assert take.json["error"]["code"] == "database_away"
    store.close()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EMFILE, "files_open"), (errno.ENFILE, "files_open"), (errno.EDQUOT, "disk_full"),
        (errno.EEXIST, "disk_missing"), (errno.ELOOP, "disk_missing"),
        (errno.ESTALE, "disk_broken"), (errno.ECONNREFUSED, None), (errno.EBADF, None),
    ],
)  # fmt: skip
def test_what_the_disk_says_is_a_sentence_and_what_the_network_says_is_not(number: int, code: str | None) -> None:
    fault = disk_fault(OSError(number, "as the system says it", "/data/media"))

    assert (fault.code if fault else None) == code


def test_a_postgresql_that_is_read_only_or_full_says_so(
    postgresql: Callable[[], str], open_store: Callable[[str], Store], tmp_path: Path
) -> None:
    url = postgresql()
    here = world.office(open_store(url))
    reading_only = make_url(url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    reading = open_store(reading_only.render_as_string(hide_password=False))
    client = create_app(Settings(data=tmp_path), reading, lambda: here.now, async_mode="threading").test_client()

    take = client.post("/uji/kiosk/tickets", json={"service": "layanan-1", "nonce": "12345678"})

    assert take.json is not None
    assert (take.status_code, take.json["error"]["code"]) == (507, "database_reads")
    assert "PostgreSQL" in take.json["error"]["message"]
    full = OperationalError("INSERT", {}, DiskFull())
    assert (disk_fault(full) or Refusal("")).code == "disk_full"
    assert database_away(full) is None


def test_a_lock_of_another_program_is_a_calm_sentence_and_ends_by_itself(
    app: Flask, here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LOCK_TIMEOUT_S", 0.05)
    client = app.test_client()
    wanted = {"service": "layanan-1", "nonce": "nonce-0001"}
    with contextlib.closing(sqlite3.connect(tmp_path / "loket.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        refused, health = client.post(f"/{here.slug}/kiosk/tickets", json=wanted), client.get("/healthz")

    assert (refused.status_code, health.status_code) == (503, 503)
    assert refused.json is not None
    assert refused.json["error"]["code"] == "database_busy"
    taken = client.post(f"/{here.slug}/kiosk/tickets", json=wanted)
    assert (taken.status_code, client.get("/healthz").status_code) == (201, 200)
    assert writer_waits_less_than_the_kiosk()


def writer_waits_less_than_the_kiosk() -> bool:
    patience = re.search(r"PATIENCE_MS = (\d+)", (Path(kiosk.__file__).parent / "static/ticket.js").read_text())
    assert patience
    return int(patience[1]) > LOCK_TIMEOUT_S * 1000


@pytest.mark.parametrize("how", ["revoked", "signed out", "switched off", "new password"])
def test_what_is_ended_hears_no_more(app: Flask, here: World, how: str) -> None:
    live = app.extensions["loket_live"]
    browser = app.test_client()
    browser.environ_base["REMOTE_ADDR"] = "10.0.0.9"
    if how == "revoked":
        token = here.store.write_with(issue_token, here.id, "display", "Layar", here.now)
        browser.set_cookie("loket_device", token, domain="localhost")
        auth = {"office": here.slug, "screen": "display"}
    else:
        page = browser.get(f"/{here.slug}/counter/sign-in", headers=PAGE).text
        form = {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}
        form |= {"login": "petugas1", "password": world.PASSWORD}
        assert browser.post(f"/{here.slug}/counter/sign-in", data=form).status_code == 302
        auth = {"office": here.slug, "screen": "counter"}
    line = live.socketio.test_client(app, auth=auth, flask_test_client=browser)
    assert line.is_connected()
    here.take()

    nobody = Actor.system(here.now)
    if how == "revoked":
        device_id = next(iter(live._lines.values())).device_id
        here.store.change(here.id, nobody, setup_devices.revoke, device_id)
    elif how == "switched off":
        gone = OfficerForm(login="petugas1", name="Petugas", is_active=False, roles=[RoleRow(role=Role.LOKET)])
        here.store.change(here.id, nobody, setup_officers.change_officer, here.officers[0], gone)
    elif how == "new password":
        here.store.change(here.id, nobody, setup_officers.reset_password, here.officers[0], "x")
    else:
        with here.store.read() as connection:
            found = session.running(connection, here.id, None, here.now)[0]
        here.store.change(here.id, nobody, session.end, found.id, None)

    until = time.monotonic() + 60
    while line.is_connected():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_the_parent_of_the_server_loads_no_database() -> None:
    asked = "import sys, shared.web.cli, shared.web.commands.run; print('sqlalchemy' in sys.modules)"

    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "False"  # 20 MB and half a second of each start
