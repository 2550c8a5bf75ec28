"""Letters: the pattern of a number, numbers given once and never again, and who signs in whose name."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import world
from people import Browser, sign_in
from sqlalchemy import select, update
from test_race import together

from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.files.letters import IssuedLetter, LetterSeries, Signer, Standing, number, pattern_fault, signer_on
from shared.engine.files import letters
from shared.store import tables
from shared.store.files import letters as rows
from shared.store.office import Store
from shared.store.tables import LetterRecord, Office
from shared.store.undo import as_json
from shared.web.app import create_app
from shared.web.server.limits import limiter
from shared.web.settings import Settings

DAY = date(2026, 11, 23)
CAMAT = Signer("camat", "Camat Uji", "Budi", "197001011990031001", "Pembina Tk. I")
DEPUTY = Signer("camat", "Camat Uji", "Sri", standing=Standing.PLH, from_on=DAY, until_on=date(2026, 11, 25))
SECRETARY = Signer("sekcam", "Sekretaris Kecamatan", "Tono", on_behalf_of="Camat Uji")
BOOKS = (
    LetterSeries("umum", "Surat keluar", "400/{no}/427.90/{year}", signer="camat"),
    LetterSeries("skck", "Pengantar SKCK", "331/{no:03}/{month_roman}/{year}", on_paper=41, paper_year=2026),
)


@pytest.mark.parametrize(
    ("pattern", "serial", "wanted"),
    [
        ("400/{no}/427.90/{year}", 12, "400/12/427.90/2026"),
        ("{no:03}/SK/{month_roman}/{year}", 7, "007/SK/XI/2026"),
        ("{no:03}.{month}.{year}", 1234, "1234.11.2026"),
    ],
)
def test_a_pattern_makes_the_number_that_stands_on_the_letter(pattern: str, serial: int, wanted: str) -> None:
    assert pattern_fault(pattern) is None
    assert number(pattern, serial, DAY) == wanted


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("400/427.90/{year}", "pattern_no"),
        ("{no}/{no}/{year}", "pattern_no"),
        ("400/{no}/427.90", "pattern_year"),
        ("{no}/{jahr}/{year}", "pattern_place"),
        ("{no}/{year:03}", "pattern_place"),
        ("{no}/{year", "pattern_place"),
        ("{no}{year}", "pattern_beside"),
        ("400{no}/{year}", "pattern_beside"),
        ("{no}/{year}/" + "x" * 80, "pattern_long"),
    ],
)
def test_a_pattern_whose_numbers_could_not_be_told_apart_is_refused(pattern: str, code: str) -> None:
    assert pattern_fault(pattern) == code


def test_a_deputy_signs_between_two_days_and_the_holder_on_all_others() -> None:
    signers = (CAMAT, DEPUTY, SECRETARY)

    assert signer_on(signers, "camat", DAY) == DEPUTY
    assert signer_on(signers, "camat", date(2026, 11, 26)) == CAMAT
    assert signer_on(signers, "nobody", DAY) is None
    assert DEPUTY.heading == ("Plh. Camat Uji",)
    assert SECRETARY.heading == ("a.n. Camat Uji", "Sekretaris Kecamatan")
    assert CAMAT.below == ("Pembina Tk. I", "NIP 197001011990031001")


def set_up(store: Store, office: world.World, *signers: Signer, books: tuple[LetterSeries, ...] = BOOKS) -> None:
    kept = {
        "letter_series": [asdict(each) for each in books],
        "signers": [json.loads(as_json(rows.signer_to_json(each))) for each in signers],
    }
    store.write(
        update(Office).where(Office.id == office.id).values(settings=kept, setup_version=Office.setup_version + 1)
    )


@pytest.fixture
def office(store: Store) -> world.World:
    made = world.office(store)
    set_up(store, made, CAMAT, SECRETARY)
    return made


def test_numbers_begin_after_those_of_the_paper_book_and_again_in_the_next_year(office: world.World) -> None:
    first = office.do(letters.issue, "skck")
    second = office.do(letters.issue, "skck", on_day=date(2026, 11, 22))
    other = office.do(letters.issue, "umum")
    office.later(days=60)
    next_year = office.do(letters.issue, "skck")

    assert [each.number for each in (first, second)] == ["331/042/XI/2026", "331/043/XI/2026"]
    assert other.number == "400/1/427.90/2026"
    assert next_year.number == "331/001/I/2027"


def test_a_letter_keeps_who_signed_it_whatever_the_setup_says_later(office: world.World) -> None:
    letter = office.do(letters.issue, "umum", signer="sekcam", subject=" Undangan ", addressee="Para Kades")
    set_up(office.store, office, replace(CAMAT, name="Lain"))

    with office.store.read() as connection:
        kept = rows.find(connection, office.id, letter.id)

    assert kept == letter
    assert kept is not None
    assert kept.signer == SECRETARY
    assert (kept.subject, kept.addressee) == ("Undangan", "Para Kades")


def test_a_void_letter_keeps_its_row_and_its_number_is_never_given_again(office: world.World) -> None:
    spoilt = office.do(letters.issue, "umum")

    void = office.do(letters.declare_void, spoilt.id, "salah  ketik")
    following = office.do(letters.issue, "umum")

    assert (void.number, void.void_reason, void.is_void) == (spoilt.number, "salah ketik", True)
    assert following.number == "400/2/427.90/2026"
    with pytest.raises(NotAllowed, match="letter_is_void"):
        office.do(letters.declare_void, spoilt.id, "lagi")
    with pytest.raises(Invalid, match="reason"):
        office.do(letters.declare_void, following.id, " ")
    assert [event.action for event in office.events()] == ["letter_issued", "letter_voided", "letter_issued"]


def test_a_step_that_is_done_again_has_its_letter_already_until_that_is_void(office: world.World) -> None:
    file = a_file(office)

    def signed() -> IssuedLetter:
        return office.do(letters.issue, "umum", case_id=file, step="sign")  # type: ignore[no-any-return]

    first, again, elsewhere = signed(), signed(), office.do(letters.issue, "umum", case_id=file, step="second")
    office.do(letters.declare_void, first.id, "salah nama")
    renewed = signed()

    assert again == first
    assert [each.number.split("/")[1] for each in (first, elsewhere, renewed)] == ["1", "2", "3"]
    with office.store.read() as connection:
        of_file = rows.of_files(connection, [file])[file]
    assert [each.is_void for each in of_file] == [True, False, False]


@pytest.mark.parametrize(
    ("asked", "refusal", "code"),
    [
        ({"series": "nothing"}, Unknown, "letter_series"),
        ({"series": "umum", "signer": "bupati"}, Invalid, "letter_signer"),
        ({"series": "umum", "on_day": date(2026, 11, 24)}, Invalid, "letter_day"),
    ],
)
def test_a_refused_letter_takes_no_number(
    office: world.World, asked: dict[str, Any], refusal: type[Exception], code: str
) -> None:
    before = world.dump(office.store)

    with pytest.raises(refusal, match=code):
        office.do(letters.issue, **asked)

    assert world.dump(office.store) == before


def test_two_series_with_one_pattern_give_no_number_twice(office: world.World) -> None:
    twin = LetterSeries("twin", "Kembar", BOOKS[0].pattern)
    set_up(office.store, office, CAMAT, books=(*BOOKS, twin))
    office.do(letters.issue, "umum")

    with pytest.raises(NotAllowed, match="letter_number_taken"):
        office.do(letters.issue, "twin")


# What one process of the race does (see `test_race.together`): it takes its share of the numbers.
ISSUES = """
from shared.engine.files import letters

