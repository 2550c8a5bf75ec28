"""Days, times and amounts as they are typed: day, month, year and 24 hours, in any browser."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from counter.queue.click_forms import Clock, Day
from shared.domain.typed import as_typed, iso_clock, iso_day, typed_amount, written_day


@pytest.mark.parametrize(
    "typed",
    [
        "26-11-2026", "26/11/2026", "26.11.2026", " 26 11 2026 ", "2026-11-26", "26\u201311\u20132026",
        "\uff12\uff16-11-2026", "26\u00a011\u00a02026\u200b",
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    assert str(TypeAdapter(Day).validate_python(iso_day(typed).strip())) == "2026-11-26"


@pytest.mark.parametrize("typed", ["16.09", "16:09", "1609", "16:09:00", "\uff11\uff16.\uff10\uff19"])
def test_a_time_is_read_as_people_write_it(typed: str) -> None:
    assert str(TypeAdapter(Clock).validate_python(typed)) == "16:09:00"


@pytest.mark.parametrize("typed", ["31-02-2026", "11-26-2026", "kemarin", "26-11-26", "1-1-1999"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(typed)


@pytest.mark.parametrize("typed", ["31-11-2026", "0026-11-27", "20261127", "2026-W48-5", "9999-12-31", "", None])
def test_what_is_no_day_of_an_office_is_taken_for_no_day(typed: str | None) -> None:
    assert written_day(typed) is None
    assert written_day(" 27/11/2026 ") == date(2026, 11, 27)


@pytest.mark.parametrize("typed", ["24.00", "7.60", "7", "sore"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Clock).validate_python(typed)


@pytest.mark.parametrize(
    ("kept", "shown"), [("2026-11-26", "26-11-2026"), ("07:30", "07.30"), ("07:30:00", "07.30"), ("besok", "besok")]
)
def test_a_box_shows_what_a_person_would_type(kept: str, shown: str) -> None:
    assert as_typed(kept) == shown
    assert iso_clock(iso_day(shown)) == kept[: 5 if ":" in kept else None]


@pytest.mark.parametrize(
    "typed", ["Rp 250.000", "rp250000", "Rp. 250.000,-", "250.000,00", " Rp\u00a0250.000 ", "250 000"]
)
def test_an_amount_is_read_as_people_write_it(typed: str) -> None:
    assert typed_amount(typed) == "250000"


@pytest.mark.parametrize("typed", ["250,5", "dua", "", "1e5", "-", "Rp ,-"])
def test_what_is_no_amount_stays_none(typed: str) -> None:
    assert not typed_amount(typed).isdecimal()
