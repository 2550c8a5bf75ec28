"""Numbers as people read them, and the day in the office."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.numbering import following, free_letters, label, letters, office_day, parse_label, parse_register

JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize(("number", "said"), [(1, "A-001"), (12, "A-012"), (999, "A-999"), (1000, "A-1000")])
def test_a_number_has_three_digits_and_grows_when_it_must(number: int, said: str) -> None:
    assert label("A", number) == said


@given(st.integers(1, 99_999), st.integers(1, 99_999))
def test_two_numbers_never_look_the_same(one: int, other: int) -> None:
    assert (label("A", one) == label("A", other)) == (one == other)


def test_the_day_changes_at_midnight_in_the_office_not_at_the_servers() -> None:
    before, after = datetime(2026, 11, 22, 16, 59, 59, tzinfo=UTC), datetime(2026, 11, 22, 17, 0, tzinfo=UTC)

    assert [office_day(at, JAKARTA) for at in (before, after)] == [date(2026, 11, 22), date(2026, 11, 23)]


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()))
def test_the_day_does_not_depend_on_the_zone_in_which_the_moment_is_written(at: datetime) -> None:
    assert office_day(at, JAKARTA) == office_day(at.astimezone(UTC), JAKARTA)


@pytest.mark.parametrize("written", ["12/2026", " 12 / 2026 ", "012/2026", "12-2026", "No. 12/2026", "１２/２０２６"])
def test_a_register_number_is_read_however_it_is_written(written: str) -> None:
    assert parse_register(written) == (12, 2026)


def test_a_register_number_may_come_without_its_year_and_nothing_else_is_one() -> None:
    assert parse_register("12") == (12, None)
    assert [parse_register(each) for each in ("", "A-012", "12/26", "²", "12345678901234567890", "siti")] == [None] * 6


@pytest.mark.parametrize("typed", ["A-012", "a12", "A 012", "A - 012", " a.12 ", "Ａ－０１２"])
def test_a_ticket_number_is_read_however_it_is_typed(typed: str) -> None:
    assert parse_label(typed) == ("A", 12)


@pytest.mark.parametrize("typed", ["AA-012", "aa12", "Aa 012", "AA - 12"])
def test_a_number_may_begin_with_two_letters(typed: str) -> None:
    assert parse_label(typed) == ("AA", 12)


def test_after_z_the_letters_go_on_in_pairs_and_the_next_free_one_is_proposed() -> None:
    every = list(letters())

    assert every[:2] + every[25:29] + every[-1:] == ["A", "B", "Z", "AA", "AB", "AC", "ZZ"]
    assert len(set(every)) == 26 + 26 * 26
    assert next(free_letters({"A", "C"})) == "B"
    assert next(free_letters(set(every[:27]))) == "AB"


@pytest.mark.parametrize(
    ("earlier", "wanted"),
    [
        ([], ""),
        (["tanpa angka"], ""),
        (["2026"], ""),
        (["7/2026"], "8/2026"),
        (["009/REKAP/2026"], "010/REKAP/2026"),
        (["400/13/427.90/2026", "400/12/427.90/2026"], "400/14/427.90/2026"),
        (["999", "998"], "1000"),
        (["12/REKAP/2025", "11/REKAP/2025"], "1/REKAP/2026"),
        (["012/2025"], "001/2026"),
        (["B-7", "400/12/2026"], "B-8"),
    ],
)
def test_the_number_that_follows_is_proposed(earlier: list[str], wanted: str) -> None:
    assert following(earlier, 2026) == wanted
