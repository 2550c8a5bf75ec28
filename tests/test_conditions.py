"""Conditions: each is told once, with the way out, by `loket check` and on the supervisor's page."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from paper import PaperPrinter
from people import csrf
from sqlalchemy import delete, insert, select, update
from world import PASSWORD, STEPS, World, service

from shared.domain.complaint import ComplaintKind, Entrance, Said
from shared.domain.standards.standard import Role, Step
from shared.domain.standards.table import to_table
from shared.engine import complaint
from shared.engine.people.device import digest, issue_token
from shared.engine.queue import seat, supervisor
from shared.engine.queue.officer import Onward
from shared.store import access, tables
from shared.web.backups import BACKUP_MARK
from shared.web.cli import main
from shared.web.commands import check
from shared.web.conditions.conditions import CONDITIONS, Condition, Scene, conditions, lost_in
from shared.web.console import WORDS
from shared.web.server.clock import ClockWatch
from shared.web.settings import Settings
from shared.words import LANGUAGES, texts

PAGE = {"Accept": "text/html"}
PUBLIC = "http://192.168.1.10:8000"


def renew(here: World) -> None:
    here.store.write(update(tables.Office).values(setup_version=tables.Office.setup_version + 1))


@pytest.fixture
def sound(here: World, tmp_path: Path) -> World:
    """An office of which nothing is to be said."""
    for weekday in range(5):
        row = {"office_id": here.id, "weekday": weekday, "opens": time(8), "closes": time(16)}
        here.store.write(insert(tables.Hours), row)
    for year in (2026, 2027):
        here.store.write(insert(tables.Holiday), {"office_id": here.id, "on_day": date(year, 12, 25), "name": "Natal"})
    renew(here)
    mark = tmp_path / BACKUP_MARK
    mark.touch()
    os.utime(mark, (here.now.timestamp(), here.now.timestamp()))
    return here


def found(here: World, data: Path, *, jumped: bool = False, public_url: str = PUBLIC) -> dict[str, Condition]:
    with here.store.room(here.id, here.now) as room:
        lost = lost_in(room)
    with here.store.read() as connection:
        office = here.store.office_config(here.id)
        jumped_at = here.now - timedelta(minutes=5) if jumped else None
        settings = Settings(data=data, public_url=public_url)
        scene = Scene(settings, connection, office, here.now, jumped_at, **lost)
        return {each.code: each for each in conditions(scene)}


def strand(here: World, data: Path) -> None:
    here.take("layanan-2")
    here.store.write(update(tables.Counter).values(services=["layanan-1"]))


def send_to_an_empty_counter(here: World, data: Path) -> None:
    taken = here.take()
    here.call_next(1)
    here.act("start", taken.id)
    here.act("transfer", taken.id, onward=Onward(counter=2))


def hold_somebody_and_leave(here: World, data: Path) -> None:
    taken = here.take()
    here.call_next(1)
    here.act("start", taken.id)
    here.act("hold", taken.id)
    here.do(seat.leave, at=1)
    here.do(seat.sit, at=2)


def close_early(here: World, data: Path) -> None:
    here.store.write(update(tables.Office).values(settings={"closes_by_itself_at": "15:00"}))


def forget_friday(here: World, data: Path) -> None:
    here.store.write(delete(tables.Hours).where(tables.Hours.weekday == 4))


def set_clock_back(here: World, data: Path) -> None:
    here.take()
    here.later(minutes=-10)


def complain_about_everybody(here: World, data: Path) -> None:
    with here.store.read() as connection:
        everybody = frozenset(connection.execute(select(tables.Officer.id)).scalars())
    said = Said(ComplaintKind.COMPLAINT, Entrance.PHONE, "Loket tutup pukul 10", about=everybody)
    here.by_itself(complaint.receive, said, nonce="nonce-pengaduan", answer_url="http://127.0.0.1/a/", on_paper=False)


def open_to_others(here: World, data: Path) -> None:
    data.chmod(0o755)


def bring_a_picture_of_a_telephone(here: World, data: Path) -> None:
    folder = data / "media" / here.slug
    folder.mkdir(parents=True)
    (folder / "foto (1).heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))


def age_the_backup(here: World, data: Path) -> None:
    (data / BACKUP_MARK).touch()
    here.later(days=0)
    os.utime(data / BACKUP_MARK, (0, 0))


def add_a_printer(here: World, data: Path) -> None:
    row = {"office_id": here.id, "slug": "baru", "kind": "network", "address": "192.168.1.50"}
    here.store.write(insert(tables.Printer), row)


def forget_the_services(here: World, data: Path) -> None:
    here.store.write(update(tables.Service).values(is_active=False))


def retire_the_counters(here: World, data: Path) -> None:
    here.store.write(update(tables.Counter).values(is_active=False))


def let_the_deputy_go(here: World, data: Path) -> None:
    """Who works at the desk did so as a deputy until yesterday."""
    yesterday = here.now.date() - timedelta(days=1)
    here.store.write(update(tables.OfficerRole).where(tables.OfficerRole.role == "loket").values(until_on=yesterday))


def change_the_standard(here: World, **changes: object) -> None:
    """The newest version of each service, past the checks of the editor."""
    table = tables.StandardVersion
    with here.store.read() as connection:
        rows = connection.execute(select(table.id, table.body)).all()
    for row in rows:
        here.store.write(update(table).where(table.id == row.id).values(body={**row.body, **changes}))


def add_a_step(here: World, step: Step) -> None:
    change_the_standard(here, steps=to_table(replace(service(1), steps=(*STEPS, step)))["steps"])


def want_the_applicant_at_a_desk_that_is_none(here: World, data: Path) -> None:
    add_a_step(here, Step("entri", "Entri data", Role.OPERATOR, needs_applicant=True))


def leave_files_to_a_role_that_went(here: World, data: Path) -> None:
    """The service is switched off and its procedure changed since; a file of before still lies there."""
    add_a_step(here, Step("sah", "Pengesahan", Role.KASI))
    with here.store.read() as connection:
        first = connection.execute(select(tables.Service).limit(1)).one()
    file = {"office_id": here.id, "service_id": first.id, "standard_id": first.standard_id, "token": "x" * 22}
    when = {"opened_at": here.now, "since_at": here.now}
    here.store.write(insert(tables.FileRecord), {**file, **when, "state": "open", "step": "sah"})
    here.store.write(update(tables.Service).where(tables.Service.id == first.id).values(is_active=False))
    here.store.write(delete(tables.OfficerRole).where(tables.OfficerRole.role == "kasi"))


def let_a_password_lapse(here: World, data: Path) -> None:
    lapsed = {"must_change_password": True, "one_time_until": here.now - timedelta(hours=1)}
    here.store.write(update(tables.Officer).where(tables.Officer.login == "petugas2").values(lapsed))


def miss_a_night(here: World, data: Path) -> None:
    here.take()
    here.later(days=1)


def close_the_day_before(here: World, data: Path) -> None:
    here.later(days=-1)
    here.do(supervisor.force, is_open=False, reason="Blangko habis", service="layanan-1")
    here.do(supervisor.force, is_open=False, reason="Rapat", until_at=here.now + timedelta(days=2))
    here.later(days=1)


def leave_an_outage_open(here: World, data: Path) -> None:
    row = {
        "office_id": here.id,
        "system": "oss",
        "from_at": here.now - timedelta(days=1),
        "officer_id": here.officer(1),
    }
    here.store.write(insert(tables.Outage), row)


def name_a_counter_with_a_picture(here: World, data: Path) -> None:
    here.store.write(update(tables.Counter).where(tables.Counter.number == 2).values(name="Loket ☕"))


def name_a_service_in_javanese(here: World, data: Path) -> None:
    change_the_standard(here, name="ꦱꦸꦫꦠ꧀ Pengantar")


def run_out_of_paper(here: World, data: Path) -> None:
    add_a_printer(here, data)
    here.store.write(update(tables.Printer).where(tables.Printer.slug == "baru").values(status="paper_out"))


def fall_silent(here: World, data: Path) -> None:
    add_a_printer(here, data)
    silent = {"status": "unknown", "status_at": here.now, "answers": "in_order"}
    here.store.write(update(tables.Printer).where(tables.Printer.slug == "baru").values(silent))


def stop_the_queue(here: World, data: Path) -> None:
    add_a_printer(here, data)
    stopped = {"status": "offline", "kind": "cups", "address": "kios", "answers": "in_order"}
    here.store.write(update(tables.Printer).where(tables.Printer.slug == "baru").values(stopped))


def erase_in_vain(here: World, data: Path) -> None:
    here.store.write(update(tables.Office).values(erased_at=here.now - timedelta(days=1)))


def know_the_regency_alone(here: World, data: Path) -> None:
    here.store.write(update(tables.Office).values(profile={"region_code": "35.08.10", "letterhead": []}))


BROKEN: list[tuple[str, Callable[[World, Path], object], str]] = [
    ("stranded", strand, "B-001"),
    ("unattended", send_to_an_empty_counter, "A-001"),
    ("unattended", hold_somebody_and_leave, "A-001"),
    ("complaint_without_handler", complain_about_everybody, "P-1/2026"),
    ("service_without_counter", strand, "Layanan 2"),
    ("no_service", forget_the_services, "Pengaturan > Layanan"),
    ("no_counter", retire_the_counters, "Pengaturan > Loket"),
    ("role_without_officer", let_the_deputy_go, "Petugas loket"),
    ("role_without_officer", leave_files_to_a_role_that_went, "Layanan 1"),
    ("step_without_counter", want_the_applicant_at_a_desk_that_is_none, "Entri data"),
    ("one_time_password_lapsed", let_a_password_lapse, "petugas2"),
    ("no_regency_line", know_the_regency_alone, "Pemerintah Kabupaten Lumajang"),
    ("day_left_open", miss_a_night, "23\N{NO-BREAK SPACE}November"),
    ("holidays_unknown", lambda here, data: here.store.write(delete(tables.Holiday)), "2026"),
    ("override_left", close_the_day_before, "Layanan 1 ditutup sejak 22 Nov 2026"),
    ("outage_left", leave_an_outage_open, "OSS"),
    ("counter_unspeakable", name_a_counter_with_a_picture, "Loket ☕"),
    ("service_unspeakable", name_a_service_in_javanese, "ꦱ"),
    ("printer_in_trouble", run_out_of_paper, "Pasang gulungan kertas baru"),
    ("printer_in_trouble", fall_silent, "Matikan dan hidupkan lagi printer"),
    ("printer_in_trouble", stop_the_queue, "cupsenable NAMA"),
    ("erased_not_gone", erase_in_vain, "22 Nov 2026, 08.00"),
    ("hours_unknown", lambda here, data: here.store.write(delete(tables.Hours)), ""),
    ("weekday_without_hours", forget_friday, "Jumat"),
    ("closes_while_open", close_early, "15.00"),
    ("clock_behind", set_clock_back, "07.50"),
    ("readable_by_others", open_to_others, "chmod 700"),
    ("backup_never", lambda here, data: (data / BACKUP_MARK).unlink(), "Belum ada cadangan"),
    ("backup_old", age_the_backup, ""),
    ("printer_not_learned", add_a_printer, "baru"),
    ("medium_not_playable", bring_a_picture_of_a_telephone, "foto (1).heic"),
]


def test_a_sound_office_has_no_condition(sound: World, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    assert found(sound, tmp_path) == {}


@pytest.mark.parametrize(("code", "spoil", "named"), BROKEN, ids=[each[0] for each in BROKEN])
def test_each_condition_is_found_and_names_what_it_is_about(
    sound: World, tmp_path: Path, code: str, spoil: Callable[[World, Path], object], named: str
) -> None:
    spoil(sound, tmp_path)
    renew(sound)

    said = found(sound, tmp_path)[code].sentence("id")

    assert named in said


def test_a_server_that_only_its_own_machine_reaches_is_said(sound: World, tmp_path: Path) -> None:
    assert "qr_for_this_machine_only" in found(sound, tmp_path, public_url="")


def test_a_folder_that_takes_nothing_is_said(sound: World, tmp_path: Path) -> None:
    no_folder = tmp_path / "loket.db"

    said = found(sound, no_folder)["folder_refuses"].sentence("id")

    assert str(no_folder) in said
    assert "tidak ada" in said


def test_a_fact_is_worded_in_the_language_of_the_sentence(sound: World, tmp_path: Path) -> None:
    forget_friday(sound, tmp_path)
    renew(sound)

    assert "Friday" in found(sound, tmp_path)["weekday_without_hours"].sentence("en")


def test_a_jump_of_the_clock_stands_until_it_is_confirmed(app: Flask, sound: World, tmp_path: Path) -> None:
    assert "clock_jumped" in found(sound, tmp_path, jumped=True)
    watch: ClockWatch = app.extensions["loket_clock_watch"]
    watch.jumped_at = sound.now - timedelta(minutes=5)
    client = app.test_client()
    form = client.get("/uji/counter/sign-in", headers=PAGE)
    said = {"login": "admin", "password": PASSWORD, "csrf_token": csrf(form)}
    client.post("/uji/counter/sign-in", headers=PAGE, data=said)
    page = client.get("/uji/counter/supervisor", headers=PAGE)
    assert 'data-condition="clock_jumped"' in page.text

    client.post("/uji/counter/supervisor/clock", headers=PAGE, data={"csrf_token": csrf(page)})

    assert "clock_jumped" not in found(sound, tmp_path, jumped=True)


def test_one_that_cannot_be_looked_at_hides_none_of_the_others(
    sound: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(scene: Scene) -> Any:
        raise RuntimeError

    monkeypatch.setitem(CONDITIONS, "disk_low", broken)

    assert "qr_for_this_machine_only" in found(sound, tmp_path, public_url="")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_condition_has_a_sentence_with_a_way_out(language: str) -> None:
    said = {code: texts(WORDS, language).get(f"condition.{code}", "") for code in CONDITIONS}

    assert [code for code, sentence in said.items() if len(sentence) < 40] == []


def test_loket_check_tells_them(sound: World, tmp_path: Path) -> None:
    forget_friday(sound, tmp_path)
    sound.store.write(update(tables.Counter).values(roles=["kasi"]))
    renew(sound)

    said = CliRunner().invoke(main, ["check"], env={"LOKET_DATA": str(tmp_path)})

    assert said.exit_code == 1
    assert "tidak punya jam buka" in said.output
    assert "has no opening hours" in said.output
    assert "SALAH  uji perbaiki: Tidak ada loket yang melayani Layanan 1" in said.output


def test_loket_check_says_of_each_printer_what_to_do(sound: World, tmp_path: Path) -> None:
    with PaperPrinter().on_network() as well:
        for slug, columns in {
            "mati": {"kind": "network", "address": "127.0.0.1:1", "answers": "in_order"},
            "salah": {"kind": "network", "address": "10.0.0.9:22", "answers": "in_order"},
            "bisu": {"kind": "network", "address": well, "answers": "nothing"},
            "antrean": {"kind": "cups", "address": "tiada", "answers": "in_order"},
        }.items():
            sound.store.write(insert(tables.Printer), {"office_id": sound.id, "slug": slug, **columns})
        renew(sound)
        env = {"LOKET_DATA": str(tmp_path), "LOKET_PRINTER_ADDRESSES": "127.0.0.0/8"}

        said = CliRunner().invoke(main, ["check"], env=env).output

    assert "SALAH  uji printer mati: offline: Printer mati atau tidak terhubung" in said
    for hint in ("Periksa listrik, kabel", "Betulkan alamatnya", 'hanya berarti "terkirim"', "cupsenable NAMA"):
        assert hint in said


def test_loket_check_opens_no_printer_of_another_machine(
    sound: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_a_printer(sound, tmp_path)
    token = sound.store.write_with(issue_token, sound.id, "agent", "Komputer lain", sound.now)
    with sound.store.read() as connection:
        agent = access.device(connection, digest(token))
    assert agent is not None
    sound.store.write(update(tables.Printer).where(tables.Printer.slug == "baru").values(device_id=agent.id))
    renew(sound)
    asked: list[object] = []
    monkeypatch.setattr(check, "ask", lambda *facts, **more: asked.append(facts))

    said = CliRunner().invoke(main, ["check"], env={"LOKET_DATA": str(tmp_path)})

    assert "printer baru" in said.output
    assert asked == []
