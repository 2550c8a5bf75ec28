"""Long work: it shows how far it is, can be left and stopped, and its file is for its officer alone."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from people import Browser, sign_in, until

from shared.domain.errors import NotAllowed
from shared.domain.rights import Right
from shared.web import long_work
from shared.web.clicks import actor
from shared.web.long_work import KEPT_S, SILENT_S, Progress, Work, WorkOrder, WorkPlace
from shared.web.server.limits import limiter

ORDER = WorkOrder("evidence", "2026", "bukti.zip", "application/zip", Right.SEE_AUDIT)
Begin = Callable[[Browser, Work], str]


@pytest.fixture
def begin(app: Flask) -> Iterator[Begin]:
    """Begins work as an officer's click does; its id."""
    limiter.reset()
    asked: list[Work] = []

    @app.post("/<office>/begin-a-trial")
    def begin_a_trial() -> str:
        actor()
        return long_work.begin(ORDER, asked.pop())

    def begun(browser: Browser, work: Work) -> str:
        asked.append(work)
        answer = browser.post("/uji/begin-a-trial")
        assert answer.status_code == 200, answer.text
        return answer.text

    yield begun
    limiter.reset()


def facts(browser: Browser, work_id: str) -> dict[str, object]:
    return dict(browser.get(f"/uji/counter/work/{work_id}").json)


def test_work_goes_on_beside_the_page_and_its_file_can_be_fetched(app: Flask, begin: Begin) -> None:
    admin = sign_in(app, "admin")
    go_on = threading.Event()

    def work(progress: Progress, file: Path) -> None:
        progress(0, 4)
        time.sleep(long_work.SAID_EVERY_S)
        progress(2, 4)
        go_on.wait()
        file.write_bytes(b"bukti")

    begun = begin(admin, work)
    until(lambda: facts(admin, begun)["percent"] == 50)
    assert 'max="100" value="50"' in admin.get("/uji/counter/work").text
    assert admin.get(f"/uji/counter/work/{begun}/file").status_code == 404
    go_on.set()
    until(lambda: facts(admin, begun)["state"] == "done")

    fetched = admin.get(f"/uji/counter/work/{begun}/file")

    assert (fetched.data, fetched.headers["Content-Disposition"]) == (b"bukti", "attachment; filename=bukti.zip")


def test_work_that_is_told_to_stop_stops_and_leaves_no_file(app: Flask, begin: Begin) -> None:
    admin = sign_in(app, "admin")

    def work(progress: Progress, file: Path) -> None:
        file.write_bytes(b"half")
        while True:
            progress(1, 2)
            time.sleep(0.001)

    begun = begin(admin, work)

    assert admin.post(f"/uji/counter/work/{begun}/stop").status_code == 302

    until(lambda: facts(admin, begun)["state"] == "stopped")
    assert list((app.extensions["loket_settings"].data / "work").glob("*.bin")) == []


def test_a_refusal_ends_the_work_with_its_sentence(app: Flask, begin: Begin) -> None:
    admin = sign_in(app, "admin")

    def work(_progress: Progress, _file: Path) -> None:
        raise NotAllowed("recap_empty")

    begun = begin(admin, work)
    until(lambda: facts(admin, begun)["state"] == "failed")

    assert "Gagal" in admin.get("/uji/counter/work").text


def test_a_disk_that_is_full_is_told_where_the_work_is_shown(app: Flask, begin: Begin) -> None:
    admin = sign_in(app, "admin")

    def work(_progress: Progress, file: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(file))

    begun = begin(admin, work)
    until(lambda: facts(admin, begun)["state"] == "failed")

    assert "Disk penuh" in admin.get("/uji/counter/work").text


def test_of_one_officers_work_the_newest_is_kept(app: Flask, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "MOST_KEPT", 3)
    admin, made = sign_in(app, "admin"), list[str]()
    for _ in range(5):
        made.append(begin(admin, lambda _progress, file: file.write_bytes(b"x") and None))
        until(lambda: facts(admin, made[-1])["state"] == "done")

    answers = [admin.get(f"/uji/counter/work/{each}").status_code for each in made]

    assert answers == [404, 404, 200, 200, 200]


def test_work_and_its_file_are_for_the_officer_who_began_it(app: Flask, begin: Begin) -> None:
    admin, other = sign_in(app, "admin"), sign_in(app, "petugas1")
    begun = begin(admin, lambda _progress, file: None)
    until(lambda: facts(admin, begun)["state"] == "done")

    answers = [other.get(f"/uji/counter/work/{begun}{what}").status_code for what in ("", "/file")]

    assert answers == [404, 404]
    assert begun not in other.get("/uji/counter/work").text


def test_who_has_no_right_to_the_file_any_more_does_not_get_it(app: Flask, begin: Begin) -> None:
    clerk = sign_in(app, "petugas1")
    begun = begin(clerk, lambda _progress, file: None)
    until(lambda: facts(clerk, begun)["state"] == "done")

    assert clerk.get(f"/uji/counter/work/{begun}/file").status_code == 403


def test_files_go_after_a_day_and_silent_work_counts_as_failed(tmp_path: Path) -> None:
    here = WorkPlace(tmp_path / "work")
    silent = time.time() - SILENT_S - 60
    here.keep(long_work.LongWork("a" * 32, 1, 1, "evidence", "", "x", "y", "serve", silent, silent))
    old = here.file("b" * 32)
    old.write_bytes(b"old")
    os.utime(old, (time.time() - KEPT_S - 60,) * 2)

    here.sweep()

    assert here.read("a" * 32).status == "failed"
    assert not old.exists()
