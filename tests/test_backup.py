"""The backup by the browser: made while the office works, told how far, read again, fetched by who may."""

from __future__ import annotations

import io
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from flask import Flask
from people import Browser, sign_in, until
from PIL import Image
from world import World

from shared.domain.errors import Unknown
from shared.store import copies
from shared.store.copies import back_up, require_whole
from shared.web import media
from shared.web.app import create_app
from shared.web.backups import KEPT, make_into, own_folder, verify
from shared.web.server.limits import limiter
from shared.web.settings import Settings

PAGE = "/uji/counter/setup/backup"


@pytest.fixture
def app(here: World, sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    settings = Settings(data=tmp_path, database_url=sqlite_url)
    made = create_app(settings, here.store, clock=lambda: here.now, async_mode="threading")
    limiter.reset()
    yield made
    limiter.reset()


def back_up_now(admin: Browser) -> str:
    """The page when the backup has ended."""
    assert admin.post(PAGE).status_code == 303
    return until(lambda: (page := admin.get(PAGE).text) and 'data-state="running"' not in page and page)


def test_a_backup_is_made_from_the_page_told_there_and_fetched_at_the_server(app: Flask, tmp_path: Path) -> None:
    # setup.backup
    admin = sign_in(app, "admin")
    assert 'data-last=""' in admin.get(PAGE).text
    for old in range(KEPT):
        (own_folder(Settings(data=tmp_path)) / f"loket-20200101-0000{old:02}.db").touch()

    page = back_up_now(admin)

    address = re.search(r'data-action="fetch-backup" href="([^"]+)"', page)
    assert address, page
    fetched = tmp_path / "fetched.db"
    fetched.write_bytes(admin.get(address[1]).data)
    require_whole(fetched)
    kept = sorted(own_folder(Settings(data=tmp_path)).iterdir())
    assert len(kept) == KEPT
    assert kept[-1].read_bytes() == fetched.read_bytes()
    assert 'data-last=""' not in page


def test_with_several_offices_the_copy_leaves_the_server_only_by_its_own_browser(app: Flask, here: World) -> None:
    far = sign_in(app, "admin", address="192.168.1.9")
    assert "fetch-backup" in back_up_now(far), "it holds only their own office"
    world.office(here.store, slug="lain")

    page = back_up_now(far)

    assert "fetch-backup" not in page
    (newest, *_) = re.findall(r'data-work="([0-9a-f]+)"', page)
    assert far.get(f"/uji/counter/work/{newest}/file").status_code == Unknown.status
    assert "fetch-backup" in back_up_now(sign_in(app, "admin"))


def test_a_copy_of_a_busy_office_is_one_moment_and_ends(
    here: World, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "PAGES_AT_ONCE", 5)
    here.take()
    told: list[tuple[int, int]] = []

    def busy(done: int, total: int) -> None:
        told.append((done, total))
        here.take()

    back_up(sqlite_url, tmp_path / "copy.db", busy)

    copy = sqlite3.connect(tmp_path / "copy.db")
    (count,) = copy.execute("SELECT count(*) FROM ticket").fetchone()
    copy.close()
    assert count == 1, "what was taken meanwhile belongs to the next copy"
    assert len(told) > 5
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_what_a_power_cut_left_of_earlier_copies_and_uploads_goes(app: Flask, here: World, tmp_path: Path) -> None:
    folder = own_folder(Settings(data=tmp_path))
    pictures = tmp_path / "media" / here.slug
    pictures.mkdir(parents=True)
    left = [folder / ".loket-20200101-000000.db.part", folder / ".loket-20200101-000000.db.part-wal"]
    left += [tmp_path / ".verify-abc", pictures / ".making-abc"]
    working = folder / ".loket-20300101-000000.db.part"
    for each in (*left, working):
        each.mkdir() if each.name == ".verify-abc" else each.write_bytes(b"half")
    for each in left:
        os.utime(each, (0, 0))

    made, _ = make_into(Settings(data=tmp_path), folder, None)
    assert verify(Settings(data=tmp_path), made) == 1
    with app.test_request_context(), io.BytesIO(picture()) as content:
        media.add(here.store.office_config(here.id), "foto.png", content)

    assert [each for each in left if each.exists()] == []
    assert working.exists(), "somebody may be at work there"


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8)).save(drawn, "PNG")
    return drawn.getvalue()


def test_a_copy_that_is_stopped_leaves_nothing(here: World, sqlite_url: str, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        back_up(sqlite_url, tmp_path / "stick.db", stop)

    assert list(tmp_path.glob("*stick*")) == []
