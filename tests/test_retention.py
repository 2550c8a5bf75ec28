"""After retention nothing names the person, in no file of the database and no later copy, and figures are as before."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import world
from desks import APPLICANT, NIB, Desks
from sqlalchemy import func, insert, select, text, update

from shared.domain.actor import Actor
from shared.domain.complaint import ComplaintAction, ComplaintKind, Entrance, PersonKept, Said
from shared.domain.files.procedure import FileAction
from shared.domain.reports.period import parse
from shared.domain.retention import (
    START_DAYS,
    DataClass,
    blacked_out,
    days_kept,
    secrets_of,
    stripped_applicant,
    stripped_collected,
)
from shared.engine import complaint
from shared.engine.files import register
from shared.engine.people import retention
from shared.engine.people.data_view import note_view
from shared.engine.queue import officer, seat
from shared.engine.reports.tables import Compared
from shared.engine.reports.tables import tables as tables_of
from shared.store import complaints, tables
from shared.store.audit import officer_names
from shared.store.copies import back_up
from shared.store.office import Store
from shared.store.reports.period import period_report
from shared.web.server import running
from shared.web.server.running import clear_once_a_day
from shared.words import words

PERIODS = [parse(text) for text in ("2026", "2026-11", "2026-11-23")]
LATER = datetime(2027, 2, 1, tzinfo=UTC)
SECRETS = (APPLICANT["nik"], APPLICANT["name"], APPLICANT["phone"], APPLICANT["email"], APPLICANT["business"], NIB)


def test_the_office_chooses_days_and_the_start_counts_otherwise() -> None:
    assert days_kept({}, DataClass.APPLICANT) == START_DAYS[DataClass.APPLICANT]
    assert days_kept({"applicant": 30}, DataClass.APPLICANT) == 30


def test_the_village_stays_because_reports_count_by_it_and_hides_nobody() -> None:
    assert stripped_applicant(APPLICANT) == {"village": APPLICANT["village"], "kbli": APPLICANT["kbli"]}
    assert APPLICANT["village"] not in secrets_of(APPLICANT, APPLICANT["nik"], NIB)


@pytest.mark.parametrize(
    "typed",
    [
        "Ibu SITI  contoh tidak hadir", "0812-3456-7890 tidak aktif", "telepon +62 812 3456 7890", "62 (0)81234567890",
        "hubungi SITI@contoh.example", "NIB 1234 5678 90123", "usaha keripik contoh",
    ],
)  # fmt: skip
def test_a_person_is_blacked_out_however_they_are_typed(typed: str) -> None:
    secrets = secrets_of(APPLICANT, APPLICANT["nik"], NIB)

    left = blacked_out(typed, secrets) or ""

    assert "****" in left
    assert not {word.lower() for word in left.split()} & {"siti", "contoh", "keripik"}
    assert not any(sign.isdigit() for sign in left)


def test_of_what_steps_collected_sums_and_ticks_stay_and_the_person_goes() -> None:
    collected = {
        "data_version": 3,
        "remarks": {"ktp": "Nama Siti Contoh tidak terbaca"},
        "steps": {
            "pay": {"payment": {"is_paid": True, "amount": 250000}, "account": {"email": "siti@contoh.example"}},
            "give": {"receiver": {"kind": "representative", "name": "Budi", "letter": "1/2026"}},
            "made": {"product": {"nib": NIB}},
        },
    }

    kept = stripped_collected(collected, ["Siti Contoh"])

    assert kept == {
        "data_version": 3,
        "remarks": {"ktp": "Nama **** tidak terbaca"},
        "steps": {
            "pay": {"payment": {"is_paid": True, "amount": 250000}},
            "give": {"receiver": {"kind": "representative"}},
        },
    }


def clear(desks: Desks) -> dict[str, int]:
    return desks.store.change(desks.id, Actor.system(desks.now), retention.clear)


def choose(desks: Desks, **days: int) -> None:
    settings = {"retention_days": days}
    desks.store.write(update(tables.Office).where(tables.Office.id == desks.id).values(settings=settings))
    desks.store.write(update(tables.Office).values(setup_version=tables.Office.setup_version + 1))


def figures(store: Store) -> dict[str, Any]:
    """What reports count: events by action and states, tickets by service and lane, files by village and state."""
    event, file, ticket = tables.Event, tables.FileRecord, tables.Ticket
    village = file.applicant["village"].as_string()
    asked = {
        "events": select(event.action, event.from_state, event.to_state, func.count())
        .where(event.action != "retention")
        .group_by(event.action, event.from_state, event.to_state),
        "tickets": select(ticket.on_day, ticket.service_id, ticket.lane, ticket.state, func.count()).group_by(
            ticket.on_day, ticket.service_id, ticket.lane, ticket.state
        ),
        "files": select(file.state, village, file.accepted_at, file.completed_at, file.due_at),
        "complaints": select(tables.ComplaintRecord.kind, tables.ComplaintRecord.state, func.count()).group_by(
            tables.ComplaintRecord.kind, tables.ComplaintRecord.state
        ),
    }
    with store.read() as connection:
        counted = {name: sorted(map(repr, connection.execute(query).all())) for name, query in asked.items()}
        for row in connection.execute(select(tables.Office.id)).all():
            office = store.office_configs.read(connection, row.id)
            made = (period_report(connection, store.office_configs, office, each, LATER) for each in PERIODS)
            report = tables_of(Compared(office, *made, officer_names(connection, row.id)), words("id"))
            counted[office.slug] = [f"{each.key} {each.written()}" for each in report]
    return counted


def used(desks: Desks) -> int:
    """An office with a handed-over file that was corrected on the way, its papers, its readers; the file's id."""
    file = desks.to_step("confirm")
    desks.act("operator", file, FileAction.CORRECT, applicant={**APPLICANT, "business": "Keripik Jaya"})
    desks.later(days=1)
    for column, becomes in (("applicant", "Sitti"), ("village", "Wates Kulon")):
        desks.store.change(desks.id, desks.actor("kasi"), register.amend, file, column, becomes, "Salah ketik")
    desks.store.write_with(note_view, desks.id, file, desks.actor("kasi"))
    ended = {"state": "completed", "completed_at": desks.now, "since_at": desks.now, "nib": NIB}
    desks.store.write(update(tables.FileRecord).where(tables.FileRecord.id == file).values(**ended))
    said = Said(ComplaintKind.COMPLAINT, Entrance.KIOSK, "Lama", PersonKept.NAMED, "Budi Pengadu", "0899-1234567")
    made = desks.store.change(
        desks.id, Actor.public(desks.now), complaint.receive, said, nonce="n" * 10, answer_url="/a/"
    )
    for action, given in ((ComplaintAction.VERIFY, ""), (ComplaintAction.ANSWER, "Sudah"), (ComplaintAction.CLOSE, "")):
        desks.store.change(desks.id, desks.actor("kasi"), complaint.act, made.id, action, complaint.Given(given))
    return file