def share(all_ready, url, office_id, officers, count):
    office = World(Store(url), office_id, "uji", officers)
    all_ready()
    given = []
    for n in range(count):
        letter = office.do(letters.issue, ("umum", "skck")[n % 2])
        given.append(letter.number)
        if n % 5 == 0:
            office.do(letters.declare_void, letter.id, "uji")
    return given
"""


def test_processes_at_once_give_every_number_once_and_leave_none_out(
    database_url: str, open_store: Callable[[str], Store]
) -> None:
    store = open_store(database_url)
    office = world.office(store, counters=1)
    set_up(store, office, CAMAT)
    processes, each = min(4, 2 * (os.cpu_count() or 1)), 10

    results = together(ISSUES, [[database_url, office.id, office.officers, each]] * processes)

    given = sorted(number for result in results for number in result)
    count = processes * each // 2
    wanted = [f"400/{n}/427.90/2026" for n in range(1, count + 1)]
    wanted += [f"331/{n:03}/XI/2026" for n in range(42, 42 + count)]
    assert given == sorted(wanted)
    with store.read() as connection:
        kept = connection.execute(select(LetterRecord.number)).scalars().all()
    assert sorted(kept) == given


def a_file(office: world.World) -> int:
    """A file of the first service, past the engine."""
    service = office.store.office_config(office.id).services[0]
    at = office.now
    row = {"office_id": office.id, "service_id": service.id, "standard_id": service.standard_id, "state": "open",
           "token": "t", "opened_at": at, "since_at": at}  # fmt: skip
    return int(office.store.change(office.id, office.actor(), lambda tx: tx.insert(tables.FileRecord, **row)))


def test_the_letters_of_a_year_are_counted_by_their_series(office: world.World) -> None:
    file = a_file(office)
    for series in ("umum", "umum", "skck"):
        office.do(letters.issue, series)
    spoilt = office.do(letters.issue, "umum", case_id=file, step="sign")
    office.do(letters.declare_void, spoilt.id, "salah")
    later = tuple(replace(book, on_paper=10, paper_year=2026) for book in BOOKS[:1])
    set_up(office.store, office, CAMAT, books=later)
    office.do(letters.issue, "umum")

    with office.store.read() as connection:
        counted = rows.counts(connection, office.id, 2026)
        none = rows.counts(connection, office.id, 2025)

    assert [
        (each.title, each.count, each.void, each.of_files, each.first, each.last, each.missing) for each in counted
    ] == [
        ("Pengantar SKCK", 1, 0, 0, 42, 42, 0),
        ("Surat keluar", 4, 1, 1, 1, 11, 7),
    ]
    assert none == []


# --- the page ---


@pytest.fixture
def page(sqlite_store: Store, tmp_path: Path) -> Iterator[tuple[world.World, Browser]]:
    made = world.office(sqlite_store)
    set_up(sqlite_store, made, CAMAT, SECRETARY)
    app = create_app(Settings(data=tmp_path), sqlite_store, clock=lambda: made.now, async_mode="threading")
    limiter.reset()
    yield made, sign_in(app, "admin")
    limiter.reset()


def test_the_page_gives_a_number_and_lists_void_letters_struck_through(page: tuple[world.World, Browser]) -> None:
    office, browser = page

    given = browser.post("/uji/counter/letters", series="umum", subject="Undangan <b>", follow_redirects=True)
    letter = office.do(letters.issue, "umum")
    void = browser.post(f"/uji/counter/letters/{letter.id}/void", reason="salah ketik", follow_redirects=True)

    assert "400/1/427.90/2026" in given.text
    assert "Undangan &lt;b&gt;" in given.text
    assert "<s>400/2/427.90/2026</s>" in void.text
    assert "salah ketik" in void.text
    assert "Camat Uji: Budi" in void.text
    refused = browser.post("/uji/counter/letters", series="umum", on_day="2026-11-24")
    assert (refused.status_code, "sesudah hari ini" in refused.text) == (400, True)


def test_the_list_has_no_end_and_is_searched(page: tuple[world.World, Browser]) -> None:
    office, browser = page
    for place in range(53):
        office.do(letters.issue, "umum", subject="Undangan rapat René" if place == 7 else "")

    first, second = (browser.get(f"/uji/counter/letters?page={n}").text for n in (1, 2))
    found = browser.get("/uji/counter/letters?text=RAPAT%20%20rene").text

    assert (first.count("data-letter="), second.count("data-letter=")) == (50, 3)
    assert "400/1/427.90/2026" in second
    assert re.findall('data-letter="([^"]+)', found) == ["400/8/427.90/2026"]
