"""The register: a row for every accepted file, amendments that keep what stood there, months that were closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import APPLICANT, Desks
from sqlalchemy import select

from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.files.procedure import FileAction, FileState
from shared.domain.files.register import DEFAULT_COLUMNS, C, Cell, RegisterRow, cells
from shared.domain.files.register_month import digest, facts, later_change, marks
from shared.domain.queue.ticket import State as TicketState
from shared.domain.reports.period import Period, parse
from shared.engine.files import letters, register
from shared.engine.setup.letters import LettersForm, SeriesRow, change_letters
from shared.standards import village_names
from shared.store import tables
from shared.store.files import files
from shared.store.files import register as rows
from shared.store.files.register import RegisterSearch
from shared.store.office import Store
from shared.words import words

ZONE = ZoneInfo("Asia/Jakarta")
NOVEMBER = parse("2026-11")


@pytest.fixture
def desks_on_both(store: Store) -> Desks:
    """On SQLite, and again on PostgreSQL."""
    return Desks(store)


def read(desks: Desks, **search: Any) -> list[RegisterRow]:
    with desks.store.read() as connection:
        ids, count = rows.find(connection, desks.store.office_config(desks.id), RegisterSearch(**search))
        assert count == len(ids)
        return rows.rows(connection, lambda each: desks.store.office_configs.standard(connection, each), ids)


def shown(row: RegisterRow) -> dict[C, Cell]:
    return cells(row, ZONE, words(), village_names())


def do(desks: Desks, verb: Any, *args: Any, who: str = "kasi", **said: Any) -> Any:
    return desks.store.change(desks.id, desks.actor(who), verb, *args, **said)


def accepted(desks: Desks, service: str = "oss", who: str = "loket1", **data: str) -> int:
    """A file that was accepted just now; its id."""
    taken = desks.take(service)
    desks.serve_next(who)
    collected = {"documents": desks.documents(service)}
    case_id = int(desks.receive(who, taken.id, applicant={**APPLICANT, **data}, collected=collected)["id"])
    if desks.ticket(taken.id).state == TicketState.SERVING:
        desks.ticket_act(who, taken.id, "finish")
    return case_id


def test_a_row_says_what_became_of_a_file_step_by_step(desks: Desks) -> None:
    desks.to_step("recap")

    row = shown(read(desks)[0])

    assert {column.value: row[column].now for column in DEFAULT_COLUMNS} == {
        "register": "1/2026",
        "received": "23-11-2026 08.00",
        "queue_number": "A-001",
        "service": desks.store.office_config(desks.id).service("oss").standard.short_name,
        "applicant": "Siti Contoh",
        "village": village_names()["35.08.20.2001"],
        "completeness": "Lengkap",
        "officer": read(desks)[0].officer,
        "validation": f"23-11-2026 08.00, {read(desks)[0].validated_by}",
        "finished": "23-11-2026 08.00",
        "product": "1234567890124",
        "letter_number": "",
        "letter_date": "",
        "signer": "",
        "handed_over": "23-11-2026 08.00",
        "receiver": "Siti Contoh",
        "remarks": "",
    }
    assert row[C.STATE].now == "Selesai"


def test_a_returned_file_says_when_and_what_was_missing_also_after_it_came_back(desks: Desks) -> None:
    taken = desks.take()
    desks.serve_next("loket1")
    desks.receive("loket1", taken.id, collected={"documents": desks.documents("oss")})
    case_id = read(desks)[0].case_id
    desks.act("kasi", case_id, FileAction.RETURN_TO_APPLICANT, reason="KTP buram")
    row = read(desks)[0]
    assert shown(row)[C.COMPLETENESS].now == "Dikembalikan 23-11-2026: KTP buram"
    desks.later(minutes=20)
    desks.serve_next("loket1")
    desks.receive("loket1", taken.id)

    row = read(desks)[0]

    assert shown(row)[C.COMPLETENESS].now == "Dikembalikan 23-11-2026: KTP buram; Lengkap"
    assert row.registered_at == desks.now - timedelta(minutes=20)


def test_an_undone_step_leaves_nothing_in_the_row(desks: Desks) -> None:
    case_id = desks.to_step("archive")
    archive = {"archive": {"number": "7", "place": "Rak 2"}}
    desks.act("sekretariat", case_id, FileAction.ADVANCE, collected=archive)
    assert read(desks)[0].finished_at is not None

    desks.undo("sekretariat", case_id)

    assert read(desks)[0].finished_at is None


def test_a_service_of_one_visit_has_its_rows_too(desks: Desks) -> None:
    for service in desks.store.office_config(desks.id).services:
        if service.slug != "oss":
            accepted(desks, service.slug)

    found = read(desks)

    assert len(found) == len(desks.store.office_config(desks.id).services) - 1
    assert len({row.service for row in found}) == len(found)


def test_an_amendment_keeps_the_old_value_with_who_when_and_why(desks: Desks) -> None:
    case_id = accepted(desks)
    before = read(desks)[0]

    do(desks, register.amend, case_id, "applicant", "Siti  Nurhayati", "Salah tulis")
    do(desks, register.amend, case_id, "applicant", "Siti Nurhayati, S.E.", "Gelar")

    row = read(desks)[0]
    assert shown(row)[C.APPLICANT] == Cell("Siti Nurhayati, S.E.", ("Siti Contoh", "Siti Nurhayati"))
    assert [(each.reason, each.becomes) for each in row.amendments] == [
        ("Salah tulis", "Siti Nurhayati"),
        ("Gelar", "Siti Nurhayati, S.E."),
    ]
    assert replace(row, amendments=()) == before
    assert [found.register for found in read(desks, text="nurhayati")] == ["1/2026"]


def test_a_correction_of_the_data_stands_in_the_row_like_an_amendment(desks: Desks) -> None:
    case_id = desks.to_step("confirm")

    desks.act("operator", case_id, FileAction.CORRECT, applicant={"name": "Siti Nurhayati"}, note="KTP baru")

    row = read(desks)[0]
    assert shown(row)[C.APPLICANT] == Cell("Siti Nurhayati", ("Siti Contoh",))
    assert row.amendments[0].reason == "KTP baru"
    assert [len(read(desks, text=text)) for text in ("nurhayati", "contoh", "nur%ti", "s_ti")] == [1, 0, 0, 0]
    desks.undo("operator", case_id)
    assert shown(read(desks)[0])[C.APPLICANT] == Cell("Siti Contoh")
    assert [len(read(desks, text=text)) for text in ("nurhayati", "contoh")] == [0, 1]


@pytest.mark.parametrize(
    ("column", "becomes", "reason", "code"),
    [
        ("register", "2/2026", "x", "register_column"),
        ("nothing", "x", "x", "register_column"),
        ("applicant", "Siti Contoh", "x", "register_same"),
        ("applicant", "Siti", " ", "reason"),
        ("received", "kemarin", "x", "register_moment"),
        ("received", "31-02-2026", "x", "register_moment"),
        ("received", "01-12-2026 25.00", "x", "register_moment"),
    ],
)
def test_a_wrong_amendment_is_refused(desks: Desks, column: str, becomes: str, reason: str, code: str) -> None:
    case_id = accepted(desks)

    with pytest.raises(Invalid, match=code):
        do(desks, register.amend, case_id, column, becomes, reason)
    with pytest.raises(Unknown, match="case"):
        do(desks, register.amend, 999, "applicant", "x", "y")


def test_void_letters_stand_struck_through_before_the_one_that_counts(desks: Desks) -> None:
    case_id = accepted(desks)
    books = [SeriesRow(title="Surat", pattern="400/{no}/{year}", is_active=True)]
    do(desks, change_letters, LettersForm(letter_series=books), who="admin")
    spoilt = do(desks, letters.issue, "surat", case_id=case_id, step="x")
    do(desks, letters.declare_void, spoilt.id, "salah")
    do(desks, letters.issue, "surat", case_id=case_id, step="x")

    row = shown(read(desks, text="400 / 2 /2026")[0])

    assert row[C.LETTER_NUMBER] == Cell("400/2/2026", ("400/1/2026",))
    assert row[C.LETTER_DATE] == Cell("23-11-2026", ("23-11-2026",))


# --- found again ---


def test_a_row_is_found_by_whatever_somebody_knows_of_it(desks_on_both: Desks) -> None:
    desks = desks_on_both
    accepted(desks, name="Siti Contoh")
    accepted(desks, name="Renée D'Ñúñez", village="35.08.10.1004", nik="3508105708909993", phone="0822 1111 2222")
    desks.later(days=40)
    accepted(desks, name="Budi", nik="3508105708909994")
    second = village_names()["35.08.10.1004"]

    def numbers(**search: Any) -> list[str]:
        return [row.register for row in read(desks, **search)]

    assert numbers() == ["1/2027", "2/2026", "1/2026"]
    assert numbers(text="1/2026") == ["1/2026"]
    assert numbers(text="1") == ["1/2027", "1/2026"]
    assert numbers(text="no. 002 / 2026") == ["2/2026"]
    assert numbers(text="renee d'nunez") == ["2/2026"]
    assert numbers(text=second.upper()) == ["2/2026"]
    assert numbers(text="35081057 0890 9993") == ["2/2026"]
    assert numbers(text="+62 822-1111-2222") == ["2/2026"]
    assert numbers(text="3508105708909995") == []
    assert numbers(text="%") == []
    assert numbers(period=parse("2026-11")) == ["2/2026", "1/2026"]
    assert numbers(period=parse("2026-11-24..2027-01-31")) == ["1/2027"]
    assert numbers(state=FileState.OPEN) == ["1/2027", "2/2026", "1/2026"]
    assert numbers(state=FileState.COMPLETED) == []
    assert numbers(text="budi", period=parse("2026")) == []


def test_an_office_finds_nothing_of_another(sqlite_store: Store) -> None:
    lumajang, ranuyoso = Desks(sqlite_store), Desks(sqlite_store, "ranuyoso")
    case_id = accepted(lumajang)

    assert read(ranuyoso) == []
    assert read(ranuyoso, text="Siti") == []
    with pytest.raises(Unknown, match="case"):
        do(ranuyoso, register.amend, case_id, "applicant", "x", "y")


def test_pages_hold_every_row_once(desks: Desks) -> None:
    office = desks.store.office_config(desks.id)
    known = {"service_id": office.services[0].id, "standard_id": office.services[0].standard_id, "state": "open",
             "opened_at": desks.now, "since_at": desks.now, "registered_at": desks.now}  # fmt: skip

    def fill(tx: Any) -> None:
        for n in range(1, 251):
            year = 2025 + n % 2
            given = {"register_year": year, "register_number": n, "token": f"t{n}", "applicant": {"name": "Siti"}}
            tx.insert(tables.FileRecord, **known, **files.with_sought(given))

    do(desks, fill)
    with desks.store.read() as connection:
        pages = [
            rows.find(connection, office, RegisterSearch(text=text), limit=50, offset=start)
            for text in ("", "siti")
            for start in range(0, 300, 50)
        ]

    assert {count for _, count in pages} == {250}
    for half in (pages[:6], pages[6:]):
        ids = [each for found, _ in half for each in found]
        assert len(ids) == len(set(ids)) == 250


# --- closed months ---


def close(desks: Desks, month: Period = NOVEMBER) -> dict[str, Any]:
    return do(desks, register.close_month, month)  # type: ignore[no-any-return]


def test_a_month_is_closed_after_it_is_over_with_the_hash_of_its_rows(desks: Desks) -> None:
    accepted(desks)
    with pytest.raises(NotAllowed, match="month_not_over"):
        close(desks)
    desks.later(days=10)
    accepted(desks, name="Desember")

    closed = close(desks)

    assert closed["rows"] == 1
    with desks.store.read() as connection:
        kept = rows.newest_closings(connection, desks.id, [NOVEMBER.first])[NOVEMBER.first]
    assert (kept.row_count, kept.digest, kept.officer != "") == (1, closed["sha256"], True)
    november = read(desks, period=NOVEMBER)
    assert digest(november) == kept.digest
    assert not later_change(november[0], kept.marks)
    assert [event["action"] for event in events(desks)][-1] == "register_closed"


def test_what_changes_after_the_closing_is_told_from_what_only_went_on(desks_on_both: Desks) -> None:
    desks = desks_on_both
    first = desks.to_step("validate")
    desks.later(days=10)
    close(desks)

    desks.act("kasi", first, FileAction.ADVANCE, collected={"validation": {"is_valid": True}})
    went_on = changes(desks)
    do(desks, register.amend, first, "village", "Desa Lain", "Salah")
    amended = changes(desks)

    assert (went_on.is_new, went_on.changed, went_on.filled) == (False, (), (C.VALIDATION,))
    assert (amended.changed, amended.filled) == ((C.VILLAGE,), (C.VALIDATION,))
    close(desks)
    assert not changes(desks)


def changes(desks: Desks) -> Any:
    row = read(desks, period=NOVEMBER)[0]
    with desks.store.read() as connection:
        return later_change(row, rows.newest_closings(connection, desks.id, [NOVEMBER.first])[NOVEMBER.first].marks)


def test_a_row_that_came_after_the_closing_is_new_and_no_name_can_be_read_from_the_marks(desks: Desks) -> None:
    accepted(desks)
    row = read(desks)[0]

    assert later_change(row, {}).is_new
    assert "Siti" not in str(marks([row]))
    assert all(len(mark) == 4 for each in marks([row]).values() for mark in each.values())


def test_the_hash_is_one_of_the_facts_and_of_their_order(desks: Desks) -> None:
    for name in ("Satu", "Dua"):
        accepted(desks, name=name)
    one, two = read(desks)

    assert digest([one, two]) == digest([one, two])
    assert digest([two, one]) != digest([one, two])
    assert digest([replace(one, receiver="Lain"), two]) != digest([one, two])
    assert "state" not in facts(one)


def events(desks: Desks) -> Sequence[Any]:
    with desks.store.read() as connection:
        return list(connection.execute(select(tables.Event).order_by(tables.Event.id)).mappings())