def found_in(files: list[Path], secrets: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(path.name, secret) for path in files for secret in secrets if secret.encode() in path.read_bytes()]


def test_after_retention_the_person_is_in_no_file_of_the_database_and_no_copy_and_every_count_stays(
    desks: Desks, tmp_path: Path
) -> None:
    used(desks)
    before = figures(desks.store)
    database = tmp_path / "loket.db"
    writer = ("Budi Pengadu", "0899-1234567")
    known = (*SECRETS[:1], APPLICANT["name"].lower())  # as the register is searched by it
    assert {secret for _, secret in found_in([database, tmp_path / "loket.db-wal"], known)} == set(known)

    choose(desks, applicant=30, answers=30, views=30, writer=30)
    desks.later(days=40)
    clear_once_a_day(desks.store, desks.id, desks.now)
    back_up(f"sqlite:///{database}", tmp_path / "copy.db")

    assert figures(desks.store) == before
    files = [path for path in tmp_path.iterdir() if path.name.startswith(("loket.db", "copy.db"))]
    assert len(files) >= 2
    assert found_in(files, (*SECRETS, *known, *writer)) == []
    with desks.store.read() as connection:
        cleared = connection.execute(select(tables.Event.detail).where(tables.Event.action == "retention")).scalar_one()
    assert {name: cleared[name] for name in ("applicant", "views", "writer")} == {
        "applicant": 1,
        "views": 1,
        "writer": 1,
    }


def test_a_large_file_is_written_anew_only_when_nobody_works(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "QUICK_BYTES", 0)
    used(desks)
    choose(desks, applicant=30)
    desks.later(days=40)  # 08.00 in the office

    clear_once_a_day(desks.store, desks.id, desks.now)
    erased_at = desks.store.erased_at
    clear_once_a_day(desks.store, desks.id, desks.later(hours=14))

    assert erased_at is not None
    assert desks.store.erased_at is None


def test_a_file_that_somebody_held_is_written_anew_in_a_later_round(desks: Desks, tmp_path: Path) -> None:
    used(desks)
    choose(desks, applicant=30)
    desks.later(days=40)
    with desks.store.snapshot() as reader:
        reader.execute(select(tables.FileRecord.id)).all()
        clear_once_a_day(desks.store, desks.id, desks.now)
        assert desks.store.erased_at == desks.now

    clear_once_a_day(desks.store, desks.id, desks.later(minutes=1))

    assert desks.store.erased_at is None
    files = [path for path in tmp_path.iterdir() if path.name.startswith("loket.db")]
    assert found_in(files, SECRETS[:1]) == []


def test_what_is_overdue_by_years_goes_in_small_changes_over_several_rounds(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "FILES_AT_ONCE", 1)
    monkeypatch.setattr(running, "CHANGES_A_ROUND", 2)
    with desks.store.read() as connection:
        file = connection.execute(select(tables.FileRecord.__table__).where(tables.FileRecord.id == used(desks))).one()
    others = [
        {"id": file.id + more, "token": f"other-{more}", "register_number": 900 + more, "nib": None} for more in (1, 2)
    ]
    for other in others:
        desks.store.write(insert(tables.FileRecord).values({**file._asdict(), **other}))
    files = [file.id, *(int(str(other["id"])) for other in others)]
    choose(desks, applicant=30)
    desks.later(days=40)

    left = []
    for _ in range(2):
        clear_once_a_day(desks.store, desks.id, desks.now)
        left.append([desks.file(file).nik != "" for file in files])

    assert [sum(each) for each in left] == [1, 0]
    assert desks.store.erased_at is None


def test_nothing_goes_before_its_time_and_a_second_night_leaves_no_trace(desks: Desks) -> None:
    file = used(desks)
    choose(desks, applicant=30)
    desks.later(days=29)
    clear(desks)
    assert desks.file(file).nik == APPLICANT["nik"]
    desks.later(days=2)
    clear(desks)
    assert desks.file(file).nik == ""
    after = world.dump(desks.store)

    assert clear(desks) == {}

    assert world.dump(desks.store) == after


def test_a_file_at_work_is_never_touched(desks: Desks) -> None:
    file = desks.to_step("validate")
    choose(desks, applicant=1, answers=1)
    desks.later(days=400)

    clear(desks)

    assert desks.file(file).applicant["name"] == APPLICANT["name"]


def test_why_somebody_was_called_before_their_turn_is_gone_the_next_day(desks: Desks) -> None:
    taken = desks.take("sktm")
    actor = desks.actor("loket1")
    desks.store.change(desks.id, actor, seat.sit)
    desks.store.change(desks.id, actor, officer.call_number, taken.number, "frail")
    desks.store.change(desks.id, actor, officer.write_note, taken.id, "Tuli, pakai tulisan")
    assert "Tuli, pakai tulisan" in json.dumps(world.dump(desks.store))
    desks.later(days=1)

    clear(desks)

    left = json.dumps(world.dump(desks.store))
    assert [each for each in ("Tuli, pakai tulisan", "'frail'") if each in left] == []


def test_the_address_of_an_old_number_opens_nothing_and_cannot_be_guessed(desks: Desks) -> None:
    taken = desks.take()
    choose(desks, ticket=7)
    desks.later(days=9)

    clear(desks)

    with desks.store.read() as connection:
        row = connection.execute(select(tables.Ticket).where(tables.Ticket.id == taken.id)).one()
    assert row.token != taken.token
    assert len(row.token) == 22
    assert (row.number, row.nonce) == (1, f"gone-{taken.id}")


def test_the_writer_of_a_complaint_stays_until_it_is_settled(desks: Desks) -> None:
    said = Said(ComplaintKind.COMPLAINT, Entrance.KIOSK, "Lama", PersonKept.NAMED, "Budi Pengadu")
    made = desks.store.change(
        desks.id, Actor.public(desks.now), complaint.receive, said, nonce="n" * 10, answer_url="/a/"
    )
    choose(desks, writer=1)
    desks.later(days=400)

    clear(desks)

    with desks.store.read() as connection:
        assert complaints.writer(connection, made.id) == complaints.Writer("Budi Pengadu", "")


@pytest.mark.usefixtures("postgresql_tools")
def test_retention_is_the_same_on_both_databases(store: Store, tmp_path: Path) -> None:
    desks = Desks(store)
    used(desks)
    before = figures(store)
    choose(desks, applicant=30, answers=30, views=30, writer=30, ticket=30)
    desks.later(days=40)

    cleared = clear(desks)

    assert store.shred()
    assert (cleared["applicant"], cleared["writer"], cleared["views"]) == (1, 1, 1)
    assert figures(store) == before
    with store.read() as connection:
        rows = " ".join(
            str(connection.execute(text(f'SELECT * FROM "{table.name}"')).all())
            for table in tables.Base.metadata.sorted_tables
        )
    assert [each for each in SECRETS if each in rows] == []
    if not store.is_sqlite:
        back_up(store.engine.url.render_as_string(hide_password=False), tmp_path / "copy.dump")
        said = subprocess.run(["pg_restore", "--file=-", tmp_path / "copy.dump"], capture_output=True, check=True)
        assert b"Perizinan" in said.stdout
        assert [each for each in SECRETS if each.encode() in said.stdout] == []
